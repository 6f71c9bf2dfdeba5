/// Digits and words as they are shown.
enum Digits {
    /// Groups of three digits before the point: `13700.50` as `13,700.50`.
    static func grouped(_ number: String) -> String {
        guard number.utf8.count > 3 else { return number }
        let bytes = Array(number.utf8)
        let start = bytes.first == UInt8(ascii: "-") ? 1 : 0
        let point = bytes.firstIndex(of: UInt8(ascii: ".")) ?? bytes.count
        guard point - start > 3 else { return number }
        var shown: [UInt8] = []
        shown.reserveCapacity(bytes.count + 6)
        for (place, byte) in bytes.enumerated() {
            if place > start, place < point, (point - place) % 3 == 0 { shown.append(UInt8(ascii: ",")) }
            shown.append(byte)
        }
        return String(decoding: shown, as: UTF8.self)
    }

    /// A ratio of four places in percent, without loss: `0.4088` as `40.88%`.
    static func percent(_ ratio: String) -> String {
        let bytes = Array(ratio.utf8)
        guard let point = bytes.firstIndex(of: UInt8(ascii: ".")), point + 5 == bytes.count else { return ratio }
        let isNegative = bytes[0] == UInt8(ascii: "-")
        let digits = bytes[(isNegative ? 1 : 0)..<point] + bytes[(point + 1)...(point + 2)]
        let whole = digits.drop { $0 == UInt8(ascii: "0") }
        var shown = isNegative ? "-" : ""
        shown += whole.isEmpty ? "0" : grouped(String(decoding: whole, as: UTF8.self))
        shown += String(decoding: [UInt8(ascii: "."), bytes[point + 3], bytes[point + 4], UInt8(ascii: "%")], as: UTF8.self)
        return shown
    }

    /// About how wide a text is in a font of that size, in tenths: a wide scalar counts 1, another 0.56.
    static func width(of text: String, size: Int) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? size : size * 56 / 100) }
    }

    /// The text cut to about that width with an ellipsis.
    static func clipped(_ text: String, to width: Int, size: Int) -> String {
        guard Digits.width(of: text, size: size) > width else { return text }
        var kept = String.UnicodeScalarView()
        var used = size
        for scalar in text.unicodeScalars {
            used += scalar.value >= 0x1100 ? size : size * 56 / 100
            guard used <= width else { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }
}
