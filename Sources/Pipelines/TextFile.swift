import Glibc

/// Whole small files, read as bytes.
enum TextFile {
    /// A pipeline file: a page or two; a mebibyte is a mistake.
    static let pipelineLimit = 1 << 20
    /// A reference file: every community of a nation with its years fits in much less.
    static let referenceLimit = 1 << 30

    /// The bytes of a regular file.
    static func read(_ path: String, limit: Int) throws(PipelineError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw .unreadable(file: path, problem: "the path holds a NUL") }
        // Non-blocking, so that a FIFO without a writer is refused instead of waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(file: path, problem: systemMessage(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, problem: systemMessage(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(file: path, problem: "it is no regular file") }
        guard Int(status.st_size) <= limit else { throw .tooLarge(file: path, limit: limit) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size) + 1)
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(file: path, problem: systemMessage(errno))
            }
            if count == 0 { break }
            bytes.append(contentsOf: piece[0..<count])
            // A file may grow while it is read.
            guard bytes.count <= limit else { throw .tooLarge(file: path, limit: limit) }
        }
        return bytes
    }

    /// The bytes behind a byte order mark, where there is one.
    static func withoutMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    }

    /// The text, or the first line that is not valid UTF-8.
    static func text(_ bytes: ArraySlice<UInt8>, file: String) throws(PipelineError) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var line = 1
        for row in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: row, as: UTF8.self) == nil { break }
            line += 1
        }
        throw .notUTF8(FilePlace(file, line: line))
    }

    /// The system's words for an error number; one of a fixed list, so that no locale speaks here.
    static func systemMessage(_ number: Int32) -> String {
        switch number {
        case ENOENT: "no such file"
        case EACCES, EPERM: "permission denied"
        case ENOTDIR: "a part of the path is no folder"
        case EISDIR: "it is a folder"
        case ELOOP: "too many symbolic links"
        case ENAMETOOLONG: "the path is too long"
        case EMFILE, ENFILE: "too many open files"
        case EIO: "input/output error"
        default: "system error \(number)"
        }
    }

    /// The folder of a file, `.` where the path names none.
    static func folder(of file: String) -> String {
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// A path as written in a file of `folder`.
    static func resolve(_ path: String, in folder: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") || folder == "." { return path }
        return folder == "/" ? "/" + path : folder + "/" + path
    }
}
