import Archives
import Audit
import CKernel
import Events
import Glibc
import Synchronization

/// A report being written: files go into a new folder beside the target, which takes the target's place in one step at the
/// end. A crash leaves the old report or the new one, and several reports into one folder at once leave one of them whole.
///
/// Files in the target that no report of this program made are carried over; the next report finds and removes what a crash left.
final class ReportFolder {
    /// A finished file.
    struct File: Sendable {
        /// The path inside the report.
        let path: String
        let size: Int
        let sha256: Digest
    }

    /// Where the report will stand.
    let target: String
    /// The finished files, in the order in which they were finished.
    var files: [File] { finished.withLock { $0 } }
    private let finished = Mutex<[File]>([])
    private let parent: String
    /// Holds the report being made, and the temporary files of its making.
    private let work: WorkFolder
    private let made: String
    /// A folder for temporary files, which goes when the report is put in its place.
    let temporaryFolder: String
    /// Folders above the target in which a name is new.
    private let touched: [String]
    /// Whether the report has taken its place: from then on nothing is taken back.
    private var isPlaced = false

    /// Begins a report that is to stand at `target`.
    init(_ target: String) throws {
        var target = target
        while target.count > 1, target.hasSuffix("/") { target.removeLast() }
        let (parent, name) = Files.split(target)
        self.target = target
        self.parent = parent
        _ = try ReportFolder.stands(target)
        touched = try Files.makeFolders(parent)
        work = try WorkFolder(in: parent, prefix: ".\(name).new-", mode: 0o700)
        made = work.path + "/report"
        temporaryFolder = work.path + "/temporary"
        for path in [made, temporaryFolder] {
            guard mkdir(path, 0o777) == 0 else {
                let failure = Files.failure("create the folder", path)
                work.remove()
                throw failure
            }
        }
    }

    /// Writes one file through `body`, which is given a sink for stretches of bytes in order; its size. Threads may write files at once.
    @discardableResult
    func write(_ path: String, _ body: ReportMaker.Contents) throws -> Int {
        let full = "\(made)/\(path)"
        try Files.makeFolders(Files.split(full).parent)
        let descriptor = try create(full)
        let hash = SHA256()
        var size = 0
        var flushed = 0
        do {
            try body { bytes in
                try Interruption.check()
                hash.update(bytes)
                size += bytes.count
                var done = 0
                while done < bytes.count {
                    guard let base = bytes.baseAddress else { break }
                    let written = Glibc.write(descriptor, base + done, bytes.count - done)
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { throw Files.failure("write", full) }
                    done += written
                }
                // The disk begins while the rest is made; durable it is only after `finish()`, which then waits less.
                if size - flushed >= Self.flushedAtOnce {
                    tuowei_begin_writing(descriptor, flushed, size - flushed)
                    flushed = size
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw Files.failure("write", full) }
        let file = File(path: path, size: size, sha256: hash.finalize())
        finished.withLock { $0.append(file) }
        return size
    }

    private static let flushedAtOnce = 4 << 20

    private func create(_ path: String) throws -> Int32 {
        while true {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw Files.failure("create", path) }
        }
    }

    /// Writes one file of a text.
    func write(_ path: String, text: String) throws {
        var text = text
        try write(path) { sink in try text.withUTF8 { try sink(UnsafeRawBufferPointer($0)) } }
    }

    /// Puts the report in its place: everything in it is durable before it gets its name, and the name is durable afterwards.
    ///
    /// - Parameter onFile: Hears of each file that is on the disk.
    func finish(onFile: () -> Void = {}) throws {
        // One report at a time is put into a folder, so that each sees the one before it whole. Where the file system has no such
        // locks, the exchange alone must do.
        let lock = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw Files.failure("open the folder", parent) }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0, errno == EINTR { try Interruption.check() }
        if try ReportFolder.stands(target) {
            let kept = try carryOver(from: "", Set(files.map(\.path)), try previousFiles())
            try makeDurable(files.count + kept, onFile: onFile)
            try Interruption.check()
            guard tuowei_exchange(made, target) == 0 else {
                if errno == EINVAL || errno == ENOSYS {
                    throw Refusal(
                        "\(shown(target)): this file system cannot exchange two folders in one step; give a folder that does not exist yet with --out"
                    )
                }
                throw Files.failure("put the report in place of", target)
            }
        } else {
            try makeDurable(files.count, onFile: onFile)
            guard rename(made, target) == 0 else { throw Files.failure("put the report at", target) }
        }
        isPlaced = true
        do {
            guard fsync(lock) == 0 else { throw Files.failure("bring to the disk (fsync)", parent) }
            for folder in touched { try Files.synchronize(folder) }
        } catch let refusal as Refusal {
            throw Refusal("the report is in \(shown(target)), but may be gone after a power cut: \(refusal.message)")
        }
        work.remove()
    }

