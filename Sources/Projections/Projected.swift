public import Events

/// The state of a district at D, as known at K, with the timeline's counters at each cut: plain values, nothing rounded.
///
/// Communities are columns: column `i` is `communities[i]` of the request, the last one (``unassigned``) what lies in no registered
/// community. Sums over columns are the district's.
public struct Projected: Sendable {
    /// The days of the cuts, ascending; the last is D.
    public let cuts: [Day]
    /// D.
    public let asOf: Day
    /// K, nil: everything is known.
    public let knownAt: Instant?
    /// The registered communities' codes, by column.
    public let communities: [String]
    /// What is listed here, and not only counted.
    public let lists: ProjectionRequest.Lists

    /// Every ``Counter`` at every cut: `counts[(counter.rawValue * cuts.count + cut) * columns + column]`.
    public var counts: Counts
    /// Every ``DetailCounter`` at D: `details[counter.rawValue * columns + column]`.
    public var details: [Int]
    /// Grants by scheme, over all grants to D, where their facility or child is or was last known to be:
    /// `money[scheme.rawValue * columns + column]`.
    public var money: [GrantTotals]
    /// The grants of the whole district by year and scheme, to D; those with no amount are left out.
    public var yearlyGrants: [YearlyGrants]
    /// Facilities at D by form: `supply[form.rawValue * columns + column]`.
    public var supply: [SupplyTotals]
    /// Every facility ever registered by D, by identifier as bytes; closed ones too.
    ///
    /// Only where they are listed (``lists``); to ask for others is a mistake in the program.
    public var facilities: [ProjectedFacility] {
        get {
            precondition(lists.contains(.facilities), "facilities that were not listed")
            return listedFacilities
        }
        set { listedFacilities = newValue }
    }
    /// Enrolments active at D in open facilities by home and place, in the order of `flows.csv`.
    ///
    /// Only where they are listed (``lists``); to ask for others is a mistake in the program.
    public var flows: [Flow] {
        get {
            precondition(lists.contains(.flows), "flows that were not listed")
            return listedFlows
        }
        set { listedFlows = newValue }
    }
    /// The findings, in the order of `findings.csv`.
    public var findings: Findings
    /// The events of each log that exist at K, voids and voided ones too, at any date; by ``Log/rawValue``.
    public var knownEvents: [Int]

    private var listedFacilities: [ProjectedFacility] = []
    private var listedFlows: [Flow] = []

    /// The column of what lies in no registered community.
    public var unassigned: Int { communities.count }
    /// The number of columns.
    public var columns: Int { communities.count + 1 }
    /// In ``Flow/home``: the child is not resident in the district.
    public var elsewhere: Int { communities.count + 1 }

    /// A counter at a cut (its place in ``cuts``) in one column.
    public func count(_ counter: Counter, cut: Int, column: Int) -> Int {
        counts[(counter.rawValue * cuts.count + cut) * columns + column]
    }

    /// A counter at D in one column.
    public func count(_ counter: DetailCounter, column: Int) -> Int { details[counter.rawValue * columns + column] }

    /// The grants of a scheme in one column.
    public func money(_ scheme: Scheme, column: Int) -> GrantTotals { money[Int(scheme.rawValue) * columns + column] }

    /// The facilities of a form in one column.
    public func supply(_ form: FacilityForm, column: Int) -> SupplyTotals { supply[Int(form.rawValue) * columns + column] }

    /// A projection of nothing: every count 0.
    public init(empty request: ProjectionRequest) {
        self.init(
            empty: request, counts: Counts(zeros: Counter.allCases.count * request.cuts.count * request.columns))
    }

    /// The same with room for the counters: whoever asks writes each before anything is read. It is a good part of a report's memory, and
    /// who counts can fill it while it lies in the cache.
    ///
    /// - Parameter areNarrow: Whether each is known to fit into 32 bits.
    init(uncounted request: ProjectionRequest, areNarrow: Bool) {
        let count = Counter.allCases.count * request.cuts.count * request.columns
        self.init(empty: request, counts: Counts(uncounted: count, areNarrow: areNarrow))
    }

    private init(empty request: ProjectionRequest, counts: Counts) {
        cuts = request.cuts
        asOf = request.asOf
        knownAt = request.knownAt
        communities = request.communities
        lists = request.lists
        self.counts = counts
        details = Array(repeating: 0, count: DetailCounter.allCases.count * request.columns)
        money = Array(repeating: GrantTotals(), count: Scheme.allCases.count * request.columns)
        yearlyGrants = []
        supply = Array(repeating: SupplyTotals(), count: FacilityForm.allCases.count * request.columns)
        findings = Findings()
        knownEvents = Array(repeating: 0, count: Log.allCases.count)
    }
}

