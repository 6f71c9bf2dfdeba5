import Events

/// A proof that a log has an entry, as C2SP tlog-proof words it: the entry's index, its audit path, and a checkpoint.
public struct InclusionProof: Sendable, Hashable {
    private static let firstLine = "c2sp.org/tlog-proof@v1"
    /// The entry's index in the log.
    public let index: Int
    /// The audit path, from the leaf upwards, 32 bytes each.
    public let path: [[UInt8]]
    /// The checkpoint's note as it was published.
    public let note: SignedNote
    /// The state that the note words.
    public let checkpoint: Checkpoint

    /// A proof with its parts; nil where the note words no checkpoint.
    public init?(index: Int, path: [[UInt8]], note: SignedNote) {
        guard let checkpoint = Checkpoint(text: note.text) else { return nil }
        self.index = index
        self.path = path
        self.note = note
        self.checkpoint = checkpoint
    }

    /// The file's text.
    public var text: String {
        var lines = [Self.firstLine, "index \(index)"]
        lines += path.map(Base64.encode)
        return lines.joined(separator: "\n") + "\n\n" + String(decoding: note.bytes, as: UTF8.self)
    }

    /// Reads a proof strictly: only what ``text`` gives. An `extra` line is refused, as nothing vouches for it.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let gap = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }),
            let note = SignedNote(Array(bytes[(gap + 2)...]))
        else { return nil }
        let lines = String(decoding: bytes[..<gap], as: UTF8.self).unicodeScalars.split(separator: "\n").map { String($0) }
        guard lines.count >= 2, lines[0] == Self.firstLine, lines[1].hasPrefix("index "), let index = Int(lines[1].dropFirst(6)) else {
            return nil
        }
        var path: [[UInt8]] = []
        for line in lines[2...] {
            guard let hash = Base64.decode(line), hash.count == 32 else { return nil }
            path.append(hash)
        }
        self.init(index: index, path: path, note: note)
        guard Array(self.text.utf8) == bytes else { return nil }
    }

    /// Whether the checkpoint's log has these bytes as its entry ``index``.
    public func proves(_ entry: [UInt8]) -> Bool {
        TreeProof.includes(leaf: TreeHasher().leaf(entry), at: index, size: checkpoint.size, root: checkpoint.root, path: path)
    }
}
