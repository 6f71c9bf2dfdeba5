import Events

/// What a side file holds the hashes of.
enum HashedList: Hashable {
    /// The identifiers of a log's events, by ordinal.
    case events(Log)
    /// The identifiers of a namespace, by number.
    case identifiers(Namespace)

    /// Every list: those of events by ``Log/rawValue``, then those of identifiers by ``Namespace/rawValue``.
    static let all = eventLists + identifierLists
    static let eventLists = Log.allCases.map { HashedList.events($0) }
    static let identifierLists = Namespace.allCases.map { HashedList.identifiers($0) }

    /// The place in ``all``.
    var place: Int {
        switch self {
        case .events(let log): Int(log.rawValue)
        case .identifiers(let space): Log.allCases.count + Int(space.rawValue)
        }
    }

    /// What it holds, in the plural: its file's name.
    var name: String {
        switch self {
        case .events(let log): log.name
        case .identifiers(.child): "children"
        case .identifiers(.facility): "facilities"
        case .identifiers(.grant): "grants"
        case .identifiers(.community): "communities"
        }
    }

    func path(_ paths: StorePaths) -> String { paths.index + "/\(name).hashes" }

    /// How many there are in the first `size` entries of a table.
    func count(_ table: EntryTable, below size: Int) -> Int {
        switch self {
        case .events(let log): table.eventCount(of: log, below: size)
        case .identifiers(let space): table.identifierCount(of: space, below: size)
        }
    }

    /// How many there are in the entries of a table.
    func count(_ table: EntryTable) -> Int {
        switch self {
        case .events(let log): table.events[Int(log.rawValue)]
        case .identifiers(let space): Int(table.known[Int(space.rawValue)])
        }
    }
}

/// The side file `index/<list>.hashes`: the ``IdentifierHash`` of every stored event of a log, or of every identifier of a namespace,
/// in order.
///
/// It is derived from the log. It grows by chunks, each with the size and root of the log for which the file is complete, and a
/// checksum; it is made durable when its writer ends well. What does not fit the log is not used: the rest is computed from the log again.
struct HashColumn {
    static let magic: UInt64 = 0x3330_4853_4148_5754  // "TWHASH03"
    static let headerBytes = 72
    /// The hashes that are read at once: as many as stay in a core's own cache until they have been looked at.
    private static let pieceWords = 1 << 14

    /// The bytes that stay in the system's cache for the next ingest: there are eight such files beside one of histories.
    private static let cachedPart = OpenFile.cachedPart / 4

    /// The hashes from which on the system begins at once to write them out.
    private static let hastenedWords = 1 << 17

    private struct Chunk {
        var place: Int
        var first: Int
        var count: Int
        var logSize: Int
        var checksum: UInt64
    }

    let path: String
    /// The number of hashes that the file holds for this log.
    private(set) var count = 0
    private var chunks: [Chunk] = []

    private init(path: String) { self.path = path }

    /// The column of a list that is empty: whatever the file has is of another log.
    static func empty(_ paths: StorePaths, _ list: HashedList) -> HashColumn { HashColumn(path: list.path(paths)) }

    /// Looks at a list's file. `state` gives the log's root at an earlier size and how long the list was then; nil means that there is
    /// no such state.
    init(paths: StorePaths, list: HashedList, state: (Int) -> (root: Digest, count: Int)?) {
        path = list.path(paths)
        guard let file = try? OpenFile.reading(path), let size = try? file.size() else { return }
        var found: [(chunk: Chunk, root: Digest?)] = []
        var place = 0
        var total = 0
        while place + Self.headerBytes <= size, let bytes = try? file.bytes(at: place, count: Self.headerBytes) {
            var reader = ByteReader(bytes)
            guard reader.take(UInt64.self) == Self.magic, let first = reader.takeCount(), let count = reader.takeCount(),
                let logSize = reader.takeCount(), let root = reader.take(count: 32), let checksum = reader.take(UInt64.self),
                first == total, count <= (size - place - Self.headerBytes) / 8
            else { break }
            found.append((Chunk(place: place, first: first, count: count, logSize: logSize, checksum: checksum), Digest(root)))
            place += Self.headerBytes + 8 * count
            total += count
        }
        // The last chunk that belongs to this log vouches for those before it.
        while let last = found.last {
            if let known = state(last.chunk.logSize), known.root == last.root, known.count == last.chunk.first + last.chunk.count { break }
            found.removeLast()
        }
        chunks = found.map(\.chunk)
        count = chunks.last.map { $0.first + $0.count } ?? 0
    }