    /// As many files and folders as are made durable one by one: a table or three, the manifest, its signature.
    private static let few = 5

    /// Makes the new folder durable, in which so many files and folders stand. A few by themselves: who waits for a whole file system waits
    /// for all else that is on its way to that disk. Each is opened anew for it, and then told of a write that failed since it was made as
    /// long as the system has it in memory, which is long for a few.
    private func makeDurable(_ count: Int, onFile: () -> Void) throws {
        if count <= Self.few { return try Files.synchronizeTree(made, onFile: onFile) }
        guard try Files.synchronizeFileSystem(of: made, through: work.descriptor) else {
            return try Files.synchronizeTree(made, onFile: onFile)
        }
        for _ in files { onFile() }
    }

    /// Removes what was written of an unfinished report; the error, with what it means for the report that stood there.
    func abandon(after error: any Error) -> any Error {
        guard !isPlaced else { return error }
        work.remove()
        guard let refusal = error as? Refusal else { return error }
        return Refusal(refusal.message + ". The report that stood there is untouched", status: refusal.status)
    }

    /// Whether there is a folder at the target, of a report or of whatever.
    private static func stands(_ target: String) throws -> Bool {
        var status = stat()
        guard lstat(target, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Refusal("\(shown(target)) is not a folder; give another one with --out")
        }
        return true
    }

    /// The files that the report standing at the target lists as its own.
    private func previousFiles() throws -> Set<String> {
        let path = "\(target)/\(Manifest.name)"
        // A list that is there and cannot be read is not an empty one: the old report's files would be kept as somebody's own.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 || errno == ENOENT else { throw Files.failure("open", path) }
        if descriptor >= 0 { close(descriptor) }
        return Manifest.files(at: path).union([Manifest.name, ManifestSignature.name])
    }

    /// Links what stands in the target and is no report's into the new folder, so that the exchange loses nothing; how many files and
    /// folders that are.
    ///
    /// - Parameters:
    ///   - ours: What the new report holds.
    ///   - previous: What the one standing there lists.
    private func carryOver(from folder: String, _ ours: Set<String>, _ previous: Set<String>) throws -> Int {
        var count = 0
        for name in try Files.list("\(target)/\(folder)") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            if previous.contains(path) { continue }
            var status = stat()
            guard lstat("\(target)/\(path)", &status) == 0 else { throw Files.failure("examine", "\(target)/\(path)") }
            if ours.contains(path) {
                throw Refusal(
                    "\(shown(target)) holds \(shown(path)), which no report made and which this one would replace; move it away, or give another folder with --out"
                )
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                try keepFolder(path, status.st_mode & 0o7777, previous)
                count += 1 + (try carryOver(from: path, ours, previous))
            } else {
                try Files.makeFolders(Files.split("\(made)/\(path)").parent)
                guard link("\(target)/\(path)", "\(made)/\(path)") == 0 else {
                    throw Refusal(
                        "\(shown(target)) holds \(shown(path)), which is no report's and cannot be kept (\(String(cString: strerror(errno)))); give another folder with --out"
                    )
                }
                count += 1
            }
        }
        return count
    }

    /// Makes a folder that no file of the report or of the one before needs, with its mode: an analyst's own.
    private func keepFolder(_ path: String, _ mode: mode_t, _ previous: Set<String>) throws {
        guard !previous.contains(where: { $0.hasPrefix(path + "/") }) else { return }
        let kept = "\(made)/\(path)"
        if mkdir(kept, 0o700) != 0 {
            if errno == EEXIST { return }
            throw Files.failure("create the folder", kept)
        }
        guard chmod(kept, mode) == 0 else { throw Files.failure("set the mode of", kept) }
    }
}
