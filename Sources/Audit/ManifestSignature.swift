import Archives
public import EventStore

/// The signature of a report's manifest: a signed note (C2SP signed-note) that names the manifest's SHA-256.
///
/// Its text has spaces in its first line, which no log's name has, so it can never pass for a checkpoint.
public enum ManifestSignature {
    /// The file's name in a report.
    public static let name = "manifest.sig"

    /// The text that is signed for a manifest of these bytes.
    static func text(of manifest: [UInt8]) -> String { "tuowei report manifest\nsha256 \(SHA256.digest(of: manifest))\n" }

    /// The file for a manifest of these bytes.
    public static func file(of manifest: [UInt8], _ signer: SigningKey) -> [UInt8] { signer.sign(text(of: manifest)).bytes }

    /// What is wrong with a report's signature, and in which of its files; nil: nothing, also where an unsigned report says that it is.
    ///
    /// - Parameter expected: The key of the log, or the one that an auditor kept; nil: the log is unsigned.
    static func problem(
        of manifest: Manifest, _ bytes: [UInt8], _ signature: [UInt8]?, expected: VerifierKey?
    ) -> (file: String, words: String)? {
        guard let named = manifest.signedBy else {
            return signature == nil ? nil : (name, "the manifest does not say that the report is signed")
        }
        guard let key = VerifierKey(named) else { return (Manifest.name, "signedBy is not a verifier key") }
        guard let expected else {
            return (
                Manifest.name, "the report is signed by \(key), and the log is unsigned: its signatures were removed, or it is another log"
            )
        }
        guard expected == key else { return (Manifest.name, "the report is signed by another key than \(expected)") }
        guard let signature else { return (name, "the manifest says that the report is signed, and this is missing") }
        return problem(signature, of: bytes, key).map { (name, $0) }
    }

    /// What is wrong with the file `signature` as the signature of `manifest` by `key`; nil: nothing.
    public static func problem(_ signature: [UInt8], of manifest: [UInt8], _ key: VerifierKey) -> String? {
        guard let note = SignedNote(signature) else { return "it is not a signed note" }
        guard Array(note.text.utf8) == Array(text(of: manifest).utf8) else { return "it was not made for this manifest" }
        return key.verifies(note) ? nil : "it bears no valid signature of the key \(key)"
    }
}
