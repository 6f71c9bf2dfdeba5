/// A zip's central directory, read and held against the local headers before libarchive reads the entries.
///
/// libarchive believes the directory alone. A file whose two sets of headers disagree shows different content to different readers, entries
/// that overlap are how zip bombs multiply, and names must be had as bytes to be decoded each by itself; so the directory is read here too.
struct ZipDirectory {
    struct Entry {
        var name: [UInt8] = []
        /// The name of Info-ZIP's Unicode path field, if there is one for this name.
        var unicodeName: [UInt8]?
        var flags = 0
        var method = 0
        var checksum = 0
        var compressedSize = 0
        var size = 0
        /// Where its local header stands.
        var offset = 0
        /// Whether it was packed where folders are parted by backslashes.
        var isFromWindows = false

        /// Its name as text. Backslashes part folders where the packing system's do and the name has no slash.
        func text(_ names: EntryNames) -> String {
            let bytes = if let unicodeName, String(validating: name, as: UTF8.self) == nil { unicodeName } else { name }
            guard let text = names.decoded(bytes) else { return names.text(bytes) }
            guard isFromWindows, !text.utf8.contains(0x2F), text.utf8.contains(0x5C) else { return text }
            return String(decoding: text.utf8.map { $0 == 0x5C ? 0x2F : $0 }, as: UTF8.self)
        }
    }

    /// The entries in the order in which they stand in the file.
    private(set) var entries: [Entry] = []

    private static let directoryBytes = 64 << 20

    init(file: OuterFile, names: EntryNames, meter: Meter) throws(ArchiveError) {
        let end = try Self.findEnd(file, meter)
        guard end.count <= meter.limits.entries else { throw meter.over(.entries, meter.limits.entries) }
        guard end.bytes <= Self.directoryBytes else { throw meter.over(.nameBytes, meter.limits.nameBytes) }
        var fields = LittleEndian(try file.bytes(at: end.offset, count: end.bytes, meter))
        entries.reserveCapacity(min(end.count, end.bytes / 46))
        while !fields.isAtEnd {
            guard entries.count < end.count, let entry = Self.entry(&fields) else {
                throw meter.unreadable(.damaged("zip directory"))
            }
            guard entry.flags & 0x2041 == 0 else {
                throw ArchiveError.unreadable(archive: meter.archive, entry: entry.text(names), damage: .encrypted)
            }
            entries.append(entry)
        }
        guard entries.count == end.count else { throw meter.unreadable(.disagreement("its directory lists another number of entries")) }
        entries.sort { $0.offset < $1.offset }
        var free = 0
        for entry in entries {
            do throws(ArchiveError) {
                free = try Self.checkLocal(entry, free: free, limit: end.offset, file, meter)
            } catch .unreadable(let archive, nil, let damage) {
                throw .unreadable(archive: archive, entry: entry.text(names), damage: damage)
            }
        }
        try Self.checkGap(free, end.offset, file, meter)
    }

    // MARK: The end record

    private static func findEnd(_ file: OuterFile, _ meter: Meter) throws(ArchiveError) -> (count: Int, bytes: Int, offset: Int) {
        let tailBytes = min(file.size, 22 + 65_535)
        let start = file.size - tailBytes
        let tail = try file.bytes(at: start, count: tailBytes, meter)
        // From the end backwards: the first record whose comment reaches exactly to the file's end.
        var place = tailBytes - 22
        var endsEarlier = false
        while place >= 0 {
            if tail[place] == 0x50, tail[place + 1] == 0x4B, tail[place + 2] == 5, tail[place + 3] == 6 {
                let rest = tailBytes - place - 22 - (Int(tail[place + 20]) | Int(tail[place + 21]) << 8)
                if rest == 0 {
                    var fields = LittleEndian(Array(tail[(place + 4)...]))
                    return try readEnd(&fields, at: start + place, file, meter)
                }
                endsEarlier = endsEarlier || rest > 0
            }
            place -= 1
        }
        throw meter.unreadable(endsEarlier ? .trailing : .truncated)
    }

