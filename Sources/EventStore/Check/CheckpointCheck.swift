import Events

/// Checks the published checkpoints: their form, their key, their roots, and that each extends those before it.
enum CheckpointCheck {
    /// Above this number of checkpoints each is proved against the one before it and the head only: extension is transitive.
    private static let pairLimit = 100

    /// Reads the head and the names of the kept checkpoints; nil where there is no head to check against.
    static func head(_ state: inout CheckState) throws(StoreError) -> Head? {
        let paths = state.paths
        // Names first: a writer moves the head before it keeps its copy, so none can be beyond a head that is read later.
        for name in try Folder.names(in: paths.checkpoints) {
            guard let size = Int(name), size >= 0, String(size) == name else { continue }
            state.keptSizes.append(size)
        }
        state.keptSizes.sort()
        state.expect(paths.checkpoint)
        if let bytes = try Folder.read(paths.verifierKey, atMost: 4096) {
            state.expect(paths.verifierKey)
            let text = String(decoding: bytes, as: UTF8.self)
            guard let key = VerifierKey(text), Array((key.description + "\n").utf8) == bytes else {
                state.add(StoreFault(file: paths.verifierKey, offset: 0, problem: "it is not a verifier key and its line end"))
                return nil
            }
            state.outcome.verifier = key
        }
        let head: Head?
        do throws(StoreError) {
            head = try Head.read(paths)
        } catch {
            state.add(StoreFault(error, file: paths.checkpoint))
            return nil
        }
        guard let head else {
            let most = state.keptSizes.last
            let once = most.map { ": the log once had \($0) entries (checkpoints/\($0)), and its head is missing" }
            state.add(StoreFault(file: paths.checkpoint, problem: "there is no log here" + (once ?? "; ingest archives first")))
            return nil
        }
        state.outcome.checkpoint = head.checkpoint
        state.outcome.count(.checkpoints)
        if head.verifier != nil { state.outcome.count(.signatures) }
        if let most = state.keptSizes.last, most > head.checkpoint.size {
            state.add(
                StoreFault(
                    file: paths.checkpoint,
                    problem:
                        "the log once had \(most) entries (checkpoints/\(most)), and its head is of \(head.checkpoint.size): it was set back"
                ))
        }
        if !state.keptSizes.contains(head.checkpoint.size) {
            state.addLeftover(
                StoreFault(file: paths.checkpoint(ofSize: head.checkpoint.size), problem: "the copy of the head's checkpoint is missing"))
        }
        return head
    }

    /// Checks each kept checkpoint against the entries.
    static func kept(_ state: inout CheckState, _ head: Head, _ tree: CheckedTree, _ table: EntryTable) {
        let paths = state.paths
        for size in state.keptSizes where size <= head.checkpoint.size {
            let path = paths.checkpoint(ofSize: size)
            state.expect(path)
            state.outcome.count(.checkpoints)
            do throws(StoreError) {
                guard let bytes = try Folder.read(path, atMost: 1_000_000), let note = SignedNote(bytes),
                    let checkpoint = Checkpoint(text: note.text)
                else { throw .badCheckpoint(file: path, problem: "it is not written as a checkpoint") }
                try Head.check(note, checkpoint, head.verifier, file: path)
                if head.verifier != nil { state.outcome.count(.signatures) }
                if let problem = problem(checkpoint, size, head, tree, table) { throw .badCheckpoint(file: path, problem: problem) }
                if size == head.checkpoint.size, bytes != head.bytes {
                    throw .badCheckpoint(file: path, problem: "it is not the same as the head")
                }
            } catch {
                state.add(StoreFault(error, file: path))
            }
        }
    }

    private static func problem(
        _ checkpoint: Checkpoint, _ size: Int, _ head: Head, _ tree: CheckedTree, _ table: EntryTable
    ) -> String? {
        if checkpoint.size != size { return "it says a size of \(checkpoint.size), and its name \(size)" }
        if checkpoint.origin != head.checkpoint.origin { return "its origin is not the head's" }
        guard let root = tree.root(ofSize: size) else { return "the log has not so many entries" }
        // Where the entries do not give the head's root, that is told already, and every state behind the changed entry would be too.
        if checkpoint.root != root, tree.root == head.checkpoint.root {
            return "it says the root \(checkpoint.root), but the first \(size) entries give \(root)"
        }
        if size > 0, size <= table.count, table.kinds[size - 1] != .batch { return "its last entry does not close a batch" }
        return nil
    }

