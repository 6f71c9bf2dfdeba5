public import Events

/// Folds a record's events into its state at D as known at K.
///
/// The result depends on the events alone: not on the number of threads, not on how events lie in blocks, nor on the numbers that
/// identifiers happen to have.
///
/// With `histories`, only what stands behind them is read from the record, and `find` looks for the targets of new voids among what
/// they cover. With `sums` of the same days and communities, made from an earlier state of the same record, only children and grants
/// of which something changed since are folded; they are asked for once. What stands behind the histories is read once for this and a fold
/// that have the same `shared`. All these change how long it takes and nothing else. `folded` hears of the events of each partition, from
/// several threads.
///
/// - Throws: what the source throws; ``ProjectionError`` where its columns contradict each other or a limit is passed;
///   ``ProjectionError/damagedHistories`` where the histories are not to be used.
public func project(
    _ source: some EventSource, _ request: ProjectionRequest, histories: Histories = Histories(), find: EventFinder? = nil,
    sums: SumsSource? = nil, sharing shared: SharedRecords? = nil, folded: (@Sendable (_ events: Int) -> Void)? = nil
) throws -> Projected {
    try project(
        source, request, histories: histories, find: find, sums: sums, sharing: shared, partitionShift: nil, folded: folded)
}

/// The same, with partitions of 2^`partitionShift` subjects where tests want many.
func project(
    _ source: any EventSource, _ request: ProjectionRequest, histories: Histories = Histories(), find: EventFinder? = nil,
    sums: SumsSource? = nil, sharing shared: SharedRecords? = nil, partitionShift: UInt32?, folded: (@Sendable (Int) -> Void)? = nil
) throws -> Projected {
    var district = try FoldedDistrict(
        source, request, histories: histories, find: find, sums: sums, sharing: shared, partitionShift: partitionShift, folded: folded)
    let grants = try district.grants(request, in: source)
    district.letGoOfLastColumns()
    let (children, facilities) = (district.children, district.facilities)
    children.kept?.letGo(\.payees)
    let atD = FacilitiesAtD(facilities, children.tallies, request)
    var projected = Projected(uncounted: request, areNarrow: Totals.areNarrow(facilities, district.shape))
    try projected.counts.write { try district.totals.addChildren(children, to: $0) }
    children.kept?.letGo(\.counts)
    let enrolments = try district.totals.enrolments(children)
    children.kept?.letGo(\.enrolments)
    children.freeRanges()
    let rest = ProjectionRest(source: source, request: request, voids: district.voids, facilities: facilities, grants: grants, atD: atD)
    try rest.make(children, district.totals, enrolments, &projected)
    projected.details = atD.details
    projected.supply = atD.supply
    projected.money = grants.money
    projected.yearlyGrants = grants.yearly.list
    projected.knownEvents = district.knownEvents()
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

    private enum Piece {
        case facilities, flows
        case counters(Range<Int>)
        case findings(Log)
    }

    func make(_ children: FoldedChildren, _ totals: Totals, _ enrolments: Table<Int32>, _ projected: inout Projected) throws {
        var findings: [FindingsOfLog?] = Log.allCases.map { _ in nil }
        var list: [ProjectedFacility] = []
        var allFlows: [Flow] = []
        // The longest come first, and the short ones of the counters before what is short as a rule.
        let isSideBySide = request.threads <= Self.mostSideBySide
        let counters = isSideBySide ? totals.facilityPieces.map { $0..<$0 + 1 } : [totals.facilityPieces]
        let all: [Piece] =
            [.facilities, .findings(.enrollments)] + counters.map { .counters($0) }
            + [.findings(.births), .flows, .findings(.filings), .findings(.subsidies)]
        let pieces = all.filter { piece in
            switch piece {
            case .facilities: request.lists.contains(.facilities)
            case .flows: request.lists.contains(.flows)
            case .counters, .findings: true
            }
        }
        try findings.withUnsafeMutableBufferPointer { findings in
            try projected.counts.write { counts in
                try withUnsafeMutablePointer(to: &list) { list in
                    try withUnsafeMutablePointer(to: &allFlows) { allFlows in
                        try Workers.run(isSideBySide ? request.threads : 1, items: pieces.count) { _, item in
                            switch pieces[item] {
                            case .facilities:
                                list.pointee = try atD.list(
                                    facilities, money: grants.facilities, enrolments: enrolments, cuts: request.cuts.count, request.threads,
                                    in: source)
                            case .counters(let some):
                                try Workers.run(request.threads, items: some.count) { _, item in
                                    totals.addFacilities(
                                        some.lowerBound + item, facilities.segments, enrolments: enrolments, to: counts)
                                }
                            case .flows: allFlows.pointee = children.printedFlows(request)
                            case .findings(let log): findings[Int(log.rawValue)] = try self.findings(log, children)
                            }
                        }
                    }
                }
            }
        }
        children.kept?.letGo(\.flows)
        projected.facilities = list
        projected.flows = allFlows
        if request.lists.contains(.findings) {
            projected.findings = try Findings(
                findings.compactMap { if case .listed(let list) = $0 { list } else { nil } }, threads: request.threads)
        } else {
            projected.findings = Findings { code, log in
                if case .counted(let counts) = findings[Int(log.rawValue)] { counts[Int(code.rawValue)] } else { 0 }
            }
        }
    }

    /// The findings of a log as they are asked for: with what they name, or how many there are of each code.
    private enum FindingsOfLog {
        case listed(LogFindings)
        case counted([Int])
    }

    /// The findings of a log: those of what was folded now and, where that is not all, those kept of the rest.
    private func findings(_ log: Log, _ children: FoldedChildren) throws -> FindingsOfLog {
        var new: [RawFinding]
        var old: (columns: FindingColumns, changed: Table<UInt64>)?
        switch log {
        case .births:
            new = children.tallies.flatMap(\.birthFindings)
            old = children.kept.map { ($0.sums.birthFindings, $0.changed) }
        case .enrollments:
            new = children.tallies.flatMap(\.enrolmentFindings)
            old = children.kept.map { ($0.sums.enrolmentFindings, $0.changed) }
        case .filings: new = facilities.findings + atD.findings
        case .subsidies:
            new = grants.findings
            if let kept = children.kept, let changed = grants.changed { old = (kept.sums.grantFindings, changed) }
        }
        let ofVoids = voids.findings.filter { $0.log == log }
        guard request.lists.contains(.findings) else {
            let counts = old.map { columns, changed in columns.counts(with: new, without: changed) } ?? new.counts
            return .counted(zip(counts, ofVoids.counts).map { $0 + $1 })
        }
        let kept = try old.map { columns, changed in
            KeptFindings(columns, &new, without: changed, facilities: log == .enrollments ? try IdentifierTexts(source, .facility) : nil)
        }
        return .listed(try LogFindings(new + ofVoids, beside: kept, log, in: source, threads: request.threads))
    }
}
