import Events
import Glibc

/// The file itself: opened without waiting, read once from front to back, and hashed on the way.
///
/// tar and single files are read with `read`. zip and 7z are read with `read(at:)`, in the order in which their directories want it; what
/// comes in order is hashed in the same go, the rest when the digest is asked for.
/// `@unchecked Sendable`: used by one thread at a time (its reader's), and nothing in it is bound to a thread.
final class OuterFile: @unchecked Sendable {
    let path: String
    let size: Int
    private let descriptor: Int32
    private let opened: stat
    private let hasher = SHA256()
    /// All bytes before this offset are in the digest, and none behind it.
    private var hashed = 0

    init(path: String) throws(ArchiveError) {
        self.path = path
        // O_NONBLOCK: the open of a pipe without a writer must not wait; it means nothing for a regular file.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        var status = stat()
        guard descriptor >= 0 else {
            let number = errno
            // A socket cannot even be opened.
            if number == ENXIO, stat(path, &status) == 0, let kind = kindOfIrregularFile(status.st_mode) {
                throw .notARegularFile(archive: path, kind: kind)
            }
            throw .inaccessible(archive: path, errno: number)
        }
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw .inaccessible(archive: path, errno: number)
        }
        if let kind = kindOfIrregularFile(status.st_mode) {
            close(descriptor)
            throw .notARegularFile(archive: path, kind: kind)
        }
        self.descriptor = descriptor
        opened = status
        size = Int(status.st_size)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit { close(descriptor) }

    /// The bytes from the front that have been read in order.
    var bytesRead: Int { hashed }

    /// Reads the file's first bytes without having read them.
    func peek(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        try get(buffer, at: 0)
    }

    /// Reads the next bytes in order; 0 at the end. Fills `buffer` as far as the file reaches.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        try read(into: buffer, at: hashed)
    }

    /// Reads from an offset on; 0 at the end. Fills `buffer` as far as the file reaches.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ArchiveError) -> Int {
        let count = try get(buffer, at: offset)
        if offset <= hashed, offset + count > hashed {
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[(hashed - offset)..<count]))
            hashed = offset + count
        }
        return count
    }

    private func get(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ArchiveError) -> Int {
        var count = 0
        // Never past the size that was seen at the opening: a file that grows is told by `checkUnchanged`.
        let wanted = min(buffer.count, max(0, size - offset))
        while count < wanted, let base = buffer.baseAddress {
            let got = pread(descriptor, base + count, wanted - count, offset + count)
            if got < 0 {
                if errno == EINTR { continue }
                throw .inaccessible(archive: path, errno: errno)
            }
            guard got > 0 else { throw .changed(archive: path) }
            count += got
        }
        return count
    }

    /// Reads what has not been read, and gives the digest of the whole file. Works at any time, after a refusal too; once only.
    func finishDigest() throws(ArchiveError) -> Digest {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while try read(into: buffer) > 0 {}
        try checkUnchanged()
        return hasher.finalize()
    }

    /// Two passes over a file (zip, 7z) are two readings of the same bytes only if nobody wrote in between.
    private func checkUnchanged() throws(ArchiveError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .inaccessible(archive: path, errno: errno) }
        guard status.st_size == opened.st_size, status.st_mtim.tv_sec == opened.st_mtim.tv_sec,
            status.st_mtim.tv_nsec == opened.st_mtim.tv_nsec
        else { throw .changed(archive: path) }
    }
}

/// What a path names if it is no regular file. The numbers are those of `stat(2)`; C's macros for them are ambiguous in Swift.
private func kindOfIrregularFile(_ mode: mode_t) -> String? {
    switch mode & 0o170000 {
    case 0o100000: nil
    case 0o040000: "a folder"
    case 0o010000: "a pipe"
    case 0o020000, 0o060000: "a device"
    case 0o140000: "a socket"
    default: "a special file"
    }
}

/// The system's words for an error number, the same in every locale.
func systemMessage(_ number: Int32) -> String {
    switch number {
    case ENOENT: "no such file"
    case EACCES, EPERM: "permission denied"
    case EIO: "input/output error"
    case ENOTDIR: "a part of the path is no folder"
    case ELOOP: "too many symbolic links"
    case ENAMETOOLONG: "the path is too long"
    case EMFILE, ENFILE: "too many open files"
    case ENXIO: "no such device"
    case ENOMEM: "not enough memory"
    default: "system error \(number)"
    }
}
