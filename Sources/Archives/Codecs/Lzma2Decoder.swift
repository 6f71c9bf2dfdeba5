import Glibc

/// A part of a file in LZMA2 or LZMA.
protocol LzmaDecoder: AnyObject {
    /// Decodes from the front of `input`, which is shortened by what was taken, and gives the number of bytes written to `output`.
    func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CodecFailure) -> Int

    /// Behind the last byte: whether the coded data end there; false where more input is needed to tell.
    ///
    /// - Throws: where they go on.
    func finish(_ input: inout UnsafeRawBufferPointer) throws(CodecFailure) -> Bool
}

/// LZMA2: chunks of at most 64 KiB, each of which tells its length, so that each is gathered before its symbols are decoded.
final class Lzma2Decoder: LzmaDecoder {
    private enum Stage {
        /// What stands before a chunk: 1, 3, 5 or 6 bytes.
        case header
        /// The coded bytes of a chunk are gathered.
        case gathering
        /// So many bytes are still to come of the chunk.
        case symbols(Int)
        case stored(Int)
        case end
    }

    private var symbols: LzmaSymbols
    private var stage = Stage.header
    private var header: [UInt8] = []
    private let chunk = UnsafeMutablePointer<UInt8>.allocate(capacity: 65_536 + LzmaSymbols.inputPadding)
    private var gathered = 0
    private var chunkBytes = 0
    private var unpackedBytes = 0
    private var next: UnsafePointer<UInt8>
    private var needsDictionary = true
    private var needsProperties = true

    init(symbols: LzmaSymbols) {
        self.symbols = symbols
        chunk.initialize(repeating: 0, count: 65_536 + LzmaSymbols.inputPadding)
        next = UnsafePointer(chunk)
        header.reserveCapacity(6)
    }

    deinit { chunk.deallocate() }

    /// Begins anew with these symbols, and keeps the room for chunks, which a file of empty blocks would else ask for again and again.
    func restart(symbols: LzmaSymbols) {
        self.symbols = symbols
        stage = .header
        header.removeAll(keepingCapacity: true)
        needsDictionary = true
        needsProperties = true
    }

    /// Whether the mark of the end was read.
    var isFinished: Bool { if case .end = stage { true } else { false } }

    func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CodecFailure) -> Int {
        var written = 0
        while true {
            switch stage {
            case .header:
                guard let byte = input.first else { return written }
                input.drop(1)
                header.append(byte)
                try readHeader()
            case .gathering:
                let count = min(input.count, chunkBytes - gathered)
                if let start = input.baseAddress { memcpy(chunk + gathered, start, count) }
                input.drop(count)
                gathered += count
                guard gathered == chunkBytes else { return written }
                guard chunkBytes >= 5 else { throw damaged }
                try symbols.begin(chunk)
                next = UnsafePointer(chunk + 5)
                stage = .symbols(unpackedBytes)
            case .symbols(let left):
                guard written < output.count else { return written }
                let room = UnsafeMutableRawBufferPointer(rebasing: output[written..<min(output.count, written + left)])
                let stop = UnsafePointer(chunk + chunkBytes)
                let made = try symbols.decode(&next, stop: stop, into: room)
                written += made
                guard made == room.count, next <= stop else { throw damaged }
                guard made == left else {
                    stage = .symbols(left - made)
                    continue
                }
                guard symbols.isFinished(&next), next == stop else { throw damaged }
                stage = .header
            case .stored(let left):
                let count = min(input.count, output.count - written, left)
                guard count > 0, let start = output.baseAddress else { return written }
                symbols.store(UnsafeRawBufferPointer(rebasing: input[..<count]), into: start + written)
                input.drop(count)
                written += count
                stage = left > count ? .stored(left - count) : .header
            case .end: return written
            }
        }
    }

    func finish(_ input: inout UnsafeRawBufferPointer) throws(CodecFailure) -> Bool {
        _ = try decode(&input, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        switch stage {
        case .end: return true
        case .header: return false
        case .gathering, .symbols, .stored: throw damaged
        }
    }

    private var damaged: CodecFailure { .damage(.damaged("LZMA data")) }

    /// Goes on once the header is whole. Its first byte says what follows, and what is reset before.
    private func readHeader() throws(CodecFailure) {
        let control = header[0]
        if header.count == 1 {
            guard control > 0 else {
                stage = .end
                return
            }
            if control >= 0xE0 || control == 1 {
                needsProperties = true
                needsDictionary = false
                symbols.forget()
            } else if needsDictionary {
                throw damaged
            }
            guard control >= 0x80 || control <= 2 else { throw damaged }
            guard control < 0x80 || control >= 0xC0 || !needsProperties else { throw damaged }
        }
        guard header.count == (control < 0x80 ? 3 : control < 0xC0 ? 5 : 6) else { return }
        defer { header.removeAll(keepingCapacity: true) }
        unpackedBytes = (Int(control >= 0x80 ? control & 0x1F : 0) << 16 | Int(header[1]) << 8 | Int(header[2])) + 1
        if control < 0x80 {
            stage = .stored(unpackedBytes)
            return
        }
        if control >= 0xC0 {
            guard let properties = LzmaSymbols.Properties(header[5]) else { throw damaged }
            symbols.learn(properties)
            needsProperties = false
        } else if control >= 0xA0 {
            symbols.learnAnew()
        }
        chunkBytes = (Int(header[3]) << 8 | Int(header[4])) + 1
        gathered = 0
        stage = .gathering
    }
}
