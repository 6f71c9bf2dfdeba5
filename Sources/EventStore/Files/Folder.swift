import Glibc

/// What the store does with names: folders, renames, removals. Folders are open to their owner alone (0700).
enum Folder {
    /// Makes a folder and those above it, where missing.
    static func make(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 { return }
        let code = errno
        if code == EEXIST {
            guard try isFolder(path) else { throw .system(operation: "make a folder of", path: path, code: ENOTDIR) }
            return
        }
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .system(operation: "make the folder", path: path, code: code)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .system(operation: "make the folder", path: path, code: errno)
        }
    }

    /// Makes a folder where missing, and its name durable; those above it too, open to whom the umask opens them.
    static func makeDurable(_ path: String, mode: mode_t = 0o700) throws(StoreError) {
        if try isFolder(path) { return }
        let parent = parent(of: path)
        if parent != path { try makeDurable(parent, mode: 0o777) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw .system(operation: "make the folder", path: path, code: errno)
        }
        // Links to folders are folders to their user.
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o170000 == 0o040000 else {
            throw .system(operation: "make a folder of", path: path, code: ENOTDIR)
        }
        try synchronize(parent)
    }

    /// The folder that holds a path's last part.
    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether the path names a folder; false where there is nothing.
    static func isFolder(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return false }
            throw .system(operation: "examine", path: path, code: errno)
        }
        return status.st_mode & 0o170000 == 0o040000
    }

    /// Whether there is anything of that name.
    static func exists(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 { return true }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw .system(operation: "examine", path: path, code: errno)
    }

    /// The names in a folder as bytes' order of their UTF-8; none where there is no folder.
    static func names(in path: String) throws(StoreError) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .system(operation: "list", path: path, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let item = readdir(stream) else {
                if errno != 0 { throw .system(operation: "list", path: path, code: errno) }
                break
            }
            let name = withUnsafeBytes(of: &item.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// Every file below a folder, by its path relative to it, in order.
    static func files(below path: String) throws(StoreError) -> [String] {
        var found: [String] = []
        for name in try names(in: path) {
            if try isFolder(path + "/" + name) {
                for inner in try files(below: path + "/" + name) { found.append(name + "/" + inner) }
            } else {
                found.append(name)
            }
        }
        return found
    }

    /// Every folder below a folder that holds nothing, by its path relative to it, in order.
    static func emptyFolders(below path: String) throws(StoreError) -> [String] {
        var found: [String] = []
        for name in try names(in: path) where try isFolder(path + "/" + name) {
            if try names(in: path + "/" + name).isEmpty { found.append(name) }
            for inner in try emptyFolders(below: path + "/" + name) { found.append(name + "/" + inner) }
        }
        return found
    }

    /// Gives a file or folder a new name in one step, in the place of what bore it.
    static func rename(_ old: String, to new: String) throws(StoreError) {
        guard Glibc.rename(old, new) == 0 else { throw .system(operation: "rename to \(new)", path: old, code: errno) }
    }

    /// Removes a file or an empty folder, if there is one.
    static func remove(_ path: String) throws(StoreError) {
        if Glibc.remove(path) != 0, errno != ENOENT { throw .system(operation: "remove", path: path, code: errno) }
    }

    /// Removes a folder with all it holds, if there is one.
    static func removeTree(_ path: String) throws(StoreError) {
        if try isFolder(path) {
            for name in try names(in: path) { try removeTree(path + "/" + name) }
        }
        try remove(path)
    }

    /// Makes the names in a folder durable.
    static func synchronize(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(operation: "open the folder", path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(operation: "make durable (fsync)", path: path, code: errno) }
    }

    /// The whole of a small file, or nil where there is none.
    static func read(_ path: String, atMost limit: Int = 1 << 24) throws(StoreError) -> [UInt8]? {
        guard let file = try OpenFile.reading(path) else { return nil }
        let size = try file.size()
        guard size <= limit else { throw .damaged(file: path, offset: limit, problem: "the file is far too long") }
        return try file.bytes(at: 0, count: size)
    }
}
