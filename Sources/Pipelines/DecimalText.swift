/// Decimal numbers as texts: JSON's number grammar without an exponent; trailing zeros count as places.
enum DecimalText {
    /// The number in units of 10^-`places`, nil where the text is no decimal, has more places, or leaves 18 digits.
    static func scaled(_ text: some StringProtocol, places: Int) -> Int64? {
        guard let parts = parts(text), parts.fraction.count <= places else { return nil }
        var value: Int64 = 0
        for digit in parts.whole + parts.fraction + [UInt8](repeating: 0x30, count: places - parts.fraction.count) {
            guard value < 100_000_000_000_000_000 else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return parts.negative ? -value : value
    }

    /// Whether the text is a decimal of at most `places` places.
    static func isDecimal(_ text: some StringProtocol, places: Int) -> Bool {
        parts(text).map { $0.fraction.count <= places } ?? false
    }

    /// A whole number from 0, without sign or leading zeros, nil where it is none or exceeds `maximum`.
    static func whole(_ text: some StringProtocol, maximum: Int) -> Int? {
        let digits = text.utf8
        guard (1...18).contains(digits.count), digits.first != 0x30 || digits.count == 1 else { return nil }
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value <= maximum ? value : nil
    }

    private static func parts(_ text: some StringProtocol) -> (negative: Bool, whole: [UInt8], fraction: [UInt8])? {
        var bytes = Array(text.utf8)[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes.removeFirst() }
        let whole = bytes.prefix { (0x30...0x39).contains($0) }
        guard let lead = whole.first, lead != 0x30 || whole.count == 1 else { return nil }
        bytes = bytes[whole.endIndex...]
        if bytes.isEmpty { return (negative, Array(whole), []) }
        guard bytes.first == UInt8(ascii: ".") else { return nil }
        let fraction = bytes.dropFirst()
        guard !fraction.isEmpty, fraction.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return (negative, Array(whole), Array(fraction))
    }
}
