import Glibc

/// A folder for what is being made: no other process has its name, and it is locked (`flock`) while its maker lives, so that
/// what a dead maker left is told from what a living one is at work on. The system takes the lock back however a maker ends.
final class WorkFolder {
    /// Where it stands.
    let path: String
    /// The folder, open since it was made.
    let descriptor: Int32

    /// Makes a folder in `parent` whose name begins with `prefix`, after those that dead makers left under that prefix are removed.
    ///
    /// - Parameter mode: The mode, of which the umask takes its share.
    init(in parent: String, prefix: String, mode: mode_t) throws {
        WorkFolder.removeLeftovers(in: parent, prefix: prefix)
        var attempt = 0
        while true {
            let path = "\(parent)/\(prefix)\(getpid())" + (attempt == 0 ? "" : ".\(attempt)")
            attempt += 1
            if mkdir(path, mode) != 0 {
                // A name that is taken is another maker's, or what one left that had this number before us and cannot be removed.
                if errno == EEXIST, attempt < 1000 { continue }
                throw Files.failure("create the folder", path)
            }
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else {
                // Who looks for leftovers may remove a folder in the moment before it is locked.
                if errno == ENOENT, attempt < 1000 { continue }
                throw Files.failure("open the folder", path)
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? !WorkFolder.isStill(path, descriptor) : errno == EWOULDBLOCK {
                close(descriptor)
                if attempt < 1000 { continue }
                throw Refusal("cannot keep the folder \(shown(path)): something removes it. Find out what, then call again")
            }
            self.path = path
            self.descriptor = descriptor
            return
        }
    }

    deinit { close(descriptor) }

    /// A folder in the system's place for temporary files (`TMPDIR`, else `/tmp`), open to its owner alone.
    static func temporary() throws -> WorkFolder {
        let parent = getenv("TMPDIR").flatMap { String(validatingCString: $0) } ?? ""
        return try WorkFolder(in: parent.isEmpty ? "/tmp" : parent, prefix: "tuowei-temporary-", mode: 0o700)
    }

    /// Removes the folder with all it holds, or whatever has taken its name since.
    func remove() { Files.removeTree(path) }

    private static func removeLeftovers(in parent: String, prefix: String) {
        for name in Files.names(in: parent) where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            var status = stat()
            guard lstat(path, &status) == 0, status.st_uid == geteuid() else { continue }
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Files.removeTree(path) }
            close(descriptor)
        }
    }

    /// Whether the path still names the folder that is open.
    private static func isStill(_ path: String, _ descriptor: Int32) -> Bool {
        var named = stat()
        var opened = stat()
        return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
            && named.st_dev == opened.st_dev
    }
}
