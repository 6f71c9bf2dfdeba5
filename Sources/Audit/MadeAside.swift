import Dispatch
import Foundation
import Synchronization

/// Files that a library writes by their path, made in a folder of temporary files while the report goes on, then given on and removed.
final class MadeAside {
    /// A file that is being made, and why it could not be.
    private final class Work: Sendable {
        let done = DispatchGroup()
        let failure = Mutex<(any Error)?>(nil)

        func run(_ body: (String) throws -> Void, _ path: String) {
            do { try body(path) } catch { failure.withLock { $0 = error } }
        }
    }

    private let folder: String
    private let isAside: Bool
    private var works: [String: Work] = [:]

    /// Files to be made in an existing folder; without threads, at once.
    init(in folder: String, onThreads: Bool) {
        self.folder = folder
        isAside = onThreads
    }

    /// Waits for what is still being made, since it writes into the folder, and removes what nobody read.
    deinit {
        for (name, work) in works {
            work.done.wait()
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// Begins to make a file by a call that is given its path.
    func make(_ name: String, _ body: @escaping @Sendable (_ path: String) throws -> Void) {
        let work = Work()
        works[name] = work
        let path = "\(folder)/\(name)"
        guard isAside else { return work.run(body, path) }
        DispatchQueue.global().async(group: work.done) { work.run(body, path) }
    }

    /// Gives on the bytes of a file when it is made, and removes it.
    ///
    /// - Throws: what making it threw, what `sink` throws, and the system's error where it cannot be read.
    func read(_ name: String, to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let work = works.removeValue(forKey: name) else { return }
        let path = "\(folder)/\(name)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        work.done.wait()
        if let failure = work.failure.withLock({ $0 }) { throw failure }
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { try piece.withUnsafeBytes { try sink($0) } }
    }
}
