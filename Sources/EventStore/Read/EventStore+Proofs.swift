public import Events

/// What an auditor takes away: roots of earlier states, and proofs that the log only grew and holds what it is said to hold.
extension EventStore {
    /// The root of the log's first `size` entries, from its tiles.
    public func root(ofSize size: Int) throws(StoreError) -> Digest {
        guard size >= 0, size <= self.size else { throw .noSuchState(size: size, head: self.size) }
        return try TileReader(paths: paths, size: headSize).edge(ofSize: size).root(TreeHasher())
    }

    /// The key that signs the log; nil while it is unsigned.
    public func verifierKey() throws(StoreError) -> VerifierKey? { try Head.verifierKey(paths) }

    /// The root computed from the raw bytes of every entry, without any kept hash.
    public func rederivedRoot() throws(StoreError) -> Digest {
        let hasher = TreeHasher()
        var edge = TreeEdge()
        for index in 0..<size { edge.append(hasher.leaf(try reader.entry(index)), hasher) { _, _, _ in } }
        return edge.root(hasher)
    }

    /// The audit path of an entry in this state, from the leaf upwards (``TreeProof/includes(leaf:at:size:root:path:)`` checks it).
    public func inclusionProof(of entry: Int) throws(StoreError) -> [[UInt8]] {
        guard entry >= 0, entry < size else { throw .noSuchState(size: entry + 1, head: size) }
        var prover = TreeProver(TileReader(paths: paths, size: headSize))
        return try prover.inclusion(of: entry, size: size)
    }

    /// The proof that this state extends the one of `old` entries; empty for 0 and for this size.
    public func consistencyProof(from old: Int) throws(StoreError) -> [[UInt8]] {
        guard old >= 0, old <= size else { throw .noSuchState(size: old, head: size) }
        guard old > 0 else { return [] }
        var prover = TreeProver(TileReader(paths: paths, size: headSize))
        return try prover.consistency(from: old, to: size)
    }
}
