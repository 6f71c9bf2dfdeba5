public import Events

/// What all children and grants of a record add up to at a day D, everything known: kept, so that a later report of the same day folds
/// only those children and grants of which something changed since.
///
/// They say which state of the log they were made from, and for which days and communities. Nothing in them depends on what the rest
/// of a report is made of, but where children enrol and to whom grants are made: whether facilities are open, where they lie and when
/// they were filed. That is kept too, and children and grants for which it changed are folded again.
public struct DaySums: Sendable {
    /// How many entries the log had.
    public internal(set) var size = 0
    /// The root of these entries, as words.
    var root: [UInt64] = [0, 0, 0, 0]
    /// The version of the program that made them: another may fold otherwise.
    public internal(set) var program = ""
    /// The events that were folded, by log: those with smaller ordinals.
    var events: [Int] = Array(repeating: 0, count: Log.allCases.count)
    /// The days of the cuts; the last is D.
    var cuts: [Int32] = []
    /// The registered communities' codes, by column.
    var communities: [String] = []
    /// By facility number: what the folds asked of it.
    var lookups: [FacilityLookup] = []
    /// Registered facilities.
    var facilities = 0
    /// The counters that follow from children alone, as in ``Projected/counts``.
    var counts: PackedNumbers = []
    /// As ``Totals/enrolments(_:)`` gives them.
    var enrolments: PackedNumbers = []
    /// `facility * 4 + class`: enrolled at D.
    var classes: [Int32] = []
    /// `column * 2`: newborns at D, and those visited.
    var newborns: [Int32] = []
    /// Enrolments by home and place.
    var flows: [FlowCount] = []
    var birthFindings = FindingColumns()
    var enrolmentFindings = FindingColumns()
    /// By child: the column it lives in or was last known in, -1: none; empty where nobody asked.
    var lastColumns: PackedNumbers = []
    /// By place among the registered facilities: when it became filed or stopped being so.
    var filed = FiledDays()
    /// As ``FoldedGrants/money``.
    var money: [GrantTotals] = []
    /// As ``FoldedGrants/facilities``.
    var facilityMoney: [GrantTotals] = []
    /// As ``YearlySums/totals``.
    var yearly: [GrantTotals] = []
    var grantFindings = FindingColumns()
    /// By grant: to whom it is.
    var payees: [GrantPayee] = []

    /// The number of columns.
    var columns: Int { communities.count + 1 }
    /// The counters that follow from children alone: those before this one.
    static var counters: Int { Counter.waitlistedResidents.rawValue + 1 }

    init() {}

    /// Whether they say that they were made of a log whose first ``size`` entries have this root.
    public func isMade(from root: Digest) -> Bool { self.root == HistoryFile.words(of: root) }

    /// Whether they are of this request's days and communities, with everything known, and hold what it asks of findings.
    public func areOf(_ request: ProjectionRequest) -> Bool {
        request.knownAt == nil && cuts == request.cuts.map(\.rawValue) && communities == request.communities
            && (holdFindingTexts || !request.lists.contains(.findings))
    }

    /// Whether they answer a request over a record: it has at least what they were made of.
    func answer(_ request: ProjectionRequest, _ shape: RecordShape) -> Bool {
        areOf(request) && zip(events, shape.eventCounts).allSatisfy { $0 <= $1 } && lookups.count <= shape.facilities
            && lastColumns.count <= shape.children && payees.count <= shape.grants
    }

    /// Whether they hold what findings name, and not only how many there are.
    var holdFindingTexts: Bool {
        [birthFindings, enrolmentFindings, grantFindings].allSatisfy { $0.ordinals.count == $0.count && $0.idLengths.count == $0.count }
    }

    /// The request that they answer.
    public func request(threads: Int) -> ProjectionRequest {
        let days = cuts.map { Day(rawValue: $0) }
        return ProjectionRequest(
            cuts: days, asOf: days.last ?? Day(rawValue: 0), communities: communities, threads: threads)
    }

    /// How many events they hold.
    public var eventCount: Int { events.reduce(0, +) }
}

/// Gives the sums that there are of a request, or nil.
public typealias SumsSource = @Sendable () -> DaySums?

/// Makes the sums of the children and grants of a record.
///
/// - Parameters:
///   - source: The record at a state that holds `size` entries of the log.
///   - root: The log's root at that state.
///   - program: The version of the program.
///   - request: The days and communities; a K is left out of account.
/// - Throws: what ``project(_:_:histories:find:sums:folded:)`` throws.
public func daySums(
    _ source: some EventSource, _ request: ProjectionRequest, size: Int, root: Digest, program: String,
    histories: Histories = Histories(), find: EventFinder? = nil, folded: (@Sendable (_ events: Int) -> Void)? = nil
) throws -> DaySums {
    try daySums(
        source, request, size: size, root: root, program: program, histories: histories, find: find, partitionShift: nil, folded: folded)
}