/// Amounts of grants, in fen; each sum over any set of grants of one projection stays within 64 bits.
public struct GrantTotals: Sendable, Hashable, BitwiseCopyable {
    /// The number of grants.
    public var grants: Int = 0
    /// Granted, in fen.
    public var granted: Int64 = 0
    /// Paid, in fen.
    public var paid: Int64 = 0
    /// Recovered (追回), in fen.
    public var recovered: Int64 = 0

    /// No grants.
    public init() {}
}

/// The open facilities of one form in one column, and what they hold (`supply.csv`).
public struct SupplyTotals: Sendable, Hashable {
    /// Open facilities.
    public var facilities: Int = 0
    /// Filed ones.
    public var facilitiesFiled: Int = 0
    /// Their places, filed or not.
    public var places: Int = 0
    /// Places of filed ones.
    public var placesFiled: Int = 0
    /// Places of filed and inclusive ones.
    public var placesInclusive: Int = 0
    /// Enrolments active there.
    public var enrolled: Int = 0

    /// No facilities.
    public init() {}

    /// Adds what other facilities have.
    public static func += (sum: inout SupplyTotals, totals: SupplyTotals) {
        sum.facilities += totals.facilities
        sum.facilitiesFiled += totals.facilitiesFiled
        sum.places += totals.places
        sum.placesFiled += totals.placesFiled
        sum.placesInclusive += totals.placesInclusive
        sum.enrolled += totals.enrolled
    }
}

/// Numbers by class (乳儿班, 托小班, 托大班, 混合编班): places or children.
public struct ByClass: Sendable, Hashable {
    /// 乳儿班.
    public var infant: Int
    /// 托小班.
    public var toddler: Int
    /// 托大班.
    public var preschool: Int
    /// 混合编班.
    public var mixed: Int

    /// Numbers by class, 0 unless said.
    public init(infant: Int = 0, toddler: Int = 0, preschool: Int = 0, mixed: Int = 0) {
        self.infant = infant
        self.toddler = toddler
        self.preschool = preschool
        self.mixed = mixed
    }

    /// The sum of the four.
    public var total: Int { infant + toddler + preschool + mixed }

    /// The caregivers that this many children call for: ⌈infant/3⌉ + ⌈toddler/5⌉ + ⌈preschool/7⌉ + ⌈mixed/5⌉ (`figures.md`, section 3).
    public var caregiversRequired: Int { (infant + 2) / 3 + (toddler + 4) / 5 + (preschool + 6) / 7 + (mixed + 4) / 5 }
}

/// The enrolments active at D in open facilities from one community to another.
public struct Flow: Sendable, Hashable {
    // There are as many as pairs of places, and a log has no more than 2^32 events.
    private let homeColumn, placeColumn, count: UInt32

    /// The child's column at D, or ``Projected/elsewhere``.
    public var home: Int { Int(homeColumn) }
    /// The facility's column at D.
    public var place: Int { Int(placeColumn) }
    /// How many, at least 1.
    public var enrolments: Int { Int(count) }

    /// A flow; a number that does not fit 32 bits, which no log gives, becomes the nearest that does.
    public init(home: Int, place: Int, enrolments: Int) {
        homeColumn = UInt32(clamping: home)
        placeColumn = UInt32(clamping: place)
        count = UInt32(clamping: enrolments)
    }
}

/// A facility as it stands at D: what `facilities.csv` shows of it.
public struct ProjectedFacility: Sendable, Hashable {
    /// Its identifier.
    public var id: String
    /// Its name as registered.
    public var name: String
    /// The code of the community it lies in or last lay in.
    public var community: String
    /// That community's column.
    public var column: Int
    /// The longitude of its registration or last relocation as the canonical decimal text, nil: none was given.
    public var longitude: String?
    /// The latitude, given exactly where the longitude is.
    public var latitude: String?
    /// What its events have made of it.
    public var state: FacilityState
    /// The enrolments active there at D by class, closed or not.
    public var enrolled: ByClass
    /// The grants to it.
    public var money: GrantTotals
    /// The ordinal of its registration in the filings log.
    public var registrationOrdinal: Int
    /// What it went through by D.
    public var course: FacilityCourse = FacilityCourse()
}
