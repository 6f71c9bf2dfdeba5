import CKernel
import Dispatch
import Glibc

/// What the door does with names: folders, listings, removals, durability. The store has its own, whose modes are stricter.
enum Files {
    /// A path's folder and last part.
    static func split(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let parent = String(path[..<slash])
        return (parent.isEmpty ? "/" : parent, String(path[path.index(after: slash)...]))
    }

    /// Makes a folder and those above it, where missing; those above it that a name was added to.
    @discardableResult
    static func makeFolders(_ path: String) throws -> [String] {
        var status = stat()
        if stat(path, &status) == 0 { return [] }
        let parent = split(path).parent
        let touched = parent == path ? [] : try makeFolders(parent)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("create the folder", path) }
        return touched + [parent]
    }

    /// The names in a folder, sorted; none where it cannot be listed.
    static func names(in path: String) -> [String] { (try? list(path)) ?? [] }

    /// The names in a folder, sorted.
    static func list(_ path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw failure("list the folder", path) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw failure("list the folder", path) }
        return names.sorted()
    }

    /// Removes a file, or a folder with all it holds, as far as that can be done. Links are removed, not followed.
    static func removeTree(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            let names = names(in: path)
            removeLargeFiles(names.map { "\(path)/\($0)" })
            for name in names { removeTree("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// Removes those of some files that are large, side by side: the system takes a while to give up what it holds of each.
    private static func removeLargeFiles(_ paths: [String]) {
        let large = paths.filter { path in
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 4 << 20
        }
        guard large.count > 1 else { return }
        DispatchQueue.concurrentPerform(iterations: large.count) { _ = unlink(large[$0]) }
    }

    /// Makes a file's bytes, or the names in a folder, durable. A failure is final: trying again would prove nothing.
    static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("bring to the disk (fsync)", path) }
    }

    /// Makes all of a folder's file system durable, which takes one turn of the journal instead of one a file; false where there is no
    /// such call, or where the kernel does not tell of writes that failed on the way (before 5.8).
    ///
    /// - Parameter descriptor: A folder there, opened before anything was written: it is told of failures since then.
    static func synchronizeFileSystem(of path: String, through descriptor: Int32) throws -> Bool {
        guard kernelTellsOfFileSystems else { return false }
        if tuowei_synchronize(descriptor) == 0 { return true }
        guard errno == ENOSYS else { throw failure("bring to the disk (syncfs)", path) }
        return false
    }

    /// Whether `syncfs` fails where a write to the file system did.
    private static let kernelTellsOfFileSystems: Bool = {
        var system = utsname()
        guard uname(&system) == 0 else { return false }
        let release = withUnsafeBytes(of: &system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (5, 8)
    }()

    /// Makes a folder and all that it holds durable; says so of each file.
    static func synchronizeTree(_ path: String, onFile: () -> Void = {}) throws {
        for name in try list(path) {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { throw failure("examine", "\(path)/\(name)") }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try synchronizeTree("\(path)/\(name)", onFile: onFile)
            case S_IFREG:
                try synchronize("\(path)/\(name)")
                onFile()
            default: break
            }
        }
        try synchronize(path)
    }

    /// A refusal by the system, with what to do.
    static func failure(_ action: String, _ path: String) -> Refusal {
        let code = errno
        let advice =
            switch code {
            case ENOSPC, EDQUOT: "free space on that disk"
            case EFBIG: "raise the limit on the size of files (`ulimit -f`)"
            case EMFILE, ENFILE: "raise the limit on open files (`ulimit -n`)"
            case EACCES, EPERM, EROFS: "give the right to write there"
            default: "find out what is wrong with that disk"
            }
        return Refusal("cannot \(action) \(shown(path)): \(String(cString: strerror(code))); \(advice), then call again")
    }
}
