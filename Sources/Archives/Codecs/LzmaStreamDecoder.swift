import Glibc

/// A stream of LZMA, as 7z holds it: coded data without a length of their own.
final class LzmaStreamDecoder: LzmaDecoder {
    private let symbols: LzmaSymbols
    /// Input that is not decoded yet, moved to the front before more is added; zeros stand behind it.
    private let buffer: UnsafeMutablePointer<UInt8>
    private static let bufferBytes = 64 << 10
    private var taken = 0
    private var filled = 0
    private var hasBegun = false
    /// Coded bytes that have not been asked for yet.
    private var left: Int

    /// `packedBytes`: how long the coded data are.
    init(symbols: LzmaSymbols, properties: LzmaSymbols.Properties, packedBytes: Int) {
        self.symbols = symbols
        left = packedBytes
        symbols.learn(properties)
        buffer = .allocate(capacity: Self.bufferBytes + LzmaSymbols.inputPadding)
        buffer.initialize(repeating: 0, count: Self.bufferBytes + LzmaSymbols.inputPadding)
    }

    deinit { buffer.deallocate() }

    func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CodecFailure) -> Int {
        var written = 0
        while written < output.count {
            let hadAll = left == 0
            fill(&input)
            if !hasBegun {
                guard filled >= 5 else { return try end(hadAll, written) }
                try symbols.begin(buffer)
                taken = 5
                hasBegun = true
            }
            // A symbol may begin wherever all its bytes are here.
            let last = left == 0 ? filled : filled - LzmaSymbols.inputPadding
            guard taken <= last else { return try end(hadAll, written) }
            var next = UnsafePointer(buffer + taken)
            let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
            written += try symbols.decode(&next, stop: UnsafePointer(buffer + last), into: room)
            taken = next - UnsafePointer(buffer)
            guard taken <= filled else { throw .damage(.truncated) }
        }
        return written
    }

    func finish(_ input: inout UnsafeRawBufferPointer) throws(CodecFailure) -> Bool {
        fill(&input)
        guard left == 0 || filled > LzmaSymbols.inputPadding else { return false }
        var next = UnsafePointer(buffer + taken)
        let isFinished = symbols.isFinished(&next)
        // Without a mark of the end the last byte is taken with the last symbol.
        if left == 0, isFinished, next == UnsafePointer(buffer + filled) { return true }
        let end = UnsafePointer(buffer + filled)
        guard symbols.isBetweenSymbols, symbols.isEndMark(&next, stop: end), next <= end else { throw .damage(.damaged("LZMA data")) }
        guard left == 0, next == end else { throw .damage(.trailing) }
        return true
    }

    private func end(_ hadAll: Bool, _ written: Int) throws(CodecFailure) -> Int {
        guard !hadAll else { throw .damage(.truncated) }
        return written
    }

    private func fill(_ input: inout UnsafeRawBufferPointer) {
        memmove(buffer, buffer + taken, filled - taken)
        filled -= taken
        taken = 0
        let count = min(input.count, left, Self.bufferBytes - filled)
        if let start = input.baseAddress { memcpy(buffer + filled, start, count) }
        input.drop(count)
        filled += count
        left -= count
        memset(buffer + filled, 0, LzmaSymbols.inputPadding)
    }
}
