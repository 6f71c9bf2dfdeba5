public import EventStore
import Events
import Foundation

/// What an auditor kept, read from her files.
public enum KeptFiles {
    /// A file that holds nothing an auditor keeps.
    public struct Unusable: Error, CustomStringConvertible {
        /// Which file, what is wrong, what would do.
        public let description: String
    }

    /// A state of the log: from a checkpoint's file, or from a report's manifest.
    public static func checkpoint(_ path: String) throws(Unusable) -> SeenCheckpoint {
        let bytes = try bytes(path)
        if let note = SignedNote(bytes), let checkpoint = Checkpoint(text: note.text) {
            return SeenCheckpoint(file: path, checkpoint: checkpoint, note: note)
        }
        if let manifest = Manifest(bytes), manifest.isWritten(as: bytes), let root = Digest(hex: manifest.checkpoint.root),
            manifest.checkpoint.size >= 0
        {
            let checkpoint = Checkpoint(origin: manifest.checkpoint.origin, size: manifest.checkpoint.size, root: root)
            return SeenCheckpoint(file: path, checkpoint: checkpoint, signedBy: manifest.signedBy.flatMap { VerifierKey($0) })
        }
        throw Unusable(description: "\(path): neither a checkpoint of a log nor the manifest of a report")
    }

    /// The manifest of a report, where that is what the auditor kept; nil: a checkpoint.
    public static func manifest(_ path: String) throws(Unusable) -> Manifest? {
        let bytes = try bytes(path)
        return Manifest(bytes).flatMap { $0.isWritten(as: bytes) ? $0 : nil }
    }

    /// A verifier key: the text itself, or a file that holds it.
    public static func verifierKey(_ text: String) throws(Unusable) -> VerifierKey {
        if let key = VerifierKey(text) { return key }
        guard let bytes = try? bytes(text), let key = VerifierKey(String(decoding: bytes, as: UTF8.self)) else {
            throw Unusable(description: "\(text): neither a verifier key (name+hash+key, as in log/vkey) nor a file of one")
        }
        return key
    }

    private static func bytes(_ path: String) throws(Unusable) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: 1 << 26) else {
            throw Unusable(description: "\(path): missing, or cannot be read")
        }
        return Array(data)
    }
}
