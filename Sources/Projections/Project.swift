public import Events

/// Folds a record's events into its state at D as known at K.
///
/// The result depends on the events alone: not on the number of threads, not on how events lie in blocks, nor on the numbers that
/// identifiers happen to have.
///
/// - Throws: what the source throws; ``ProjectionError`` where its columns contradict each other or a limit is passed.
public func project(_ source: some EventSource, _ request: ProjectionRequest) throws -> Projected {
    try project(source, request, partitionShift: nil)
}

/// The same, with partitions of 2^`partitionShift` subjects where tests want many.
func project(_ source: any EventSource, _ request: ProjectionRequest, partitionShift: UInt32?) throws -> Projected {
    guard request.cuts.count <= CutTable.limit else { throw ProjectionError.tooManyCuts(limit: CutTable.limit) }
    let shape = try RecordShape(source)
    let plans = PartitionPlans(shape, shift: partitionShift)
    let horizon = Horizon(asOf: request.asOf.rawValue, knownAt: request.knownAt?.rawValue ?? .max)
    let cuts = CutTable(request.cuts)
    let columnOf = try columns(of: source, request)

    let workers = try gather(source, shape, plans, horizon, threads: request.threads)
    let voids = VoidEffects(
        try resolve(workers.flatMap(\.voids), in: source, threads: request.threads), knownAt: horizon.knownAt,
        eventCounts: shape.eventCounts)
    let facilities = try FoldedFacilities(
        workers, plans.facilities, voids.voided[Int(Log.filings.rawValue)], cuts, columnOf: columnOf, in: source,
        threads: request.threads)
    let totals = Totals(request, cuts, facilities: facilities.facilities.count)
    let children = try FoldedChildren(
        workers, plans.children, voids, cuts, request, columnOf: columnOf, facilities: facilities, totals: totals, in: source)
    let grants = try FoldedGrants(
        workers, plans.grants, voids.voided[Int(Log.subsidies.rawValue)], request, facilities: facilities,
        lastColumns: children.lastColumns, in: source)
    let atD = try FacilitiesAtD(facilities, children.tallies, money: grants.facilities, request, in: source)

    var projected = Projected(empty: request)
    let enrolments = try totals.enrolments(children.tallies)
    try projected.counts.withUnsafeMutableBufferPointer { counts in
        try totals.addChildren(children.tallies, to: counts)
        try totals.addFacilities(facilities.segments, enrolments: enrolments, to: counts)
    }
    projected.details = atD.details
    projected.supply = atD.supply
    projected.facilities = atD.facilities
    projected.money = grants.money
    projected.flows = flows(children.tallies, facilities, request)
    for worker in workers { for log in projected.knownEvents.indices { projected.knownEvents[log] += worker.knownEvents[log] } }
    var findings = voids.findings + facilities.findings + grants.findings + atD.findings
    for tally in children.tallies { findings += tally.findings }
    projected.findings = try Findings(findings, in: source, threads: request.threads)
    return projected
}

/// The column of each community by its number.
private func columns(of source: any EventSource, _ request: ProjectionRequest) throws -> Table<Int32> {
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
