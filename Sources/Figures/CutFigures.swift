public import Events
public import Projections

/// The counts of every area at one day, from which every figure of that day follows.
public struct CutFigures: Sendable {
    /// The day.
    public let day: Day
    /// The areas.
    public let areas: Areas
    private let demand: DemandRules
    private let residents: [Int64?]
    /// Rows are areas by number, columns the counters, so that a row lies together.
    private let counts: AreaSums
    /// The same for what is counted at D alone; nil at other days.
    private let details: AreaSums?
    /// Registered communities with filed places; never in the unassigned areas.
    private let served: [Int64]
    /// The money of each area; nil at other days than D.
    private let money: [Money]?

    /// The figures at a cut of a projection, with what is known at D alone where the cut is D.
    public init(_ projected: Projected, cut: Int, areas: Areas, residents: [Int64?], demand: DemandRules) {
        self.init(projected, cut: cut, areas: areas, residents: residents, demand: demand, counters: Counter.allCases, isAlone: false)
    }

    /// The figures at a cut of which only some are asked for: those that follow from these counters and from nothing that is known at D
    /// alone.
    init(_ projected: Projected, cut: Int, areas: Areas, residents: [Int64?], demand: DemandRules, only counters: [Counter]) {
        self.init(projected, cut: cut, areas: areas, residents: residents, demand: demand, counters: counters, isAlone: true)
    }

    private init(
        _ projected: Projected, cut: Int, areas: Areas, residents: [Int64?], demand: DemandRules, counters: [Counter], isAlone: Bool
    ) {
        precondition(projected.columns == areas.slotCount, "a projection over the same communities")
        precondition(residents.count == areas.all.count, "a population for every area")
        day = projected.cuts[cut]
        self.areas = areas
        self.residents = residents
        self.demand = demand
        let (wanted, from, stride) = (counters.map(\.rawValue), cut * projected.columns, projected.cuts.count * projected.columns)
        counts = projected.counts.read(
            narrow: { AreaSums(areas: areas, numbers: wanted, $0, from: from, stride: stride) },
            wide: { AreaSums(areas: areas, numbers: wanted, $0, from: from, stride: stride) })
        let isServedAsked = counters.contains(.served)
        var served = [Int64](repeating: 0, count: isServedAsked ? areas.all.count : 0)
        for slot in areas.communities.indices where isServedAsked && projected.count(.served, cut: cut, column: slot) > 0 {
            served[0] += 1
            served[areas.townOfSlot[slot]] += 1
            served[areas.communitiesRange.lowerBound + slot] = 1
        }
        self.served = served
        guard day == projected.asOf, !isAlone else {
            details = nil
            money = nil
            return
        }
        let columns = projected.columns
        details = projected.details.withUnsafeBufferPointer {
            AreaSums(areas: areas, numbers: DetailCounter.allCases.map(\.rawValue), $0, from: 0, stride: columns)
        }
        var money = [Money](repeating: Money(), count: areas.all.count)
        for scheme in Scheme.allCases {
            for slot in 0..<areas.slotCount {
                let totals = projected.money(scheme, column: slot)
                guard totals.grants > 0 else { continue }
                for area in [0, areas.townOfSlot[slot], areas.communitiesRange.lowerBound + slot] { money[area].add(totals, of: scheme) }
            }
        }
        self.money = money
    }

    /// A counter of an area.
    public func count(_ counter: Counter, of area: Int) -> Int64 { counts.value(counter.rawValue, of: area) }

    /// A quantity of an area; nil where it is unknown.
    public func number(_ quantity: Quantity, of area: Int) -> Int64? {
        number(
            quantity, of: area, count: { count($0, of: area) }, detail: { details?.value($0.rawValue, of: area) },
            need: { potentialNeed { count($0, of: area) } })
    }

    /// The same from wherever the area's counters lie, and its potential need with them.
    @inline(__always)
    private func number(
        _ quantity: Quantity, of area: Int, count: (Counter) -> Int64, detail: (DetailCounter) -> Int64?, need: () -> Int64
    ) -> Int64? {
        switch quantity {
        case .counter(let counter): count(counter)
        case .detail(let counter): detail(counter)
        case .population: residents[area]
        case .under3: count(.m0To5) + count(.m6To11) + count(.m12To23) + count(.m24To35)
        case .demand: need()
        case .demandPlanned: residents[area].map { demand.planned(population: $0) }
        case .demandExpressed: count(.enrolledResidents) + count(.waitlistedResidents)
        case .gap: need() - count(.placesFiled)
        case .communities: areas.registered[area]
        case .communitiesServed: served[area]
        }
    }

    /// What stands for an unknown quantity in a list of numbers: no count or sum of counts comes near it.
    static let unknown = Int64.min

    /// Writes every quantity of an area to its ``Quantity/place``, ``unknown`` where it is.
    func copyNumbers(of area: Int, to numbers: UnsafeMutableBufferPointer<Int64>) {
        counts.copy(of: area, to: numbers, at: 0)
        if let details {
            details.copy(of: area, to: numbers, at: Quantity.detailsStart)
        } else {
            for place in Quantity.detailsStart..<Quantity.othersStart { numbers[place] = Self.unknown }
        }
        // The others follow from the counters that lie there by now.
        let need = potentialNeed { numbers[$0.rawValue] }
        for quantity in Quantity.others {
            numbers[quantity.place] =
                number(
                    quantity, of: area, count: { numbers[$0.rawValue] }, detail: { numbers[Quantity.detailsStart + $0.rawValue] },
                    need: { need })
                ?? Self.unknown
        }
    }

