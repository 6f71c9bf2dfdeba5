import CLzma

/// xz streams one behind the other, with padding, every check verified, and a dictionary within the limit.
final class XzCodec: Codec {
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
    private(set) var isComplete = false

    init(memory: Int) throws(CodecFailure) {
        stream.initialize(to: lzma_stream())
        // A check of a kind that liblzma does not know would pass unverified: it is told, and refused.
        // LZMA_CONCATENATED and LZMA_TELL_UNSUPPORTED_CHECK, which are macros that Swift does not import.
        let flags: UInt32 = 0x08 | 0x02
        // The decoder's own tables take some 100 KiB beside the dictionary.
        guard lzma_stream_decoder(stream, UInt64(max(memory, 0)) + (1 << 20), flags) == LZMA_OK else {
            throw .damage(.unsupported("an xz library of another version"))
        }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer, ended: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int {
        guard !isComplete else { return 0 }
        stream.pointee.next_in = input.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = output.count
        let result = lzma_code(stream, ended ? LZMA_FINISH : LZMA_RUN)
        input.drop(input.count - stream.pointee.avail_in)
        switch result {
        case LZMA_OK, LZMA_BUF_ERROR: break
        case LZMA_STREAM_END: isComplete = true
        case LZMA_MEMLIMIT_ERROR, LZMA_MEM_ERROR: throw .memory
        case LZMA_UNSUPPORTED_CHECK, LZMA_OPTIONS_ERROR: throw .damage(.unsupported("an unknown option of xz"))
        default: throw .damage(.damaged("xz data"))
        }
        return output.count - stream.pointee.avail_out
    }
}
