import CIsal
import CLzma
import Events

/// The check behind each block of an xz stream, of the kinds that liblzma makes. CRCs are ISA-L's, at 40 GB/s.
struct XzCheck {
    private enum Value {
        case none
        case crc32(UInt32)
        case crc64(UInt64)
        case sha256(SHA256)
    }

    private var value: Value
    /// Bytes that the check takes in the file.
    let count: Int

    /// Nil for a kind that is not known.
    init?(_ kind: lzma_check) {
        switch kind {
        case LZMA_CHECK_NONE: (value, count) = (.none, 0)
        case LZMA_CHECK_CRC32: (value, count) = (.crc32(0), 4)
        case LZMA_CHECK_CRC64: (value, count) = (.crc64(0), 8)
        case LZMA_CHECK_SHA256: (value, count) = (.sha256(SHA256()), 32)
        default: return nil
        }
    }

    /// Adds the next bytes of the block.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        switch value {
        case .none: break
        case .crc32(let sum): value = .crc32(crc32_gzip_refl(sum, start, UInt64(bytes.count)))
        case .crc64(let sum): value = .crc64(crc64_ecma_refl(sum, start, UInt64(bytes.count)))
        case .sha256(let hasher): hasher.update(bytes)
        }
    }

    /// The check of all bytes, as it stands in the file.
    func bytes() -> [UInt8] {
        func little(_ number: UInt64, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) } }
        return switch value {
        case .none: []
        case .crc32(let sum): little(UInt64(sum), 4)
        case .crc64(let sum): little(sum, 8)
        case .sha256(let hasher): Array(hasher.finalize().bytes)
        }
    }
}
