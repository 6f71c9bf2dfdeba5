import Events
import Glibc

/// Files of a store that another room derives from the log and keeps below the store's folder.
public struct DerivedFiles: Sendable {
    /// The folder below the store's, or the file.
    public let folder: String
    /// Checks every file below the folder against the log: how many checks were made, and what is wrong.
    public let check: @Sendable (EventStore) throws -> (checks: Int, faults: [StoreFault])

    /// Derived files and how they are checked.
    public init(folder: String, check: @escaping @Sendable (EventStore) throws -> (checks: Int, faults: [StoreFault])) {
        self.folder = folder
        self.check = check
    }
}

/// Checks a store from the raw bytes of its entries, believing no hash that it keeps.
///
/// Every file is looked at. What a writer that is at work or was interrupted has left beyond the head is told apart: the lock file
/// says whether there is such a writer.
public struct StoreCheck {
    let paths: StorePaths
    private let derived: [DerivedFiles]
    private let seen: [SeenCheckpoint]
    private let verifier: VerifierKey?
    private let threads: Int
    private let progress: Progress

    /// Hears of so many more bytes of the log's bundles that are to be read, or were; from several threads.
    public typealias Progress = @Sendable (_ toRead: Int, _ read: Int) -> Void

    /// A check of the store at `path`.
    ///
    /// - Parameters:
    ///   - derived: What other rooms keep in the store.
    ///   - seen: Checkpoints that an auditor kept; the log must extend each.
    ///   - verifier: The key that an auditor kept; the log must be signed by it.
    ///   - progress: Hears of what is done.
    public init(
        at path: String, derived: [DerivedFiles] = [], seen: [SeenCheckpoint] = [], verifier: VerifierKey? = nil, threads: Int = 1,
        progress: @escaping Progress = { _, _ in }
    ) {
        paths = StorePaths(path)
        self.derived = derived
        self.seen = seen
        self.verifier = verifier
        self.threads = max(1, threads)
        self.progress = progress
    }

    /// Checks everything. A store that a writer moves on meanwhile is looked at again.
    public func run() -> StoreOutcome {
        for _ in 0..<4 {
            let before = lastWriting()
            let outcome = runOnce()
            if outcome.isSound || before == lastWriting() { return outcome }
        }
        return runOnce()
    }

    /// What changes with every writer that comes or goes: the head, and when the lock's line was last written, which a fold does that
    /// moves no head.
    private func lastWriting() -> [Int] {
        var status = stat()
        guard stat(paths.lock, &status) == 0 else { return [] }
        let head = (try? Folder.read(paths.checkpoint, atMost: 1_000_000)) ?? []
        return head.map(Int.init) + [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    private func runOnce() -> StoreOutcome {
        var state = CheckState(paths: paths)
        state.lookForWriter()
        state.expect(paths.places)
        do {
            let head = try CheckpointCheck.head(&state)
            guard let head else { return state.outcome }
            let log = EntryCheck(state, size: head.checkpoint.size, threads: threads, progress: progress)
            let entries = log.run(&state)
            guard let entries else {
                FileCheck.run(&state, head: head, derived: derived, tree: nil)
                return state.outcome
            }
            let tree = CheckedTree(entries.leaves, states: state.keptSizes)
            state.outcome.root = tree.root
            EntryCheck.compareRoot(&state, head, entries, tree)
            CheckpointCheck.kept(&state, head, tree, entries.table)
            CheckpointCheck.audit(&state, head, tree, seen: seen, verifier: verifier)
            TileCheck.run(&state, head, tree)
            EntryCheck.comparePartialBundles(&state, head, entries)
            CheckpointCheck.consistency(&state, head)
            BatchCheck.run(&state, entries.table, size: head.checkpoint.size)
            HashColumnCheck.finish(&state, entries, tree)
            PlacesCheck.run(&state, entries.table, tree)
            FileCheck.run(&state, head: head, derived: derived, tree: tree)
            if state.outcome.faults.isEmpty { checkDerived(&state) }
        } catch {
            state.add(StoreFault(error, file: paths.root))
        }
        return state.outcome
    }

    private func checkDerived(_ state: inout CheckState) {
        for files in derived {
            do {
                let (checks, faults) = try files.check(try EventStore.open(at: paths.root))
                state.outcome.count(.derived, checks)
                // What is derived is made anew from the log where it does not fit, so an interrupted writer may leave it behind.
                for fault in faults { state.addDerived(fault) }
            } catch let error as StoreError {
                state.add(StoreFault(error, file: paths.root + "/" + files.folder))
            } catch {
                state.add(StoreFault(file: paths.root + "/" + files.folder, problem: "\(error)"))
            }
        }
    }
}

/// A state of the log that an auditor kept, from a checkpoint's note or a report's manifest.
public struct SeenCheckpoint: Sendable {
    /// Where it comes from, for messages.
    public let file: String
    /// The state.
    public let checkpoint: Checkpoint
    /// The note with its signatures, where it was kept as one.
    public let note: SignedNote?
    /// The key that had signed the log then, as far as what was kept says so.
    public let signedBy: VerifierKey?

    /// A state with its origin.
    public init(file: String, checkpoint: Checkpoint, note: SignedNote? = nil, signedBy: VerifierKey? = nil) {
        self.signedBy = signedBy
        self.file = file
        self.checkpoint = checkpoint
        self.note = note
    }
}

/// What a check has found so far.
struct CheckState {
    let paths: StorePaths
    var outcome = StoreOutcome()
    /// The sizes in the names of the kept checkpoints, ascending.
    var keptSizes: [Int] = []
    /// Files below the store's folder that a check has accounted for, by their path in it.
    var expected: Set<String> = []
    private var isInterrupted = false

    init(paths: StorePaths) { self.paths = paths }

    /// Whether a writer is at work or was interrupted.
    mutating func lookForWriter() {
        expected.insert("lock")
        do throws(StoreError) {
            guard let bytes = try Folder.read(paths.lock, atMost: 4096), !bytes.isEmpty else { return }
            guard let line = LockLine(bytes) else {
                return add(StoreFault(file: paths.lock, offset: 0, problem: "it is neither empty nor the line of a writer"))
            }
            isInterrupted = true
            outcome.writer = line.words
        } catch {
            add(StoreFault(error, file: paths.lock))
        }
    }

    mutating func add(_ fault: StoreFault) { outcome.faults.append(fault) }

    /// Something that an interrupted writer may have left, and that the next one removes or makes anew.
    mutating func addLeftover(_ fault: StoreFault) {
        if isInterrupted { outcome.leftovers.append(fault) } else { outcome.faults.append(fault) }
    }

    /// Something wrong in a derived file.
    mutating func addDerived(_ fault: StoreFault) { addLeftover(fault) }

    /// A path below the store's folder, as ``expected`` holds it.
    func relative(_ path: String) -> String { String(path.dropFirst(paths.root.count + 1)) }
    mutating func expect(_ path: String) { expected.insert(relative(path)) }
}
