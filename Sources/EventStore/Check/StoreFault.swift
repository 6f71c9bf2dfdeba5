public import Events

/// Something wrong in a store: the file, where in it (bytes from its start, where known), and what.
public struct StoreFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path.
    public let file: String
    /// The first byte that is wrong, where one can be named.
    public let offset: Int?
    /// What is wrong. It holds no value of an event.
    public let problem: String

    /// A fault with its place.
    public init(file: String, offset: Int? = nil, problem: String) {
        self.file = file
        self.offset = offset
        self.problem = problem
    }

    /// The same as an error says it.
    init(_ error: StoreError, file: String) {
        switch error {
        case .damaged(let file, let offset, let problem): self.init(file: file, offset: offset, problem: problem)
        case .badCheckpoint(let file, let problem): self.init(file: file, problem: "not a valid checkpoint: \(problem)")
        case .badKey(let path, let problem): self.init(file: path, problem: problem)
        case .system(let operation, let path, let code): self.init(file: path, problem: StoreError.words(operation, code))
        default: self.init(file: file, problem: error.description)
        }
    }

    /// Where, what.
    public var description: String { "\(file)\(offset.map { ", byte \($0)" } ?? ""): \(problem)" }
}

/// What came of checking a store.
public struct StoreOutcome: Sendable {
    /// The kinds of checks, in the order in which they are made and told.
    public enum Check: String, Sendable, CaseIterable {
        /// Entries hashed anew from their raw bytes.
        case entries
        /// Files of entry bundles: their lengths add up, and partial ones are the beginnings of what is there now.
        case bundles
        /// Files of hash tiles, compared with the hashes of the entries.
        case tiles
        /// Published checkpoints: their form, their root, and the log's key.
        case checkpoints
        /// Signatures of the log's key.
        case signatures
        /// Proofs that one checkpoint's log is a beginning of another's.
        case consistency
        /// Batch records: their entries follow one another, and their counts are those of the entries.
        case batches
        /// Events decoded.
        case events
        /// Derived files that speed up the work, compared with the log.
        case derived
        /// Checkpoints and keys that an auditor kept.
        case kept
        /// Files of the store, each expected.
        case files
    }

    /// How many checks of each kind were made.
    public internal(set) var counts: [Check: Int] = [:]
    /// What is wrong, in the order in which it was found.
    public internal(set) var faults: [StoreFault] = []
    /// What is left of a writer that is at work or was interrupted; the next one removes it.
    public internal(set) var leftovers: [StoreFault] = []
    /// What the lock file says of such a writer; nil: none.
    public internal(set) var writer: String?
    /// The head.
    public internal(set) var checkpoint: Checkpoint?
    /// The key that signs the log; nil while it is unsigned.
    public internal(set) var verifier: VerifierKey?
    /// The root computed from the raw bytes of every entry.
    public internal(set) var root: Digest?

    /// All checks made.
    public var total: Int { counts.values.reduce(0, +) }
    /// Whether checks were made and found nothing wrong.
    public var isSound: Bool { faults.isEmpty && total > 0 && checkpoint != nil }

    /// Counts checks made.
    mutating func count(_ check: Check, _ more: Int = 1) { counts[check, default: 0] += more }
}
