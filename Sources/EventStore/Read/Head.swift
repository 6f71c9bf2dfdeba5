import Events

/// The published head as it stands on disk: its bytes, its note, its state, checked against the log's verifier key.
struct Head: Sendable {
    let bytes: [UInt8]
    let note: SignedNote
    let checkpoint: Checkpoint
    /// The key that signs the log; nil while it is unsigned.
    let verifier: VerifierKey?

    /// Reads the head; nil where nothing was published. A log is signed from its first checkpoint or not at all: with `vkey` an
    /// unsigned head is refused, and without it a signed one.
    static func read(_ paths: StorePaths) throws(StoreError) -> Head? {
        // Giving a log a key exchanges the folder `log/` in one step; who reads across it reads again.
        var attempt = 0
        while true {
            do {
                return try readOnce(paths)
            } catch {
                attempt += 1
                if attempt > 2 { throw error }
            }
        }
    }

    private static func readOnce(_ paths: StorePaths) throws(StoreError) -> Head? {
        guard let bytes = try Folder.read(paths.checkpoint, atMost: 1_000_000) else { return nil }
        let verifier = try verifierKey(paths)
        guard let note = SignedNote(bytes), let checkpoint = Checkpoint(text: note.text) else {
            throw .badCheckpoint(file: paths.checkpoint, problem: "it is not written as a checkpoint")
        }
        try check(note, checkpoint, verifier, file: paths.checkpoint)
        return Head(bytes: bytes, note: note, checkpoint: checkpoint, verifier: verifier)
    }

    /// The log's verifier key; nil where it has none.
    static func verifierKey(_ paths: StorePaths) throws(StoreError) -> VerifierKey? {
        guard let bytes = try Folder.read(paths.verifierKey, atMost: 4096) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), let key = VerifierKey(text) else {
            throw .badKey(path: paths.verifierKey, problem: "it is not a verifier key")
        }
        return key
    }

    /// Whether a checkpoint is signed as its log is.
    static func check(
        _ note: SignedNote, _ checkpoint: Checkpoint, _ verifier: VerifierKey?, file: String
    ) throws(StoreError) {
        if let verifier {
            guard verifier.name == checkpoint.origin else {
                throw .badCheckpoint(file: file, problem: "its origin is not the name of the log's key")
            }
            guard verifier.verifies(note) else {
                throw .badCheckpoint(file: file, problem: "it bears no valid signature of the log's key")
            }
        } else if !note.signatures.isEmpty {
            throw .badCheckpoint(file: file, problem: "it is signed, but the log has no vkey")
        }
    }
}
