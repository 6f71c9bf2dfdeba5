import CLzma
import Glibc

/// xz as liblzma reads it, to check our own decoder against: streams one behind the other, with padding, every check verified, and a
/// dictionary within the limit.
final class LibraryXzCodec: Codec {
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

/// Coded data of LZMA2 or LZMA as liblzma decodes them, to check our own decoders against: at most `most` bytes, how many bytes of `packed`
/// were taken, and whether they ended as they should. Nil where liblzma does not take the properties.
func libraryLzma(
    _ packed: [UInt8], lzma2: Bool, properties: [UInt8], most: Int
) -> (content: [UInt8], taken: Int, isFinished: Bool)? {
    // LZMA_FILTER_LZMA1, LZMA_FILTER_LZMA2 and LZMA_VLI_UNKNOWN, which are macros that Swift does not import.
    let method: lzma_vli = lzma2 ? 0x21 : 0x4000_0000_0000_0001
    var filters = [lzma_filter(id: method, options: nil), lzma_filter(id: .max, options: nil)]
    guard lzma_properties_decode(&filters, nil, properties, properties.count) == LZMA_OK else { return nil }
    defer { free(filters[0].options) }
    var stream = lzma_stream()
    guard lzma_raw_decoder(&stream, filters) == LZMA_OK else { return nil }
    defer { lzma_end(&stream) }
    var content = [UInt8](repeating: 0, count: most)
    return packed.withUnsafeBufferPointer { packed in
        let result = content.withUnsafeMutableBufferPointer { content in
            stream.next_in = packed.baseAddress
            stream.avail_in = packed.count
            stream.next_out = content.baseAddress
            stream.avail_out = most
            return lzma_code(&stream, LZMA_FINISH)
        }
        return (Array(content[..<(most - stream.avail_out)]), packed.count - stream.avail_in, result == LZMA_STREAM_END)
    }
}
