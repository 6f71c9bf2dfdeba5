import CLzma

/// A block of an xz stream, from behind its header to its check.
protocol XzBlock: AnyObject {
    /// Decodes from the front of `input`, which is shortened by what was taken, and gives the number of bytes written to `output`.
    func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CodecFailure) -> Int

    /// Whether the block has ended, its check included.
    var isFinished: Bool { get }

    /// What the stream's index says of the block: its length without padding, and what it unpacks to.
    var unpaddedBytes: UInt64 { get }
    var unpackedBytes: UInt64 { get }
}

/// A block in LZMA2 alone, as nearly all are.
final class XzLzma2Block: XzBlock {
    private enum Stage { case data, padding, check, end }

    private let decoder: Lzma2Decoder
    private let header: lzma_block
    private var check: XzCheck
    private var stage = Stage.data
    private var packedBytes: UInt64 = 0
    private(set) var unpackedBytes: UInt64 = 0
    private var recorded: [UInt8] = []

    /// `decoder` is at its beginning, and serves one block at a time.
    init(header: lzma_block, check: XzCheck, decoder: Lzma2Decoder) {
        self.header = header
        self.check = check
        self.decoder = decoder
    }

    var isFinished: Bool { stage == .end }

    var unpaddedBytes: UInt64 { UInt64(header.header_size) + packedBytes + UInt64(check.count) }

    func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CodecFailure) -> Int {
        var written = 0
        while true {
            switch stage {
            case .data:
                let before = input.count
                let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
                let made: Int
                do throws(CodecFailure) { made = try decoder.decode(&input, into: room) } catch { throw damaged }
                check.update(UnsafeRawBufferPointer(rebasing: room[..<made]))
                written += made
                packedBytes += UInt64(before - input.count)
                unpackedBytes += UInt64(made)
                // UInt64.max where the header does not tell.
                guard packedBytes <= header.compressed_size, unpackedBytes <= header.uncompressed_size else { throw damaged }
                guard decoder.isFinished else { return written }
                guard header.compressed_size == .max || header.compressed_size == packedBytes,
                    header.uncompressed_size == .max || header.uncompressed_size == unpackedBytes
                else { throw damaged }
                stage = .padding
            case .padding:
                // To a multiple of four; the check's length is one.
                let rest = Int((4 - packedBytes % 4) % 4)
                while recorded.count < rest {
                    guard let byte = input.first else { return written }
                    guard byte == 0 else { throw damaged }
                    input.drop(1)
                    recorded.append(byte)
                }
                recorded.removeAll(keepingCapacity: true)
                stage = .check
            case .check:
                let count = min(input.count, check.count - recorded.count)
                recorded += input[..<count]
                input.drop(count)
                guard recorded.count == check.count else { return written }
                guard recorded == check.bytes() else { throw damaged }
                stage = .end
            case .end: return written
            }
        }
    }

    private var damaged: CodecFailure { .damage(.damaged("xz data")) }
}

/// A block with other filters (branches of machine code, differences), decoded by liblzma.
final class XzFilteredBlock: XzBlock {
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
    private let header: UnsafeMutablePointer<lzma_block>
    private(set) var isFinished = false

    /// The filters are only used here; `header` is kept.
    init(header: UnsafeMutablePointer<lzma_block>) throws(CodecFailure) {
        self.header = header
        stream.initialize(to: lzma_stream())
        try checkXz(lzma_block_decoder(stream, header))
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    var unpaddedBytes: UInt64 { lzma_block_unpadded_size(header) }
    var unpackedBytes: UInt64 { header.pointee.uncompressed_size }

    func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(CodecFailure) -> Int {
        guard !isFinished else { return 0 }
        stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = output.count
        let result = lzma_code(stream, LZMA_RUN)
        input.drop(input.count - stream.pointee.avail_in)
        if result == LZMA_STREAM_END { isFinished = true } else if result != LZMA_BUF_ERROR { try checkXz(result) }
        return output.count - stream.pointee.avail_out
    }
}

/// Refuses every answer of liblzma but "fine".
func checkXz(_ result: lzma_ret) throws(CodecFailure) {
    switch result {
    case LZMA_OK: return
    case LZMA_MEMLIMIT_ERROR, LZMA_MEM_ERROR: throw .memory
    case LZMA_UNSUPPORTED_CHECK, LZMA_OPTIONS_ERROR: throw .damage(.unsupported("an unknown option of xz"))
    default: throw .damage(.damaged("xz data"))
    }
}
