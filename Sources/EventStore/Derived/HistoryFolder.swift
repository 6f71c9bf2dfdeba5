/// The files of histories of a store, by the entries of the log that each covers. What stands in them is their readers' business;
/// here they are named, opened, and put in place whole.
public struct HistoryFolder: Sendable {
    private let paths: StorePaths

    init(_ paths: StorePaths) { self.paths = paths }

    /// The folder's name below a store's.
    public static let name = "histories"

    /// The name of the file of sums beside them.
    public static let sumsName = "sums"

    /// The files there are, in order of their first entry, those that cover more first.
    public func list() throws(StoreError) -> [Range<Int>] {
        try Folder.names(in: paths.histories).compactMap(Self.entries).sorted {
            ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound)
        }
    }

    /// What stands in the folder beside them.
    public func strangers() throws(StoreError) -> [String] {
        try Folder.names(in: paths.histories).filter { Self.entries($0) == nil && $0 != Self.sumsName }.map { "\(paths.histories)/\($0)" }
    }

    private static func entries(_ name: String) -> Range<Int>? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let low = Int(parts[0]), let high = Int(parts[1]), low >= 0, low < high, name == "\(low)-\(high)" else {
            return nil
        }
        return low..<high
    }

    /// The path of a file.
    public func path(_ entries: Range<Int>) -> String { paths.history(entries) }

    /// Opens a file; nil where there is none.
    public func open(_ entries: Range<Int>) throws(StoreError) -> StoredHistory? {
        guard let file = try OpenFile.reading(paths.history(entries)) else { return nil }
        return StoredHistory(file: file, size: try file.size())
    }

    /// The path of the file of sums.
    public var sumsPath: String { paths.sums }

    /// Opens the file of sums; nil where there is none.
    public func openSums() throws(StoreError) -> StoredHistory? {
        guard let file = try OpenFile.reading(paths.sums) else { return nil }
        return StoredHistory(file: file, size: try file.size())
    }

    /// Removes what an interrupted fold left although nothing is to be folded; nothing where another process is at work.
    public func tidy() {
        guard let bytes = try? Folder.read(paths.lock, atMost: 4096), LockLine(bytes)?.isFolding == true, let editor = try? edit() else {
            return
        }
        editor.abandon()
        try? editor.endWell()
    }

    /// Takes the store's lock, to change the files.
    /// - Throws: ``StoreError/locked(path:holder:)`` where another writer holds it.
    public func edit() throws(StoreError) -> HistoryEditor { try HistoryEditor(paths) }
}

/// An open file of histories.
public struct StoredHistory: Sendable {
    private let file: OpenFile
    /// Its length in bytes.
    public let size: Int

    init(file: OpenFile, size: Int) {
        self.file = file
        self.size = size
    }

    /// How many bytes from its start lie in the system's cache as a rule; those behind them come from the disk.
    public var cachedPart: Int { OpenFile.cachedPart }

    /// Fills a buffer from an offset.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StoreError) {
        guard offset >= OpenFile.cachedPart else { return try file.readWhole(into: buffer, at: offset) }
        try file.readPassing(into: buffer, at: offset)
    }
}

/// Makes and removes files of histories under the store's lock, which it holds while it lives.
public final class HistoryEditor: Sendable {
    private let paths: StorePaths
    private let lock: StoreLock

    init(_ paths: StorePaths) throws(StoreError) {
        self.paths = paths
        lock = try StoreLock(paths, folding: true)
        try Folder.make(paths.pending)
        try Folder.makeDurable(paths.histories)
    }

    private var temporary: String { paths.pending + "/history" }

    /// Begins a file. It is not in its place before ``finish(_:_:)``.
    public func begin() throws(StoreError) -> NewHistory { NewHistory(file: try OpenFile.writing(temporary)) }

    /// Makes a file durable and puts it in its place.
    public func finish(_ new: NewHistory, _ entries: Range<Int>) throws(StoreError) { try finish(new, as: paths.history(entries)) }

    /// Makes a file of sums durable and puts it in its place, that of the one before.
    public func finishSums(_ new: NewHistory) throws(StoreError) { try finish(new, as: paths.sums) }

    private func finish(_ new: NewHistory, as path: String) throws(StoreError) {
        try new.file.synchronize()
        try Folder.rename(temporary, to: path)
        try Folder.synchronize(paths.histories)
    }

    /// Removes what was begun and not finished, and notes that nothing was left half done. Nothing is made durable: what failed to be is
    /// not tried again, and files of histories are believed only as far as they fit the log.
    public func abandon() { if (try? Folder.remove(temporary)) != nil { lock.noteEndedWell() } }

    /// Removes a file.
    public func remove(_ entries: Range<Int>) throws(StoreError) { try Folder.remove(paths.history(entries)) }

    /// Removes the file of sums.
    public func removeSums() throws(StoreError) { try Folder.remove(paths.sums) }

    /// Makes what was removed gone for good, and notes that nothing was left half done.
    public func endWell() throws(StoreError) {
        try Folder.synchronize(paths.histories)
        lock.noteEndedWell()
    }
}

/// A file of histories being written, from several threads at once.
public struct NewHistory: Sendable {
    fileprivate let file: OpenFile
    /// The bytes from which on the system begins at once to write them out.
    private static let hastened = 1 << 16

    /// Writes bytes at an offset.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        let pastCache = offset >= OpenFile.cachedPart
        try file.write(bytes, at: offset, pastCache: pastCache)
        // What is on its way to the disk now need not be waited for in the end.
        if !pastCache, bytes.count >= Self.hastened { file.startWriting(at: offset, count: bytes.count) }
    }
}

extension EventStore {
    /// The store's files of histories.
    public var histories: HistoryFolder { HistoryFolder(paths) }
}
