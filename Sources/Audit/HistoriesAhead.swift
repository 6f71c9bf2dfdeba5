import Dispatch
public import EventStore
public import Projections
import Synchronization

/// Histories and sums of a state of a log, read on a thread of their own while something else is done: for a later state of the same log,
/// whose root vouches for them as it does for what is read then.
public final class HistoriesAhead: Sendable {
    private let files = Mutex<[Range<Int>: HistoryKeeper.Opened]>([:])
    private let kept = Mutex<DaySums?>(nil)
    private let filesAreRead = DispatchGroup()
    private let sumsAreRead = DispatchGroup()

    /// Begins to read the histories of a store and, with everything known, the sums that answer a request.
    ///
    /// - Parameter program: The version of the program.
    public init(_ store: EventStore, _ request: ProjectionRequest, by program: String) {
        filesAreRead.enter()
        sumsAreRead.enter()
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let keeper = HistoryKeeper(store, threads: 1)
            // What cannot be read now is asked for again by whoever needs it, who then says so.
            let opened = (try? keeper.openedFiles()) ?? [:]
            files.withLock { $0 = opened }
            filesAreRead.leave()
            if request.knownAt == nil {
                let sums = try? keeper.sums(for: request, by: program)
                kept.withLock { $0 = sums }
            }
            sumsAreRead.leave()
        }
    }

    /// An open file of histories.
    func file(_ entries: Range<Int>) -> HistoryKeeper.Opened? {
        filesAreRead.wait()
        return files.withLock { $0[entries] }
    }

    /// The sums.
    var sums: DaySums? {
        sumsAreRead.wait()
        return kept.withLock { $0 }
    }

    /// Forgets the sums: better ones took their place.
    func forgetSums() {
        sumsAreRead.wait()
        kept.withLock { $0 = nil }
    }
}
