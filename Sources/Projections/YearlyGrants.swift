public import Events

/// What was granted, paid and recovered under a scheme in a calendar year: each amount in the year of its own event's day.
///
/// Over all years of a scheme they add up to the scheme's totals.
public struct YearlyGrants: Sendable, Hashable {
    /// The year.
    public let year: Int
    /// The scheme.
    public let scheme: Scheme
    /// The amounts; `grants` counts those granted in the year.
    public let totals: GrantTotals

    /// The amounts of a scheme in a year.
    public init(year: Int, scheme: Scheme, totals: GrantTotals) {
        self.year = year
        self.scheme = scheme
        self.totals = totals
    }
}

/// Sums of grants by scheme and year. Sums wrap: whether they fit is settled by the sum over all grants, which bounds each of them.
struct YearlySums {
    private static let firstYear = 1900
    private static let years = 300
    /// The first day of each year, and the one behind the last.
    private let firstDays = (0...YearlySums.years).map { year in
        Day(year: YearlySums.firstYear + year, month: 1, day: 1)?.rawValue ?? .max
    }
    /// `scheme * years + year`.
    private(set) var totals = [GrantTotals](repeating: GrantTotals(), count: YearlySums.count)
    /// How many totals there are.
    static var count: Int { Scheme.allCases.count * years }

    init() {}

    /// Sums that were kept.
    init(_ totals: [GrantTotals]) { if totals.count == Self.count { self.totals = totals } }

    /// Adds an event that applied.
    mutating func take(_ event: SubsidiesEvent, _ amount: Int64, _ scheme: Scheme, on day: Day) {
        guard day.rawValue >= firstDays[0], day.rawValue < firstDays[YearlySums.years] else { return }
        // 400 years have 146,097 days: at most one year off.
        var year = min((Int(day.rawValue) - Int(firstDays[0])) * 400 / 146_097, YearlySums.years - 1)
        while day.rawValue < firstDays[year] { year -= 1 }
        while day.rawValue >= firstDays[year + 1] { year += 1 }
        let place = Int(scheme.rawValue) * YearlySums.years + year
        switch event {
        case .subsidyGranted:
            totals[place].grants += 1
            totals[place].granted &+= amount
        case .subsidyPaid: totals[place].paid &+= amount
        case .subsidyRecovered: totals[place].recovered &+= amount
        case .eventVoided: break
        }
    }

    /// Adds another worker's sums.
    mutating func add(_ other: YearlySums) {
        for place in totals.indices { _ = totals[place].add(other.totals[place]) }
    }

    /// Takes back what another worker added.
    mutating func subtract(_ other: YearlySums) {
        for place in totals.indices { totals[place].subtract(other.totals[place]) }
    }

    /// The years and schemes with an amount, in order.
    var list: [YearlyGrants] {
        var list: [YearlyGrants] = []
        for year in 0..<YearlySums.years {
            for scheme in Scheme.allCases {
                let sums = totals[Int(scheme.rawValue) * YearlySums.years + year]
                if sums != GrantTotals() { list.append(YearlyGrants(year: YearlySums.firstYear + year, scheme: scheme, totals: sums)) }
            }
        }
        return list
    }
}
