import Synchronization

/// Items of work of the appending thread, of which a thread that would wait takes its share.
///
/// The body lives as long as the call that shares it: ``IngestRun`` waits until nobody is at it any more.
final class SharedWork: @unchecked Sendable {
    private let items: Int
    private let body: (Int) -> Void
    /// Whether a thread that could read on does that first: what comes behind this work needs what is still to be read.
    let isAhead: Bool
    private let next = Atomic<Int>(0)
    /// How many threads beside the appending one are at it; guarded by the run's monitor.
    var helpers = 0

    init(_ items: Int, isAhead: Bool, _ body: @escaping (Int) -> Void) {
        self.items = items
        self.isAhead = isAhead
        self.body = body
    }

    /// Whether items are left that nobody has begun.
    var isOpen: Bool { next.load(ordering: .relaxed) < items }

    /// Does items until none is left.
    func help() {
        while case let item = next.wrappingAdd(1, ordering: .relaxed).oldValue, item < items { body(item) }
    }
}
