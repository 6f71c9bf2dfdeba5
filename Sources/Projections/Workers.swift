import Dispatch
import Synchronization

/// Work spread over threads.
///
/// Items are taken in order by whoever is free. A body may write only what belongs to its worker or to its item; what it reads must
/// not change meanwhile. Then the result does not depend on the number of threads as long as merging the workers' parts is
/// commutative.
enum Workers {
    /// Calls `body(worker, item)` for every item, with workers from 0 to before `threads`. Where bodies throw, the error of the
    /// first such item is thrown on, so that the message is the same for any number of threads.
    static func run(_ threads: Int, items: Int, _ body: (_ worker: Int, _ item: Int) throws -> Void) throws {
        let workers = min(threads, items)
        if workers <= 1 {
            for item in 0..<items { try body(0, item) }
            return
        }
        let next = Atomic<Int>(0)
        let failure = Mutex<(item: Int, error: any Error)?>(nil)
        withoutActuallyEscaping(body) { body in
            // The rule above is what makes sharing the body sound; the compiler cannot see it.
            nonisolated(unsafe) let body = body
            DispatchQueue.concurrentPerform(iterations: workers) { worker in
                while true {
                    let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard item < items else { return }
                    do {
                        try body(worker, item)
                    } catch {
                        failure.withLock { if $0.map({ item < $0.item }) ?? true { $0 = (item, error) } }
                        next.store(items, ordering: .relaxed)
                        return
                    }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }

    /// Calls `first` on a thread of its own beside `second`, where there are some. Unlike items of ``run(_:items:_:)``, each may spread over
    /// threads as it would alone.
    static func pair<First, Second>(
        _ threads: Int, _ first: () -> First, _ second: () throws -> Second
    ) throws -> (First, Second) {
        guard threads > 1 else { return (first(), try second()) }
        return try withoutActuallyEscaping(first) { first in
            // It is called once, and nothing that one of the two changes is the other's.
            nonisolated(unsafe) let first = first
            nonisolated(unsafe) var one: First?
            let group = DispatchGroup()
            DispatchQueue(label: "tuowei.beside", qos: .userInitiated).async(group: group) { one = first() }
            let other = Result { try second() }
            group.wait()
            return (one ?? first(), try other.get())
        }
    }
}
