import CIsal

/// Reads numbers, lowest byte first, out of bytes that may end anywhere.
struct LittleEndian {
    private let content: [UInt8]
    private var place = 0

    init(_ content: [UInt8]) { self.content = content }

    var isAtEnd: Bool { place == content.count }
    var rest: ArraySlice<UInt8> { content[place...] }

    /// The next number of 1 to 8 bytes; nil where the bytes end before it, or where it does not fit an `Int`.
    mutating func number(_ count: Int) -> Int? {
        guard let bytes = bytes(count) else { return nil }
        var value: UInt64 = 0
        for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
        return Int(exactly: value)
    }

    /// The next bytes; nil where there are fewer.
    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= content.count - place else { return nil }
        defer { place += count }
        return content[place..<(place + count)]
    }

    /// Passes over bytes; false where there are fewer.
    mutating func skip(_ count: Int) -> Bool { bytes(count) != nil }
}

extension OuterFile {
    /// Some bytes of the file's directory; cut off where the file is shorter.
    func bytes(at offset: Int, count: Int, _ meter: Meter) throws(ArchiveError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { throw meter.unreadable(.truncated) }
        var bytes = [UInt8](repeating: 0, count: count)
        _ = try bytes.withUnsafeMutableBufferPointer { buffer throws(ArchiveError) in
            try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        return bytes
    }
}

/// CRC-32 as gzip, zip and 7z compute it.
func crc32(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { Int(crc32_gzip_refl(0, $0.baseAddress, UInt64($0.count))) }
}
