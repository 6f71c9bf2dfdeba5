import Yams

/// A mapping of the pipeline file, checked for its keys: each is a text, stands once and is one that exists.
struct Section {
    let file: String
    /// The section's key, empty at the top.
    let name: String
    let place: FilePlace
    let entries: [(key: String, place: FilePlace, node: Node)]

    /// Reads a mapping with any keys (`keys` nil) or with these alone.
    init(_ node: Node, file: String, name: String, keys: [String]?) throws(PipelineError) {
        let place = Section.place(of: node, in: file)
        guard case .mapping(let mapping) = node else {
            throw .wrongKind(place, key: name.isEmpty ? "pipeline" : name, expected: "a mapping of keys to values")
        }
        var entries: [(key: String, place: FilePlace, node: Node)] = []
        var seen: [[UInt8]: FilePlace] = [:]
        for (keyNode, value) in mapping {
            let keyPlace = Section.place(of: keyNode, in: file)
            guard case .scalar(let scalar) = keyNode else {
                throw .wrongKind(keyPlace, key: name.isEmpty ? "key" : "a key in \(name)", expected: "a text")
            }
            let key = scalar.string
            // The parser finds most repeated keys itself and names the first; it takes `1` and `!!int 1` for two.
            if let first = seen.updateValue(keyPlace, forKey: Array(key.utf8)) { throw .duplicateKey(first, key: key) }
            if let keys, !keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
                throw .unknownKey(
                    keyPlace, key: key, section: name, nearest: NearestKey.nearest(to: key, in: keys) ?? "")
            }
            entries.append((key, keyPlace, value))
        }
        self.file = file
        self.name = name
        self.place = place
        self.entries = entries
    }

    /// The value of a key, nil where the key is not there.
    func node(_ key: String) -> Node? { entries.first { $0.key == key }?.node }

    /// The value of a key that must be there.
    func required(_ key: String) throws(PipelineError) -> Node {
        guard let node = node(key) else { throw .missingKey(place, key: key, section: name) }
        return node
    }

    /// The text of a scalar as written.
    func text(_ node: Node, key: String) throws(PipelineError) -> String {
        guard case .scalar(let scalar) = node else { throw .wrongKind(place(of: node), key: key, expected: "a text") }
        return scalar.string
    }

    /// The text of a key that must be there, 1 to `maximum` scalars without control characters.
    func requiredText(_ key: String, maximum: Int) throws(PipelineError) -> String {
        let node = try required(key)
        let text = try text(node, key: key)
        guard (1...maximum).contains(text.unicodeScalars.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw invalid(node, key, text, "a text of 1 to \(maximum) characters without control characters") }
        return text
    }

    /// A sub-section, nil where the key is not there or holds nothing.
    func section(_ key: String, keys: [String]?) throws(PipelineError) -> Section? {
        guard let node = node(key), !Section.isNothing(node) else { return nil }
        return try Section(node, file: file, name: key, keys: keys)
    }

    /// The items of a list, empty where the key is not there or holds nothing.
    func list(_ key: String) throws(PipelineError) -> [Node] {
        guard let node = node(key), !Section.isNothing(node) else { return [] }
        guard case .sequence(let sequence) = node else { throw .wrongKind(place(of: node), key: key, expected: "a list") }
        return Array(sequence)
    }

    /// A value that passes `read`, or a refusal that says what was expected.
    func value<Value>(
        _ node: Node, _ key: String, expected: String, words: [String] = [], _ read: (String) -> Value?
    ) throws(PipelineError) -> Value {
        let text = try text(node, key: key)
        guard let value = read(text) else { throw invalid(node, key, text, expected, words) }
        return value
    }

    func invalid(_ node: Node, _ key: String, _ text: String, _ expected: String, _ words: [String] = []) -> PipelineError {
        .invalidValue(
            place(of: node), key: key, value: text, expected: expected,
            nearest: NearestKey.likely(text, in: words))
    }

    func place(of node: Node) -> FilePlace { Section.place(of: node, in: file) }

    static func place(of node: Node, in file: String) -> FilePlace {
        FilePlace(file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
    }

    /// A key with nothing behind it.
    static func isNothing(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.string.isEmpty && scalar.style == .plain
    }
}
