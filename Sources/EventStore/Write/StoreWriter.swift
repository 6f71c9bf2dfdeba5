import Dispatch
public import Events
import Synchronization

/// Appends batches to a store. It holds the store's lock while it lives; one thread at a time uses it.
///
/// A batch is all or nothing: ``beginBatch(keepingConflicts:)``, ``append(_:entry:)`` for each block in order of reading,
/// ``settleBatch()`` for what came of it, then ``commitBatch(_:rejects:)`` or ``rollbackBatch()``. Committed batches become visible
/// with ``publish()``; commits do so by themselves once enough is pending. A writer that has failed is of no further use; what was
/// published stands.
public final class StoreWriter {
    /// Pending bytes of entries from which on a commit publishes. A measure of the log alone, so the heads of a run do not depend
    /// on speed or threads.
    static let publishingThreshold = 64 << 20

    let paths: StorePaths
    private var lock: StoreLock?
    /// The log's name.
    public let origin: String
    let signer: SigningKey?
    var reader: LogReader
    /// The state in which the writer began, where somebody had read it.
    private(set) var known: EventStore?
    let pending: PendingLog
    /// The head's size and root when the writer began, and how long each ``HashedList`` was, by place.
    let opened: (size: Int, root: Digest, counts: [Int])
    /// The number of kept checkpoints that were signed anew because the log was given a key; 0: none had to be.
    public let resigned: Int
    let block = PendingBlock()

    /// Threads that are lent to the writer for what can be done side by side; nil: none. What it writes does not depend on them.
    public var sideBySide: SideBySide? {
        didSet { pending.writesBeside = sideBySide != nil }
    }

    /// Gives threads for what can be done before all blocks of a batch have come, as long as more are read; nil: none. What the writer writes
    /// does not depend on them.
    public var besideReading: (() -> SideBySide?)?

    /// Is told when what the store knows of some blocks is found: absorbing them, which comes next, is one thread's work.
    public var onFound: (() -> Void)?

    /// The state of a batch in progress.
    struct Batch {
        let mark: PendingLog.Mark
        let entries: Int
        let events: [Int]
        let identifiers: [Int]
        let keptConflicts: Int
        var outcome = BatchOutcome()
        var blocks = 0
        var isSettled = false
    }
    var batch: Batch?
    /// Why the writer is of no further use, if it is not.
    var failure: String?

    /// Tables of events by log and of identifiers by namespace; made when the first batch comes.
    var events: [EventTable] = []
    var identifiers: [IdentifierTable] = []
    /// The side files of hashes, by ``HashedList/place``.
    var columns: [HashColumn] = []
    /// The side file of the entries' places; read when the first batch comes.
    var places: PlacesFile?
    /// Whether a side file could not be written: what it lacks is left to the next writer.
    var hasColumnsBehind = false
    /// Whether the side files were brought up to the log, whatever an interrupted writer had left of them.
    var haveColumnsCaughtUp = false
    /// Whether a side file was written.
    var haveColumnsChanged = false
    /// By log: the targets of voids that were looked for in the passes over the stored hashes.
    var lookedFor = Log.allCases.map { _ in LookedFor() }
    /// Blocks that wait for a pass over the stored hashes.
    var waiting: [(block: ParsedBlock, number: Int, entry: String)] = []
    var waitingRows = 0
    /// With fewer events of a log than this, what they could repeat is looked for with all else: a pass takes as long for a few.
    var fewestAhead = 1 << 13
    /// By log: what was found for the first of its blocks that wait.
    var foundAhead: [FoundAhead?] = Log.allCases.map { _ in nil }
    /// Events of the batch put aside until what they are likely duplicates of is read.
    var likely = LikelyDuplicates()
    /// Those of them that are new, a block each: of two identifiers of one hash, the second.
    var unlike: [(block: ParsedBlock, number: Int, entry: String)] = []
    /// The block of the log compared last.
    var comparedLast: StoredBlock?

    private var archives: Set<Digest> = []
    private var sizes: Set<Int> = []

    private init(
        paths: StorePaths, lock: StoreLock, origin: String, signer: SigningKey?, resigned: Int, reader: LogReader, edge: TreeEdge
    ) throws(StoreError) {
        self.paths = paths
        self.lock = lock
        self.origin = origin
        self.signer = signer
        self.resigned = resigned
        self.reader = reader
        pending = PendingLog(paths: paths, edge: edge)
        opened = (edge.size, edge.root(TreeHasher()), HashedList.all.map { $0.count(reader.table) })
        for entry in reader.table.batches { remember(try reader.batch(entry)) }
    }

