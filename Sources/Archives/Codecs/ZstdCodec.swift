import CZstd

/// Zstandard frames, skippable ones too, one behind the other, with a window within the limit.
final class ZstdCodec: Codec {
    private let stream: OpaquePointer
    private(set) var isComplete = false

    init(memory: Int) throws(CodecFailure) {
        guard let stream = ZSTD_createDStream() else { throw .memory }
        self.stream = stream
        // The library speaks of windows as powers of two, from 2^10 to 2^31.
        let power = Int.bitWidth - 1 - max(memory, 1).leadingZeroBitCount
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Int32(min(max(power, 10), 31)))
    }

    deinit { ZSTD_freeDStream(stream) }

    func decode(
        _ input: inout UnsafeRawBufferPointer, ended: Bool, into output: UnsafeMutableRawBufferPointer
    ) throws(CodecFailure) -> Int {
        // Asked again without input behind a whole frame, the library would begin a frame that does not come.
        if isComplete && input.isEmpty { return 0 }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(stream, &target, &source)
        if ZSTD_isError(result) != 0 {
            switch ZSTD_getErrorCode(result) {
            case ZSTD_error_frameParameter_windowTooLarge, ZSTD_error_memory_allocation: throw .memory
            case ZSTD_error_dictionary_wrong: throw .damage(.unsupported("a zstd dictionary of its own"))
            case ZSTD_error_checksum_wrong: throw .damage(.checksum)
            case ZSTD_error_prefix_unknown where isComplete: throw .damage(.trailing)
            default: throw .damage(.damaged("zstd data"))
            }
        }
        input.drop(source.pos)
        if result == 0 { isComplete = true } else if source.pos > 0 { isComplete = false }
        return target.pos
    }
}