    /// Hands over every hash in pieces, in order, with the ordinal of each piece's first; false where a chunk is not what was
    /// written, and then what was handed over is void.
    func scan(_ body: (UnsafeBufferPointer<UInt64>, Int) -> Void) -> Bool { chunks.indices.allSatisfy { scan(chunk: $0, body) } }

    /// How many chunks there are: each can be read by itself.
    var chunkCount: Int { chunks.count }

    /// How many hashes a chunk has.
    func count(ofChunk chunk: Int) -> Int { chunks[chunk].count }

    /// Hands over the hashes of a chunk as ``scan(_:)`` does those of all.
    func scan(chunk number: Int, _ body: (UnsafeBufferPointer<UInt64>, Int) -> Void) -> Bool {
        let chunk = chunks[number]
        guard let file = try? OpenFile.reading(path) else { return false }
        var sum = Checksum()
        guard let header = try? file.bytes(at: chunk.place, count: Self.headerBytes - 8) else { return false }
        sum.add(header: header)
        let buffer = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: min(Self.pieceWords, chunk.count))
        defer { buffer.deallocate() }
        var done = 0
        while done < chunk.count {
            let words = min(Self.pieceWords, chunk.count - done)
            let piece = UnsafeMutableBufferPointer(rebasing: buffer[..<words])
            let place = chunk.place + Self.headerBytes + 8 * done
            guard (try? file.readWhole(into: UnsafeMutableRawBufferPointer(piece), at: place)) != nil else { return false }
            sum.add(UnsafeBufferPointer(piece))
            body(UnsafeBufferPointer(piece), chunk.first + done)
            done += words
        }
        return sum.value == chunk.checksum
    }

    /// Appends the hashes that follow; the file is then complete for the log of `logSize` entries with this root.
    mutating func append(_ hashes: [UInt64], logSize: Int, root: Digest) throws(StoreError) {
        let result = hashes.withUnsafeBufferPointer { hashes in
            Result { () throws(StoreError) in try append(hashes, logSize: logSize, root: root) }
        }
        try result.get()
    }

    /// The same.
    mutating func append(_ hashes: UnsafeBufferPointer<UInt64>, logSize: Int, root: Digest) throws(StoreError) {
        guard !hashes.isEmpty else { return }
        let place = chunks.last.map { $0.place + Self.headerBytes + 8 * $0.count } ?? 0
        let file = try OpenFile.writing(path, fresh: false)
        try file.truncate(to: place)
        var header = ByteWriter()
        header.append(Self.magic)
        header.append(UInt64(count))
        header.append(UInt64(hashes.count))
        header.append(UInt64(logSize))
        header.append(contentsOf: root.bytes)
        var sum = Checksum()
        sum.add(header: header.bytes)
        sum.add(hashes)
        header.append(sum.value)
        try file.write(UnsafeRawBufferPointer(hashes), at: place + Self.headerBytes, pastCache: place >= Self.cachedPart)
        try write(header.bytes, to: file, at: place)
        // Of a little, all is written when it is made durable, and nobody waits for the disk here.
        if hashes.count >= Self.hastenedWords { file.startWriting() }
        chunks.append(Chunk(place: place, first: count, count: hashes.count, logSize: logSize, checksum: sum.value))
        count += hashes.count
    }

    /// Makes the file durable; its name is the folder's.
    func synchronize() throws(StoreError) {
        guard let file = try OpenFile.reading(path) else { return }
        try file.synchronize()
    }

    /// Forgets everything: the file is written anew by the next append.
    mutating func discard() {
        chunks = []
        count = 0
    }
}

/// Writes an array at a place of a file.
func write(_ bytes: [UInt8], to file: OpenFile, at place: Int) throws(StoreError) {
    let result = bytes.withUnsafeBytes { buffer in
        Result { () throws(StoreError) in try file.write(buffer, at: place) }
    }
    try result.get()
}
