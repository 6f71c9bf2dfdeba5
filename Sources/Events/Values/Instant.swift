/// A moment, in microseconds since 1970-01-01T00:00:00Z. Record times and "known at" are instants.
public struct Instant: RawRepresentable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// Microseconds since the epoch; negative before.
    public let rawValue: Int64

    /// The moment with that number.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Reads an RFC 3339 instant with an offset as `events.md`, section 1, narrows it: seconds given, `t` and `z` in either
    /// case, no leap second, no hour 24, digits of the fraction after the sixth cut.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let instant = bytes.withUnsafeBufferPointer({ Instant.microseconds(rfc3339: $0) }) else { return nil }
        self.init(rawValue: instant)
    }

    /// The same from bytes, as the raw value.
    public static func microseconds(rfc3339 bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        func digits(_ range: Range<Int>) -> Int? {
            var number = 0
            for place in range {
                guard place < bytes.count, (0x30...0x39).contains(bytes[place]) else { return nil }
                number = number * 10 + Int(bytes[place] - 0x30)
            }
            return number
        }
        func byte(_ place: Int, _ allowed: UInt8...) -> Bool { place < bytes.count && allowed.contains(bytes[place]) }
        guard let year = digits(0..<4), byte(4, 0x2D), let month = digits(5..<7), byte(7, 0x2D), let day = digits(8..<10),
            byte(10, 0x54, 0x74), let hour = digits(11..<13), byte(13, 0x3A), let minute = digits(14..<16), byte(16, 0x3A),
            let second = digits(17..<19)
        else { return nil }
        guard (1...12).contains(month), day >= 1, day <= Day.length(ofMonth: month, year: year), hour <= 23, minute <= 59, second <= 59
        else { return nil }
        var place = 19
        var fraction: Int64 = 0
        if byte(place, 0x2E) {
            place += 1
            let start = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
                if place - start < 6 { fraction = fraction * 10 + Int64(bytes[place] - 0x30) }
                place += 1
            }
            guard place > start else { return nil }
            for _ in 0..<max(0, 6 - (place - start)) { fraction *= 10 }
        }
        var offset: Int64 = 0
        if byte(place, 0x5A, 0x7A) {
            place += 1
        } else {
            guard byte(place, 0x2B, 0x2D), let hours = digits(place + 1..<place + 3), byte(place + 3, 0x3A),
                let minutes = digits(place + 4..<place + 6), hours <= 23, minutes <= 59
            else { return nil }
            offset = Int64(hours * 60 + minutes) * 60 * (bytes[place] == 0x2D ? -1 : 1)
            place += 6
        }
        guard place == bytes.count else { return nil }
        let days = Int64(Day.number(year: year, month: month, day: day))
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offset
        return seconds * 1_000_000 + fraction
    }

    /// The last microsecond of a day in China's time (+08:00): what a date given for "known at" means.
    public init(endOf day: Day) {
        self.init(rawValue: (Int64(day.rawValue) + 1) * 86_400_000_000 - 8 * 3_600_000_000 - 1)
    }

    /// The day in China's time (+08:00) on which the moment falls.
    public var dayInChina: Day {
        let shifted = rawValue + 8 * 3_600_000_000
        let quotient = shifted / 86_400_000_000
        return Day(rawValue: Int32(truncatingIfNeeded: shifted % 86_400_000_000 < 0 ? quotient - 1 : quotient))
    }

    /// RFC 3339 in UTC, the fraction (six digits) only where there is one. A moment whose year in UTC is before 0000 or after 9999, which
    /// only an offset can word, is given with the greatest offset that there is: what can be read can be read again.
    public var description: String {
        if rawValue < Instant.yearZero { return text(minutes: 1439) }
        return rawValue < Instant.yearTenThousand ? text(minutes: 0) : text(minutes: -1439)
    }

    private static let yearZero = Int64(Day.number(year: 0, month: 1, day: 1)) * 86_400_000_000
    private static let yearTenThousand = Int64(Day.number(year: 10_000, month: 1, day: 1)) * 86_400_000_000

    private func text(minutes: Int64) -> String {
        let shifted = rawValue &+ minutes * 60_000_000
        var days = shifted / 86_400_000_000
        var rest = shifted % 86_400_000_000
        if rest < 0 {
            rest += 86_400_000_000
            days -= 1
        }
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = rest / 1_000_000
        let fraction = rest % 1_000_000
        let time = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        let offset = minutes == 0 ? "Z" : minutes > 0 ? "+23:59" : "-23:59"
        return "\(Day(rawValue: Int32(truncatingIfNeeded: days)))T\(time)\(fraction == 0 ? "" : "." + padded(fraction, 6))\(offset)"
    }

    /// Earlier moments come first.
    public static func < (left: Instant, right: Instant) -> Bool { left.rawValue < right.rawValue }
}
