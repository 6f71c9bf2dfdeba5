public import Projections

/// A number of an area at a day from which figures are made: a counter, a sum of counters, or reference data.
public enum Quantity: Sendable, Hashable {
    /// What is counted at every cut.
    case counter(Counter)
    /// What is counted at D alone.
    case detail(DetailCounter)
    /// The residents (常住人口); may be unknown.
    case population
    /// Children under 3: the four bands together.
    case under3
    /// Potential need by intent.
    case demand
    /// Need by the planning norm; unknown with the population.
    case demandPlanned
    /// Children enrolled or waiting.
    case demandExpressed
    /// Potential need less filed places.
    case gap
    /// Communities of the area in the register.
    case communities
    /// Those of them with filed places.
    case communitiesServed
}

/// An amount of an area at D.
public enum Amount: Sendable, Hashable {
    /// Granted.
    case granted
    /// Paid.
    case paid
    /// Recovered.
    case recovered
}

/// How a figure is made.
public enum Measure: Sendable, Hashable {
    /// A whole number.
    case count(Quantity)
    /// `times` × `of` / `by`, 4 places.
    case rate(of: Quantity, by: Quantity, times: Int64)
    /// Yuan, 2 places.
    case yuan(Amount)
    /// Net yuan of the schemes that serve places / filed places, 2 places.
    case netPaidPerPlace
}

/// What a figure counts in.
public enum Unit: String, Sendable, Hashable {
    /// Persons who live somewhere.
    case residents
    /// Children.
    case children
    /// Facilities.
    case facilities
    /// Places (托位).
    case places
    /// Enrolments.
    case enrolments
    /// Caregivers.
    case caregivers
    /// Communities.
    case communities
    /// A quotient without unit, 1 = all.
    case ratio = "1"
    /// Places for 1000 residents.
    case placesPer1000 = "places per 1000 residents"
    /// Yuan.
    case yuan
    /// Yuan for a place.
    case yuanPerPlace = "yuan per place"
}

/// Where a figure is a column.
public enum FigureTables: Sendable, Hashable {
    /// `coverage.csv` and `timeline.csv`; a target may name it.
    case coverageAndTimeline
    /// `coverage.csv` alone: it is known at D only.
    case coverage
}

/// A figure: one definition for every table, page, target and explanation that shows it.
public struct Figure: Sendable, Hashable {
    /// The column's name.
    public let name: String
    /// How it is made.
    public let measure: Measure
    /// What it counts in.
    public let unit: Unit
    /// Where it is a column.
    public let tables: FigureTables
    /// The heading in Chinese.
    public let chinese: String
    /// The heading in English.
    public let english: String
    /// What exactly it says, in one or two sentences.
    public let meaning: String

    init(
        _ name: String, _ measure: Measure, _ unit: Unit, _ chinese: String, _ english: String, _ meaning: String,
        tables: FigureTables = .coverageAndTimeline
    ) {
        self.name = name
        self.measure = measure
        self.unit = unit
        self.tables = tables
        self.chinese = chinese
        self.english = english
        self.meaning = meaning
    }

    /// Digits behind the point.
    public var places: Int {
        switch measure {
        case .count: 0
        case .rate: 4
        case .yuan, .netPaidPerPlace: 2
        }
    }

    /// Whether the cell is a count or an amount, which decides if an unassigned row is printed, and not a rate or an average.
    public var isCountOrAmount: Bool {
        switch measure {
        case .count, .yuan: true
        case .rate, .netPaidPerPlace: false
        }
    }

    /// The names of the figures it is the quotient of, where it is one of two figures.
    public var quotient: (numerator: String, denominator: String)? {
        switch measure {
        case .rate(let of, let by, _):
            guard let numerator = Figure.named(.count(of)), let denominator = Figure.named(.count(by)) else { return nil }
            return (numerator, denominator)
        case .count, .yuan, .netPaidPerPlace: return nil
        }
    }

    private static func named(_ measure: Measure) -> String? { FigureCatalog.all.first { $0.measure == measure }?.name }
}