    /// The counters that a quantity is made of, as ``number(_:of:)`` does.
    private static func counters(of quantity: Quantity) -> [Counter] {
        switch quantity {
        case .counter(let counter): [counter]
        case .detail, .population, .demandPlanned, .communities: []
        case .under3, .demand: bands
        case .demandExpressed: [.enrolledResidents, .waitlistedResidents]
        case .gap: bands + [.placesFiled]
        case .communitiesServed: [.served]
        }
    }

    private static let bands: [Counter] = [.m0To5, .m6To11, .m12To23, .m24To35]

    /// The counters that figures follow from, in order.
    static func counters(of measures: some Sequence<Measure>) -> [Counter] {
        let named = measures.flatMap { measure -> [Counter] in
            switch measure {
            case .count(let quantity): counters(of: quantity)
            case .rate(let numerator, let denominator, _): counters(of: numerator) + counters(of: denominator)
            case .yuan: []
            case .netPaidPerPlace: [.placesFiled]
            }
        }
        return Counter.allCases.filter { named.contains($0) }
    }

    @inline(__always)
    private func potentialNeed(_ count: (Counter) -> Int64) -> Int64 {
        demand.potential(count(.m0To5), count(.m6To11), count(.m12To23), count(.m24To35))
    }

    /// A figure of an area as it is printed; nil where its cell is empty, and where it is known at D alone and this is another day.
    public func printed(_ figure: Figure, of area: Int) -> Printed? { printed(figure.measure, places: figure.places, of: area) }

    /// The same by how the figure is made and how many digits it has behind the point.
    public func printed(_ measure: Measure, places: Int, of area: Int) -> Printed? {
        switch measure {
        case .count(let quantity):
            return number(quantity, of: area).map { Printed(count: $0) }
        case .rate(let numerator, let denominator, let times):
            guard let above = number(numerator, of: area), let below = number(denominator, of: area) else { return nil }
            return Printed(numerator: Int128(above) * Int128(times), denominator: below, places: places)
        case .yuan(let amount):
            return money.map { Printed(units: Int128($0[area].amount(amount)), places: places) }
        case .netPaidPerPlace:
            // Fen for a place are already hundredths of a yuan, so the quotient is rounded to a whole number of them.
            guard let money else { return nil }
            return Printed(numerator: Int128(money[area].netForPlaces), denominator: count(.placesFiled, of: area), places: 0)
                .map { Printed(units: $0.units, places: places) }
        }
    }

    /// Whether one of the counts or amounts among these figures is not 0 in the area's row.
    public func isNotEmpty(_ figures: [Figure], of area: Int) -> Bool {
        figures.contains { figure in figure.isCountOrAmount && printed(figure, of: area).map { $0.units != 0 } ?? false }
    }
}

/// Numbers of every community and their sums over towns and the district.
struct AreaSums: Sendable {
    private let width: Int
    /// By number: its column in a row; -1: it was not asked for.
    private let columns: [Int]
    private let values: [Int64]

    /// The sums of some numbers, ascending: that of number `place` has its slots from `start + place * stride` on.
    init<Number: FixedWidthInteger>(
        areas: Areas, numbers wanted: [Int], _ numbers: UnsafeBufferPointer<Number>, from start: Int, stride: Int
    ) {
        let width = wanted.count
        var columns = [Int](repeating: -1, count: (wanted.last ?? -1) + 1)
        for (column, number) in wanted.enumerated() { columns[number] = column }
        self.columns = columns
        self.width = width
        let (slots, first) = (areas.slotCount, areas.communitiesRange.lowerBound)
        precondition(
            start >= 0 && wanted.allSatisfy { $0 >= 0 && start + $0 * stride + slots <= numbers.count }, "a number for every slot")
        var values = [Int64](repeating: 0, count: areas.all.count * width)
        values.withUnsafeMutableBufferPointer { values in
            wanted.withUnsafeBufferPointer { wanted in
                for slot in 0..<slots {
                    let (row, town) = ((first + slot) * width, areas.townOfSlot[slot] * width)
                    for column in 0..<width {
                        let value = Int64(numbers[start &+ wanted[column] &* stride &+ slot])
                        values[row &+ column] = value
                        values[town &+ column] += value
                        values[column] += value
                    }
                }
            }
        }
        self.values = values
    }

    /// Copies the numbers of an area, of which all were asked for.
    func copy(of area: Int, to numbers: UnsafeMutableBufferPointer<Int64>, at start: Int) {
        precondition(width == columns.count, "every number was asked for")
        values.withUnsafeBufferPointer { values in
            for place in 0..<width { numbers[start + place] = values[area * width + place] }
        }
    }

    /// A number of an area that was asked for.
    func value(_ number: Int, of area: Int) -> Int64 {
        precondition(columns[number] >= 0, "a number that was asked for")
        return values[area * width + columns[number]]
    }
}