    /// Opens a store to append to it, and makes it where there is none; what an interrupted writer left behind is removed.
    ///
    /// - Parameters:
    ///   - path: The store's folder.
    ///   - origin: The log's name, used where the log has no checkpoint yet; ``Checkpoint/problem(inOrigin:)`` says what it may be.
    ///   - signer: The log's key. It must bear the log's name. Given for a log that is unsigned so far, it signs all kept
    ///     checkpoints anew.
    ///   - known: The store as somebody has read it just now, from which the places of entries are taken where it still stands so.
    ///   - threads: How many threads read where the log's entries stand.
    /// - Throws: ``StoreError/locked(path:holder:)`` while another writer holds the store; ``StoreError/keyNeeded(name:)`` for a
    ///   signed log without `signer`; any other ``StoreError`` where the store cannot be read or written.
    public static func open(
        at path: String, origin: String, signer: SigningKey? = nil, knowing known: EventStore? = nil, threads: Int = 1
    ) throws(StoreError) -> StoreWriter {
        let paths = StorePaths(path)
        try Folder.makeDurable(paths.root)
        let lock = try StoreLock(paths)
        try Folder.makeDurable(paths.log)
        try Folder.makeDurable(paths.index)
        let head = try Recovery.run(paths)
        let name = head?.checkpoint.origin ?? origin
        if let problem = keyProblem(name, head, signer) {
            lock.noteNothingDone()
            throw problem
        }
        let size = head?.checkpoint.size ?? 0
        let files = BundleFiles(paths: paths, size: size)
        let isKnown = known.map { $0.paths == paths && $0.size == size && $0.root == head?.checkpoint.root } ?? false
        let table =
            if isKnown, let known {
                known.reader.table
            } else {
                try EntryTable.read(size: size, root: head?.checkpoint.root, paths: paths, files: files, threads: threads)
            }
        let edge = try TileReader(paths: paths, size: size).edge(ofSize: size)
        if let head, edge.root(TreeHasher()) != head.checkpoint.root {
            throw .damaged(file: paths.tiles, offset: nil, problem: "the tiles do not give the root of the checkpoint")
        }
        var resigned = 0
        if let signer, let head, head.verifier == nil { resigned = try Resigning.run(paths, signer, size: size) }
        let writer = try StoreWriter(
            paths: paths, lock: lock, origin: name, signer: signer, resigned: resigned, reader: LogReader(files: files, table: table),
            edge: edge)
        if isKnown { writer.known = known }
        return writer
    }

    /// Why the log of this name cannot be written to with this key or without one; nil: it can.
    private static func keyProblem(_ name: String, _ head: Head?, _ signer: SigningKey?) -> StoreError? {
        if let problem = Checkpoint.problem(inOrigin: name) { return .badOrigin(problem: problem) }
        if let signer, signer.verifier.name != name { return .wrongKey(expected: name, given: signer.verifier.name) }
        guard let key = head?.verifier else { return nil }
        guard let signer else { return .keyNeeded(name: key.name) }
        return signer.verifier == key ? nil : .wrongKey(expected: key.description, given: signer.verifier.description)
    }

    /// The number of entries, pending ones included.
    public var size: Int { pending.size }

    /// The number of events of a log, pending ones included.
    public func eventCount(of log: Log) -> Int { reader.table.events[Int(log.rawValue)] }

    /// What is published, for reading: nothing that the writer knows of it is read again.
    public func published() throws(StoreError) -> EventStore {
        guard batch == nil, pending.size == pending.published else { throw .unusable(reason: "something is not published yet") }
        let (size, root) = (pending.published, pending.edge.root(TreeHasher()))
        return EventStore(
            paths: paths, checkpoint: size > 0 ? Checkpoint(origin: origin, size: size, root: root) : nil,
            reader: LogReader(files: BundleFiles(paths: paths, size: size), table: reader.table), size: size, root: root, headSize: size,
            lookedFor: lookedFor, behind: known)
    }

    /// Whether the log has a batch of the archive with this digest, under whatever name.
    public func contains(archive sha256: Digest) -> Bool { archives.contains(sha256) }

    /// Digests and sizes of the archives that the log has a batch of now: a value, which other threads may look into while the log grows. Of
    /// an archive of another size the digest need not be known beforehand.
    public var archivesHeld: (digests: Set<Digest>, sizes: Set<Int>) { (archives, sizes) }

    /// Lets the store go: the lock is free for another writer, and what was not published is gone.
    public func close() {
        if failure == nil, lock != nil, (try? endWell()) != nil {
            if haveColumnsCaughtUp { lock?.noteEndedWell() } else { lock?.noteNothingDone() }
        }
        failure = failure ?? "it was closed"
        lock = nil
    }

    /// Takes back what is not published and makes durable what was derived: from here on, nothing lies about that the next writer has
    /// to see to.
    private func endWell() throws(StoreError) {
        if pending.hasBegun {
            try? pending.flush()
            try Recovery.clearPending(paths)
        }
        guard !hasColumnsBehind else { throw .unusable(reason: "a side file could not be written") }
        if haveColumnsChanged {
            // All at once: a disk takes hardly longer for nine files than for one.
            let (columns, places) = (columns, places)
            let failure = Mutex<StoreError?>(nil)
            DispatchQueue.concurrentPerform(iterations: columns.count + 1) { place in
                do throws(StoreError) {
                    if place < columns.count { try columns[place].synchronize() } else { try places?.synchronize() }
                } catch {
                    failure.withLock { $0 = $0 ?? error }
                }
            }
            if let failure = failure.withLock({ $0 }) { throw failure }
            try Folder.synchronize(paths.index)
        }
    }

    func remember(_ record: BatchRecord) {
        archives.insert(record.sha256)
        sizes.insert(record.size)
    }

    /// Runs a step that must not be left half done: if it fails, the writer is of no further use.
    func step<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        if let failure { throw .unusable(reason: failure) }
        do throws(StoreError) {
            return try body()
        } catch {
            failure = error.description
            throw error
        }
    }
}
