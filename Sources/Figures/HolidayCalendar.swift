public import Events

/// Which days are worked. Without entries: Monday to Friday.
public struct HolidayCalendar: Sendable, Hashable {
    private let off: Set<Day>
    private let worked: Set<Day>
    /// The years for which the calendar was announced, ascending; days of other years are told by the weekday alone.
    public let years: [Int]
    /// Where the calendar was announced, such as 国办发明电 with its number, in the order of years; may be empty.
    public let sources: [String]

    /// A calendar: days off that fall on a weekday, days worked that fall on a weekend (调休), and the years it covers.
    public init(off: [Day] = [], worked: [Day] = [], years: [Int] = [], sources: [String] = []) {
        self.off = Set(off)
        self.worked = Set(worked)
        self.years = Set(years).sorted()
        self.sources = sources
    }

    /// Whether the day is worked.
    public func isWorked(_ day: Day) -> Bool {
        if worked.contains(day) { return true }
        if off.contains(day) { return false }
        // Day 0, 1970-01-01, was a Thursday; Monday is 0 here.
        let weekday = ((Int(day.rawValue) + 3) % 7 + 7) % 7
        return weekday < 5
    }

    /// Whether the calendar was announced for every year from one day's to another's.
    public func covers(_ start: Day, through end: Day) -> Bool {
        (min(start, end).civil.year...max(start, end).civil.year).allSatisfy { years.contains($0) }
    }

    /// The worked days after `start` up to and with `end`; 0 where `end` is not later. The day of receipt itself does not count.
    public func workedDays(after start: Day, through end: Day) -> Int {
        guard start < end else { return 0 }
        var count = 0
        var day = start
        while day < end {
            day = day.adding(days: 1)
            if isWorked(day) { count += 1 }
        }
        return count
    }
}
