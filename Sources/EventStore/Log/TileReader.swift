import Events

/// Reads the hash tiles of a log as far as a head of `size` entries covers them, from whichever file holds enough: the full tile,
/// or the partial one of that head.
struct TileReader: Sendable {
    let paths: StorePaths
    let size: Int

    /// The first `width` hashes of a tile, 32 bytes each.
    func hashes(level: Int, tile: Int, width: Int) throws(StoreError) -> [UInt8] {
        guard width > 0 else { return [] }
        let complete = size >> (8 * (level + 1)) > tile
        if !complete {
            let partial = paths.tile(level: level, tile, width: TreeEdge.width(ofSize: size, level: level))
            if let file = try OpenFile.reading(partial) { return try file.bytes(at: 0, count: width * 32) }
        }
        // The tile may have been filled, and its partial ones removed, since this head was read.
        let path = paths.tile(level: level, tile)
        guard let file = try OpenFile.reading(path) else { throw .damaged(file: path, offset: nil, problem: "the tile is missing") }
        return try file.bytes(at: 0, count: width * 32)
    }

    /// The right edge of the tree of the first `size` leaves; `size` at most the head's.
    func edge(ofSize size: Int) throws(StoreError) -> TreeEdge {
        var levels: [[UInt8]] = []
        for level in 0..<TreeEdge.levels(ofSize: size) {
            levels.append(
                try hashes(level: level, tile: size >> (8 * (level + 1)), width: TreeEdge.width(ofSize: size, level: level)))
        }
        return TreeEdge(size: size, levels: levels)
    }
}

/// Proofs of RFC 6962, computed from tiles.
struct TreeProver {
    private let tiles: TileReader
    private let hasher = TreeHasher()
    private var cache: [Int: [UInt8]] = [:]

    init(_ tiles: TileReader) { self.tiles = tiles }

    /// The hash of the leaves `low..<high`, which a tree of the head's size or an earlier one has as a node.
    private mutating func hash(_ low: Int, _ high: Int) throws(StoreError) -> [UInt8] {
        let count = high - low
        guard count & (count - 1) == 0 else {
            let middle = low + Self.split(count)
            let left = try hash(low, middle)
            return hasher.node(left, try hash(middle, high))
        }
        // A perfect subtree of 2^power leaves lies in the tile level power / 8; within the tile it spans 2^(power % 8) hashes.
        let power = count.trailingZeroBitCount
        let level = power / 8
        let first = low >> (8 * level)
        let span = 1 << (power % 8)
        let tile = try tile(level: level, first / tileWidth)
        let start = first % tileWidth * 32
        guard start + span * 32 <= tile.count else {
            throw .damaged(file: tiles.paths.tile(level: level, first / tileWidth), offset: tile.count, problem: "the tile is cut short")
        }
        return hasher.perfectRoot(tile[start..<start + span * 32])
    }

    private mutating func tile(level: Int, _ number: Int) throws(StoreError) -> [UInt8] {
        let key = number << 4 | level
        if let known = cache[key] { return known }
        let complete = tiles.size >> (8 * (level + 1)) > number
        let width = complete ? tileWidth : TreeEdge.width(ofSize: tiles.size, level: level)
        let hashes = try tiles.hashes(level: level, tile: number, width: width)
        cache[key] = hashes
        return hashes
    }

    /// The greatest power of two below `count`.
    private static func split(_ count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }

    /// The audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards.
    mutating func inclusion(of index: Int, size: Int) throws(StoreError) -> [[UInt8]] {
        try path(index, 0, size)
    }

    private mutating func path(_ index: Int, _ low: Int, _ high: Int) throws(StoreError) -> [[UInt8]] {
        guard high - low > 1 else { return [] }
        let middle = low + Self.split(high - low)
        if index < middle { return try path(index, low, middle) + [hash(middle, high)] }
        return try path(index, middle, high) + [hash(low, middle)]
    }

    /// The consistency proof between the trees of `old` and `size` leaves, 0 < old ≤ size, from the smallest node upwards.
    mutating func consistency(from old: Int, to size: Int) throws(StoreError) -> [[UInt8]] {
        try subproof(old, 0, size, isOldRoot: true)
    }

    private mutating func subproof(_ old: Int, _ low: Int, _ high: Int, isOldRoot: Bool) throws(StoreError) -> [[UInt8]] {
        if old == high - low { return isOldRoot ? [] : [try hash(low, high)] }
        let left = Self.split(high - low)
        if old <= left {
            return try subproof(old, low, low + left, isOldRoot: isOldRoot) + [hash(low + left, high)]
        }
        return try subproof(old - left, low + left, high, isOldRoot: false) + [hash(low, low + left)]
    }
}
