/// A day of the proleptic Gregorian calendar, counted from 1970-01-01 (day 0). Days carry no time zone.
public struct Day: RawRepresentable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01; negative before.
    public let rawValue: Int32

    /// The day with that number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The day of that year, month and day, or nil where there is none; years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Day.length(ofMonth: month, year: year) else {
            return nil
        }
        self.init(rawValue: Day.number(year: year, month: month, day: day))
    }

    /// Reads exactly `YYYY-MM-DD`, a real day of the years 0001 to 9999.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        var digits: [Int] = []
        for place in [0, 1, 2, 3, 5, 6, 8, 9] {
            guard (0x30...0x39).contains(bytes[place]) else { return nil }
            digits.append(Int(bytes[place] - 0x30))
        }
        self.init(
            year: digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3],
            month: digits[4] * 10 + digits[5], day: digits[6] * 10 + digits[7])
    }

    /// The first day an event may have occurred on, 1900-01-01.
    public static let firstOccurrence = Day(rawValue: number(year: 1900, month: 1, day: 1))
    /// The last day an event may have occurred on, 2199-12-31.
    public static let lastOccurrence = Day(rawValue: number(year: 2199, month: 12, day: 31))

    /// The number of a day that exists; no check. Shifts the year to begin in March, so that the leap day is its last.
    @inlinable
    public static func number(year: Int, month: Int, day: Int) -> Int32 {
        let shifted = month > 2 ? year : year &- 1
        let era = (shifted >= 0 ? shifted : shifted &- 399) / 400
        let yearOfEra = shifted &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return Int32(truncatingIfNeeded: era &* 146_097 &+ dayOfEra &- 719_468)
    }

    /// Year, month and day.
    @inlinable
    public var civil: (year: Int, month: Int, day: Int) {
        let shifted = Int(rawValue) &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let marchMonth = (5 &* dayOfYear &+ 2) / 153
        let day = dayOfYear &- (153 &* marchMonth &+ 2) / 5 &+ 1
        let month = marchMonth < 10 ? marchMonth &+ 3 : marchMonth &- 9
        return (yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0), month, day)
    }

    /// Whether the year has a 29 February.
    @inlinable
    public static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The number of days of a month, 28 to 31.
    @inlinable
    public static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The last day of this day's month.
    public var monthEnd: Day {
        let (year, month, _) = civil
        return Day(rawValue: Day.number(year: year, month: month, day: Day.length(ofMonth: month, year: year)))
    }

    /// Whether this day is the last of its month.
    public var isMonthEnd: Bool { monthEnd == self }

    /// The day on which a child born on this day completes `months` months: the same day of the later month, or the first of
    /// the month after where that month is shorter (`figures.md`, section 2).
    @inlinable
    public func completing(months: Int) -> Day {
        let (year, month, day) = civil
        let total = year &* 12 &+ (month &- 1) &+ months
        let (laterYear, laterMonth) = (total / 12, total % 12 &+ 1)
        if day <= Day.length(ofMonth: laterMonth, year: laterYear) {
            return Day(rawValue: Day.number(year: laterYear, month: laterMonth, day: day))
        }
        return Day(rawValue: Day.number(year: laterYear, month: laterMonth, day: Day.length(ofMonth: laterMonth, year: laterYear)) &+ 1)
    }

    /// Completed months at this day of a child born on `birth` (`figures.md`, section 2).
    public func completedMonths(since birth: Day) -> Int {
        let (year, month, day) = civil
        let (birthYear, birthMonth, birthDay) = birth.civil
        return 12 * (year - birthYear) + (month - birthMonth) - (day < birthDay ? 1 : 0)
    }

    /// The day `days` later; stays in range for every day and count a program meets.
    public func adding(days: Int) -> Day { Day(rawValue: Int32(truncatingIfNeeded: Int(rawValue) &+ days)) }

    /// `YYYY-MM-DD`.
    public var description: String {
        let (year, month, day) = civil
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// Earlier days come first.
    public static func < (left: Day, right: Day) -> Bool { left.rawValue < right.rawValue }
}
