import Events

/// The tree over the hashes of every entry, computed anew: its tiles, and its root at some sizes.
struct CheckedTree {
    /// The hashes of the leaves, 32 bytes each.
    let leaves: [UInt8]
    /// The full tiles by level, in order of numbers, 8192 bytes each.
    private(set) var full: [[[UInt8]]] = []
    /// The root over all leaves.
    let root: Digest
    private var roots: [Int: Digest] = [:]

    init(_ leaves: [UInt8], states: [Int]) {
        self.leaves = leaves
        let hasher = TreeHasher()
        var edge = TreeEdge()
        var full: [[[UInt8]]] = []
        var roots = [0: TreeHasher.emptyRoot]
        let wanted = Set(states)
        for index in 0..<leaves.count / 32 {
            edge.append(Array(leaves[index * 32..<index * 32 + 32]), hasher) { level, _, bytes in
                if full.count == level { full.append([]) }
                full[level].append(bytes)
            }
            if wanted.contains(index + 1) { roots[index + 1] = edge.root(hasher) }
        }
        root = edge.root(hasher)
        roots[leaves.count / 32] = root
        self.full = full
        self.roots = roots
    }

    /// The number of leaves.
    var size: Int { leaves.count / 32 }

    /// The root at one of the sizes asked for, or at the whole size.
    func root(ofSize size: Int) -> Digest? {
        if let known = roots[size] { return known }
        guard size >= 0, size <= self.size else { return nil }
        let hasher = TreeHasher()
        var edge = TreeEdge()
        for index in 0..<size { edge.append(Array(leaves[index * 32..<index * 32 + 32]), hasher) { _, _, _ in } }
        return edge.root(hasher)
    }

    /// The first `width` hashes of a tile; nil where the tree has not that many.
    func tile(level: Int, _ number: Int, width: Int) -> ArraySlice<UInt8>? {
        if level < full.count, number < full[level].count { return full[level][number][..<(width * 32)] }
        if level == 0 {
            let start = number * tileWidth * 32
            return start + width * 32 <= leaves.count ? leaves[start..<start + width * 32] : nil
        }
        // A partial tile above the leaves: the roots of the full tiles below it.
        guard level - 1 < full.count, full[level - 1].count >= number * tileWidth + width else { return nil }
        let hasher = TreeHasher()
        var hashes: [UInt8] = []
        for place in 0..<width { hashes += hasher.perfectRoot(full[level - 1][number * tileWidth + place][...]) }
        return hashes[...]
    }
}
