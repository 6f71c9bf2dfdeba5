import Figures

/// One JSON object on a line, written member by member as bytes: answers may have millions of them.
struct JSONLine {
    private(set) var bytes: [UInt8] = [0x7B]

    /// A text.
    mutating func add(_ name: StaticString, _ value: some Collection<UInt8>) {
        addName(name)
        JSONText.append(value, to: &bytes)
    }

    /// A text.
    mutating func add(_ name: StaticString, _ value: String) {
        addName(name)
        JSONText.append(value.utf8, to: &bytes)
    }

    /// A number, or a text written without quotes.
    mutating func addRaw(_ name: StaticString, _ value: String) {
        addName(name)
        bytes.append(contentsOf: value.utf8)
    }

    /// A member whose name is known only now.
    mutating func addRaw(named name: String, _ value: String) {
        if bytes.count > 1 { bytes.append(contentsOf: ", ".utf8) }
        JSONText.append(name.utf8, to: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        bytes.append(contentsOf: value.utf8)
    }

    /// The line with its end.
    mutating func finish() -> [UInt8] {
        bytes.append(0x7D)
        bytes.append(0x0A)
        return bytes
    }

    private mutating func addName(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(contentsOf: ", ".utf8) }
        bytes.append(0x22)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: "\": ".utf8)
    }
}

/// JSON texts (RFC 8259).
enum JSONText {
    /// Appends a text in quotes; what must be escaped is.
    static func append(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        for byte in text {
            switch byte {
            case 0x22, 0x5C:
                bytes.append(0x5C)
                bytes.append(byte)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }

    /// A text in quotes.
    static func of(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text.utf8, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
