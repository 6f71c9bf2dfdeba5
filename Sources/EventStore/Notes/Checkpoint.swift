public import Events

/// A log's state as C2SP tlog-checkpoint words it: whose log, how many entries, which root.
public struct Checkpoint: Sendable, Hashable {
    /// The log's name.
    public let origin: String
    /// The number of entries.
    public let size: Int
    /// The root of the tree over them.
    public let root: Digest

    /// A state.
    public init(origin: String, size: Int, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The three lines, each with its end: the text that is signed.
    public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    /// Reads the three lines. More lines (extensions) are refused, as is any other spelling than ours.
    public init?(text: String) {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count == 4, lines[3].isEmpty, Checkpoint.problem(inOrigin: lines[0]) == nil,
            let size = Int(lines[1]), size >= 0, let root = Base64.decode(lines[2]).flatMap({ Digest($0) })
        else { return nil }
        self.init(origin: lines[0], size: size, root: root)
        guard Array(self.text.utf8) == Array(text.utf8) else { return nil }
    }

    /// What is wrong with a log's name, or nil. It is also its key's name, so it follows the signed-note rule for those.
    public static func problem(inOrigin origin: String) -> String? {
        if origin.isEmpty { return "it is empty" }
        if origin.utf8.count > 500 { return "it is longer than 500 bytes" }
        for scalar in origin.unicodeScalars {
            if scalar.properties.isWhitespace { return "it has a space" }
            if scalar == "+" { return "it has a plus sign" }
            if scalar.properties.generalCategory == .control { return "it has a control character" }
        }
        return nil
    }

    /// A log's name made of a text: every scalar that a name cannot hold becomes `-`.
    public static func origin(_ prefix: String, _ text: String) -> String {
        var name = prefix
        for scalar in text.unicodeScalars {
            let fits = !scalar.properties.isWhitespace && scalar != "+" && scalar.properties.generalCategory != .control
            name.unicodeScalars.append(fits ? scalar : "-")
        }
        return name
    }
}
