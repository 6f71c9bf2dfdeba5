import Dispatch
public import EventStore
import Projections
import Synchronization

/// Histories and sums of a state of a log, read on a thread of their own while something else is done: for a later state of the same log,
/// whose root vouches for them as it does for what is read then.
public final class HistoriesAhead: Sendable {
    private let files = Mutex<[Range<Int>: HistoryKeeper.Opened]>([:])
    private let kept = Mutex<DaySums?>(nil)
    /// Whether sums were asked for and not found.
    private let isWithout = Atomic(false)
    /// What is to be read, until that is begun.
    private let wanted: Mutex<(store: EventStore, withSums: Bool, listsFindings: Bool)?>
    private let filesAreRead = DispatchGroup()
    private let sumsAreRead = DispatchGroup()

    /// The histories of a store and, where asked for, its sums, of whatever day and communities they are: where they are of others than the
    /// report's, a fold makes all anew, and to have read them costs little beside that. They are read from ``begin()`` on, or from when
    /// they are asked for.
    ///
    /// - Parameter listsFindings: Whether the report will list findings, and not only count them.
    public init(_ store: EventStore, withSums: Bool, listsFindings: Bool) {
        wanted = Mutex((store, withSums, listsFindings))
    }

    /// Nothing, where there is no such state yet: it will hold the sums that are made.
    public init() { wanted = Mutex(nil) }

    /// Begins to read them, unless that was done.
    public func begin() {
        let begun = wanted.withLock { wanted in
            defer { wanted = nil }
            guard let wanted else { return wanted }
            // Whoever asks from now on waits.
            filesAreRead.enter()
            sumsAreRead.enter()
            return wanted
        }
        guard let (store, withSums, listsFindings) = begun else { return }
        DispatchQueue(label: "tuowei.ahead", qos: .userInitiated).async { [self] in
            read(store, withSums: withSums, listsFindings: listsFindings)
        }
    }

    private func read(_ store: EventStore, withSums: Bool, listsFindings: Bool) {
        let keeper = HistoryKeeper(store, threads: 1)
        // What cannot be read now is asked for again by whoever needs it, who then says so.
        let opened = (try? keeper.openedFiles()) ?? [:]
        files.withLock { $0 = opened }
        filesAreRead.leave()
        if withSums {
            let sums = try? keeper.sums(listsFindings: listsFindings)
            isWithout.store(sums == nil, ordering: .relaxed)
            kept.withLock { $0 = sums }
        }
        sumsAreRead.leave()
    }

    /// An open file of histories.
    func file(_ entries: Range<Int>) -> HistoryKeeper.Opened? {
        begin()
        filesAreRead.wait()
        return files.withLock { $0[entries] }
    }

    /// The sums, for whoever asks first: nobody holds them for another, so that what is done with of them is gone.
    func takeSums() -> DaySums? {
        begin()
        sumsAreRead.wait()
        return kept.withLock { kept in
            defer { kept = nil }
            return kept
        }
    }

    /// Whether there were no sums, or none that hold what was written.
    var foundNoSums: Bool {
        begin()
        sumsAreRead.wait()
        return isWithout.load(ordering: .relaxed)
    }

    /// Whether it is known by now that there are none.
    var isKnownToBeWithout: Bool { isWithout.load(ordering: .relaxed) }

    /// Holds sums that took the place of those.
    func hold(_ sums: DaySums) {
        begin()
        sumsAreRead.wait()
        kept.withLock { $0 = sums }
        isWithout.store(false, ordering: .relaxed)
    }
}
