import Mustache

/// Escapes text for HTML, scalar by scalar.
///
/// The template library's own escaping goes by grapheme clusters, so a quotation mark that carries a combining mark (`"` and
/// U+0301 are one `Character`) would end an attribute's value unescaped. Names come from outside; every template of this room
/// therefore uses this content type.
struct ScalarEscaping: MustacheContentType {
    /// The name by which templates ask for it.
    static let name = "SCALARS"

    func escapeText(_ text: String) -> String { ScalarEscaping.escape(text) }

    /// The text with `<`, `>`, `&`, `"` and `'` as character references.
    ///
    /// C0 and C1 controls, which HTML forbids, are shown as U+FFFD; tab and line ends stay.
    static func escape(_ text: String) -> String {
        if isPlain(text) { return text }
        guard text.unicodeScalars.contains(where: { isSpecial($0) }) else { return text }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(isSpecial(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(escaped)
    }

    /// Appends the text escaped.
    @inline(__always)
    static func append(_ text: String, to markup: inout ByteBuffer) { markup.append(isPlain(text) ? text : escape(text)) }

    /// Whether a look at the bytes tells that nothing is to be escaped.
    private static func isPlain(_ text: String) -> Bool {
        // Most texts are digits and words of the program; a look at their bytes settles it. 0xC2 begins C1 controls, 0xEF and 0xF0…
        // noncharacters; texts that may hold one are looked at scalar by scalar.
        var text = text
        return text.withUTF8 { bytes in
            for place in bytes.indices {
                switch bytes[place] {
                case 0x28...0x3B, 0x3D, 0x3F...0x7E, 0x80...0xC1, 0xC3...0xEE, 0x20, 0x21, 0x23...0x25: continue
                // Full-width signs are frequent: U+FDD0… is EF B7 90…, U+FFFE is EF BF BE.
                case 0xEF where place + 2 < bytes.count && bytes[place + 1] != 0xB7 && bytes[place + 1] != 0xBF: continue
                case 0xEF where place + 2 < bytes.count && bytes[place + 1] == 0xBF && bytes[place + 2] < 0xBE: continue
                default: return false
                }
            }
            return true
        }
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x22, 0x26, 0x27, 0x3C, 0x3E: true
        case 0x09, 0x0A, 0x0D: false
        case 0...0x1F, 0x7F...0x9F: true
        // Noncharacters are parse errors in HTML.
        case 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
