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
        /// The file's type and permissions, as Unix has them.
        var mode = 0o100644
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
            directory += little(entry.host == 3 ? entry.mode << 16 : 0, 4) + little(entry.offset ?? offset, 4) + entry.name + entry.extra
        }
        let listed = count ?? entries.count { $0.listed }
        return bytes + directory + little(0x0605_4B50, 4) + little(0, 4) + little(listed, 2) + little(listed, 2)
            + little(directory.count, 4) + little(bytes.count, 4) + little(comment.count, 2) + comment
    }

    // MARK: 7z

    /// A 7z of packed bytes and a directory, with its checksums right.
    static func sevenZip(_ directory: [UInt8], packed: [UInt8] = []) -> [UInt8] {
        let start = little(packed.count, 8) + little(directory.count, 8) + little(crc32(directory[...]), 4)
        return [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4] + little(crc32(start[...]), 4) + start + packed + directory
    }

    /// A number of a 7z directory, at full length.
    static func seven(_ value: Int) -> [UInt8] { value < 0x80 ? [UInt8(value)] : [0xFF] + little(value, 8) }

    /// The directory of a 7z of one file in one folder of one coder.
    static func sevenZipDirectory(
        method: [UInt8] = [0], properties: [UInt8] = [], packed: Int, size: Int, name: String = "births.csv", files: Int = 1,
        folders: Int = 1, checksum: Int? = nil
    ) -> [UInt8] {
        let coder = [UInt8(method.count) | (properties.isEmpty ? 0 : 0x20)] + method
        let given = properties.isEmpty ? [] : seven(properties.count) + properties
        var unpack: [UInt8] = [0x07, 0x0B]
        unpack += seven(folders) + [0, 1]
        unpack += coder + given
        unpack += [0x0C] + seven(size)
        var text: [UInt8] = [0]
        for unit in name.utf16 { text += little(Int(unit), 2) }
        text += [0, 0]
        var directory: [UInt8] = [1, 4, 6, 0, 1, 9]
        directory += seven(packed) + [0]
        directory += unpack
        directory += [0, 8]
        if let checksum { directory += [0x0A, 1] + little(checksum, 4) }
        directory += [0, 0, 5] + seven(files)
        directory += [0x11] + seven(text.count) + text
        return directory + [0, 0]
    }

    // MARK: xz

    /// An xz stream up to the header of its first block, which asks for a dictionary of this power (LZMA2's half steps).
    static func xz(dictionary: UInt8) -> [UInt8] {
        let flags: [UInt8] = [0, 1]
        let block: [UInt8] = [2, 0, 0x21, 1, dictionary, 0, 0, 0]
        return [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0] + flags + little(crc32(flags[...]), 4) + block + little(crc32(block[...]), 4)
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
