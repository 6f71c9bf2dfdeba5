/// What an archive is, by its content alone.
public struct ArchiveKind: Hashable, Sendable {
    /// The layer around it.
    public enum Compression: String, Hashable, Sendable {
        case none, gzip, xz, zstd, bzip2
    }

    /// What the entries stand in.
    public enum Container: String, Hashable, Sendable {
        /// No container: the content is the one entry.
        case single
        case tar, zip, sevenZip
    }

    /// The layer around it; always `none` for zip and 7z, which compress inside.
    public let compression: Compression
    /// What the entries stand in.
    public let container: Container

    /// Whether this is a plain, uncompressed single file, which the contract skips rather than refuses when it is nobody's.
    public var isPlainFile: Bool { compression == .none && container == .single }
}

/// What the first bytes of a file say. A second layer inside the first is nobody's: `.gz.gz` is a single file of gzip data.
enum Opening: Equatable {
    case compressed(ArchiveKind.Compression)
    case zip, sevenZip
    /// tar or a single file.
    case other

    /// The first bytes decide; 10 suffice. A file that ends within a signature of four bytes or more, having at least four of them, is that
    /// kind, cut off.
    init(_ bytes: UnsafeRawBufferPointer) {
        func begins(_ signature: [UInt8]) -> Bool {
            let count = min(bytes.count, signature.count)
            return count >= min(4, signature.count) && bytes.prefix(count).elementsEqual(signature.prefix(count))
        }
        if begins([0x1F, 0x8B]) {
            self = .compressed(.gzip)
        } else if begins([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
            self = .compressed(.xz)
        } else if begins([0x28, 0xB5, 0x2F, 0xFD]) {
            self = .compressed(.zstd)
        } else if bytes.count >= 4, bytes[0] & 0xF0 == 0x50, bytes[1] == 0x2A, bytes[2] == 0x4D, bytes[3] == 0x18 {
            self = .compressed(.zstd)  // a skippable frame
        } else if bytes.count >= 4, (0x31...0x39).contains(bytes[3]),
            begins([0x42, 0x5A, 0x68, bytes[3], 0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
                || begins([0x42, 0x5A, 0x68, bytes[3], 0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
        {
            self = .compressed(.bzip2)  // with a block, or empty: "BZh" alone may begin a text
        } else if begins([0x50, 0x4B, 0x03, 0x04]) || begins([0x50, 0x4B, 0x05, 0x06]) || begins([0x50, 0x4B, 0x07, 0x08]) {
            self = .zip
        } else if begins([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) {
            self = .sevenZip
        } else {
            self = .other
        }
    }
}

/// Whether content begins with a tar header: a block whose checksum fits. All tar formats have it, and no text has it by chance.
func isTarHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 512 else { return false }
    var recorded = 0
    var digits = 0
    for place in 148..<156 {
        let byte = bytes[place]
        if byte == 0x20 && digits == 0 { continue }  // leading spaces
        guard (0x30...0x37).contains(byte) else {
            guard byte == 0 || byte == 0x20 else { return false }
            break
        }
        recorded = recorded * 8 + Int(byte - 0x30)
        digits += 1
    }
    guard digits > 0 else { return false }
    var unsigned = 8 * 0x20
    var signed = 8 * 0x20
    for place in 0..<512 where !(148..<156).contains(place) {
        unsigned += Int(bytes[place])
        signed += Int(Int8(bitPattern: bytes[place]))
    }
    return recorded == unsigned || recorded == signed
}

/// Whether content that ends with `bytes` is a tar without entries: an end-of-archive marker and its padding.
func isEmptyTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 1024 && bytes.count % 512 == 0 && bytes.allSatisfy { $0 == 0 }
}
