import Projections

/// Figures that are printed side by side for every area of a day, as a table does for millions of cells.
///
/// ``CutFigures/printed(_:of:)`` says what each cell is; a row only gets there with fewer steps, in 64 bits where they do.
public struct FigureRow: Sendable {
    /// A cell: `units` / 10^`places`.
    public struct Cell: BitwiseCopyable {
        /// The number without its point; without meaning unless the cell is small.
        public let units: Int64
        private let kind: Int8

        @inline(__always)
        init(units: Int64, places: Int) {
            self.units = units
            kind = Int8(truncatingIfNeeded: places)
        }

        @inline(__always) static var empty: Cell { Cell(units: 0, places: -1) }
        @inline(__always) static var wide: Cell { Cell(units: 0, places: -2) }

        /// The digits behind the point.
        public var places: Int { Int(kind) }
        /// Whether ``units`` holds it; else it is empty, or too large for 64 bits.
        public var isSmall: Bool { kind >= 0 }
        /// Whether nothing is printed.
        public var isEmpty: Bool { kind == -1 }
    }

    /// A cell as places in the list of an area's quantities.
    enum Step {
        case count(Int)
        case rate(of: Int, by: Int, times: Int64)
        case other(Measure)
    }

    let steps: [(step: Step, places: Int)]

    /// A row of these figures, in order.
    public init(_ figures: [Figure]) {
        steps = figures.map { figure in
            switch figure.measure {
            case .count(let quantity): (.count(quantity.place), figure.places)
            case .rate(let numerator, let denominator, let times):
                (.rate(of: numerator.place, by: denominator.place, times: times), figure.places)
            case .yuan, .netPaidPerPlace: (.other(figure.measure), figure.places)
            }
        }
    }
}

extension Quantity {
    /// The quantities that are no counters, in the order in which they follow the counters.
    static let others: [Quantity] = [
        .population, .under3, .demand, .demandPlanned, .demandExpressed, .gap, .communities, .communitiesServed,
    ]
    static let detailsStart = Counter.allCases.count
    static let othersStart = detailsStart + DetailCounter.allCases.count
    static let placeCount = othersStart + others.count

    /// Its place in the list of an area's quantities.
    var place: Int {
        switch self {
        case .counter(let counter): counter.rawValue
        case .detail(let counter): Self.detailsStart + counter.rawValue
        case .population: Self.othersStart
        case .under3: Self.othersStart + 1
        case .demand: Self.othersStart + 2
        case .demandPlanned: Self.othersStart + 3
        case .demandExpressed: Self.othersStart + 4
        case .gap: Self.othersStart + 5
        case .communities: Self.othersStart + 6
        case .communitiesServed: Self.othersStart + 7
        }
    }
}

extension CutFigures {
    /// Calls `body` with each area's number and its cells, which are valid during the call, in the order of areas.
    public func forEachRow(_ row: FigureRow, _ body: (_ area: Int, _ cells: UnsafeBufferPointer<FigureRow.Cell>) -> Void) {
        let unknown = Self.unknown
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: Quantity.placeCount) { numbers in
            withUnsafeTemporaryAllocation(of: FigureRow.Cell.self, capacity: max(1, row.steps.count)) { cells in
                row.steps.withUnsafeBufferPointer { steps in
                    for area in areas.all.indices {
                        copyNumbers(of: area, to: numbers)
                        for place in steps.indices {
                            let (step, places) = steps[place]
                            cells[place] =
                                switch step {
                                case .count(let quantity):
                                    numbers[quantity] == unknown ? .empty : FigureRow.Cell(units: numbers[quantity], places: places)
                                case .rate(let of, let by, let times):
                                    numbers[of] == unknown || numbers[by] == unknown
                                        ? .empty : Self.rate(numbers[of], numbers[by], times, places: places)
                                case .other(let measure): Self.cell(printed(measure, places: places, of: area))
                                }
                        }
                        body(area, UnsafeBufferPointer(rebasing: cells[..<steps.count]))
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func rate(_ above: Int64, _ below: Int64, _ times: Int64, places: Int) -> FigureRow.Cell {
        // Up to 2^31 × 1000 × 10^4 fits 64 bits.
        guard above.magnitude < 1 << 31, times <= 1000, places == 4 else {
            return cell(Printed(numerator: Int128(above) * Int128(times), denominator: below, places: places))
        }
        guard below > 0 else { return .empty }
        let divisor = UInt64(bitPattern: below)
        let (quotient, remainder) = (above.magnitude &* UInt64(bitPattern: times) &* 10_000).quotientAndRemainder(dividingBy: divisor)
        // The half is rounded away from zero; a divisor may exceed half of 64 bits.
        let rounded = Int64(bitPattern: remainder >= divisor &- remainder ? quotient &+ 1 : quotient)
        return FigureRow.Cell(units: above < 0 ? 0 &- rounded : rounded, places: places)
    }

    private static func cell(_ printed: Printed?) -> FigureRow.Cell {
        guard let printed else { return .empty }
        return Int64(exactly: printed.units).map { FigureRow.Cell(units: $0, places: printed.places) } ?? .wide
    }
}