/// Makes the same, and in the same pass over the record the file of histories that covers all of it: its events are read once, and
/// each partition is written as soon as it is in order and folded while it lies in the cache.
///
/// - Parameter write: Takes the file's bytes, as in ``Histories/makeNext(from:size:root:find:threads:folded:write:)``.
/// - Throws: what either throws alone.
public func daySumsAndHistories(
    _ source: some EventSource, _ request: ProjectionRequest, size: Int, root: Digest, program: String,
    folded: (@Sendable (_ events: Int) -> Void)? = nil, write: @escaping Histories.Write
) throws -> DaySums {
    try daySumsAndHistories(
        source, request, size: size, root: root, program: program, partitionShift: nil, folded: folded, write: write)
}

/// The same, with partitions of 2^`partitionShift` subjects where tests want many.
func daySumsAndHistories(
    _ source: any EventSource, _ request: ProjectionRequest, size: Int, root: Digest, program: String, partitionShift: UInt32?,
    folded: (@Sendable (Int) -> Void)? = nil, write: @escaping Histories.Write
) throws -> DaySums {
    let request = request.knowingAll
    let gathered = try GatheredRecords(
        source, beyond: Histories(), .everything, find: nil, threads: request.threads, partitionShift: partitionShift)
    let new = HistoryWriter(gathered, size: size, root: root, in: source, write: write)
    try new.writeFilings(request.threads, nil)
    let district = try FoldedDistrict(gathered, request, sums: nil, beside: new, in: source, folded: folded)
    let sums = try DaySums(of: district, request, size: size, root: root, program: program, in: source)
    try new.finish()
    return sums
}

/// The same, with partitions of 2^`partitionShift` subjects where tests want many.
func daySums(
    _ source: any EventSource, _ request: ProjectionRequest, size: Int, root: Digest, program: String, histories: Histories = Histories(),
    find: EventFinder? = nil, partitionShift: UInt32?, folded: (@Sendable (Int) -> Void)? = nil
) throws -> DaySums {
    let request = request.knowingAll
    let district = try FoldedDistrict(
        source, request, histories: histories, find: find, sums: nil, partitionShift: partitionShift, folded: folded)
    return try DaySums(of: district, request, size: size, root: root, program: program, in: source)
}

extension ProjectionRequest {
    /// The same days and communities with everything known.
    fileprivate var knowingAll: ProjectionRequest {
        ProjectionRequest(cuts: cuts, asOf: asOf, communities: communities, threads: threads)
    }
}

extension DaySums {
    /// Adds up a district of which every child was folded.
    fileprivate init(
        of district: FoldedDistrict, _ request: ProjectionRequest, size: Int, root: Digest, program: String, in source: any EventSource
    ) throws {
        self.size = size
        self.root = HistoryFile.words(of: root)
        self.program = program
        events = district.shape.eventCounts
        cuts = request.cuts.map(\.rawValue)
        communities = request.communities
        let folded = district.facilities.lookups
        lookups = (0..<folded.count).map { folded[$0] }
        facilities = district.facilities.facilities.count
        let cells = Table<Int32>(repeating: 0, count: DaySums.counters * request.cuts.count * request.columns)
        try district.totals.addChildren(district.children, to: .narrow(UnsafeMutableBufferPointer(start: cells.base, count: cells.count)))
        counts = PackedNumbers(cells)
        let tallies = district.children.tallies
        enrolments = PackedNumbers(try district.totals.enrolments(district.children))
        classes = (0..<facilities * 4).map { place in tallies.reduce(0) { $0 &+ $1.classes[place] } }
        newborns = (0..<request.columns * 2).map { place in tallies.reduce(0) { $0 &+ $1.newborns[place] } }
        flows = district.children.flows(request)
        lastColumns = PackedNumbers(district.children.lastColumns)
        district.children.freeRanges()
        let grants = try district.grants(request, in: source)
        filed = FiledDays(district.facilities)
        money = grants.money
        facilityMoney = grants.facilities
        yearly = grants.yearly.totals
        payees = grants.payees.elements
        let raw: [(log: Log, findings: [RawFinding])] = [
            (.enrollments, tallies.flatMap(\.enrolmentFindings)), (.births, tallies.flatMap(\.birthFindings)),
            (.subsidies, grants.findings),
        ]
        var columns = raw.map { _ in FindingColumns() }
        try columns.withUnsafeMutableBufferPointer { columns in
            try Workers.run(request.threads, items: raw.count) { _, item in
                columns[item] = try FindingColumns(raw[item].findings, raw[item].log, in: source, threads: request.threads)
            }
        }
        (enrolmentFindings, birthFindings, grantFindings) = (columns[0], columns[1], columns[2])
    }
}
