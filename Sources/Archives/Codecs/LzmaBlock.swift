import CLzma
import Glibc

/// Unpacks one block of known size: a 7z directory, which is packed with LZMA, LZMA2 or not at all. The caller has checked what memory
/// the properties ask for, and `count`.
func decodeLzma(_ packed: [UInt8], method: [UInt8], properties: [UInt8], count: Int) throws(CodecFailure) -> [UInt8] {
    // LZMA_FILTER_LZMA1, LZMA_FILTER_LZMA2 and LZMA_VLI_UNKNOWN, which are macros that Swift does not import.
    let filter: lzma_vli
    switch method {
    case [0x00]:
        guard packed.count == count else { throw .damage(.checksum) }
        return packed
    case [0x03, 0x01, 0x01]: filter = 0x4000_0000_0000_0001
    case [0x21]: filter = 0x21
    default: throw .damage(.unsupported("a 7z directory packed otherwise than with LZMA"))
    }
    var filters = [lzma_filter(id: filter, options: nil), lzma_filter(id: UInt64.max, options: nil)]
    guard lzma_properties_decode(&filters, nil, properties, properties.count) == LZMA_OK else {
        throw .damage(.damaged("7z directory"))
    }
    defer { free(filters[0].options) }
    var stream = lzma_stream()
    guard lzma_raw_decoder(&stream, filters) == LZMA_OK else { throw .memory }
    defer { lzma_end(&stream) }
    var unpacked = [UInt8](repeating: 0, count: count)
    let written = packed.withUnsafeBufferPointer { packed in
        unpacked.withUnsafeMutableBufferPointer { unpacked in
            stream.next_in = packed.baseAddress
            stream.avail_in = packed.count
            stream.next_out = unpacked.baseAddress
            stream.avail_out = unpacked.count
            let result = lzma_code(&stream, LZMA_FINISH)
            // LZMA without an end mark is at its end when the block is full.
            return result == LZMA_OK || result == LZMA_STREAM_END || result == LZMA_BUF_ERROR ? count - stream.avail_out : -1
        }
    }
    guard written == count else { throw .damage(.damaged("7z directory")) }
    return unpacked
}
