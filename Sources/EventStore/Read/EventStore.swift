public import Events
import Synchronization

/// The record at one published state: its log's head, its batches, and its events as columns.
///
/// It holds no lock. Nothing that is published changes or goes, so it stays whole however much is appended meanwhile.
public final class EventStore: EventSource, Sendable {
    /// The head: the log's name, its number of entries, its root. Nil while nothing was ever published.
    public let checkpoint: Checkpoint?
    /// The number of entries of this state.
    public let size: Int
    /// The root over them (RFC 6962).
    public let root: Digest
    let paths: StorePaths
    let reader: LogReader
    /// The size of the head that was opened: its files hold this state's entries too.
    let headSize: Int
    /// By log: events that whoever wrote last has looked for.
    let lookedFor: [LookedFor]
    /// By namespace: the identifiers where there are few, once they were asked for: what is made of a store asks several times.
    private let heldIdentifiers = Namespace.allCases.map { _ in HeldIdentifiers() }
    private static let mostHeldBytes = 4 << 20
    /// An earlier state of the log, whose identifiers serve this one as far as they go.
    private let earlier: EventStore?

    init(
        paths: StorePaths, checkpoint: Checkpoint?, reader: LogReader, size: Int, root: Digest, headSize: Int, lookedFor: [LookedFor] = [],
        behind earlier: EventStore? = nil
    ) {
        self.lookedFor = lookedFor
        self.earlier = earlier
        self.paths = paths
        self.checkpoint = checkpoint
        self.reader = reader
        self.size = size
        self.root = root
        self.headSize = headSize
    }

    /// Opens the store's present state. A store that does not exist is an empty one.
    /// - Parameter threads: How many threads read where the log's entries stand.
    /// - Throws: ``StoreError`` where the head or the places of its entries cannot be read.
    public static func open(at path: String, threads: Int = 1) throws(StoreError) -> EventStore {
        let paths = StorePaths(path)
        let head = try Head.read(paths)
        let size = head?.checkpoint.size ?? 0
        let files = BundleFiles(paths: paths, size: size)
        let table = try EntryTable.read(
            size: size, root: head?.checkpoint.root, paths: paths, files: files, threads: threads)
        return EventStore(
            paths: paths, checkpoint: head?.checkpoint, reader: LogReader(files: files, table: table), size: size,
            root: head?.checkpoint.root ?? TreeHasher.emptyRoot, headSize: size)
    }

    /// The head of a store, and the key that signs it where one does, without a look at the entries; nil while nothing was ever published.
    /// - Throws: ``StoreError`` where the head cannot be read.
    public static func head(at path: String) throws(StoreError) -> (checkpoint: Checkpoint, key: VerifierKey?)? {
        try Head.read(StorePaths(path)).map { ($0.checkpoint, $0.verifier) }
    }

    /// The state when the log had `size` entries; a later one must hold it, and the root is computed from its tiles.
    /// - Throws: ``StoreError/noSuchState(size:head:)`` where the log is smaller.
    public func atSize(_ size: Int) throws(StoreError) -> EventStore {
        guard size >= 0, size <= self.size else { throw .noSuchState(size: size, head: self.size) }
        var reader = reader
        reader.table.truncate(to: size)
        let root = try root(ofSize: size)
        let checkpoint = checkpoint.map { Checkpoint(origin: $0.origin, size: size, root: root) }
        return EventStore(paths: paths, checkpoint: checkpoint, reader: reader, size: size, root: root, headSize: headSize)
    }

    /// The head's note as it is published, with its signatures; nil while nothing was published or at an earlier size that was
    /// never a head.
    public func checkpointNote() throws(StoreError) -> [UInt8]? {
        if let kept = try Folder.read(paths.checkpoint(ofSize: size), atMost: 1_000_000) { return kept }
        guard let head = try Head.read(paths), head.checkpoint.size == size else { return nil }
        return head.bytes
    }

    /// The sizes whose checkpoints are kept, ascending.
    public func checkpointSizes() throws(StoreError) -> [Int] {
        try Folder.names(in: paths.checkpoints).compactMap { Int($0) }.filter { $0 <= size }.sorted()
    }

    /// The batches in order.
    public var batches: [BatchRecord] {
        get throws(StoreError) {
            var records: [BatchRecord] = []
            for entry in reader.table.batches { records.append(try reader.batch(entry)) }
            return records
        }
    }

    /// The rejects kept with a batch, in order of reading.
    public func rejects(of batch: BatchRecord) throws(StoreError) -> [Reject] {
        guard batch.firstEntry >= 0, batch.firstEntry <= batch.entry, batch.entry < size else {
            throw .noSuchState(size: batch.entry + 1, head: size)
        }
        return try reader.rejects(of: batch)
    }

