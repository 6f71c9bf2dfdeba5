/// The group commit.
extension StoreWriter {
    /// Publishes what was committed: entries and tiles are made durable in their places, then the head moves to them in one step.
    /// Nothing pending, nothing done.
    public func publish() throws(StoreError) {
        try step { () throws(StoreError) in
            guard batch == nil else { throw .unusable(reason: "a batch is not ended") }
            if pending.size > pending.published { try publishPending() }
            completeColumns()
            extendPlaces()
        }
    }

    /// The published head's root and size, pending batches left out.
    public var publishedSize: Int { pending.published }

    func publishPending() throws(StoreError) {
        try pending.flush()
        let root = pending.edge.root(TreeHasher())
        let checkpoint = Checkpoint(origin: origin, size: pending.size, root: root)
        if let signer, pending.published == 0 {
            // The log's first checkpoint: the key stands before it does.
            try PendingLog.replace(paths.verifierKey, with: Array((signer.verifier.description + "\n").utf8), paths)
        }
        let note = signer?.sign(checkpoint.text) ?? SignedNote(text: checkpoint.text)
        try pending.publish(note.bytes, origin: origin)
        reader.files.set(firstPending: pending.firstPendingBundle, size: pending.published)
        try Recovery.removeFilledPartials(paths, size: pending.published)
        extendColumns(root: root)
        extendPlaces()
    }

    /// Appends the places of what was published since to their side file, which is a convenience as those of hashes are.
    private func extendPlaces() {
        guard let have = places?.count, have < pending.published else { return }
        haveColumnsChanged = true
        do throws(StoreError) {
            if have < opened.size {
                // As each publication would have: the file's bytes follow from the log.
                let tiles = TileReader(paths: paths, size: pending.published)
                let kept = try Folder.names(in: paths.checkpoints).compactMap { Int($0) }.sorted()
                for size in kept where size > have && size < pending.published {
                    try places?.append(reader.table, upTo: size, root: try tiles.edge(ofSize: size).root(TreeHasher()))
                }
            }
            try places?.append(reader.table, upTo: pending.published, root: pending.edge.root(TreeHasher()))
        } catch {
            hasColumnsBehind = true
        }
    }
}
