public import Events

/// The days at which a report needs figures.
///
/// They are the month ends of the timeline, D, the days by which targets are due and do not lie after D, and the day one year
/// before D, with which pages compare.
public struct ReportPlan: Sendable, Hashable {
    /// D.
    public let asOf: Day
    /// Every day needed, ascending, each once; the last is D.
    public let cuts: [Day]
    /// The places in `cuts` of the days that `timeline.csv` prints, ascending; the last is D's.
    public let timeline: [Int]
    /// The places in `cuts` of the timeline's month ends, D among them only where it is one.
    public let monthEnds: [Int]
    /// The places in `cuts` of the timeline's ends of years, and of D.
    public var yearEnds: [Int] { timeline.filter { $0 == asOfCut || cuts[$0].civil.month == 12 } }
    /// The place in `cuts` of the day one year before D.
    public let yearBefore: Int?

    /// The days of a report as of `asOf` whose timeline begins with the first month end on or after `from`.
    public init(asOf: Day, from: Day, targets: [Target] = []) {
        var months: [Day] = []
        var month = from.monthEnd
        while month <= asOf {
            months.append(month)
            month = month.adding(days: 1).monthEnd
        }
        let before = ReportPlan.yearBefore(asOf)
        var days = Set(months)
        days.insert(asOf)
        if let before { days.insert(before) }
        for target in targets where target.by <= asOf { days.insert(target.by) }
        let cuts = days.sorted()
        let printed = Set(months)
        self.asOf = asOf
        self.cuts = cuts
        self.monthEnds = cuts.indices.filter { printed.contains(cuts[$0]) }
        self.timeline = cuts.indices.filter { printed.contains(cuts[$0]) || cuts[$0] == asOf }
        self.yearBefore = before.flatMap { cuts.firstIndex(of: $0) }
    }

    /// The place of D in `cuts`: the last.
    public var asOfCut: Int { cuts.count - 1 }

    /// The place of a day in `cuts`.
    public func cut(of day: Day) -> Int? {
        var low = 0
        var high = cuts.count
        while low < high {
            let middle = (low + high) / 2
            if cuts[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low < cuts.count && cuts[low] == day ? low : nil
    }

    /// The same day a year before; of a month's last day the last day of that month, so that month ends compare with month ends.
    static func yearBefore(_ day: Day) -> Day? {
        let (year, month, number) = day.civil
        guard let first = Day(year: year - 1, month: month, day: 1) else { return nil }
        return day.isMonthEnd ? first.monthEnd : Day(year: year - 1, month: month, day: number)
    }
}
