/// RFC 8259 as a plain recursive descent over scalars, narrowed as the contract says.
struct PlainJSON {
    typealias Value = PlainReader.Value

    private var rest: ArraySlice<Unicode.Scalar>

    /// The members of a line's object; nil where it is malformed.
    static func object(_ scalars: [Unicode.Scalar]) -> [String: Value]? {
        var reader = PlainJSON(rest: scalars[...])
        reader.space()
        guard reader.rest.first == "{", let members = reader.object(depth: 1) else { return nil }
        reader.space()
        return reader.rest.isEmpty ? members : nil
    }

    private mutating func space() {
        while let next = rest.first, next == " " || next == "\t" || next == "\r" || next == "\n" { rest.removeFirst() }
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.unicodeScalars) else { return false }
        rest.removeFirst(text.unicodeScalars.count)
        return true
    }

    private mutating func object(depth: Int) -> [String: Value]? {
        guard depth <= 100, take("{") else { return nil }
        space()
        if take("}") { return [:] }
        var members: [String: Value] = [:]
        // A dictionary of Swift's texts would take two spellings of one grapheme for the same name.
        var names: Set<[Unicode.Scalar]> = []
        while true {
            space()
            guard let name = text(), names.insert(name).inserted else { return nil }
            space()
            guard take(":") else { return nil }
            space()
            guard let value = value(depth: depth + 1) else { return nil }
            let isPlain = name.allSatisfy { $0.isASCII && $0.value >= 0x20 }
            if isPlain { members[String(String.UnicodeScalarView(name))] = value }
            space()
            if take(",") { continue }
            return take("}") ? members : nil
        }
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth <= 100, take("[") else { return false }
        space()
        if take("]") { return true }
        while true {
            space()
            guard value(depth: depth + 1) != nil else { return false }
            space()
            if take(",") { continue }
            return take("]")
        }
    }

    private mutating func value(depth: Int) -> Value? {
        switch rest.first {
        case "\"":
            guard let text = text() else { return nil }
            return text.isEmpty ? .absent : .text(text)
        case "{": return object(depth: depth) == nil ? nil : .other
        case "[": return array(depth: depth) ? .other : nil
        case "n": return take("null") ? .absent : nil
        case "t": return take("true") ? .other : nil
        case "f": return take("false") ? .other : nil
        default: return number().map { .number($0) }
        }
    }

    private mutating func number() -> String? {
        let start = rest
        func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }
        func digits(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int {
            var count = 0
            while isDigit(rest.first) {
                rest.removeFirst()
                count += 1
            }
            return count
        }
        _ = take("-")
        if !take("0") { guard digits(&rest) > 0 else { return nil } }
        if take(".") { guard digits(&rest) > 0 else { return nil } }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits(&rest) > 0 else { return nil }
        }
        return String(String.UnicodeScalarView(start[..<rest.startIndex]))
    }

    private mutating func text() -> [Unicode.Scalar]? {
        guard take("\"") else { return nil }
        var text: [Unicode.Scalar] = []
        while let next = rest.popFirst() {
            switch next {
            case "\"": return text
            case "\\":
                guard let scalar = escape() else { return nil }
                text.append(scalar)
            default:
                guard next.value >= 0x20 else { return nil }
                text.append(next)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let kind = rest.popFirst() else { return nil }
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
        ]
        if let scalar = simple[kind] { return scalar }
        guard kind == "u", let high = hex() else { return nil }
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard (0xD800..<0xDC00).contains(high), take("\\u"), let low = hex(), (0xDC00..<0xE000).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00))
    }

    private mutating func hex() -> UInt32? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit }) else { return nil }
        rest.removeFirst(4)
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }
}
