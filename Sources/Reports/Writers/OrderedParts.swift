import Dispatch
import Synchronization

/// The parts of a table, which threads make side by side and hand on in order, one at a time, holding no more than a part a thread.
final class OrderedParts: Sendable {
    /// Is given the bytes of the parts in order, never two at once.
    typealias Emit = (UnsafeRawBufferPointer) throws -> Void

    private let count: Int
    private let make: @Sendable (Int, inout RowWriter) -> Void
    private let next = Atomic<Int>(0)
    /// A gate a part, which opens when the part before has gone through; the last one opens when all have.
    private let gates: [DispatchSemaphore]
    private let failure = Mutex<(any Error)?>(nil)
    private struct Cancelled: Error {}
    // Set before the first gate opens, and called by whom a gate has let through.
    private nonisolated(unsafe) var emit: Emit?

    /// Parts that `make` writes.
    init(_ count: Int, make: @escaping @Sendable (Int, inout RowWriter) -> Void) {
        self.count = count
        self.make = make
        gates = (0...count).map { _ in DispatchSemaphore(value: 0) }
    }

    /// Lets the parts through, the first one first. Called once.
    func open(_ emit: @escaping Emit) {
        self.emit = emit
        gates[0].signal()
    }

    /// Lets nothing through: whoever waits with a part drops it. Called instead of ``open(_:)``.
    func cancel() {
        failure.withLock { $0 = Cancelled() }
        gates[0].signal()
    }

    /// Makes parts and hands them on until every part is somebody's. The thread that holds the lowest part never waits for another
    /// one, so parts always move on, on one thread too, once they are let through.
    func work(_ writer: inout RowWriter) {
        while true {
            let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard part < count else { return }
            writer.removeAll()
            if failure.withLock({ $0 == nil }) { make(part, &writer) }
            gates[part].wait()
            if failure.withLock({ $0 == nil }), let emit {
                do { try writer.buffer.withBytes { bytes in try emit(bytes) } } catch { failure.withLock { $0 = error } }
            }
            gates[part + 1].signal()
        }
    }

    /// Waits until all parts have gone through.
    ///
    /// - Throws: what handing one on threw, after which no more was.
    func finish() throws {
        gates[count].wait()
        emit = nil
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Makes parts on several threads and hands them on.
    ///
    /// - Throws: what `emit` throws, after which it is not called again.
    static func write(
        _ count: Int, threads: Int, make: @escaping @Sendable (Int, inout RowWriter) -> Void, emit: @escaping Emit
    ) throws {
        let parts = OrderedParts(count, make: make)
        parts.open(emit)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
            var writer = RowWriter()
            parts.work(&writer)
        }
        try parts.finish()
    }
}
