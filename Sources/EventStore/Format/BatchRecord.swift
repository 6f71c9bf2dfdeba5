public import Events

/// What a batch was and what came of it: the entry that closes an appended archive.
public struct BatchRecord: Sendable, Hashable {
    /// The archive's base name.
    public var archive: String
    /// The SHA-256 of the archive's outer file.
    public var sha256: Digest
    /// The length of the outer file in bytes.
    public var size: Int
    /// The accepted events of each log, by ``Log``'s raw value.
    public var events: [Int]
    /// The events that were accepted before with the same content.
    public var duplicates: Int
    /// The rejected lines by ``RejectReason``'s raw value.
    public var rejects: [Int]
    /// The names of the entries that were skipped, in order.
    public var skipped: [String]
    /// The index of the batch's first entry in the log.
    public internal(set) var firstEntry: Int
    /// The index of this record in the log; the batch is the entries from `firstEntry` to this one.
    public internal(set) var entry: Int

    /// A record of a batch; where it stands in the log is set when it is written.
    public init(
        archive: String, sha256: Digest, size: Int, events: [Int] = [0, 0, 0, 0], duplicates: Int = 0,
        rejects: [Int] = [Int](repeating: 0, count: RejectReason.allCases.count), skipped: [String] = []
    ) {
        self.archive = archive
        self.sha256 = sha256
        self.size = size
        self.events = events
        self.duplicates = duplicates
        self.rejects = rejects
        self.skipped = skipped
        firstEntry = 0
        entry = 0
    }

    /// The entry that closes the batch; the skipped names stand in entries of their own before it.
    func encoded() throws(StoreError) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(EntryKind.batch.rawValue)
        writer.append(entryVersion)
        writer.append(UInt16(0))
        guard let before = UInt32(exactly: entry - firstEntry) else { throw .tooLarge(what: "an archive gives too many entries") }
        writer.append(before)
        writer.append(UInt64(size))
        writer.append(contentsOf: sha256.bytes)
        for count in events { writer.append(UInt64(count)) }
        writer.append(UInt64(duplicates))
        for count in rejects { writer.append(UInt64(count)) }
        writer.append(UInt64(skipped.count))
        try writer.append(text: archive)
        guard writer.bytes.count <= maximumEntry else { throw .tooLarge(what: "an archive's name is too long") }
        return writer.bytes
    }

    /// Reads the record in entry `entry`, and how many names were skipped; nil where it is none.
    static func decode(_ bytes: [UInt8], entry: Int) -> (record: BatchRecord, skipped: Int)? {
        var reader = ByteReader(bytes)
        guard reader.take(UInt8.self) == EntryKind.batch.rawValue, reader.take(UInt8.self) == entryVersion,
            reader.take(UInt16.self) == 0, let before = reader.take(UInt32.self), Int(before) <= entry,
            let size = reader.takeCount(), let sha256 = reader.take(count: 32).flatMap({ Digest($0) })
        else { return nil }
        var counts: [Int] = []
        for _ in 0..<(Log.allCases.count + 1 + RejectReason.allCases.count + 1) {
            guard let count = reader.takeCount() else { return nil }
            counts.append(count)
        }
        guard let archive = reader.takeText(), reader.isAtEnd else { return nil }
        var record = BatchRecord(
            archive: archive, sha256: sha256, size: size, events: Array(counts[0..<4]), duplicates: counts[4],
            rejects: Array(counts[5..<11]))
        record.firstEntry = entry - Int(before)
        record.entry = entry
        return (record, counts[11])
    }
}

/// Names of skipped entries, packed into entries of their own: their number has no bound.
enum SkippedNames {
    static func encoded(_ names: [String]) throws(StoreError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var writer = start()
        for name in names {
            if writer.bytes.count + 2 + name.utf8.count > maximumEntry {
                if writer.bytes.count > 4 { entries.append(writer.bytes) }
                writer = start()
                guard 6 + name.utf8.count <= maximumEntry else { throw .tooLarge(what: "the name of a skipped entry is too long") }
            }
            try writer.append(text: name)
        }
        if writer.bytes.count > 4 { entries.append(writer.bytes) }
        return entries
    }

    private static func start() -> ByteWriter {
        var writer = ByteWriter()
        writer.append(EntryKind.skipped.rawValue)
        writer.append(entryVersion)
        writer.append(UInt16(0))
        return writer
    }

    /// The names in one entry, or nil where it is none.
    static func decode(_ bytes: [UInt8]) -> [String]? {
        var reader = ByteReader(bytes)
        guard reader.take(UInt8.self) == EntryKind.skipped.rawValue, reader.take(UInt8.self) == entryVersion,
            reader.take(UInt16.self) == 0
        else { return nil }
        var names: [String] = []
        while !reader.isAtEnd {
            guard let name = reader.takeText() else { return nil }
            names.append(name)
        }
        return names
    }
}
