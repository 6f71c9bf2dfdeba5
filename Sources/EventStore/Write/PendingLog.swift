import Dispatch
import Events
import Synchronization

/// The tail of the log that is not published yet: entries go to files under `pending/` as they come; the thread that writes them hashes
/// them, and ``flush()`` takes the hashes into the right edge of the tree. ``publish(_:origin:)`` puts both into place and then, in one
/// rename, moves the head.
final class PendingLog {
    /// What to go back to.
    struct Mark {
        let size: Int
        let end: Int
        let pendingBytes: Int
    }

    private struct Tile {
        let level: Int
        let number: Int
        let bytes: [UInt8]
    }

    /// The bytes from which on a piece of the log is handed over to be hashed and written.
    static let bufferSize = 1 << 18
    private let paths: StorePaths
    private let hasher = TreeHasher()
    /// The number of published entries.
    private(set) var published: Int
    /// The number of entries.
    private(set) var size: Int
    /// The edge of the tree: of all entries behind ``flush()``, of fewer while some are still to be hashed.
    private(set) var edge: TreeEdge
    private var fullTiles: [Tile] = []
    /// The hashes, 32 bytes each, of entries that the edge lacks, in order.
    private let leaves = Leaves()
    /// The edge at the last mark, and how many tiles were full; nil while it is not known.
    private var marked: (edge: TreeEdge, fullTiles: Int)?
    private var markedSize = 0
    /// The bundle being filled, nil until an entry comes.
    private var file: OpenFile?
    /// Where the next entry goes in its bundle.
    private var end = 0
    private var buffer: [UInt8] = []
    /// The place in the bundle where `buffer` begins.
    private var bufferStart = 0
    /// The entry that the first byte not yet written belongs to, at the earliest.
    private(set) var firstUnwritten: Int
    /// The sizes of the log when the last few pieces were handed over to be written, in order.
    private var handedOver: [Int] = []
    /// Whether a published part of the bundle being filled may not be copied yet.
    private(set) var isCopying = false
    /// Bytes of entries since the last publication.
    private(set) var pendingBytes = 0
    private let durability = Durability()
    private let behind = WriteBehind()
    /// Whether entries are written by a thread beside the one that appends.
    var writesBeside = false

    /// Begins behind a published head.
    init(paths: StorePaths, edge: TreeEdge) {
        self.paths = paths
        self.edge = edge
        published = edge.size
        size = edge.size
        firstUnwritten = edge.size
        buffer.reserveCapacity(Self.bufferSize + maximumEntry + 2)
    }

    /// The first bundle that stands under `pending/`.
    var firstPendingBundle: Int { size > published ? published / tileWidth : Int.max }

    /// Marks the end as it is, to which ``rollback(to:)`` goes back. An earlier mark is then of no use any more.
    func mark() -> Mark {
        (markedSize, marked) = (size, nil)
        noteMark()
        return Mark(size: size, end: end, pendingBytes: pendingBytes)
    }

    private func noteMark() {
        if edge.size == markedSize { marked = (edge, fullTiles.count) }
    }

    /// Appends an entry; the place of its first byte in its bundle.
    func append(_ entry: UnsafeRawBufferPointer) throws(StoreError) -> Int {
        guard entry.count <= maximumEntry else { throw .tooLarge(what: "an entry is longer than 65,535 bytes") }
        try begin()
        buffer.append(UInt8(entry.count >> 8))
        buffer.append(UInt8(entry.count & 255))
        buffer.append(contentsOf: entry)
        let place = end + 2
        end = place + entry.count
        pendingBytes += entry.count + 2
        size += 1
        if size % tileWidth == 0 {
            try handOver(beside: writesBeside)
            if let file { behind.afterwards { [durability] in durability.begin(file) } }
            file = nil
        } else if buffer.count >= Self.bufferSize {
            try handOver(beside: writesBeside)
        }
        return place
    }

    /// Hands over what is buffered to be hashed and written.
    private func handOver(beside: Bool) throws(StoreError) {
        guard let file, !buffer.isEmpty else { return }
        let count = buffer.count
        if !beside, isCopying || !handedOver.isEmpty {
            try behind.wait()
            isCopying = false
        }
        try behind.put(buffer, into: file, at: bufferStart, beside: beside) { [leaves] piece in leaves.append(of: piece) }
        buffer.removeAll(keepingCapacity: true)
        bufferStart += count
        if beside {
            // So many wait at most, this one among them: those before are written.
            handedOver.append(size)
            if handedOver.count > WriteBehind.most {
                firstUnwritten = handedOver.removeFirst()
                isCopying = false
            }
        } else {
            (firstUnwritten, handedOver) = (size, [])
        }
    }

    /// Takes the hashes that were made into the tree.
    private func takeLeaves() {
        let hashes = leaves.take()
        for place in stride(from: 0, to: hashes.count, by: 32) {
            edge.append(Array(hashes[place..<place + 32]), hasher) { fullTiles.append(Tile(level: $0, number: $1, bytes: $2)) }
            noteMark()
        }
    }

