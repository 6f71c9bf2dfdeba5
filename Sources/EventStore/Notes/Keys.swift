import Archives
import Events
import Glibc

/// The public half of a log's key, in signed-note form: `name+hash+base64`.
public struct VerifierKey: Sendable, Hashable, CustomStringConvertible {
    /// The key's name, which is the log's origin.
    public let name: String
    /// The 32 bytes of the Ed25519 public key.
    public let publicKey: [UInt8]

    init(name: String, publicKey: [UInt8]) {
        self.name = name
        self.publicKey = publicKey
    }

    /// The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ key).
    public var id: [UInt8] { Array(SHA256.digest(of: Array(name.utf8) + [0x0A, algorithm] + publicKey).bytes[..<4]) }

    /// The key in signed-note form.
    public var description: String { "\(name)+\(hexadecimal(id))+\(Base64.encode([algorithm] + publicKey))" }

    /// Reads a key strictly: it must be spelt as we would spell it. A newline behind it is allowed.
    public init?(_ text: String) {
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        let parts = line.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Checkpoint.problem(inOrigin: String(parts[0])) == nil, let bytes = Base64.decode(parts[2]),
            bytes.count == 33, bytes[0] == algorithm
        else { return nil }
        self.init(name: String(parts[0]), publicKey: Array(bytes[1...]))
        guard Array(description.utf8) == Array(line.utf8) else { return nil }
    }

    /// Whether the note bears exactly one line of this key, and it is a true signature. Lines of other keys are ignored.
    public func verifies(_ note: SignedNote) -> Bool {
        let ours = note.signatures.filter { $0.name == name && Array($0.bytes.prefix(4)) == id }
        guard ours.count == 1 else { return false }
        return Ed25519.isValid(signature: Array(ours[0].bytes[4...]), of: Array(note.text.utf8), publicKey: publicKey)
    }
}

/// A log's private key, as Go's `note.GenerateKey` spells it: `PRIVATE+KEY+name+hash+base64`.
public struct SigningKey: Sendable {
    /// The public half.
    public let verifier: VerifierKey
    private let seed: [UInt8]

    private init?(name: String, seed: [UInt8]) {
        guard Checkpoint.problem(inOrigin: name) == nil, let publicKey = Ed25519.publicKey(seed: seed) else { return nil }
        verifier = VerifierKey(name: name, publicKey: publicKey)
        self.seed = seed
    }

    /// A new key from the system's randomness for a log of that name.
    /// - Throws: ``StoreError/badOrigin(problem:)`` where a log cannot bear the name.
    public static func generate(name: String) throws(StoreError) -> SigningKey {
        guard let key = SigningKey(name: name, seed: Ed25519.newSeed()) else {
            throw .badOrigin(problem: Checkpoint.problem(inOrigin: name) ?? "no key can be made for it")
        }
        return key
    }

    /// The key file's line.
    public var text: String { "PRIVATE+KEY+\(verifier.name)+\(hexadecimal(verifier.id))+\(Base64.encode([algorithm] + seed))" }

    /// Reads a key file's line strictly. A newline behind it is allowed.
    public init?(_ text: String) {
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        let parts = line.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let bytes = Base64.decode(parts[4]), bytes.count == 33, bytes[0] == algorithm else { return nil }
        self.init(name: String(parts[2]), seed: Array(bytes[1...]))
        guard Array(self.text.utf8) == Array(line.utf8) else { return nil }
    }

    /// The text (which ends in a newline) as a note with our signature.
    public func sign(_ text: String) -> SignedNote {
        let signature = Ed25519.signature(of: Array(text.utf8), seed: seed) ?? []
        return SignedNote(text: text, signatures: [.init(name: verifier.name, bytes: verifier.id + signature)])
    }

    /// Reads a key file, which no one but its owner may read.
    public static func read(at path: String) throws(StoreError) -> SigningKey {
        guard let file = try OpenFile.reading(path) else { throw .system(operation: "open", path: path, code: ENOENT) }
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw .system(operation: "examine", path: path, code: errno) }
        guard status.st_mode & 0o170000 == 0o100000 else { throw .badKey(path: path, problem: "it is no regular file") }
        guard status.st_mode & 0o077 == 0 else {
            throw .badKey(path: path, problem: "others may read or write it; run `chmod 600` on it, and think of it as known to them")
        }
        guard status.st_size <= 4096, let text = String(validating: try file.bytes(at: 0, count: Int(status.st_size)), as: UTF8.self),
            let key = SigningKey(text)
        else { throw .badKey(path: path, problem: "it does not hold a line PRIVATE+KEY+name+hash+key") }
        return key
    }

    /// Writes a key file that its owner alone can read; never over a file that is there. It gets its name when it is whole and
    /// durable, so that half a key never takes the place of a key.
    public func write(to path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let bytes = Array((text + "\n").utf8)
        if let file = try OpenFile.unnamed(in: folder) {
            try put(bytes, in: file)
            try file.name(path)
        } else {
            // A file system without unnamed files: the name comes first.
            let file = try OpenFile.writing(path, fresh: false, exclusive: true)
            do throws(StoreError) {
                try put(bytes, in: file)
            } catch {
                _ = Glibc.remove(path)
                throw error
            }
        }
        try Folder.synchronize(folder)
    }
}

/// Writes a whole file durably.
private func put(_ bytes: [UInt8], in file: OpenFile) throws(StoreError) {
    try write(bytes, to: file, at: 0)
    try file.synchronize()
}

/// Ed25519 in signed notes.
private let algorithm: UInt8 = 1

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
