import Dispatch
import Synchronization

/// Work made on several threads and received in order, a batch at a time, so that memory stays flat.
enum Batches {
    static func forEach<Item: Sendable, Made: Sendable>(
        _ items: [Item], threads: Int, make: @Sendable (Item) -> Made, receive: (Made) throws -> Void
    ) throws {
        guard threads > 1, items.count > 1 else {
            for item in items { try receive(make(item)) }
            return
        }
        let size = threads * 16
        for start in stride(from: 0, to: items.count, by: size) {
            let batch = items[start..<min(start + size, items.count)]
            let made = Mutex<[Int: Made]>([:])
            let next = Atomic<Int>(batch.startIndex)
            // One item at a time, since pages differ in size a hundredfold.
            DispatchQueue.concurrentPerform(iterations: min(threads, batch.count)) { _ in
                while true {
                    let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard place < batch.endIndex else { return }
                    let result = make(items[place])
                    made.withLock { $0[place] = result }
                }
            }
            let results = made.withLock { $0 }
            for place in batch.indices { if let result = results[place] { try receive(result) } }
        }
    }
}
