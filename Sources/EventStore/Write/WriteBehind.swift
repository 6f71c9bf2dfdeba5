import Dispatch
import Synchronization

/// Writes to files one after the other, beside the work where a thread is free for that: copying into the system's cache takes
/// longer than encoding what is copied, where the system must first find memory for it. The first failure is kept and is final.
final class WriteBehind: Sendable {
    /// How many pieces may wait; each is some ``PendingLog/bufferSize``.
    static let most = 8
    private let queue = DispatchQueue(label: "tuowei.store.write")
    private let room = DispatchSemaphore(value: most)
    private let failure = Mutex<StoreError?>(nil)

    /// Writes a piece at a place of a file, asks the system to begin to bring it to the disk, and then does something else with it. `beside`:
    /// by another thread, and this one waits only while ``most`` others wait; otherwise by this one, and nothing else may wait then.
    /// - Throws: What failed, of this piece or of one before it.
    func put(
        _ piece: [UInt8], into file: OpenFile, at place: Int, beside: Bool, then use: @escaping @Sendable ([UInt8]) -> Void = { _ in }
    ) throws(StoreError) {
        guard beside else {
            try write(piece, to: file, at: place)
            queue.async { file.startWriting() }
            use(piece)
            return
        }
        room.wait()
        if let failure = failure.withLock({ $0 }) {
            room.signal()
            throw failure
        }
        queue.async { [self] in
            defer { room.signal() }
            guard failure.withLock({ $0 == nil }) else { return }
            do throws(StoreError) {
                try write(piece, to: file, at: place)
                file.startWriting()
                use(piece)
            } catch {
                failure.withLock { $0 = error }
            }
        }
    }

    /// Writes something else in its turn, by the other thread: nothing does where something before it failed.
    func perform(_ body: @escaping @Sendable () throws(StoreError) -> Void) {
        queue.async { [self] in
            guard failure.withLock({ $0 == nil }) else { return }
            do throws(StoreError) {
                try body()
            } catch {
                failure.withLock { $0 = error }
            }
        }
    }

    /// Does something once all that was handed over before is written, or has failed.
    func afterwards(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    /// Waits for all that was handed over, and throws what failed.
    func wait() throws(StoreError) {
        queue.sync {}
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
