/// Decimal numbers as texts: JSON's number grammar without an exponent; trailing zeros count as places.
enum DecimalText {
    /// The number in units of 10^-`places`, nil where the text is no decimal, has more places, or leaves 18 digits.
    static func scaled(_ text: some StringProtocol, places: Int) -> Int64? {
        func read(_ bytes: some Collection<UInt8>) -> Int64? {
            guard let form = form(bytes), form.fraction <= places else { return nil }
            var value: Int64 = 0
            func add(_ digit: UInt8) -> Bool {
                guard value < 100_000_000_000_000_000 else { return false }
                value = value * 10 + Int64(digit - 0x30)
                return true
            }
            for byte in bytes where (0x30...0x39).contains(byte) { guard add(byte) else { return nil } }
            for _ in form.fraction..<places { guard add(0x30) else { return nil } }
            return form.negative ? -value : value
        }
        return text.utf8.withContiguousStorageIfAvailable { read($0) } ?? read(text.utf8)
    }

    /// Whether the text is a decimal of at most `places` places.
    static func isDecimal(_ text: some StringProtocol, places: Int) -> Bool { form(text.utf8).map { $0.fraction <= places } ?? false }

    /// A whole number from 0, without sign or leading zeros, nil where it is none or exceeds `maximum`.
    static func whole(_ text: some StringProtocol, maximum: Int) -> Int? {
        func read(_ digits: some Collection<UInt8>) -> Int? {
            guard (1...18).contains(digits.count), digits.first != 0x30 || digits.count == 1 else { return nil }
            var value = 0
            for digit in digits {
                guard (0x30...0x39).contains(digit) else { return nil }
                value = value * 10 + Int(digit - 0x30)
            }
            return value <= maximum ? value : nil
        }
        return text.utf8.withContiguousStorageIfAvailable { read($0) } ?? read(text.utf8)
    }

    /// Whether a decimal is negative, and how many digits it has behind the point; nil where the text is none.
    private static func form(_ text: some Collection<UInt8>) -> (negative: Bool, fraction: Int)? {
        var bytes = text[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes.removeFirst() }
        let whole = bytes.prefix { (0x30...0x39).contains($0) }
        guard let lead = whole.first, lead != 0x30 || whole.count == 1 else { return nil }
        bytes = bytes[whole.endIndex...]
        if bytes.isEmpty { return (negative, 0) }
        guard bytes.removeFirst() == UInt8(ascii: "."), !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return (negative, bytes.count)
    }
}
