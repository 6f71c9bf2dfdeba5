import Events

/// A record folded as far as children and facilities go: what everything else of a projection builds on.
struct FoldedDistrict {
    let voids: VoidEffects
    let facilities: FoldedFacilities
    let totals: Totals
    private(set) var children: FoldedChildren
    let grantRecords: RecordSource<GrantRecord>
    private let gathered: GatheredRecords
    private let births: RecordSource<BirthRecord>
    private let enrolments: RecordSource<EnrolmentRecord>
    private let filings: RecordSource<FilingRecord>
    private let knownAt: Int64

    var shape: RecordShape { gathered.shape }

    init(
        _ source: any EventSource, _ request: ProjectionRequest, histories: Histories, find: EventFinder?, sums: SumsSource?,
        sharing shared: SharedRecords? = nil, partitionShift: UInt32?, folded: (@Sendable (Int) -> Void)?
    ) throws {
        // What exists at K is counted as it is gathered, so others' records do for everything known alone.
        if let shared, request.knownAt == nil {
            let gathered = try shared.records(
                source, beyond: histories, find: find, threads: request.threads, partitionShift: partitionShift)
            try self.init(gathered, isShared: true, request, sums: sums, in: source, folded: folded)
            return
        }
        let gathered = try GatheredRecords(
            source, beyond: histories, Horizon(request), find: find, threads: request.threads, partitionShift: partitionShift)
        try self.init(gathered, request, sums: sums, in: source, folded: folded)
    }

    /// Folds what was gathered: at least every event that counts, and every event of whatever date where `new` histories are made of
    /// them beside, all but their filings and their head.
    init(
        _ gathered: GatheredRecords, isShared: Bool = false, _ request: ProjectionRequest, sums: SumsSource?,
        beside new: HistoryWriter? = nil,
        in source: any EventSource, folded: (@Sendable (Int) -> Void)?
    ) throws {
        guard request.cuts.count <= CutTable.limit else { throw ProjectionError.tooManyCuts(limit: CutTable.limit) }
        let (shape, plans, histories, workers) = (gathered.shape, gathered.plans, gathered.histories, gathered.workers)
        let horizon = Horizon(request)
        let cuts = CutTable(request.cuts)
        let columnOf = try columns(of: source, request)
        guard gathered.voids.allSatisfy(shape.hasTarget) else {
            throw histories.fileCount > 0 ? ProjectionError.damagedHistories : .inconsistentIdentifiers
        }
        let voids = VoidEffects(gathered.voids, knownAt: horizon.knownAt, shape)
        func records<Record: FoldRecord>(
            _ log: Log, _ plan: PartitionPlan, _ writer: (Gatherer) -> PartitionWriter<Record>, _ section: HistorySection<Record>?
        ) -> RecordSource<Record> {
            RecordSource(
                log, plan, histories, workers.map(writer), horizon, shape, without: voids.voided[Int(log.rawValue)], section: section,
                folded)
        }
        let births = records(.births, plans.children, \.births, new?.births)
        let enrolments = records(.enrollments, plans.children, \.enrolments, new?.enrolments)
        // The partitions of facilities are held while they are folded, without what does not count.
        filings = records(.filings, plans.facilities, \.filings, nil)
        grantRecords = records(.subsidies, plans.grants, \.grants, new?.grants)

        let (facilities, kept) = try Self.facilities(filings, cuts, columnOf, request, source, beside: sums)
        let totals = Totals(request, cuts, facilities)
        let needsColumns = gathered.paysChildren
        let changed = try kept.flatMap { sums in
            guard sums.answer(request, shape) else { return nil as FoldedChildren? }
            return try FoldedChildren(
                changedSince: sums, births, enrolments, cuts, request, columnOf: columnOf, facilities: facilities, totals: totals,
                voids: gathered.voids, needsColumns: needsColumns, in: source)
        }
        children =
            try changed
            ?? FoldedChildren(
                births, enrolments, cuts, request, columnOf: columnOf, facilities: facilities, totals: totals,
                needsColumns: needsColumns, in: source)
        if !isShared { for worker in workers { worker.freeChildren() } }
        self.gathered = gathered
        self.voids = voids
        self.facilities = facilities
        self.totals = totals
        self.births = births
        self.enrolments = enrolments
        knownAt = horizon.knownAt
    }

    /// Folds the facilities, and asks for the sums meanwhile.
    private static func facilities(
        _ filings: RecordSource<FilingRecord>, _ cuts: CutTable, _ columnOf: Table<Int32>, _ request: ProjectionRequest,
        _ source: any EventSource, beside sums: SumsSource?
    ) throws -> (FoldedFacilities, DaySums?) {
        func fold() throws -> FoldedFacilities {
            try FoldedFacilities(filings, cuts, columnOf: columnOf, in: source, threads: request.threads)
        }
        guard let sums, request.knownAt == nil else { return (try fold(), nil) }
        let (kept, facilities) = try Workers.pair(request.threads, sums, fold)
        return (facilities, kept)
    }

    /// Folds the grants, or only those of which something changed where that is all that was folded of the children.
    func grants(_ request: ProjectionRequest, in source: any EventSource) throws -> FoldedGrants {
        guard let kept = children.kept else {
            return try FoldedGrants(grantRecords, request, facilities: facilities, lastColumns: children.lastColumns, in: source)
        }
        return try FoldedGrants(
            changedSince: kept, grantRecords, request, facilities: facilities, lastColumns: children.lastColumns, voids: gathered.voids,
            in: source)
    }

    /// Lets go of where children live, which only grants ask.
    mutating func letGoOfLastColumns() { children.letGoOfLastColumns() }

    /// The events of each log that exist at K: complete once every log was folded.
    func knownEvents() -> [Int] {
        let covered = [births.knownRecords, enrolments.knownRecords, filings.knownRecords, grantRecords.knownRecords]
        return Log.allCases.map { log in
            let place = Int(log.rawValue)
            return gathered.workers.reduce(0) { $0 + $1.knownEvents[place] } + covered[place]
                + gathered.histories.voids.count { $0.log == log && $0.recordedAt <= knownAt }
        }
    }
}

/// The column of each community by its number.
func columns(of source: any EventSource, _ request: ProjectionRequest) throws -> Table<Int32> {
    let (starts, bytes) = try source.identifiers(of: .community)
    var columnOf: [String: Int32] = [:]
    for (column, code) in request.communities.enumerated() { columnOf[code] = Int32(truncatingIfNeeded: column) }
    return Table(
        try (0..<source.identifierCount(of: .community)).map { number in
            guard number + 1 < starts.count, starts[number] <= starts[number + 1], Int(starts[number + 1]) <= bytes.count else {
                throw ProjectionError.inconsistentIdentifiers
            }
            let code = String(decoding: bytes[Int(starts[number])..<Int(starts[number + 1])], as: UTF8.self)
            return columnOf[code] ?? Int32(truncatingIfNeeded: request.unassigned)
        })
}
