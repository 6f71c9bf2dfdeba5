import Archives
public import Events

/// The hashes of RFC 6962: a leaf is SHA-256(0x00 ‖ entry), an inner node SHA-256(0x01 ‖ left ‖ right).
///
/// A hasher keeps its SHA-256 state from message to message; one thread uses it at a time.
public final class TreeHasher {
    private let sha = SHA256()
    private let zero: [UInt8] = [0]
    private let one: [UInt8] = [1]

    /// A hasher.
    public init() {}

    /// The root of a log without entries: SHA-256 of nothing.
    public static let emptyRoot = SHA256.digest(of: [UInt8]())

    /// The hash of a leaf.
    public func leaf(_ entry: UnsafeRawBufferPointer) -> [UInt8] {
        zero.withUnsafeBytes { sha.update($0) }
        sha.update(entry)
        return finish()
    }

    /// The hash of a leaf.
    public func leaf(_ entry: [UInt8]) -> [UInt8] { entry.withUnsafeBytes { leaf($0) } }

    /// The hash of an inner node.
    public func node(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> [UInt8] {
        var message = one
        message.append(contentsOf: left)
        message.append(contentsOf: right)
        message.withUnsafeBytes { sha.update($0) }
        return finish()
    }

    private func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            sha.finalize(into: UnsafeMutableRawBufferPointer(buffer))
            count = 32
        }
    }

    /// The root over `hashes`, a list of equally large perfect subtrees of 32 bytes each, the tree's left to right; its count is a power of two.
    func perfectRoot(_ hashes: ArraySlice<UInt8>) -> [UInt8] {
        var level = Array(hashes)
        while level.count > 32 {
            var above: [UInt8] = []
            above.reserveCapacity(level.count / 2)
            for place in stride(from: 0, to: level.count, by: 64) {
                above += node(level[place..<place + 32], level[place + 32..<place + 64])
            }
            level = above
        }
        return level
    }
}

/// The right edge of a growing tree, level by level of tiles: enough to append leaves, to give the root, and to write each tile
/// once it is full.
struct TreeEdge {
    /// The number of leaves.
    private(set) var size = 0
    /// At each tile level the hashes of the tile that is not full yet, 32 bytes each.
    private(set) var levels: [[UInt8]] = []

    init() {}

    /// The edge of a tree of `size` leaves from its partial tiles.
    init(size: Int, levels: [[UInt8]]) {
        self.size = size
        self.levels = levels
    }

    /// The number of hashes in the unfinished tile of a level, for a tree of `size` leaves.
    static func width(ofSize size: Int, level: Int) -> Int { level > 7 ? 0 : (size >> (8 * level)) & 255 }

    /// The number of tile levels of a tree of `size` leaves that hold anything.
    static func levels(ofSize size: Int) -> Int {
        var levels = 0
        var rest = size
        while rest > 0 {
            levels += 1
            rest >>= 8
        }
        return levels
    }

    /// Appends a leaf's hash; hands every tile that it fills to `full`: its level, its number, its 8192 bytes.
    mutating func append(_ leaf: [UInt8], _ hasher: TreeHasher, full: (Int, Int, [UInt8]) -> Void) {
        size += 1
        var hash = leaf
        var level = 0
        while true {
            if levels.count == level { levels.append([]) }
            levels[level] += hash
            guard levels[level].count == tileWidth * 32 else { return }
            full(level, (size >> (8 * (level + 1))) - 1, levels[level])
            hash = hasher.perfectRoot(levels[level][...])
            levels[level] = []
            level += 1
        }
    }

    /// The root of the tree.
    func root(_ hasher: TreeHasher) -> Digest {
        // The perfect subtrees that the size's binary digits name, the largest (leftmost) first, joined from the right.
        var subtrees: [[UInt8]] = []
        for hashes in levels.reversed() {
            var place = 0
            var width = 128
            while width > 0 {
                if hashes.count / 32 & width != 0 {
                    subtrees.append(hasher.perfectRoot(hashes[place..<place + width * 32]))
                    place += width * 32
                }
                width /= 2
            }
        }
        guard var root = subtrees.popLast() else { return TreeHasher.emptyRoot }
        while let left = subtrees.popLast() { root = hasher.node(left, root) }
        return Digest(root) ?? TreeHasher.emptyRoot
    }
}