    /// Proves, from the kept tiles, that every kept checkpoint's log is a beginning of every later one's.
    static func consistency(_ state: inout CheckState, _ head: Head) {
        let paths = state.paths
        guard state.outcome.faults.isEmpty else { return }
        let sizes = state.keptSizes.filter { $0 > 0 && $0 <= head.checkpoint.size }
        var prover = TreeProver(TileReader(paths: paths, size: head.checkpoint.size))
        for (place, old) in sizes.enumerated() {
            for (next, new) in sizes.enumerated() where next > place {
                guard sizes.count <= pairLimit || next == place + 1 || next == sizes.count - 1 else { continue }
                do throws(StoreError) {
                    let store = TileReader(paths: paths, size: head.checkpoint.size)
                    let (from, to) = (try store.edge(ofSize: old).root(TreeHasher()), try store.edge(ofSize: new).root(TreeHasher()))
                    let path = try prover.consistency(from: old, to: new)
                    state.outcome.count(.consistency)
                    guard TreeProof.extends(old: old, oldRoot: from, size: new, root: to, path: path) else {
                        throw .badCheckpoint(file: paths.checkpoint(ofSize: new), problem: "it does not extend the one of \(old) entries")
                    }
                } catch {
                    state.add(StoreFault(error, file: paths.checkpoint(ofSize: new)))
                }
            }
        }
    }

    /// Compares the log with what an auditor kept.
    static func audit(_ state: inout CheckState, _ head: Head, _ tree: CheckedTree, seen: [SeenCheckpoint], verifier: VerifierKey?) {
        let paths = state.paths
        if let verifier {
            state.outcome.count(.kept)
            if head.verifier == nil {
                state.add(StoreFault(file: paths.verifierKey, problem: "the log is unsigned, and was to be signed by \(verifier)"))
            } else if head.verifier != verifier {
                state.add(StoreFault(file: paths.verifierKey, problem: "the log is signed by another key than \(verifier)"))
            }
        }
        for kept in seen {
            state.outcome.count(.kept)
            if let problem = signatureProblem(kept, head, verifier ?? head.verifier) ?? problem(kept, head, tree) {
                state.add(StoreFault(file: paths.checkpoint, problem: "\(problem) (\(kept.file))"))
                continue
            }
            let size = kept.checkpoint.size
            // The head's own copy may still be to come: that was looked at already.
            if size > 0, size != head.checkpoint.size, !state.keptSizes.contains(size) {
                state.add(
                    StoreFault(
                        file: paths.checkpoint(ofSize: size),
                        problem: "the log was seen with \(size) entries, and the checkpoint of that state was removed (\(kept.file))"))
            }
        }
    }

    /// A log that was signed once is signed from its first checkpoint, for good, by one key.
    private static func signatureProblem(_ kept: SeenCheckpoint, _ head: Head, _ verifier: VerifierKey?) -> String? {
        let isSigned = kept.note?.signatures.contains { $0.name == kept.checkpoint.origin } ?? false
        if head.verifier == nil, isSigned || kept.signedBy != nil {
            return "the log was signed when it was seen, and is unsigned now: its signatures were removed"
        }
        if let signedBy = kept.signedBy, let verifier, signedBy != verifier {
            return "the log was signed by another key than now when it was seen, \(signedBy)"
        }
        if let verifier, let note = kept.note, isSigned, !verifier.verifies(note) {
            return "the checkpoint that was kept bears no valid signature of the log's key"
        }
        return nil
    }

    private static func problem(_ kept: SeenCheckpoint, _ head: Head, _ tree: CheckedTree) -> String? {
        let seen = kept.checkpoint
        if seen.origin != head.checkpoint.origin { return "the checkpoint that was kept is of another log, \(seen.origin)" }
        guard let root = tree.root(ofSize: seen.size) else {
            return "the log was seen with \(seen.size) entries and has \(head.checkpoint.size): it was cut back"
        }
        if root != seen.root { return "the first \(seen.size) entries are not those that were seen: the log was rewritten" }
        return nil
    }
}
