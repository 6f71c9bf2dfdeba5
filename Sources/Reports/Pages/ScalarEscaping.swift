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
        // Most texts are digits and words of the program; a look at their bytes settles it. 0xC2 begins C1 controls, 0xEF and 0xF0…
        // noncharacters; those are looked at scalar by scalar.
        var text = text
        let isPlain = text.withUTF8 { bytes in
            bytes.allSatisfy { $0 >= 0x28 ? $0 != 0x3C && $0 != 0x3E && $0 != 0x7F && $0 != 0xC2 && $0 < 0xEF : $0 == 0x20 || $0 == 0x25 }
        }
        if isPlain { return text }
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
