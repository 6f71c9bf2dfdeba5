import Events
import Glibc

/// One writer at a time: an advisory lock (`flock`) on `<store>/lock`. The system releases it when its holder ends, however that
/// happens, so what a dead holder left in the file blocks nobody. The file is empty unless a writer is at work or was interrupted.
final class StoreLock: Sendable {
    private let file: OpenFile
    /// Whether the line of a writer that was interrupted stays, since what it left is not ours to remove.
    private let keepsLine: Bool
    /// What the file held when the lock was taken: nothing, or the line of who was interrupted.
    private let before: [UInt8]

    /// Takes the lock, to write to the log or, with `folding`, to derived files alone.
    /// - Throws: ``StoreError/locked(path:holder:)`` where another process, or another writer of this one, holds it.
    init(_ paths: StorePaths, folding: Bool = false) throws(StoreError) {
        file = try OpenFile.writing(paths.lock, fresh: false)
        var attempt = 0
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw .system(operation: "lock", path: paths.lock, code: errno) }
            // Who has just taken it has not written its line yet, and who is about to let it go has removed it.
            let line = LockLine(try file.present(atMost: 4096))
            attempt += 1
            guard line == nil, attempt <= 20 else {
                throw .locked(path: paths.root, holder: line?.words ?? "it began just now")
            }
            usleep(5_000)
        }
        before = try file.present(atMost: 4096)
        keepsLine = folding && LockLine(before)?.isFolding == false
        if keepsLine { return }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let since = Instant(rawValue: Int64(now.tv_sec) * 1_000_000)
        // Never empty in between: whoever is interrupted from here on leaves a line behind.
        let line = LockLine(process: getpid(), host: LockLine.thisHost, isFolding: folding, since: since).bytes
        do throws(StoreError) {
            try write(line, to: file, at: 0)
            try file.truncate(to: line.count)
            try file.synchronize()
        } catch {
            // Half a line would look like damage.
            noteNothingDone()
            throw error
        }
    }

    /// Notes that nothing was begun or mended: what was said before still holds.
    func noteNothingDone() {
        if keepsLine { return }
        try? write(before, to: file, at: 0)
        try? file.truncate(to: before.count)
    }

    /// Notes that the writer ended well: it leaves nothing behind that the next one has to remove.
    func noteEndedWell() {
        if !keepsLine { _ = ftruncate(file.descriptor, 0) }
    }
}

/// What the lock file says: who holds the lock since when. It stays behind where a writer was interrupted, and tells a check that
/// what lies about beyond the head is only that writer's.
struct LockLine {
    let process: Int32
    /// The machine that it runs on, for stores on a shared disk: letters, digits, `.`, `-` and `_`.
    let host: String
    /// Whether it writes derived files alone, and so leaves nothing of the log half done.
    let isFolding: Bool
    let since: Instant

    /// What it says, without the line end.
    var words: String { "process \(process) on \(host), \(isFolding ? "folding " : "")since \(since)" }
    var bytes: [UInt8] { Array((words + "\n").utf8) }

    init(process: Int32, host: String, isFolding: Bool = false, since: Instant) {
        self.process = process
        self.host = host
        self.isFolding = isFolding
        self.since = since
    }

    /// Reads the line strictly.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("process "), text.hasSuffix("\n") else { return nil }
        let isFolding = text.contains(", folding since ")
        let parts = text.dropFirst(8).dropLast().split(separator: isFolding ? ", folding since " : ", since ", maxSplits: 1)
        guard parts.count == 2, let since = Instant(parts[1]) else { return nil }
        let holder = parts[0].split(separator: " on ", maxSplits: 1)
        guard holder.count == 2, let process = Int32(holder[0]), holder[1].utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.init(process: process, host: String(holder[1]), isFolding: isFolding, since: since)
        guard self.bytes == bytes else { return nil }
    }

    /// This machine's name, without what has no place in a line.
    static var thisHost: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return "unknown" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.filter(isAllowed)
        return bytes.isEmpty ? "unknown" : String(decoding: bytes, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
