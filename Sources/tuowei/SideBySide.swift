import Dispatch
import Synchronization

/// Makes the first thing on a thread of its own beside the second one, where there are some; the first one's error goes before the
/// second one's.
func sideBySide<First, Second>(
    _ first: () throws -> First, _ second: () throws -> Second, threads: Int
) throws -> (First, Second) {
    guard threads > 1 else { return (try first(), try second()) }
    return try withoutActuallyEscaping(first) { first in
        try withoutActuallyEscaping(second) { second in
            // Each is called once, and nothing that one of them changes is the other's.
            nonisolated(unsafe) let (first, second) = (first, second)
            nonisolated(unsafe) var one: Result<First, any Error>?
            // Whatever spreads over threads within the second one may do so freely, which it could not within a spread of two. A queue of its
            // own has a thread beside the ones that such a spread takes: one that waits for the disk is none of these.
            let group = DispatchGroup()
            DispatchQueue(label: "tuowei.beside", qos: .userInitiated).async(group: group) { one = Result { try first() } }
            let other = Result { try second() }
            group.wait()
            guard let one else { throw CancellationError() }
            return (try one.get(), try other.get())
        }
    }
}

/// What is made when it is first asked for, once; whoever else asks meanwhile waits.
final class Once<Value: Sendable>: Sendable {
    private let state: Mutex<(value: Value?, make: @Sendable () throws -> Value)>

    init(_ make: @escaping @Sendable () throws -> Value) { state = Mutex((nil, make)) }

    func value() throws -> Value {
        try state.withLock { state in
            if let value = state.value { return value }
            let value = try state.make()
            state.value = value
            return value
        }
    }
}
