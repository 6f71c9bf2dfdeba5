import Dispatch
import Synchronization

/// Makes two things on two threads where there are some; the first one's error goes before the second one's.
func sideBySide<First, Second>(
    _ first: () throws -> First, _ second: () throws -> Second, threads: Int
) throws -> (First, Second) {
    guard threads > 1 else { return (try first(), try second()) }
    return try withoutActuallyEscaping(first) { first in
        try withoutActuallyEscaping(second) { second in
            // Each is called once, and nothing that one of them changes is the other's.
            nonisolated(unsafe) let (first, second) = (first, second)
            nonisolated(unsafe) var (one, other): (Result<First, any Error>?, Result<Second, any Error>?) = (nil, nil)
            DispatchQueue.concurrentPerform(iterations: 2) { item in
                if item == 0 { one = Result { try first() } } else { other = Result { try second() } }
            }
            guard let one, let other else { throw CancellationError() }
            return (try one.get(), try other.get())
        }
    }
}
