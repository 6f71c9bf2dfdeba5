import Testing

@testable import Archives

/// Archives written field by field, with whatever an honest writer would not write.
enum HandMade {
    /// A number of so many bytes, lowest first.
    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    // MARK: tar

    /// A tar header with its checksum, and the content padded to whole blocks.
    static func tarEntry(_ name: [UInt8], _ content: [UInt8] = [], type: Character = "0", size: Int? = nil, link: String = "") -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: [UInt8], _ place: Int) { block.replaceSubrange(place..<(place + bytes.count), with: bytes) }
        func octal(_ value: Int, _ digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
        }
        put(Array(name.prefix(100)), 0)
        put(octal(0o644, 7), 100)
        put(octal(0, 7), 108)
        put(octal(0, 7), 116)
        put(octal(size ?? content.count, 11), 124)
        put(octal(0, 11), 136)
        put(Array(repeating: 0x20, count: 8), 148)
        put([type.asciiValue ?? 0x30], 156)
        put(Array(link.utf8), 157)
        put(Array("ustar".utf8) + [0, 0x30, 0x30], 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], 148)
        return block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    static let tarEnd = [UInt8](repeating: 0, count: 1024)

    // MARK: zip

    /// A stored entry of a zip, with what its headers say.
    struct ZipEntry {
        var name: [UInt8]
        var content: [UInt8]
        var flags = 0
        var method = 0
        /// 0: where folders are parted by backslashes; 3: Unix.
        var host = 3
        var extra: [UInt8] = []
        var localName: [UInt8]?
        var localSize: Int?
        var localMethod: Int?
        var listed = true
        /// Where the directory says that it stands, if that is not so.
        var offset: Int?

        init(_ name: String, _ content: String = "event_id\n") {
            self.name = Array(name.utf8)
            self.content = Array(content.utf8)
        }
    }

    static func zip(_ entries: [ZipEntry], comment: [UInt8] = [], count: Int? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let isLate = entry.flags & 8 != 0
            let checksum = crc32(entry.content[...])
            let size = entry.content.count
            let offset = bytes.count
            let localName = entry.localName ?? entry.name
            bytes += little(0x0403_4B50, 4) + little(20, 2) + little(entry.flags, 2) + little(entry.localMethod ?? entry.method, 2)
            bytes += little(0, 4) + little(isLate ? 0 : checksum, 4)
            bytes += little(isLate ? 0 : entry.localSize ?? size, 4) + little(isLate ? 0 : entry.localSize ?? size, 4)
            bytes += little(localName.count, 2) + little(entry.extra.count, 2) + localName + entry.extra + entry.content
            if isLate { bytes += little(0x0807_4B50, 4) + little(checksum, 4) + little(size, 4) + little(size, 4) }
            guard entry.listed else { continue }
            directory += little(0x0201_4B50, 4) + [20, UInt8(entry.host)] + little(20, 2) + little(entry.flags, 2)
            directory += little(entry.method, 2) + little(0, 4) + little(checksum, 4) + little(size, 4) + little(size, 4)
            directory += little(entry.name.count, 2) + little(entry.extra.count, 2) + little(0, 2) + little(0, 2) + little(0, 2)
            directory += little(entry.host == 3 ? 0o100644 << 16 : 0, 4) + little(entry.offset ?? offset, 4) + entry.name + entry.extra
        }
        let listed = count ?? entries.count { $0.listed }
        return bytes + directory + little(0x0605_4B50, 4) + little(0, 4) + little(listed, 2) + little(listed, 2)
            + little(directory.count, 4) + little(bytes.count, 4) + little(comment.count, 2) + comment
    }

    // MARK: gzip

    /// A gzip member around deflate data, with the optional parts of a header that the flags name.
    static func gzip(_ deflated: [UInt8], of content: [UInt8], flags: UInt8 = 0, name: String = "n", headerChecksum: Int? = nil) -> [UInt8]
    {
        var header: [UInt8] = [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3]
        if flags & 4 != 0 { header += little(3, 2) + [1, 2, 3] }
        if flags & 8 != 0 { header += Array(name.utf8) + [0] }
        if flags & 16 != 0 { header += Array("a comment".utf8) + [0] }
        if flags & 2 != 0 { header += little(headerChecksum ?? crc32(header[...]) & 0xFFFF, 2) }
        return header + deflated + little(crc32(content[...]), 4) + little(content.count, 4)
    }

    /// Deflate data that hold bytes as they are.
    static func stored(_ content: [UInt8]) -> [UInt8] {
        [1] + little(content.count, 2) + little(~content.count, 2) + content
    }
}
