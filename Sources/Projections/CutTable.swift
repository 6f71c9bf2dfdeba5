import Events

/// From days to places among the cuts, by table.
///
/// Everything that lasts from day a to before day b is visible at the cuts from `index(a)` to before `index(b)`; so a fold over days
/// becomes one over small ranges of cuts, and nothing is done per cut.
final class CutTable {
    /// The cuts at which a child born on one day has completed 6, 12, 24 and 36 months, each the first such cut.
    struct Bands {
        let six: UInt16
        let twelve: UInt16
        let twentyFour: UInt16
        let thirtySix: UInt16
    }

    /// More cuts cannot be numbered.
    static let limit = 65_000

    let count: Int
    private let first: Int32
    private let last: Int32
    private let indices: Table<UInt16>
    private let firstBirth: Int32
    private let bands: Table<Bands>

    /// Events lie in 1900–2199, and what follows from them (36 months) ends in 2203: no table need reach further.
    init(_ cuts: [Day]) {
        count = cuts.count
        let low = Day.firstOccurrence.rawValue &- 1
        let high = Day.lastOccurrence.adding(days: 1500).rawValue
        first = min(max(cuts.first?.rawValue ?? low, low), high)
        last = min(max((cuts.last ?? Day(rawValue: low)).adding(days: 1).rawValue, first), high)
        var indices: [UInt16] = []
        indices.reserveCapacity(Int(last - first) + 1)
        var passed = 0
        for day in first...last {
            while passed < cuts.count, cuts[passed].rawValue < day { passed += 1 }
            indices.append(UInt16(truncatingIfNeeded: passed))
        }
        let table = Table(indices)
        self.indices = table
        // Children born earlier are past 36 months at every cut that counts.
        firstBirth = first &- 1_200
        let (from, to) = (first, last)
        func index(_ day: Day) -> UInt16 { table[Int(min(max(day.rawValue, from), to) &- from)] }
        bands = Table(
            (firstBirth...last).map { birth in
                let birth = Day(rawValue: birth)
                return Bands(
                    six: index(birth.completing(months: 6)), twelve: index(birth.completing(months: 12)),
                    twentyFour: index(birth.completing(months: 24)), thirtySix: index(birth.completing(months: 36)))
            })
    }

    /// The number of cuts before `day`: the place of the first cut at or after it.
    @inline(__always)
    func index(_ day: Int32) -> Int { Int(indices[Int(min(max(day, first), last) &- first)]) }

    /// Where the bands of a child born on that day end.
    @inline(__always)
    func bands(bornOn day: Int32) -> Bands { bands[Int(min(max(day, firstBirth), last) &- firstBirth)] }
}