    /// Writes out what is buffered, and takes it into the tree.
    ///
    /// The last piece is written by whoever calls this: to have another thread do it would take longer than it takes.
    func flush() throws(StoreError) {
        // Behind a flush there is nothing to wait for, though the system may still be asked to begin writing.
        if !buffer.isEmpty || !handedOver.isEmpty || isCopying { try behind.wait() }
        (handedOver, isCopying) = ([], false)
        try handOver(beside: false)
        takeLeaves()
        guard edge.size == size else { throw .unusable(reason: "the tree has \(edge.size) entries, where \(size) were written") }
        firstUnwritten = size
    }

    /// Whether something stands under `pending/` that is not published.
    var hasBegun: Bool { size != published || file != nil }

    /// Begins to copy what the next entry's bundle holds already, where another thread does that: for whoever will soon append.
    func beginCopying() throws(StoreError) {
        if writesBeside, size % tileWidth > 0 { try begin() }
    }

    /// Opens the file that the next entry goes to, unless it is open.
    private func begin() throws(StoreError) {
        if file == nil { try beginBundle() }
    }

    /// Opens the file of the bundle that the next entry belongs to; a published part of it is copied, and checked against the tree. Who
    /// appends need not wait for that where another thread writes.
    private func beginBundle() throws(StoreError) {
        let bundle = size / tileWidth
        let width = size % tileWidth
        let file = try OpenFile.writing(paths.pendingBundle(bundle))
        end = 0
        if width > 0 {
            // Nothing stands behind the published part, or it was taken back.
            try flush()
            let path = paths.bundle(bundle, width: width)
            guard let old = try OpenFile.reading(path) else { throw .damaged(file: path, offset: nil, problem: "the bundle is missing") }
            end = try old.size()
            let copy = BundleCopy(old: old, size: end, leaves: edge.levels[0], new: file)
            if writesBeside {
                // Of what it copies, nothing is to be read before.
                firstUnwritten = min(firstUnwritten, bundle * tileWidth)
                isCopying = true
                behind.perform { () throws(StoreError) in
                    try copy.run()
                    copy.new.startWriting()
                }
            } else {
                try copy.run()
            }
        }
        bufferStart = end
        self.file = file
    }

