/// A note of C2SP signed-note: a text, an empty line, and lines of signatures. An unsigned checkpoint is the text alone.
public struct SignedNote: Sendable, Hashable {
    /// The text with its final newline, without the empty line behind it.
    public let text: String
    /// The signatures in order: the key's name, and its four bytes of ID with the signature behind them.
    public let signatures: [Signature]

    /// One signature line.
    public struct Signature: Sendable, Hashable {
        /// The key's name.
        public let name: String
        /// The key's ID (4 bytes) and the signature.
        public let bytes: [UInt8]

        /// A signature line.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        var line: String { "\u{2014} \(name) \(Base64.encode(bytes))\n" }
    }

    /// A note of a text that ends in a newline.
    public init(text: String, signatures: [Signature] = []) {
        self.text = text
        self.signatures = signatures
    }

    /// The note's bytes.
    public var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        guard !signatures.isEmpty else { return bytes }
        bytes.append(UInt8(ascii: "\n"))
        for signature in signatures { bytes.append(contentsOf: signature.line.utf8) }
        return bytes
    }

    /// Reads a note strictly: what it gives when written again is exactly what was read, and no line of signature stands twice.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= 1_000_000, let whole = String(validating: bytes, as: UTF8.self), whole.utf8.last == UInt8(ascii: "\n"),
            !bytes.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") })
        else { return nil }
        let utf8 = Array(whole.utf8)
        // The signatures stand behind the last empty line.
        let gap = utf8.indices.dropLast().last { utf8[$0] == 0x0A && utf8[$0 + 1] == 0x0A }
        guard let gap else {
            self.init(text: whole)
            return
        }
        var signatures: [Signature] = []
        let tail = String(decoding: utf8[(gap + 2)...], as: UTF8.self)
        for line in tail.unicodeScalars.split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, String(parts[0]) == "\u{2014}", let bytes = Base64.decode(String(parts[2])), bytes.count >= 5 else {
                return nil
            }
            let signature = Signature(name: String(parts[1]), bytes: bytes)
            guard !signature.name.isEmpty, !signatures.contains(signature) else { return nil }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { return nil }
        self.init(text: String(decoding: utf8[...gap], as: UTF8.self), signatures: signatures)
        guard self.bytes == bytes else { return nil }
    }
}
