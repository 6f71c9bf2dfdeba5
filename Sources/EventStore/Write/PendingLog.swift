import Dispatch
import Events
import Synchronization

/// The tail of the log that is not published yet: entries go to files under `pending/` as they come, their hashes into the right
/// edge of the tree. ``publish(_:)`` puts both into place and then, in one rename, moves the head.
final class PendingLog {
    /// What to go back to.
    struct Mark {
        let edge: TreeEdge
        let fullTiles: Int
        let end: Int
        let pendingBytes: Int
    }

    private struct Tile {
        let level: Int
        let number: Int
        let bytes: [UInt8]
    }

    private static let bufferSize = 1 << 20
    private let paths: StorePaths
    private let hasher = TreeHasher()
    /// The number of published entries.
    private(set) var published: Int
    private(set) var edge: TreeEdge
    private var fullTiles: [Tile] = []
    /// The bundle being filled, nil until an entry comes.
    private var file: OpenFile?
    /// Where the next entry goes in its bundle.
    private var end = 0
    private var buffer: [UInt8] = []
    /// The place in the bundle where `buffer` begins.
    private var bufferStart = 0
    /// The entry that the first byte of the buffer belongs to, at the earliest.
    private(set) var firstUnwritten: Int
    /// Bytes of entries since the last publication.
    private(set) var pendingBytes = 0
    private let durability = Durability()

    /// Begins behind a published head.
    init(paths: StorePaths, edge: TreeEdge) {
        self.paths = paths
        self.edge = edge
        published = edge.size
        firstUnwritten = edge.size
        buffer.reserveCapacity(Self.bufferSize + maximumEntry + 2)
    }

    var size: Int { edge.size }
    /// The first bundle that stands under `pending/`.
    var firstPendingBundle: Int { size > published ? published / tileWidth : Int.max }
    var mark: Mark { Mark(edge: edge, fullTiles: fullTiles.count, end: end, pendingBytes: pendingBytes) }

    /// Appends an entry; the place of its first byte in its bundle.
    func append(_ entry: UnsafeRawBufferPointer) throws(StoreError) -> Int {
        guard entry.count <= maximumEntry else { throw .tooLarge(what: "an entry is longer than 65,535 bytes") }
        if file == nil { try beginBundle() }
        buffer.append(UInt8(entry.count >> 8))
        buffer.append(UInt8(entry.count & 255))
        buffer.append(contentsOf: entry)
        let place = end + 2
        end = place + entry.count
        pendingBytes += entry.count + 2
        edge.append(hasher.leaf(entry), hasher) { fullTiles.append(Tile(level: $0, number: $1, bytes: $2)) }
        if size % tileWidth == 0 {
            try flush()
            if let file { durability.begin(file) }
            file = nil
        } else if buffer.count >= Self.bufferSize {
            try flush()
        }
        return place
    }

    /// Writes out what is buffered.
    func flush() throws(StoreError) {
        if let file, !buffer.isEmpty {
            try write(buffer, to: file, at: bufferStart)
            bufferStart += buffer.count
        }
        buffer.removeAll(keepingCapacity: true)
        firstUnwritten = size
    }

    /// Opens the file of the bundle that the next entry belongs to; a published part of it is copied, and checked against the tree.
    private func beginBundle() throws(StoreError) {
        let bundle = size / tileWidth
        let width = size % tileWidth
        let file = try OpenFile.writing(paths.pendingBundle(bundle))
        end = 0
        if width > 0 {
            let path = paths.bundle(bundle, width: width)
            guard let old = try OpenFile.reading(path) else { throw .damaged(file: path, offset: nil, problem: "the bundle is missing") }
            let bytes = try old.bytes(at: 0, count: try old.size())
            try check(bytes, width, path)
            try write(bytes, to: file, at: 0)
            end = bytes.count
        }
        bufferStart = end
        self.file = file
    }

    private func check(_ bytes: [UInt8], _ width: Int, _ path: String) throws(StoreError) {
        var place = 0
        for index in 0..<width {
            guard bytes.count - place >= 2 else { throw .damaged(file: path, offset: place, problem: "the bundle is cut short") }
            let length = Int(bytes[place]) << 8 | Int(bytes[place + 1])
            guard bytes.count - place - 2 >= length else { throw .damaged(file: path, offset: place, problem: "the bundle is cut short") }
            let hash = hasher.leaf(Array(bytes[place + 2..<place + 2 + length]))
            guard hash[...] == edge.levels[0][index * 32..<index * 32 + 32] else {
                throw .damaged(file: path, offset: place, problem: "the entry is not the one that the log's tree holds")
            }
            place += 2 + length
        }
        guard place == bytes.count else { throw .damaged(file: path, offset: place, problem: "something stands behind the last entry") }
    }

