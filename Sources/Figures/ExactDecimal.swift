/// A decimal of any length as it was written, compared exactly. Grammar: JSON's number without an exponent.
public struct ExactDecimal: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The decimal as written.
    public let description: String
    private let negative: Bool
    /// Digits before the point without leading zeros.
    private let whole: [UInt8]
    /// Digits behind the point without trailing zeros.
    private let fraction: [UInt8]
    /// The value in units of 10^-18, where 18 digits before and behind the point hold it.
    private let units: Int128?

    /// Reads a decimal; nil where the text is none.
    public init?(_ text: String) {
        guard ExactDecimal.isWritten(text) else { return nil }
        var bytes = Array(text.utf8)[...]
        let minus = bytes.first == 0x2D
        if minus { bytes = bytes.dropFirst() }
        let before = bytes.prefix { $0 != 0x2E }
        var behind = bytes.dropFirst(before.count + 1)
        while behind.last == 0x30 { behind = behind.dropLast() }
        description = text
        whole = before == [0x30] ? [] : Array(before)
        fraction = Array(behind)
        negative = minus && !(whole.isEmpty && fraction.isEmpty)
        units = ExactDecimal.units(whole, fraction, negative)
    }

    /// The decimal of `units` / 10^`places`.
    init(units: Int128, places: Int) {
        var digits = Array(String(units.magnitude).utf8)
        while digits.count <= places { digits.insert(0x30, at: 0) }
        let cut = digits.count - places
        var text = Array(digits[..<cut])
        if places > 0 {
            text.append(0x2E)
            text.append(contentsOf: digits[cut...])
        }
        description = (units < 0 ? "-" : "") + String(decoding: text, as: UTF8.self)
        var before = digits[..<cut]
        while before.first == 0x30 { before = before.dropFirst() }
        var behind = digits[cut...]
        while behind.last == 0x30 { behind = behind.dropLast() }
        whole = Array(before)
        fraction = Array(behind)
        negative = units < 0
        self.units = ExactDecimal.units(whole, fraction, negative)
    }

    private static let unitPlaces = 18

    private static func units(_ whole: [UInt8], _ fraction: [UInt8], _ negative: Bool) -> Int128? {
        guard whole.count <= unitPlaces, fraction.count <= unitPlaces else { return nil }
        var value: Int128 = 0
        for digit in whole + fraction { value = value * 10 + Int128(digit - 0x30) }
        for _ in fraction.count..<unitPlaces { value *= 10 }
        return negative ? -value : value
    }

    /// 10^-`places` of at most four places, in units.
    @inline(__always)
    private static func unitsOfPlaces(_ places: Int) -> Int64 {
        switch places {
        case 0: 1_000_000_000_000_000_000
        case 1: 100_000_000_000_000_000
        case 2: 10_000_000_000_000_000
        case 3: 1_000_000_000_000_000
        default: 100_000_000_000_000
        }
    }

    /// Less than 0, 0 or more than 0 where it is smaller than, equal to or greater than a printed number.
    func compared(with printed: Printed) -> Int {
        if let units, 0...4 ~= printed.places, printed.units.magnitude < 1_000_000_000_000_000_000 {
            let other = printed.units * Int128(Self.unitsOfPlaces(printed.places))
            return units < other ? -1 : units == other ? 0 : 1
        }
        let other = printed.decimal
        return self < other ? -1 : self == other ? 0 : 1
    }

    /// Whether the text is a decimal.
    static func isWritten(_ text: String) -> Bool {
        var (digits, zeroFirst, point) = (0, false, false)
        for (place, byte) in text.utf8.enumerated() {
            if isDigit(byte) {
                if digits == 0, !point { zeroFirst = byte == 0x30 } else if zeroFirst, !point { return false }
                digits += 1
            } else if byte == 0x2E, digits > 0, !point {
                (point, digits) = (true, 0)
            } else if byte != 0x2D || place > 0 {
                return false
            }
        }
        return digits > 0
    }

    /// The binary number nearest to a decimal; nil where the text is none.
    static func double(_ text: String) -> Double? {
        var text = text
        let small: Double?? = text.withUTF8 { bytes in
            // Up to 15 digits are a binary number, and so is their power of ten: a quotient of two such is rounded once, as it must be.
            guard bytes.count <= 16 else { return .none }
            var (digits, places) = (0 as Int64, 0)
            var (count, zeroFirst, point) = (0, false, false)
            for place in bytes.indices {
                let byte = bytes[place]
                if isDigit(byte) {
                    if count == 0, !point { zeroFirst = byte == 0x30 } else if zeroFirst, !point { return .some(nil) }
                    count += 1
                    digits = digits &* 10 &+ Int64(byte &- 0x30)
                    places += point ? 1 : 0
                } else if byte == 0x2E, count > 0, !point {
                    (point, count) = (true, 0)
                } else if byte != 0x2D || place > 0 {
                    return .some(nil)
                }
            }
            guard count > 0 else { return .some(nil) }
            guard digits < 1_000_000_000_000_000 else { return .none }
            let magnitude = Double(digits) / powersOfTen[places]
            return .some(bytes[0] == 0x2D ? -magnitude : magnitude)
        }
        if let small { return small }
        return isWritten(text) ? Double(text) : nil
    }

    private static let powersOfTen: InlineArray<16, Double> = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func magnitudePrecedes(_ left: ExactDecimal, _ right: ExactDecimal) -> Bool {
        if left.whole.count != right.whole.count { return left.whole.count < right.whole.count }
        if left.whole != right.whole { return left.whole.lexicographicallyPrecedes(right.whole) }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }

    /// Equal in value; `4.5` equals `4.50`.
    public static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        left.negative == right.negative && left.whole == right.whole && left.fraction == right.fraction
    }

    /// Smaller in value.
    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        switch (left.negative, right.negative) {
        case (true, false): true
        case (false, true): false
        case (false, false): magnitudePrecedes(left, right)
        case (true, true): magnitudePrecedes(right, left)
        }
    }

    /// Hashes the value.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(negative)
        hasher.combine(whole)
        hasher.combine(fraction)
    }
}

/// A decimal with at most four places as an integer of ten-thousandths: the form of intents and of the planning norm.
public struct TenThousandths: RawRepresentable, Sendable, Hashable, Comparable {
    /// The value times 10,000.
    public let rawValue: Int64
    /// The greatest value accepted, 1,000,000, so that every product with a population stays exact.
    public static let maximum = TenThousandths(rawValue: 10_000_000_000)

    /// The decimal of `rawValue` / 10,000.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Reads a decimal from 0 to 1,000,000 with at most four places (`0.08`, `4.5`; trailing zeros count as places), else nil.
    public init?(_ text: String) {
        guard ExactDecimal.isWritten(text), !text.utf8.starts(with: "-".utf8) else { return nil }
        let parts = text.utf8.split(separator: 0x2E)
        guard let whole = parts.first, whole.count <= 7 else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard fraction.count <= 4 else { return nil }
        var units: Int64 = 0
        for byte in Array(whole) + fraction + [UInt8](repeating: 0x30, count: 4 - fraction.count) {
            units = units * 10 + Int64(byte - 0x30)
        }
        guard units <= TenThousandths.maximum.rawValue else { return nil }
        self.init(rawValue: units)
    }

    /// Smaller in value.
    public static func < (left: TenThousandths, right: TenThousandths) -> Bool { left.rawValue < right.rawValue }
}
