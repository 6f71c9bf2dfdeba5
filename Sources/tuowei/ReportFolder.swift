import Archives
import Audit
import CKernel
import Events
import Glibc

/// A report being written: files go into a new folder beside the target, which takes the target's place in one step at the
/// end. A crash leaves the old report or the new one.
///
/// Files in the target that no report of this program made are carried over; the next report finds and removes what a crash left.
final class ReportFolder {
    /// A finished file.
    struct File {
        /// The path inside the report.
        let path: String
        let size: Int
        let sha256: Digest
    }

    /// Where the report will stand.
    let target: String
    private(set) var files: [File] = []
    private let scratch: String

    /// Begins a report that is to stand at `target`.
    init(_ target: String) throws {
        var target = target
        while target.count > 1, target.hasSuffix("/") { target.removeLast() }
        self.target = target
        let (parent, name) = ReportFolder.split(target)
        try ReportFolder.makeFolders(parent)
        for left in ReportFolder.list(parent) where left.hasPrefix(".\(name).new-") {
            // Only a writer that is gone leaves its folder behind.
            if let writer = Int32(left.dropFirst(name.utf8.count + 6)), kill(writer, 0) != 0, errno == ESRCH {
                ReportFolder.remove("\(parent)/\(left)")
            }
        }
        scratch = "\(parent)/.\(name).new-\(getpid())"
        ReportFolder.remove(scratch)
        guard mkdir(scratch, 0o777) == 0 else { throw ReportFolder.failure("create the folder", scratch) }
    }

    /// Writes one file through `body`, which is given a sink for stretches of bytes in order.
    func write(_ path: String, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        let full = "\(scratch)/\(path)"
        try ReportFolder.makeFolders(ReportFolder.split(full).parent)
        let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw ReportFolder.failure("create", full) }
        let hash = SHA256()
        var size = 0
        do {
            try body { bytes in
                hash.update(bytes)
                size += bytes.count
                var done = 0
                while done < bytes.count {
                    guard let base = bytes.baseAddress else { break }
                    let written = Glibc.write(descriptor, base + done, bytes.count - done)
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { throw ReportFolder.failure("write", full) }
                    done += written
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw ReportFolder.failure("write", full) }
        files.append(File(path: path, size: size, sha256: hash.finalize()))
    }

    /// Writes one file of a text.
    func write(_ path: String, text: String) throws {
        var text = text
        try write(path) { sink in try text.withUTF8 { try sink(UnsafeRawBufferPointer($0)) } }
    }

    /// Puts the report in its place.
    func finish() throws {
        for file in files {
            let descriptor = open("\(scratch)/\(file.path)", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw ReportFolder.failure("open", file.path) }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw ReportFolder.failure("bring to the disk", file.path) }
        }
        var status = stat()
        if lstat(target, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw Refusal("\(shown(target)) is not a folder; give another one with --out")
            }
            let ours = Set(files.map(\.path)).union(previousFiles())
            try carryOver(from: "", keeping: ours)
            guard tuowei_exchange(scratch, target) == 0 else {
                throw ReportFolder.failure("put the report in place of", target)
            }
            ReportFolder.remove(scratch)
        } else {
            guard rename(scratch, target) == 0 else { throw ReportFolder.failure("put the report at", target) }
        }
        let parent = open(ReportFolder.split(target).parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if parent >= 0 {
            fsync(parent)
            close(parent)
        }
    }

    /// Removes what was written of an unfinished report.
    func abandon() { ReportFolder.remove(scratch) }

    /// The files that the report standing at the target lists as its own.
    private func previousFiles() -> Set<String> {
        Manifest.files(at: "\(target)/\(Manifest.name)").union([Manifest.name, ManifestSignature.name])
    }

    /// Links what stands in the target and is no report's into the new folder, so that the exchange loses nothing.
    private func carryOver(from folder: String, keeping ours: Set<String>) throws {
        for name in ReportFolder.list("\(target)/\(folder)") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            if ours.contains(path) { continue }
            var status = stat()
            guard lstat("\(target)/\(path)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try carryOver(from: path, keeping: ours)
            } else {
                try ReportFolder.makeFolders(ReportFolder.split("\(scratch)/\(path)").parent)
                guard link("\(target)/\(path)", "\(scratch)/\(path)") == 0 else {
                    throw Refusal(
                        "\(shown(target)) holds \(shown(path)), which is no report's and cannot be kept; give another folder with --out")
                }
            }
        }
    }

    // MARK: Folders

    private static func split(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let parent = String(path[..<slash])
        return (parent.isEmpty ? "/" : parent, String(path[path.index(after: slash)...]))
    }

    private static func makeFolders(_ path: String) throws {
        var status = stat()
        if stat(path, &status) == 0 { return }
        let parent = split(path).parent
        if parent != path { try makeFolders(parent) }
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure("create the folder", path) }
    }

    private static func list(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in list(path) { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private static func failure(_ action: String, _ path: String) -> Refusal {
        Refusal(
            "cannot \(action) \(shown(path)): \(String(cString: strerror(errno))). The report that stood there is untouched; free space or rights, then call again"
        )
    }
}
