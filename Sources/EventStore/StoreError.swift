import Glibc

/// Why the store could not do what it was asked. No message holds a value of an event or an identifier.
public enum StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The operating system refused: which operation, on which path, with which `errno`.
    case system(operation: String, path: String, code: Int32)
    /// Another writer holds the store; `holder` is what the lock file says of it.
    case locked(path: String, holder: String)
    /// A file of the store does not hold what it must: where (bytes from the file's start, where known) and what.
    case damaged(file: String, offset: Int?, problem: String)
    /// Something is larger than the format can hold.
    case tooLarge(what: String)
    /// The store's log is signed, and no key was given; `name` is the key's.
    case keyNeeded(name: String)
    /// The key given is not the one the log is signed with, or bears another name than the log.
    case wrongKey(expected: String, given: String)
    /// A key or verifier key that cannot be used, and why.
    case badKey(path: String, problem: String)
    /// A signed note or checkpoint that cannot be accepted, and why.
    case badCheckpoint(file: String, problem: String)
    /// The log has no such state: it holds `head` entries.
    case noSuchState(size: Int, head: Int)
    /// The log has no event with that identifier.
    case noSuchEvent(log: String)
    /// A log's name (its origin) that a checkpoint cannot bear.
    case badOrigin(problem: String)
    /// The writer was used out of order, or again after it failed: open the store anew.
    case unusable(reason: String)

    /// What, where, and what to do.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            "\(path): " + Self.words(operation, code)
        case .locked(let path, let holder):
            "\(path): another tuowei is writing to this store (\(holder)); wait for it to end, then run the same command again"
        case .damaged(let file, let offset, let problem):
            "\(file)\(offset.map { ", byte \($0)" } ?? ""): \(problem); run `tuowei verify`, and restore the store from a copy or ingest the archives into a new one"
        case .tooLarge(let what): "\(what)"
        case .keyNeeded(let name):
            "the log is signed by the key \"\(name)\"; give that key to write to it (`--key`, or `signing_key` in the pipeline)"
        case .wrongKey(let expected, let given): "the log needs the key \"\(expected)\", but \"\(given)\" was given"
        case .badKey(let path, let problem): "\(path): not a usable key: \(problem)"
        case .badCheckpoint(let file, let problem):
            "\(file): not a valid checkpoint: \(problem); restore the store from a copy, or ingest the archives into a new one"
        case .noSuchState(let size, let head): "the log holds \(head) entries; it has no state of \(size)"
        case .noSuchEvent(let log): "the log of \(log) has no event with this event_id"
        case .badOrigin(let problem): "a log cannot bear this name: \(problem)"
        case .unusable(let reason): "the store cannot be written to further: \(reason); run the command again"
        }
    }

    /// What the system refused, in words.
    static func words(_ operation: String, _ code: Int32) -> String {
        "cannot \(operation): \(String(cString: strerror(code)))" + advice(code)
    }

    private static func advice(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "; free space, then run the same command again"
        case EIO: "; find out what is wrong with that disk, then run the same command again"
        case EFBIG: "; raise the limit on the size of files (`ulimit -f`), then run the same command again"
        case EMFILE, ENFILE: "; raise the limit on open files (`ulimit -n`), then run the same command again"
        case ENOTDIR: "; a store is a folder of its own: move the file away, or name another folder as `store`"
        case EEXIST: "; it is left as it is: name another file"
        case EACCES, EPERM, EROFS: "; the store must be writable to its owner"
        default: ""
        }
    }
}
