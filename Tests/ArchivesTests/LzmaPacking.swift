import CLzma
import Foundation
import TestSupport
import Testing

/// Bytes packed by liblzma's encoder, with any of its settings.
struct LzmaPacking {
    /// `xz -0` to `xz -9`, with `extreme` as `xz -e`.
    var preset: UInt32 = 6
    var extreme = false
    var dictionary: UInt32?
    /// Bits of context and position for literals, and of position.
    var bits: (lc: UInt32, lp: UInt32, pb: UInt32)?
    var check = LZMA_CHECK_CRC64
    /// A filter before LZMA2 that takes each byte's difference to the one before.
    var delta = false
    /// Blocks of about equal length.
    var blocks = 1

    /// Calls `body` with the filters that this asks for.
    private func withFilters<Result>(_ method: lzma_vli, _ body: (UnsafeMutablePointer<lzma_filter>) throws -> Result) throws -> Result {
        var options = lzma_options_lzma()
        try #require(lzma_lzma_preset(&options, preset | (extreme ? 1 << 31 : 0)) == 0)
        // An encoder takes ten times its dictionary.
        options.dict_size = dictionary ?? min(options.dict_size, 8 << 20)
        if let bits { (options.lc, options.lp, options.pb) = bits }
        var difference = lzma_options_delta()
        difference.type = LZMA_DELTA_TYPE_BYTE
        difference.dist = 1
        return try withUnsafeMutablePointer(to: &options) { options in
            try withUnsafeMutablePointer(to: &difference) { difference in
                var filters = [lzma_filter(id: method, options: options), lzma_filter(id: .max, options: nil)]
                if delta { filters.insert(lzma_filter(id: 3, options: difference), at: 0) }
                return try filters.withUnsafeMutableBufferPointer { try body(#require($0.baseAddress)) }
            }
        }
    }

    /// A stream of xz.
    func xz(_ content: [UInt8]) throws -> [UInt8] {
        try withFilters(0x21) { filters in
            var stream = lzma_stream()
            try #require(lzma_stream_encoder(&stream, filters, check) == LZMA_OK)
            defer { lzma_end(&stream) }
            var output = [UInt8](repeating: 0, count: content.count * 2 + 10_000)
            let room = output.count
            try output.withUnsafeMutableBufferPointer { output in
                stream.next_out = output.baseAddress
                stream.avail_out = room
                for block in 0..<blocks {
                    let part = content[(content.count * block / blocks)..<(content.count * (block + 1) / blocks)]
                    let result = part.withUnsafeBufferPointer { part in
                        stream.next_in = part.baseAddress
                        stream.avail_in = part.count
                        return lzma_code(&stream, block == blocks - 1 ? LZMA_FINISH : LZMA_FULL_FLUSH)
                    }
                    try #require(result == LZMA_STREAM_END)
                }
            }
            return Array(output[..<(room - stream.avail_out)])
        }
    }

    /// Coded data alone, in LZMA2 or LZMA with an end mark, and the bytes that describe them in a 7z.
    func raw(_ content: [UInt8], lzma2: Bool) throws -> (packed: [UInt8], properties: [UInt8]) {
        try withFilters(lzma2 ? 0x21 : 0x4000_0000_0000_0001) { filters in
            var output = [UInt8](repeating: 0, count: content.count * 2 + 10_000)
            var used = 0
            try #require(lzma_raw_buffer_encode(filters, nil, content, content.count, &output, &used, output.count) == LZMA_OK)
            var properties = [UInt8](repeating: 0, count: lzma2 ? 1 : 5)
            try #require(lzma_properties_encode(filters, &properties) == LZMA_OK)
            return (Array(output[..<used]), properties)
        }
    }

    /// Contents that take every way through a decoder: literals behind matches, matches near and far, long and short, and noise.
    static func content(_ seed: Int, count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(seed))
        var bytes: [UInt8] = []
        let alphabet = Int.random(in: 1...256, using: &generator)
        while bytes.count < count {
            let length = Int.random(in: 1...600, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes += (0..<length).map { _ in UInt8(Int.random(in: 0..<alphabet, using: &generator)) }
            case 1: bytes += [UInt8](repeating: UInt8(alphabet - 1), count: length)
            case 2 where !bytes.isEmpty:  // near, so that bytes repeat
                let distance = min(bytes.count, Int.random(in: 1...40, using: &generator))
                for _ in 0..<length { bytes.append(bytes[bytes.count - distance]) }
            case 3 where !bytes.isEmpty:  // anywhere, with a byte changed now and then
                let start = Int.random(in: 0..<bytes.count, using: &generator)
                for place in start..<(start + length) where place < bytes.count {
                    bytes.append(Int.random(in: 0..<30, using: &generator) == 0 ? bytes[place] &+ 1 : bytes[place])
                }
            default:
                let identifier = UInt64.random(in: 0...UInt64.max, using: &generator)
                bytes += Array("{\"event_id\":\"b\(String(identifier, radix: 32))\",\"type\":\"birth_registered\"}\n".utf8)
            }
        }
        return Array(bytes.prefix(count))
    }
}