    /// The raw bytes of an entry of the log.
    public func entry(_ index: Int) throws(StoreError) -> [UInt8] {
        guard index >= 0, index < size else { throw .noSuchState(size: index + 1, head: size) }
        return try reader.entry(index)
    }

    // MARK: EventSource

    /// The number of accepted events of a log.
    public func eventCount(of log: Log) -> Int { reader.table.events[Int(log.rawValue)] }

    /// The number of identifiers of a namespace.
    public func identifierCount(of namespace: Namespace) -> Int { Int(reader.table.known[Int(namespace.rawValue)]) }

    /// The number of blocks of a log.
    public func blockCount(of log: Log) -> Int { reader.table.blocksOfLog[Int(log.rawValue)].count }

    /// The ordinal of a block's first event.
    public func firstOrdinal(ofBlock block: Int, of log: Log) -> Int { place(block, log).header.firstOrdinal }

    /// The index in the log of a block's entry.
    public func entryIndex(ofBlock block: Int, of log: Log) -> Int { place(block, log).entry }

    private func place(_ block: Int, _ log: Log) -> EntryTable.Block {
        reader.table.blocks[reader.table.blocksOfLog[Int(log.rawValue)][block]]
    }

    /// Reads a block into `columns`; without `texts`, only the numbers are read.
    /// - Throws: ``StoreError`` where the block is damaged.
    public func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws {
        try reader.decode(place(block, log), texts: texts, into: columns)
    }

    /// Reads a block's identifiers of events, types, record times and numbers of subjects into `columns`.
    /// - Throws: ``StoreError`` where the block is damaged.
    public func readIdentifiers(ofBlock block: Int, of log: Log, into columns: EventColumns) throws {
        try reader.decodeIdentifiers(place(block, log), into: columns)
    }

    /// The bytes of an identifier.
    public func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8] {
        try reader.identifier(number, in: namespace)
    }

    /// Every identifier of a namespace in order of numbers.
    public func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8]) { try allIdentifiers(of: namespace) }

    /// The same, with the error that it throws.
    func allIdentifiers(of namespace: Namespace) throws(StoreError) -> (starts: [UInt32], bytes: [UInt8]) {
        // Who asks while they are read waits for them.
        try heldIdentifiers[Int(namespace.rawValue)].texts.withLock { held throws(StoreError) in
            if let held { return held }
            let all = try reader.identifiers(of: namespace, behind: earlier?.held(namespace))
            if all.bytes.count <= Self.mostHeldBytes { held = all }
            return all
        }
    }

    /// The identifiers of a namespace where they are held.
    private func held(_ namespace: Namespace) -> (starts: [UInt32], bytes: [UInt8])? {
        heldIdentifiers[Int(namespace.rawValue)].texts.withLock { $0 }
    }

    /// Reads the identifiers of namespaces that have few, to hold them for whoever asks next, of this state or of one that follows. What
    /// cannot be read is read again then.
    public func holdIdentifiers() {
        for namespace in [Namespace.facility, .community] where identifierCount(of: namespace) <= Self.mostHeldBytes / 32 {
            _ = try? identifiers(of: namespace)
        }
    }

    /// The identifiers of some numbers, ascending.
    public func identifiers(_ numbers: ArraySlice<UInt32>, in namespace: Namespace) throws -> (starts: [Int], bytes: [UInt8]) {
        try heldIdentifiers(numbers, in: namespace) ?? reader.identifiers(numbers, in: namespace)
    }

    /// The same where they are held; else nil.
    func heldIdentifiers(
        _ numbers: ArraySlice<UInt32>, in namespace: Namespace
    ) throws(StoreError) -> (starts: [Int], bytes: [UInt8])? {
        guard let held = held(namespace) else { return nil }
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        found.starts.reserveCapacity(numbers.count + 1)
        for number in numbers {
            guard Int(number) + 1 < held.starts.count else { throw LogReader.noSuchIdentifier }
            found.bytes.append(contentsOf: held.bytes[Int(held.starts[Int(number)])..<Int(held.starts[Int(number) + 1])])
            found.starts.append(found.bytes.count)
        }
        return found
    }

    /// The identifiers of the events in some rows of a block, ascending.
    public func eventIdentifiers(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8]) {
        try reader.eventIdentifiers(rows, of: place(block, log))
    }

    /// The details of the events in some rows of a block, ascending.
    public func eventDetails(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8]) {
        try reader.eventDetails(rows, of: place(block, log))
    }
}

/// The identifiers of a namespace where they are held.
private final class HeldIdentifiers: Sendable {
    let texts = Mutex<(starts: [UInt32], bytes: [UInt8])?>(nil)
}
