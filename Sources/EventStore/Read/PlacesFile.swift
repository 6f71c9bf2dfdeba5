import Events

/// The side file `index/places`: how long each entry of the log is, of what kind, and the header of each events block, in order.
///
/// It is derived from the bundles, and spares whoever opens a store a read of each of its entries. It grows by chunks, each with the
/// root of the log as far as it goes, and a checksum; it is made durable when its writer ends well. What does not fit the log is not
/// used: the rest is read from the bundles again.
struct PlacesFile {
    static let magic: UInt64 = 0x3130_4341_4C50_5754  // "TWPLAC01"
    static let headerBytes = 72

    /// Some entries that were published at once.
    struct Chunk {
        /// Where it begins in the file.
        let place: Int
        /// Its entries; the log had as many as where they end.
        let entries: Range<Int>
        /// How many words follow the header.
        let words: Int
        /// The root of the log of that size.
        let root: Digest
        let checksum: UInt64

        /// Where the next chunk begins.
        var end: Int { place + PlacesFile.headerBytes + 8 * words }

        /// The chunk's header up to its checksum.
        var header: [UInt8] {
            var header = ByteWriter()
            header.append(PlacesFile.magic)
            header.append(UInt64(entries.lowerBound))
            header.append(UInt64(entries.count))
            header.append(UInt64(words))
            header.append(contentsOf: root.bytes)
            return header.bytes
        }
    }

    private let path: String
    /// The chunks that belong to the log, in order.
    private var chunks: [Chunk] = []

    /// How many entries of the log the file holds.
    var count: Int { chunks.last?.entries.upperBound ?? 0 }

    /// Looks at the file of a log. `root` gives the log's root at an earlier size, nil where it cannot be told.
    init(paths: StorePaths, size: Int, root: (Int) -> Digest?) {
        path = paths.places
        guard let file = try? OpenFile.reading(path) else { return }
        var found: [Chunk] = []
        while let chunk = try? Self.chunk(of: file, behind: found.last), chunk.entries.upperBound <= size { found.append(chunk) }
        // The last chunk that belongs to this log vouches for those before it.
        while let last = found.last, root(last.entries.upperBound) != last.root { found.removeLast() }
        chunks = found
    }

    /// Reads the header of the chunk that follows another; nil where the file does not go on.
    static func chunk(of file: OpenFile, behind last: Chunk?) throws(StoreError) -> Chunk? {
        let place = last?.end ?? 0
        let size = try file.size()
        guard place < size else { return nil }
        var reader = ByteReader(try file.bytes(at: place, count: headerBytes))
        guard reader.take(UInt64.self) == magic, let first = reader.takeCount(), let count = reader.takeCount(),
            let words = reader.takeCount(), let root = reader.take(count: 32).flatMap({ Digest($0) }),
            let checksum = reader.take(UInt64.self), first == last?.entries.upperBound ?? 0, count > 0,
            words <= (size - place - headerBytes) / 8, count <= words * 2
        else { throw .damaged(file: file.path, offset: place, problem: "not the header of a piece of the file") }
        return Chunk(place: place, entries: first..<first + count, words: words, root: root, checksum: checksum)
    }

    /// The table of the entries that the file holds; nil where some chunk is not what was written.
    func table() -> EntryTable? {
        guard let file = try? OpenFile.reading(path) else { return nil }
        var table = EntryTable()
        table.reserve(count)
        for chunk in chunks {
            guard let bytes = try? file.bytes(at: chunk.place + Self.headerBytes, count: 8 * chunk.words),
                Self.checksum(chunk.header, bytes) == chunk.checksum, table.take(chunk.entries.count, from: bytes)
            else { return nil }
        }
        return table
    }

    /// Appends the entries of a table that follow; the file is then complete for the log of this size and root.
    mutating func append(_ table: EntryTable, upTo size: Int, root: Digest) throws(StoreError) {
        guard size > count else { return }
        let bytes = table.encoded(count..<size)
        let place = chunks.last?.end ?? 0
        var chunk = Chunk(place: place, entries: count..<size, words: bytes.count / 8, root: root, checksum: 0)
        chunk = Chunk(
            place: place, entries: chunk.entries, words: chunk.words, root: root, checksum: Self.checksum(chunk.header, bytes))
        var header = ByteWriter()
        header.append(contentsOf: chunk.header)
        header.append(chunk.checksum)
        let file = try OpenFile.writing(path, fresh: false)
        try file.truncate(to: place)
        try write(bytes, to: file, at: place + Self.headerBytes)
        try write(header.bytes, to: file, at: place)
        chunks.append(chunk)
    }

    /// Forgets everything: the file is written anew by the next append.
    mutating func discard() { chunks = [] }

    /// Makes the file durable; its name is the folder's.
    func synchronize() throws(StoreError) {
        guard let file = try OpenFile.reading(path) else { return }
        try file.synchronize()
    }

    /// The checksum of a chunk: of its header and of the words behind it.
    static func checksum(_ header: [UInt8], _ bytes: [UInt8]) -> UInt64 {
        var sum = Checksum()
        sum.add(header: header)
        bytes.withUnsafeBytes { sum.add($0.bindMemory(to: UInt64.self)) }
        return sum.value
    }
}

extension EntryTable {
    /// What ``PlacesFile`` holds of some entries: the length and kind of each, then the headers of the events blocks among them.
    func encoded(_ entries: Range<Int>) -> [UInt8] {
        var writer = ByteWriter()
        for entry in entries { writer.append(UInt32(lengths[entry]) | UInt32(kinds[entry].rawValue) << 16) }
        if entries.count % 2 == 1 { writer.append(UInt32(0)) }
        for block in blocks[firstBlock(from: entries.lowerBound)..<firstBlock(from: entries.upperBound)] {
            block.header.write(to: &writer)
        }
        return writer.bytes
    }

    /// Notes entries as ``encoded(_:)`` wrote them; false where they are not so written or do not go on from those before.
    mutating func take(_ count: Int, from bytes: [UInt8]) -> Bool {
        var kinds = ByteReader(bytes)
        var headerPlace = (count + 1) / 2 * 8
        guard headerPlace <= bytes.count else { return false }
        for _ in 0..<count {
            guard let word = kinds.take(UInt32.self), word >> 24 == 0,
                let kind = EntryKind(rawValue: UInt8(truncatingIfNeeded: word >> 16))
            else { return false }
            let length = Int(word & 0xFFFF)
            var header: BlockHeader?
            if kind == .events {
                header = BlockHeader(bytes, from: headerPlace, length: length)
                headerPlace += BlockHeader.size
                guard header != nil else { return false }
            }
            guard let offset = nextOffset, append(offset, length: UInt16(length), kind, header) == nil else { return false }
        }
        noteTaken()
        return headerPlace == bytes.count
    }
}