    /// Goes back to an earlier end; nothing after it was published.
    func rollback(to mark: Mark) throws(StoreError) {
        guard size > mark.edge.size else { return }
        durability.wait()
        try flush()
        let last = (size - 1) / tileWidth
        let bundle = mark.edge.size / tileWidth
        // A bundle that was complete at the mark stays; the one that was being filled is cut back, or goes if it held nothing new.
        let keepsBundle = mark.edge.size % tileWidth != 0 && mark.edge.size > published
        file = nil
        for number in stride(from: last, through: bundle, by: -1) where number > bundle || !keepsBundle {
            try Folder.remove(paths.pendingBundle(number))
        }
        edge = mark.edge
        fullTiles.removeLast(fullTiles.count - mark.fullTiles)
        end = mark.end
        pendingBytes = mark.pendingBytes
        if keepsBundle {
            let open = try OpenFile.writing(paths.pendingBundle(bundle), fresh: false)
            try open.truncate(to: end)
            file = open
        }
        bufferStart = end
        firstUnwritten = size
    }

    /// Makes everything appended durable, then puts it in its place, then moves the head to `note`. When this returns, the new
    /// state is published; when it throws, the old one still is.
    func publish(_ note: [UInt8], origin: String) throws(StoreError) {
        try flush()
        if let file { durability.begin(file) }
        durability.wait()
        if let failure = durability.failure { throw failure }
        file = nil
        var folders = Touched()
        if size > published {
            for bundle in (published / tileWidth)...((size - 1) / tileWidth) {
                let width = min(tileWidth, size - bundle * tileWidth)
                try move(paths.pendingBundle(bundle), to: paths.bundle(bundle, width: width), &folders)
            }
        }
        for tile in fullTiles { try place(tile, width: tileWidth, &folders) }
        for (level, hashes) in edge.levels.enumerated() where !hashes.isEmpty {
            let tile = Tile(level: level, number: size >> (8 * (level + 1)), bytes: hashes)
            try place(tile, width: hashes.count / 32, &folders)
        }
        try folders.synchronize()
        try PendingLog.replace(paths.checkpoint, with: note, paths)
        published = size
        fullTiles = []
        pendingBytes = 0
        end = 0
        try PendingLog.keep(note, size: size, paths)
    }

    private func place(_ tile: Tile, width: Int, _ folders: inout Touched) throws(StoreError) {
        let temporary = paths.pending + "/tile"
        let file = try OpenFile.writing(temporary)
        try write(tile.bytes, to: file, at: 0)
        try file.synchronize()
        try move(temporary, to: paths.tile(level: tile.level, tile.number, width: width), &folders)
    }

    private func move(_ old: String, to new: String, _ folders: inout Touched) throws(StoreError) {
        let folder = String(new[..<(new.lastIndex(of: "/") ?? new.startIndex)])
        try folders.make(folder, below: paths.log)
        try Folder.rename(old, to: new)
    }

    /// Puts bytes in the place of a file in one step, durably.
    static func replace(_ path: String, with bytes: [UInt8], _ paths: StorePaths) throws(StoreError) {
        let temporary = paths.pending + "/file"
        let file = try OpenFile.writing(temporary)
        try write(bytes, to: file, at: 0)
        try file.synchronize()
        try Folder.rename(temporary, to: path)
        try Folder.synchronize(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    /// Keeps a published checkpoint for good.
    static func keep(_ note: [UInt8], size: Int, _ paths: StorePaths) throws(StoreError) {
        try Folder.make(paths.checkpoints)
        try replace(paths.checkpoint(ofSize: size), with: note, paths)
        try Folder.synchronize(paths.log)
    }
}

/// The folders in which names changed, to be made durable together.
private struct Touched {
    private var folders: [String] = []
    private var known: Set<String> = []

    /// Makes a folder where missing, and notes it and those above it up to `top`.
    mutating func make(_ folder: String, below top: String) throws(StoreError) {
        guard !known.contains(folder) else { return }
        try Folder.make(folder)
        var path = folder
        while known.insert(path).inserted {
            folders.append(path)
            guard path != top, let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
    }

    func synchronize() throws(StoreError) {
        for folder in folders { try Folder.synchronize(folder) }
    }
}

/// Makes finished bundles durable beside the work. The first failure is kept and is final.
private final class Durability: Sendable {
    private let queue = DispatchQueue(label: "tuowei.store.fsync")
    private let group = DispatchGroup()
    private let first = Mutex<StoreError?>(nil)

    func begin(_ file: OpenFile) {
        queue.async(group: group) { [self] in
            do throws(StoreError) {
                try file.synchronize()
            } catch {
                first.withLock { $0 = $0 ?? error }
            }
        }
    }

    func wait() { group.wait() }
    var failure: StoreError? { first.withLock { $0 } }
}