    /// Goes back to an earlier end; nothing after it was published.
    func rollback(to mark: Mark) throws(StoreError) {
        guard size > mark.size else { return }
        try flush()
        durability.wait()
        guard mark.size == markedSize, let marked else { throw .unusable(reason: "it was to go back to what was not marked last") }
        let last = (size - 1) / tileWidth
        let bundle = mark.size / tileWidth
        // A bundle that was complete at the mark stays; the one that was being filled is cut back, or goes if it held nothing new.
        let keepsBundle = mark.size % tileWidth != 0 && mark.size > published
        file = nil
        for number in stride(from: last, through: bundle, by: -1) where number > bundle || !keepsBundle {
            try Folder.remove(paths.pendingBundle(number))
        }
        edge = marked.edge
        size = mark.size
        fullTiles.removeLast(fullTiles.count - marked.fullTiles)
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
    ///
    /// What has to be durable at the same time is asked for at the same time: a disk takes hardly longer for ten files than for one.
    func publish(_ note: [UInt8], origin: String) throws(StoreError) {
        try flush()
        if let file {
            if size % tileWidth == 0 {
                // It was begun for entries that did not come.
                try Folder.remove(paths.pendingBundle(size / tileWidth))
            } else {
                durability.begin(file)
            }
        }
        file = nil
        var moves: [(from: String, to: String)] = []
        if size > published {
            for bundle in (published / tileWidth)...((size - 1) / tileWidth) {
                let width = min(tileWidth, size - bundle * tileWidth)
                moves.append((paths.pendingBundle(bundle), paths.bundle(bundle, width: width)))
            }
        }
        for tile in fullTiles { moves.append(try prepare(tile, width: tileWidth, as: "tile-\(moves.count)")) }
        for (level, hashes) in edge.levels.enumerated() where !hashes.isEmpty {
            let tile = Tile(level: level, number: size >> (8 * (level + 1)), bytes: hashes)
            moves.append(try prepare(tile, width: hashes.count / 32, as: "tile-\(moves.count)"))
        }
        let head = try prepare(note, as: "head")
        let kept = try prepare(note, as: "kept")
        try durability.end()
        var folders = Touched()
        for move in moves { try self.move(move.from, to: move.to, &folders) }
        for folder in folders.paths { durability.begin(folder: folder) }
        try durability.end()
        try Folder.rename(head, to: paths.checkpoint)
        try Folder.synchronize(paths.log)
        published = size
        fullTiles = []
        pendingBytes = 0
        end = 0
        try Folder.rename(kept, to: paths.checkpoint(ofSize: size))
        try Folder.synchronize(paths.checkpoints)
    }

    /// Writes a file under `pending/` and asks for it to be made durable; its path.
    private func prepare(_ bytes: [UInt8], as name: String) throws(StoreError) -> String {
        let path = paths.pending + "/" + name
        let file = try OpenFile.writing(path)
        try write(bytes, to: file, at: 0)
        try durability.begin(bounded: file)
        return path
    }

    private func prepare(_ tile: Tile, width: Int, as name: String) throws(StoreError) -> (from: String, to: String) {
        (try prepare(tile.bytes, as: name), paths.tile(level: tile.level, tile.number, width: width))
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

/// The hashes of entries that were written and are not in the tree yet, made by one thread at a time in the entries' order.
private final class Leaves: Sendable {
    private let hashes = Mutex<[UInt8]>([])

    /// Adds those of the entries of a piece of a bundle: each behind its length in two bytes.
    func append(of piece: [UInt8]) {
        let hasher = TreeHasher()
        var more: [UInt8] = []
        piece.withUnsafeBytes { piece in
            var place = 0
            while piece.count - place >= 2 {
                let start = place + 2
                place = start + (Int(piece[place]) << 8 | Int(piece[place + 1]))
                more += hasher.leaf(UnsafeRawBufferPointer(rebasing: piece[start..<place]))
            }
        }
        hashes.withLock { $0 += more }
    }

    /// Gives them away.
    func take() -> [UInt8] {
        hashes.withLock { hashes in
            defer { hashes = [] }
            return hashes
        }
    }
}

/// The folders in which names changed, to be made durable together.
private struct Touched {
    private(set) var paths: [String] = []
    private var known: Set<String> = []

    /// Makes a folder where missing, and notes it and those above it up to `top`.
    mutating func make(_ folder: String, below top: String) throws(StoreError) {
        guard !known.contains(folder) else { return }
        try Folder.make(folder)
        var path = folder
        while known.insert(path).inserted {
            paths.append(path)
            guard path != top, let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
    }
}

/// Makes files and folders durable beside the work, several at once. The first failure is kept and is final.
private final class Durability: Sendable {
    /// How many open files may wait.
    private static let most = 16
    private let queue = DispatchQueue(label: "tuowei.store.fsync", attributes: .concurrent)
    private let group = DispatchGroup()
    private let state = Mutex<(begun: Int, failure: StoreError?)>((0, nil))

    /// Asks for a file.
    func begin(_ file: OpenFile) { begin { () throws(StoreError) in try file.synchronize() } }

    /// Asks for a file, and waits first where many have been asked for.
    func begin(bounded file: OpenFile) throws(StoreError) {
        if state.withLock({ $0.begun }) >= Self.most { try end() }
        begin(file)
    }

    /// Asks for the names in a folder.
    func begin(folder path: String) { begin { () throws(StoreError) in try Folder.synchronize(path) } }

    private func begin(_ body: @escaping @Sendable () throws(StoreError) -> Void) {
        state.withLock { $0.begun += 1 }
        queue.async(group: group) { [self] in
            do throws(StoreError) {
                try body()
            } catch {
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
    }

    /// Waits for all that was asked for.
    func wait() {
        group.wait()
        state.withLock { $0.begun = 0 }
    }

    /// Waits, and throws what failed.
    func end() throws(StoreError) {
        wait()
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}

/// The copy of a published bundle that is not full, each entry checked against the tree.
private struct BundleCopy: Sendable {
    let old: OpenFile
    /// The length of the old file.
    let size: Int
    /// The hashes of its entries.
    let leaves: [UInt8]
    let new: OpenFile

    func run() throws(StoreError) {
        let hasher = TreeHasher()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var done = 0
        var index = 0
        while index < leaves.count / 32 {
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<(try old.read(into: buffer, at: done))])
            var place = 0
            while index < leaves.count / 32, piece.count - place >= 2 {
                let length = Int(piece[place]) << 8 | Int(piece[place + 1])
                guard piece.count - place - 2 >= length else { break }
                let hash = hasher.leaf(UnsafeRawBufferPointer(rebasing: piece[place + 2..<place + 2 + length]))
                guard hash[...] == leaves[index * 32..<index * 32 + 32] else {
                    throw .damaged(file: old.path, offset: done + place, problem: "the entry is not the one that the log's tree holds")
                }
                place += 2 + length
                index += 1
            }
            // A piece is longer than any entry.
            guard place > 0 else { throw .damaged(file: old.path, offset: done, problem: "the bundle is cut short") }
            try new.write(UnsafeRawBufferPointer(rebasing: piece[..<place]), at: done)
            done += place
        }
        guard done == size else { throw .damaged(file: old.path, offset: done, problem: "something stands behind the last entry") }
    }
}
