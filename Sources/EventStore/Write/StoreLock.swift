import Events
import Glibc

/// One writer at a time: an advisory lock (`flock`) on `<store>/lock`. The system releases it when its holder ends, however that
/// happens, so what a dead holder left in the file blocks nobody.
final class StoreLock: Sendable {
    private let file: OpenFile

    /// Takes the lock.
    /// - Throws: ``StoreError/locked(path:holder:)`` where another process, or another writer of this one, holds it.
    init(_ paths: StorePaths) throws(StoreError) {
        file = try OpenFile.writing(paths.lock, fresh: false)
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw .system(operation: "lock", path: paths.lock, code: errno) }
            let size = min(200, try file.size())
            let text = String(decoding: try file.bytes(at: 0, count: size), as: UTF8.self)
            let shown = String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }))
            throw .locked(path: paths.root, holder: shown.isEmpty ? "it began just now" : shown)
        }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let since = Instant(rawValue: Int64(now.tv_sec) * 1_000_000)
        try file.truncate(to: 0)
        try write(Array("process \(getpid()), since \(since)\n".utf8), to: file, at: 0)
    }

    deinit {
        // The line is for who finds the lock taken; closing the file releases it.
        _ = ftruncate(file.descriptor, 0)
    }
}
