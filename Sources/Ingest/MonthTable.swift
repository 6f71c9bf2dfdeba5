import Events

/// The first day and the length of each month of 1900–2199, where events occur: one look-up instead of a calendar's
/// divisions. Made once, never freed.
struct MonthTable: @unchecked Sendable {
    private let months: UnsafePointer<Int32>

    static let shared = MonthTable()

    private init() {
        let months = UnsafeMutablePointer<Int32>.allocate(capacity: 300 * 12)
        for year in 1900..<2200 {
            for month in 1...12 {
                let first = Day.number(year: year, month: month, day: 1)
                months[(year - 1900) * 12 + month - 1] = first << 5 | Int32(Day.length(ofMonth: month, year: year))
            }
        }
        self.months = UnsafePointer(months)
    }

    /// The day's number, or nil where there is no such day in the years 1 to 9999. All three from 0 to 9999.
    @inline(__always)
    func day(year: Int, month: Int, day: Int) -> Int32? {
        guard year &- 1900 < 300, year >= 1900, month &- 1 < 12, month >= 1 else {
            return Day(year: year, month: month, day: day)?.rawValue
        }
        let entry = months[(year &- 1900) &* 12 &+ month &- 1]
        guard day >= 1, day <= Int(entry & 31) else { return nil }
        return entry >> 5 &+ Int32(truncatingIfNeeded: day &- 1)
    }
}
