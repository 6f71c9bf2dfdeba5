import Dispatch
import Synchronization

/// Makes the parts of a table on several threads and hands them on in order, one at a time, holding no more than a part a thread.
enum OrderedParts {
    /// Calls `make` for each part of `0..<count` with a writer, and `emit` with the bytes it wrote: parts in order, never two at once.
    /// After `emit` has thrown no more is emitted, and the error is thrown on.
    static func write(
        _ count: Int, threads: Int, make: @Sendable (Int, inout RowWriter) -> Void,
        emit: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard threads > 1, count > 1 else {
            var writer = RowWriter()
            for part in 0..<count {
                writer.removeAll()
                make(part, &writer)
                try writer.buffer.withBytes(emit)
            }
            return
        }
        let next = Atomic<Int>(0)
        let gates = (0...count).map { _ in DispatchSemaphore(value: 0) }
        gates[0].signal()
        let failure = Mutex<(any Error)?>(nil)
        withoutActuallyEscaping(emit) { emit in
            // The gates let one thread at a time call it.
            nonisolated(unsafe) let gated = emit
            // The thread that holds the lowest part never waits for another one, so parts always move on, on one thread too.
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                var writer = RowWriter()
                while true {
                    let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard part < count else { return }
                    writer.removeAll()
                    if failure.withLock({ $0 == nil }) { make(part, &writer) }
                    gates[part].wait()
                    if failure.withLock({ $0 == nil }) {
                        do { try writer.buffer.withBytes { bytes in try gated(bytes) } } catch { failure.withLock { $0 = error } }
                    }
                    gates[part + 1].signal()
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