    private static func readEnd(
        _ fields: inout LittleEndian, at position: Int, _ file: OuterFile, _ meter: Meter
    ) throws(ArchiveError) -> (count: Int, bytes: Int, offset: Int) {
        guard let disk = fields.number(2), let directoryDisk = fields.number(2), let here = fields.number(2), var count = fields.number(2),
            var bytes = fields.number(4), var offset = fields.number(4)
        else { throw meter.unreadable(.truncated) }
        var recordStart = position
        if count == 0xFFFF || bytes == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            var locator = LittleEndian(try file.bytes(at: position - 20, count: 20, meter))
            guard locator.number(4) == 0x0706_4B50, locator.number(4) == 0, let start = locator.number(8), locator.number(4) == 1 else {
                throw meter.unreadable(.damaged("zip64 locator"))
            }
            var large = LittleEndian(try file.bytes(at: start, count: 56, meter))
            guard large.number(4) == 0x0606_4B50, let rest = large.number(8), large.skip(4), large.number(4) == 0, large.number(4) == 0,
                large.skip(8), let largeCount = large.number(8), let largeBytes = large.number(8), let largeOffset = large.number(8),
                rest >= 44, rest < 65_536, start + 12 + rest == position - 20
            else { throw meter.unreadable(.damaged("zip64 end record")) }
            (count, bytes, offset, recordStart) = (largeCount, largeBytes, largeOffset, start)
        } else {
            guard disk == 0, directoryDisk == 0, here == count else {
                throw meter.unreadable(.unsupported("a zip of several volumes"))
            }
        }
        guard bytes <= recordStart, offset == recordStart - bytes else {
            throw meter.unreadable(.disagreement("its directory does not stand where its end record says"))
        }
        return (count, bytes, offset)
    }

    // MARK: The directory

    private static func entry(_ fields: inout LittleEndian) -> Entry? {
        var entry = Entry()
        guard fields.number(4) == 0x0201_4B50, let madeBy = fields.number(2), fields.skip(2), let flags = fields.number(2),
            let method = fields.number(2), fields.skip(4), let checksum = fields.number(4), let compressedSize = fields.number(4),
            let size = fields.number(4), let nameBytes = fields.number(2), let extraBytes = fields.number(2),
            let commentBytes = fields.number(2), let disk = fields.number(2), fields.skip(6), let offset = fields.number(4),
            let name = fields.bytes(nameBytes), let extra = fields.bytes(extraBytes), fields.skip(commentBytes),
            disk == 0 || disk == 0xFFFF
        else { return nil }
        entry.name = Array(name)
        entry.flags = flags
        entry.method = method
        entry.checksum = checksum
        entry.compressedSize = compressedSize
        entry.size = size
        entry.offset = offset
        entry.isFromWindows = [0, 10, 14].contains(madeBy >> 8)
        guard readExtra(Array(extra), into: &entry, offset: true) else { return nil }
        return entry
    }

    /// Reads the extra fields that matter: zip64's sizes for those that are all ones, and Info-ZIP's Unicode path.
    private static func readExtra(_ extra: [UInt8], into entry: inout Entry, offset: Bool) -> Bool {
        var fields = LittleEndian(extra)
        while let tag = fields.number(2), let count = fields.number(2) {
            guard let bytes = fields.bytes(count) else { return true }  // odd bytes at the end pad, as with zipalign
            var field = LittleEndian(Array(bytes))
            if tag == 0x0001 {
                if entry.size == 0xFFFF_FFFF {
                    guard let value = field.number(8) else { return false }
                    entry.size = value
                }
                if entry.compressedSize == 0xFFFF_FFFF {
                    guard let value = field.number(8) else { return false }
                    entry.compressedSize = value
                }
                if offset, entry.offset == 0xFFFF_FFFF {
                    guard let value = field.number(8) else { return false }
                    entry.offset = value
                }
            } else if tag == 0x7075, field.number(1) == 1, let checksum = field.number(4) {
                if checksum == crc32(entry.name[...]) { entry.unicodeName = Array(field.rest) }
            }
        }
        return true
    }

    // MARK: The local headers

    /// Holds an entry's local header against the directory, and gives the offset behind its data.
    private static func checkLocal(
        _ entry: Entry, free: Int, limit: Int, _ file: OuterFile, _ meter: Meter
    ) throws(ArchiveError) -> Int {
        guard entry.offset >= free else { throw meter.unreadable(.disagreement("its entries overlap")) }
        guard entry.offset <= limit - 30 else { throw meter.unreadable(.disagreement("an entry stands behind the directory")) }
        try checkGap(free, entry.offset, file, meter)
        var fields = LittleEndian(try file.bytes(at: entry.offset, count: 30, meter))
        guard fields.number(4) == 0x0403_4B50, fields.skip(2), let flags = fields.number(2), let method = fields.number(2), fields.skip(4),
            let checksum = fields.number(4), let compressedSize = fields.number(4), let size = fields.number(4),
            let nameBytes = fields.number(2), let extraBytes = fields.number(2)
        else { throw meter.unreadable(.disagreement("no local header")) }
        let dataStart = entry.offset + 30 + nameBytes + extraBytes
        guard dataStart <= limit, entry.compressedSize <= limit - dataStart else {
            throw meter.unreadable(.disagreement("an entry's data reach into the directory"))
        }
        let names = try file.bytes(at: entry.offset + 30, count: nameBytes + extraBytes, meter)
        guard flags & 0x2041 == 0 else { throw meter.unreadable(.encrypted) }
        guard Array(names[..<nameBytes]) == entry.name else { throw meter.unreadable(.disagreement("the local header has another name")) }
        guard method == entry.method else { throw meter.unreadable(.disagreement("the local header has another method")) }
        var local = Entry(name: entry.name, flags: flags, compressedSize: compressedSize, size: size)
        guard readExtra(Array(names[nameBytes...]), into: &local, offset: false) else { throw meter.unreadable(.damaged("zip64 sizes")) }
        // Bit 3: the sizes came behind the data, and zeros may stand here for them.
        let isLate = flags & 8 != 0
        func agrees(_ local: Int, _ listed: Int) -> Bool { local == listed || isLate && local == 0 }
        guard agrees(checksum, entry.checksum), agrees(local.compressedSize, entry.compressedSize), agrees(local.size, entry.size) else {
            throw meter.unreadable(.disagreement("the local header has other sizes or another checksum"))
        }
        guard entry.method != 0 || entry.size == entry.compressedSize else {
            throw meter.unreadable(.disagreement("stored data of two sizes"))
        }
        try checkMemory(entry, at: dataStart, file, meter)
        return dataStart + entry.compressedSize
    }

    /// What stands between entries may be anything but an entry, which a reader from front to back would see.
    private static func checkGap(_ start: Int, _ end: Int, _ file: OuterFile, _ meter: Meter) throws(ArchiveError) {
        guard end - start >= 30 else { return }
        var fields = LittleEndian(try file.bytes(at: start, count: 4, meter))
        guard fields.number(4) != 0x0403_4B50 else {
            throw meter.unreadable(.disagreement("an entry that its directory does not list"))
        }
    }

    /// Checks the memory that LZMA and PPMd ask for in the first bytes of their data, which libarchive grants unseen.
    private static func checkMemory(_ entry: Entry, at start: Int, _ file: OuterFile, _ meter: Meter) throws(ArchiveError) {
        switch entry.method {
        case 14 where entry.compressedSize >= 9:
            var fields = LittleEndian(try file.bytes(at: start, count: 9, meter))
            guard fields.skip(5), let dictionary = fields.number(4), dictionary <= meter.limits.decoderMemory else {
                throw meter.over(.decoderMemory, meter.limits.decoderMemory)
            }
        case 98 where entry.compressedSize >= 2:
            var fields = LittleEndian(try file.bytes(at: start, count: 2, meter))
            guard let settings = fields.number(2), (settings >> 4 & 0xFF) + 1 <= meter.limits.decoderMemory >> 20 else {
                throw meter.over(.decoderMemory, meter.limits.decoderMemory)
            }
        case 95: throw meter.unreadable(.unsupported("xz inside zip"))
        default: break
        }
    }
}
