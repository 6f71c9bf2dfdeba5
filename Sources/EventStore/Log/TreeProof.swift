public import Events

/// Checks proofs of RFC 6962 (as RFC 9162, section 2.1, words the checks). They need nothing of the store.
public enum TreeProof {
    /// Whether `path` proves that the tree of `size` leaves with this root has the leaf hash `leaf` at `index`.
    public static func includes(leaf: [UInt8], at index: Int, size: Int, root: Digest, path: [[UInt8]]) -> Bool {
        guard index >= 0, index < size, leaf.count == 32, path.allSatisfy({ $0.count == 32 }) else { return false }
        let hasher = TreeHasher()
        var node = index
        var last = size - 1
        var hash = leaf
        for part in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = hasher.node(part, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = hasher.node(hash, part)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && hash == root.bytes
    }

    /// Whether `path` proves that the tree of `old` leaves is a prefix of the tree of `size` leaves. Every tree extends the empty one.
    public static func extends(old: Int, oldRoot: Digest, size: Int, root: Digest, path: [[UInt8]]) -> Bool {
        guard old >= 0, old <= size, path.allSatisfy({ $0.count == 32 }) else { return false }
        if old == 0 { return path.isEmpty && oldRoot == TreeHasher.emptyRoot }
        if old == size { return path.isEmpty && oldRoot == root }
        let hasher = TreeHasher()
        var parts = path[...]
        if old & (old - 1) == 0 { parts = [oldRoot.bytes] + path }
        guard var oldHash = parts.popFirst() else { return false }
        var newHash = oldHash
        var node = old - 1
        var last = size - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        for part in parts {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                oldHash = hasher.node(part, oldHash)
                newHash = hasher.node(part, newHash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                newHash = hasher.node(newHash, part)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot.bytes && newHash == root.bytes
    }
}
