import Synchronization

/// How much of its work a stage has done, for whoever shows it. It is told so once a block, partition or file, and changes nothing of
/// what is made.
public final class WorkCounter: Sendable {
    /// A kind of work.
    public enum Kind: Int, CaseIterable, Sendable {
        /// Bytes of archives read.
        case archiveBytes
        /// Events of them appended.
        case eventsAppended
        /// Bytes of the log, or of what is derived from it, read to check them.
        case checkedBytes
        /// Events read from the log.
        case eventsRead
        /// Events put in order of subjects, and written so or folded.
        case eventsFolded
        /// Files of a report made.
        case files
        /// The time that it takes to make them, about: a table is more work than a page, and a workbook more than both.
        case fileWork
        /// Bytes in them.
        case fileBytes
        /// Files brought to the disk.
        case filesKept
    }

    /// How much there is of a kind of work, and how much of it is done.
    public struct Amount: Sendable, Hashable {
        /// Done so far; never more than expected where something is.
        public var done: Int
        /// How much there is; 0 where nobody can foresee it.
        public var expected: Int

        /// An amount.
        public init(done: Int = 0, expected: Int = 0) {
            self.done = done
            self.expected = expected
        }
    }

    private let state = Mutex([Amount](repeating: Amount(), count: Kind.allCases.count))
    private let about = Mutex((events: 0, isComplete: true))

    /// A counter of a stage that has nothing to do yet.
    public init() {}

    /// So much more is to be done, or less where it was expected too high.
    public func expect(_ kind: Kind, _ count: Int) {
        state.withLock { $0[kind.rawValue].expected += count }
    }

    /// So much more was done. Beyond what is expected nothing counts: a block may be read a second time for its texts.
    public func add(_ kind: Kind, _ count: Int) {
        state.withLock { amounts in
            let done = amounts[kind.rawValue].done + count
            amounts[kind.rawValue].done = Self.done(done, amounts[kind.rawValue])
        }
    }

    /// So much was done from the beginning.
    public func reach(_ kind: Kind, _ count: Int) {
        state.withLock { amounts in
            amounts[kind.rawValue].done = Self.done(count, amounts[kind.rawValue])
        }
    }

    private static func done(_ count: Int, _ amount: Amount) -> Int { amount.expected > 0 ? min(amount.expected, count) : count }

    /// All that was expected of these kinds is done, or was not needed.
    public func finish(_ kinds: Kind...) {
        state.withLock { amounts in for kind in kinds { amounts[kind.rawValue].done = amounts[kind.rawValue].expected } }
    }

    /// How many events the stage is about, each of which may be read and folded more than once.
    public var events: Int {
        get { about.withLock { $0.events } }
        set { about.withLock { $0.events = newValue } }
    }

    /// Whether all that is to be done is expected already, so that the time left can be told.
    public var isComplete: Bool {
        get { about.withLock { $0.isComplete } }
        set { about.withLock { $0.isComplete = newValue } }
    }

    /// How much of each kind is done.
    public var amounts: [Kind: Amount] {
        let amounts = state.withLock { $0 }
        return Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, amounts[$0.rawValue]) })
    }
}
