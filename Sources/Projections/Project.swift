public import Events

/// Folds a record's events into its state at D as known at K.
///
/// The result depends on the events alone: not on the number of threads, not on how events lie in blocks, nor on the numbers that
/// identifiers happen to have.
///
/// With `histories`, only what stands behind them is read from the record, and `find` looks for the targets of new voids among what
/// they cover; they change how long it takes and nothing else. `folded` hears of the events of each partition, from several threads.
///
/// - Throws: what the source throws; ``ProjectionError`` where its columns contradict each other or a limit is passed;
///   ``ProjectionError/damagedHistories`` where the histories are not to be used.
public func project(
    _ source: some EventSource, _ request: ProjectionRequest, histories: Histories = Histories(), find: EventFinder? = nil,
    folded: (@Sendable (_ events: Int) -> Void)? = nil
) throws -> Projected {
    try project(source, request, histories: histories, find: find, partitionShift: nil, folded: folded)
}

/// The same, with partitions of 2^`partitionShift` subjects where tests want many.
func project(
    _ source: any EventSource, _ request: ProjectionRequest, histories: Histories = Histories(), find: EventFinder? = nil,
    partitionShift: UInt32?, folded: (@Sendable (Int) -> Void)? = nil
) throws -> Projected {
    guard request.cuts.count <= CutTable.limit else { throw ProjectionError.tooManyCuts(limit: CutTable.limit) }
    let shape = try RecordShape(source)
    let plans = PartitionPlans(shape, shift: partitionShift)
    let horizon = Horizon(asOf: request.asOf.rawValue, knownAt: request.knownAt?.rawValue ?? .max)
    let cuts = CutTable(request.cuts)
    let columnOf = try columns(of: source, request)

    guard histories.fit(plans, shape) else { throw ProjectionError.damagedHistories }
    let workers = try gather(source, shape, plans, horizon, from: histories.eventCounts, threads: request.threads)
    let allVoids = try VoidResolver(source: source, histories: histories, find: find, threads: request.threads)
        .resolve(workers.flatMap(\.voids))
    let voids = VoidEffects(allVoids, knownAt: horizon.knownAt, eventCounts: shape.eventCounts)
    func records<Record: FoldRecord>(
        _ log: Log, _ plan: PartitionPlan, _ gathered: (Gatherer) -> PartitionWriter<Record>
    ) -> RecordSource<Record> {
        RecordSource(log, plan, histories, workers.map(gathered), horizon, shape, without: voids.voided[Int(log.rawValue)], folded)
    }
    let births = records(.births, plans.children, \.births)
    let enrolmentRecords = records(.enrollments, plans.children, \.enrolments)
    let filings = records(.filings, plans.facilities, \.filings)
    let grantRecords = records(.subsidies, plans.grants, \.grants)

    let facilities = try FoldedFacilities(filings, cuts, columnOf: columnOf, in: source, threads: request.threads)
    let totals = Totals(request, cuts, facilities: facilities.facilities.count)
    let children = try FoldedChildren(
        births, enrolmentRecords, cuts, request, columnOf: columnOf, facilities: facilities, totals: totals,
        needsColumns: histories.paysChildren || workers.contains(where: \.paysChildren), in: source)
    for worker in workers { worker.freeChildren() }
    let grants = try FoldedGrants(
        grantRecords, request, facilities: facilities, lastColumns: children.lastColumns, in: source)
    let atD = FacilitiesAtD(facilities, children.tallies, request)
    var projected = Projected(empty: request)
    try projected.counts.withUnsafeMutableBufferPointer { try totals.addChildren(children.tallies, to: $0) }
    let enrolments = try totals.enrolments(children.tallies)
    for tally in children.tallies { tally.freeRanges() }
    let rest = ProjectionRest(source: source, request: request, voids: voids, facilities: facilities, grants: grants, atD: atD)
    try rest.make(children, totals, enrolments, &projected)
    projected.details = atD.details
    projected.supply = atD.supply
    projected.money = grants.money
    projected.yearlyGrants = grants.yearly
    for worker in workers { for log in projected.knownEvents.indices { projected.knownEvents[log] += worker.knownEvents[log] } }
    let covered = [births.knownRecords, enrolmentRecords.knownRecords, filings.knownRecords, grantRecords.knownRecords]
    for log in Log.allCases {
        let place = Int(log.rawValue)
        projected.knownEvents[place] += covered[place]
        projected.knownEvents[place] += histories.voids.count { $0.log == log && $0.recordedAt <= horizon.knownAt }
    }
    return projected
}

