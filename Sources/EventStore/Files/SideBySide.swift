import Dispatch
import Synchronization

/// Calls a body once for each of so many items, from several threads where whoever lends them has them free, and returns when all are
/// done. A body writes only what belongs to its item, so that what comes of it depends on no number of threads.
public typealias SideBySide = (_ items: Int, _ body: (_ item: Int) -> Void) -> Void

/// Calls a body for one item after the other.
func oneByOne(_ items: Int, _ body: (_ item: Int) -> Void) {
    for item in 0..<items { body(item) }
}

/// Calls bodies on so many threads.
public func onThreads(_ threads: Int) -> SideBySide {
    { items, body in
        guard threads > 1, items > 1 else { return oneByOne(items, body) }
        withoutActuallyEscaping(body) { body in
            let turns = Turns(items, body)
            DispatchQueue.concurrentPerform(iterations: min(threads, items)) { _ in turns.take() }
        }
    }
}

/// Calls bodies on so many threads, the caller's among them, where the caller is itself one of those that ``onThreads(_:)`` or the like
/// called: within such a spread another one gets no further thread.
public func onThreadsOfItsOwn(_ threads: Int) -> SideBySide {
    { items, body in
        guard threads > 1, items > 1 else { return oneByOne(items, body) }
        withoutActuallyEscaping(body) { body in
            let turns = Turns(items, body)
            let group = DispatchGroup()
            for _ in 1..<min(threads, items) {
                DispatchQueue(label: "tuowei.store.beside", qos: .userInitiated).async(group: group) { turns.take() }
            }
            turns.take()
            group.wait()
        }
    }
}

/// Items that are each some thread's.
private final class Turns: @unchecked Sendable {
    // What the type demands of a body is what makes sharing it sound; the compiler cannot see it.
    private let body: (Int) -> Void
    private let items: Int
    private let next = Atomic<Int>(0)

    init(_ items: Int, _ body: @escaping (Int) -> Void) { (self.items, self.body) = (items, body) }

    func take() {
        while case let item = next.wrappingAdd(1, ordering: .relaxed).oldValue, item < items { body(item) }
    }
}

/// What a body that runs side by side gives for each item.
func gathered<Value>(_ items: Int, _ sideBySide: @escaping SideBySide, _ body: (_ item: Int) -> Value) -> [Value] {
    [Value](unsafeUninitializedCapacity: items) { values, count in
        guard let start = values.baseAddress else { return }
        sideBySide(items) { item in (start + item).initialize(to: body(item)) }
        count = items
    }
}
