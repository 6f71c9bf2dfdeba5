import CBzip2

/// bzip2 streams one behind the other, each block's and each stream's checksum verified by the library.
final class Bzip2Codec: Codec {
    private let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
    private(set) var isComplete = false
    private var streams = 0

    init() throws(CodecFailure) {
        stream.initialize(to: bz_stream())
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .memory }
    }

    deinit {
        BZ2_bzDecompressEnd(stream)
        stream.deallocate()
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer, ended: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int {
        if input.isEmpty && isComplete { return 0 }
        if isComplete {
            BZ2_bzDecompressEnd(stream)
            stream.pointee = bz_stream()
            guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .memory }
            isComplete = false
        }
        // The library only reads through next_in.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: CChar.self).baseAddress)
        stream.pointee.avail_in = UInt32(clamping: input.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: CChar.self).baseAddress
        stream.pointee.avail_out = UInt32(clamping: output.count)
        let given = Int(stream.pointee.avail_in)
        let room = Int(stream.pointee.avail_out)
        switch BZ2_bzDecompress(stream) {
        case BZ_OK: break
        case BZ_STREAM_END:
            isComplete = true
            streams += 1
        case BZ_MEM_ERROR: throw .memory
        case BZ_DATA_ERROR_MAGIC where streams > 0: throw .damage(.trailing)
        default: throw .damage(.damaged("bzip2 data"))
        }
        input.drop(given - Int(stream.pointee.avail_in))
        return room - Int(stream.pointee.avail_out)
    }
}
