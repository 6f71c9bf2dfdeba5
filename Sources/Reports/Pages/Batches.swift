import Dispatch
import Synchronization

/// Work made on several threads and received in order, while more of it is made. No more than a few made items wait, so that memory
/// stays flat.
enum Batches {
    /// What was made and not yet received.
    private struct Waiting<Made: Sendable>: Sendable {
        var made: [Int: Made] = [:]
        var next = 0
        var isReceiving = false
        var failure: (any Error)?
    }

    /// Calls `make` for each of `0..<count` and `receive` with what was made, in order, on any thread but never on two at once.
    ///
    /// - Throws: what `receive` throws, after which it is not called again.
    static func forEach<Made: Sendable>(
        _ count: Int, threads: Int, make: @Sendable (Int) -> Made, receive: (Made) throws -> Void
    ) throws {
        guard threads > 1, count > 1 else {
            for item in 0..<count { try receive(make(item)) }
            return
        }
        let waiting = Mutex(Waiting<Made>())
        let taken = Atomic<Int>(0)
        // Whoever takes an item has a permit for it, given back when it is received: the next one to be received is always in work or
        // made, and who made it receives it.
        let permits = DispatchSemaphore(value: 0)
        for _ in 0..<threads * 16 { permits.signal() }
        withoutActuallyEscaping(receive) { receive in
            // One thread at a time receives.
            nonisolated(unsafe) let receive = receive
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                while true {
                    permits.wait()
                    // One item at a time, since pages differ in size a hundredfold.
                    let item = taken.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard item < count else {
                        permits.signal()
                        return
                    }
                    guard waiting.withLock({ $0.failure == nil }) else {
                        permits.signal()
                        return
                    }
                    let result = make(item)
                    var isMine = waiting.withLock { waiting in
                        waiting.made[item] = result
                        defer { waiting.isReceiving = true }
                        return !waiting.isReceiving
                    }
                    while isMine {
                        let next = waiting.withLock { waiting -> Made? in
                            let made = waiting.failure == nil ? waiting.made.removeValue(forKey: waiting.next) : nil
                            if made == nil { waiting.isReceiving = false } else { waiting.next += 1 }
                            return made
                        }
                        guard let next else {
                            isMine = false
                            break
                        }
                        do {
                            try receive(next)
                            permits.signal()
                        } catch {
                            waiting.withLock { $0.failure = error }
                            // Nothing more is received; nobody is to wait for that.
                            for _ in 0..<threads { permits.signal() }
                        }
                    }
                }
            }
        }
        if let failure = waiting.withLock({ $0.failure }) { throw failure }
    }
}
