import CKernel
import Glibc

/// An open file: positioned reads, whole writes, and the system's errors as ``StoreError``. It closes itself.
///
/// Reads name their place, so one open file serves several threads.
final class OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a file to read; nil where there is none.
    static func reading(_ path: String) throws(StoreError) -> OpenFile? {
        while true {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            if descriptor >= 0 { return OpenFile(descriptor: descriptor, path: path) }
            let code = errno
            if code == EINTR { continue }
            if code == ENOENT || code == ENOTDIR { return nil }
            throw .system(operation: "open", path: path, code: code)
        }
    }

    /// Opens a file to read and write, readable to its owner alone; with `fresh` an empty one, with
    /// `exclusive` one that was not there.
    static func writing(_ path: String, fresh: Bool = true, exclusive: Bool = false) throws(StoreError) -> OpenFile {
        let how = (fresh ? O_TRUNC : 0) | (exclusive ? O_EXCL : 0)
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | how, 0o600)
            if descriptor >= 0 { return OpenFile(descriptor: descriptor, path: path) }
            let code = errno
            if code == EINTR { continue }
            throw .system(operation: "create", path: path, code: code)
        }
    }

    /// Opens a file without a name in a folder, readable to its owner alone; nil where the file system has no such files. It is gone
    /// with the program unless it is given a name.
    static func unnamed(in folder: String) throws(StoreError) -> OpenFile? {
        let temporary = 0o20000000 | O_DIRECTORY  // O_TMPFILE, which is a macro that Swift does not read
        while true {
            let descriptor = open(folder, O_RDWR | O_CLOEXEC | temporary, 0o600)
            if descriptor >= 0 { return OpenFile(descriptor: descriptor, path: folder) }
            let code = errno
            if code == EINTR { continue }
            if code == EOPNOTSUPP || code == EISDIR { return nil }
            throw .system(operation: "create a file in", path: folder, code: code)
        }
    }

    /// Gives a file without a name one that is not taken.
    func name(_ path: String) throws(StoreError) {
        guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
            throw .system(operation: "create", path: path, code: errno)
        }
    }

    /// The file's length in bytes.
    func size() throws(StoreError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(operation: "examine", path: path, code: errno) }
        return Int(status.st_size)
    }

    /// The bytes of a large file that are worth a place in the system's cache. What lies behind them is read once a stage, from front
    /// to end; to keep it would drive out what others read again, and to find gigabytes of memory for it can take longer than the disk
    /// does.
    static let cachedPart = 256 << 20

    /// Reads from `offset` until `buffer` is full or the file ends; the number of bytes read.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) -> Int {
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if got > 0 {
                done += got
            } else if got == 0 {
                break
            } else if errno != EINTR {
                throw .system(operation: "read", path: path, code: errno)
            }
        }
        return done
    }

    /// Fills `buffer` from `offset`, or names the file as cut short.
    func readWhole(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
        guard try read(into: buffer, at: offset) == buffer.count else {
            throw .damaged(file: path, offset: offset, problem: "the file is cut short")
        }
    }

    /// Fills `buffer` from `offset` as ``readWhole(into:at:)`` does, for a file that is read from front to end by pieces of about this
    /// length: has the system fetch the next few meanwhile, and lets this one go from its cache.
    func readPassing(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
        posix_fadvise(descriptor, off_t(offset + buffer.count), off_t(3 * buffer.count), POSIX_FADV_WILLNEED)
        try readWhole(into: buffer, at: offset)
        posix_fadvise(descriptor, off_t(offset), off_t(buffer.count), POSIX_FADV_DONTNEED)
    }

    /// `count` bytes from `offset` and so many zeros behind them, or names the file as cut short.
    func bytes(at offset: Int, count: Int, padding: Int = 0) throws(StoreError) -> [UInt8] {
        var result = Result<Void, StoreError>.success(())
        let bytes = [UInt8](unsafeUninitializedCapacity: count + padding) { buffer, filled in
            let room = UnsafeMutableRawBufferPointer(buffer)
            result = Result { () throws(StoreError) in
                try readWhole(into: UnsafeMutableRawBufferPointer(rebasing: room[..<count]), at: offset)
            }
            for place in count..<count + padding { room[place] = 0 }
            if case .success = result { filled = count + padding }
        }
        try result.get()
        return bytes
    }

    /// What the file holds now, `limit` bytes at most, while others may be changing it.
    func present(atMost limit: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let result = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(StoreError) in try read(into: buffer, at: 0) }
        }
        return Array(bytes[..<(try result.get())])
    }

    /// Writes all of `buffer` at `offset`. A short write goes on; an error ends it. `pastCache`: it goes to the disk at once, and does not
    /// stay in the system's cache.
    func write(_ buffer: UnsafeRawBufferPointer, at offset: Int, pastCache: Bool = false) throws(StoreError) {
        var done = 0
        while done < buffer.count {
            let (place, count) = (buffer.baseAddress.map { $0 + done }, buffer.count - done)
            let put =
                pastCache
                ? tuowei_write_past_cache(descriptor, place, UInt(count), offset + done)
                : pwrite(descriptor, place, count, off_t(offset + done))
            if put > 0 {
                done += put
            } else if put == 0 {
                throw .system(operation: "write", path: path, code: ENOSPC)
            } else if errno != EINTR {
                throw .system(operation: "write", path: path, code: errno)
            }
        }
    }

    /// Cuts the file to `size` bytes.
    func truncate(to size: Int) throws(StoreError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            if errno != EINTR { throw .system(operation: "cut", path: path, code: errno) }
        }
    }

    /// Has the system begin to write out what was written here. Promises nothing: ``synchronize()`` does.
    func startWriting() { tuowei_begin_writing(descriptor, 0, 0) }

    /// The same for what was written at a place.
    func startWriting(at offset: Int, count: Int) { tuowei_begin_writing(descriptor, offset, count) }

    /// Makes the file's bytes durable. A failure is final: the kernel may have dropped the pages, so trying again proves nothing.
    func synchronize() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw .system(operation: "make durable (fsync)", path: path, code: errno) }
    }
}