/// What is left once everything is folded: pieces that need nothing of each other, so that threads make them side by side.
private struct ProjectionRest {
    let source: any EventSource
    let request: ProjectionRequest
    let voids: VoidEffects
    let facilities: FoldedFacilities
    let grants: FoldedGrants
    let atD: FacilitiesAtD

    /// With more threads than this the pieces are made one after another, each by all threads.
    private static let mostSideBySide = 4

    func make(_ children: FoldedChildren, _ totals: Totals, _ enrolments: Table<Int32>, _ projected: inout Projected) throws {
        let tallies = children.tallies
        var findings: [LogFindings?] = Log.allCases.map { _ in nil }
        var list: [ProjectedFacility] = []
        var allFlows: [Flow] = []
        // The longest pieces come first.
        let order: [Log] = [.enrollments, .births, .subsidies, .filings]
        try findings.withUnsafeMutableBufferPointer { findings in
            try projected.counts.withUnsafeMutableBufferPointer { counts in
                try withUnsafeMutablePointer(to: &list) { list in
                    try withUnsafeMutablePointer(to: &allFlows) { allFlows in
                        let threads = request.threads <= Self.mostSideBySide ? request.threads : 1
                        try Workers.run(threads, items: order.count + 3) { _, item in
                            switch item {
                            case 2: try totals.addFacilities(facilities.segments, enrolments: enrolments, to: counts)
                            case 3:
                                list.pointee = try atD.list(facilities, money: grants.facilities, request.threads, in: source)
                            case 4: allFlows.pointee = flows(tallies, facilities, request)
                            default:
                                let log = order[item < 2 ? item : item - 3]
                                findings[Int(log.rawValue)] = try LogFindings(
                                    raw(log, tallies), log, in: source, threads: request.threads)
                            }
                        }
                    }
                }
            }
        }
        projected.facilities = list
        projected.take(enrolments, of: facilities)
        projected.flows = allFlows
        projected.findings = Findings(findings.compactMap { $0 })
    }

    private func raw(_ log: Log, _ tallies: [ChildTally]) -> [RawFinding] {
        let ofVoids = voids.findings.filter { $0.log == log }
        return switch log {
        case .births: tallies.reduce(into: ofVoids) { $0 += $1.birthFindings }
        case .enrollments: tallies.reduce(into: ofVoids) { $0 += $1.enrolmentFindings }
        case .filings: ofVoids + facilities.findings + atD.findings
        case .subsidies: ofVoids + grants.findings
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

/// Enrolments by home and place, in the order of `flows.csv`: codes as bytes, `elsewhere` before `unassigned`.
private func flows(_ tallies: [ChildTally], _ facilities: FoldedFacilities, _ request: ProjectionRequest) -> [Flow] {
    let width = UInt64(request.columns) + 1
    var keys: [UInt64] = []
    keys.reserveCapacity(tallies.reduce(0) { $0 + $1.flows.count })
    // As a home: codes, then elsewhere, then unassigned.
    let (unassigned, elsewhere) = (UInt64(request.unassigned), UInt64(request.unassigned) + 1)
    for tally in tallies {
        for flow in tally.flows {
            let home = flow >> 32
            let rank = home == elsewhere ? unassigned : home == unassigned ? elsewhere : home
            keys.append(rank * width + flow & 0xFFFF_FFFF)
        }
    }
    radixSort(&keys)
    var flows: [Flow] = []
    var place = 0
    while place < keys.count {
        let start = place
        while place < keys.count, keys[place] == keys[start] { place += 1 }
        let rank = keys[start] / width
        let home = rank == unassigned ? elsewhere : rank == elsewhere ? unassigned : rank
        flows.append(Flow(home: Int(home), place: Int(keys[start] % width), enrolments: place - start))
    }
    return flows
}
