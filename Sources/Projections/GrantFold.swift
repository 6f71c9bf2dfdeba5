import Events

extension GrantTotals {
    /// Adds other totals; false where a sum does not fit 64 bits.
    mutating func add(_ other: GrantTotals) -> Bool {
        let sums = (
            granted.addingReportingOverflow(other.granted), paid.addingReportingOverflow(other.paid),
            recovered.addingReportingOverflow(other.recovered)
        )
        grants += other.grants
        (granted, paid, recovered) = (sums.0.partialValue, sums.1.partialValue, sums.2.partialValue)
        return !sums.0.overflow && !sums.1.overflow && !sums.2.overflow
    }
}

/// All grants folded.
struct FoldedGrants {
    /// `scheme * columns + column`.
    private(set) var money: [GrantTotals]
    /// By place among the registered facilities.
    private(set) var facilities: [GrantTotals]
    /// By year and scheme.
    let yearly: [YearlyGrants]
    private(set) var findings: [RawFinding] = []

    /// - Throws: ``ProjectionError/amountsTooLarge`` where the sum over all grants does not fit; so every smaller sum does.
    init(
        _ records: RecordSource<GrantRecord>, _ request: ProjectionRequest, facilities folded: FoldedFacilities,
        lastColumns: Table<Int32>, in source: any EventSource
    ) throws {
        let plan = records.plan
        let threads = min(request.threads, plan.count)
        let filed = FiledDays(folded)
        let tallies = (0..<threads).map { _ in GrantTally(request, folded, filed, lastColumns) }
        let buffers = tallies.map { _ in RunBuffers<GrantRecord>() }
        try Workers.run(threads, items: plan.count) { worker, partition in
            let tally = tallies[worker]
            var runs = try SubjectRuns(records, partition, in: buffers[worker])
            while runs.nextLocal != .max {
                let number = plan.first(of: partition) &+ UInt32(truncatingIfNeeded: runs.nextLocal)
                let run = runs.take()
                if run.isEmpty { continue }
                if runs.isTied { tally.putAside(run, number: number) } else { try tally.fold(run, number: number) }
            }
            try runs.finish()
        }
        let tied = tallies.flatMap { $0.tiedRecords.map(\.ordinal) }
        if !tied.isEmpty {
            let identifiers = try EventIdentifiers(tied, of: .subsidies, in: source, threads: request.threads)
            for tally in tallies { try tally.foldTied(identifiers) }
        }
        money = Array(repeating: GrantTotals(), count: Scheme.allCases.count * request.columns)
        facilities = Array(repeating: GrantTotals(), count: folded.facilities.count)
        var isWhole = true
        for tally in tallies {
            for place in money.indices { isWhole = money[place].add(tally.money[place]) && isWhole }
            for place in facilities.indices { isWhole = facilities[place].add(tally.facilities[place]) && isWhole }
            findings += tally.findings
        }
        var yearly = YearlySums()
        for tally in tallies { yearly.add(tally.yearly) }
        self.yearly = yearly.list
        var all = GrantTotals()
        for totals in money { isWhole = all.add(totals) && isWhole }
        guard isWhole else { throw ProjectionError.amountsTooLarge }
    }
}

/// When each registered facility was filed, facility behind facility: asked once a grant.
private struct FiledDays {
    private struct Change: BitwiseCopyable {
        let day: Int32
        let isFiled: Bool
    }

    /// Where the changes of each facility begin, by its place, and where those of the last one end.
    private let starts: Table<Int32>
    private let changes: Table<Change>

    init(_ folded: FoldedFacilities) {
        var starts: [Int32] = [0]
        var changes: [Change] = []
        for facility in folded.facilities {
            changes += facility.filedChanges.map { Change(day: $0.day, isFiled: $0.isFiled) }
            starts.append(Int32(truncatingIfNeeded: changes.count))
        }
        self.starts = Table(starts)
        self.changes = Table(changes)
    }

    /// Whether a facility was filed at the end of a day not after D.
    func isFiled(_ facility: Int, on day: Int32) -> Bool {
        let start = Int(starts[facility])
        var place = Int(starts[facility + 1])
        while place > start {
            place &-= 1
            if changes[place].day <= day { return changes[place].isFiled }
        }
        return false
    }
}

/// What one worker has summed up while folding grants.
private final class GrantTally {
    let money: Table<GrantTotals>
    let facilities: Table<GrantTotals>
    private(set) var yearly = YearlySums()
    private(set) var findings: [RawFinding] = []
    /// The records of grants whose order only the identifiers of events can tell, and which they are of.
    private(set) var tiedRecords: [GrantRecord] = []
    private var tied: [(number: UInt32, records: Range<Int>)] = []
    private let columns: Int
    private let lookups: Table<FacilityLookup>
    private let filed: FiledDays
    private let lastColumns: Table<Int32>

    init(_ request: ProjectionRequest, _ folded: FoldedFacilities, _ filed: FiledDays, _ lastColumns: Table<Int32>) {
        columns = request.columns
        lookups = folded.lookups
        self.filed = filed
        self.lastColumns = lastColumns
        money = Table(repeating: GrantTotals(), count: Scheme.allCases.count * request.columns)
        facilities = Table(repeating: GrantTotals(), count: folded.facilities.count)
    }

    /// Keeps a grant's records until the identifiers are there.
    func putAside(_ run: UnsafeMutableBufferPointer<GrantRecord>, number: UInt32) {
        tied.append((number, tiedRecords.count..<tiedRecords.count + run.count))
        tiedRecords += run
    }

    /// Folds the grants put aside.
    func foldTied(_ identifiers: EventIdentifiers) throws {
        var all = tiedRecords
        try all.withUnsafeMutableBufferPointer { all in
            for grant in tied {
                let run = UnsafeMutableBufferPointer(rebasing: all[grant.records])
                sortTied(run, identifiers)
                try fold(run, number: grant.number)
            }
        }
    }

    func fold(_ run: UnsafeMutableBufferPointer<GrantRecord>, number: UInt32) throws {
        var state = GrantState()
        for record in run {
            guard let event = SubsidiesEvent(rawValue: record.type) else { continue }
            let outcome: Outcome?
            switch event {
            case .subsidyGranted:
                let code = UInt8(truncatingIfNeeded: record.payload)
                let payee: GrantState.Payee = code & payeeIsChildBit != 0 ? .child(record.payee) : .facility(record.payee)
                let scheme = Scheme(rawValue: code & 7) ?? .construction
                outcome = state.grant(record.amount, scheme, to: payee, on: Day(rawValue: record.day))
                if outcome?.applied == true, isForUnfiledFacility(state) {
                    findings.append(RawFinding(.grantToUnfiledFacility, .subsidies, record.ordinal, record.day, subject: number))
                }
            case .subsidyPaid: outcome = state.pay(record.amount)
            case .subsidyRecovered: outcome = state.recover(record.amount)
            case .eventVoided: outcome = .applied
            }
            guard let outcome else { throw ProjectionError.amountsTooLarge }
            if outcome.applied { yearly.take(event, record.amount, state.scheme, on: Day(rawValue: record.day)) }
            if outcome.hasFindings { findings.append(outcome, .subsidies, record.ordinal, record.day, subject: number) }
        }
        try add(state)
    }

    /// An `operating` or `demonstration` grant to a facility not filed at the end of that day.
    private func isForUnfiledFacility(_ grant: GrantState) -> Bool {
        guard case .facility(let number)? = grant.payee else { return false }
        switch grant.scheme {
        case .operating, .demonstration:
            let index = lookups[Int(number)].index
            return index < 0 || !filed.isFiled(Int(index), on: grant.grantedOn.rawValue)
        case .construction, .voucher, .childrearing: return false
        }
    }

    private func add(_ state: GrantState) throws {
        guard let payee = state.payee else { return }
        var totals = GrantTotals()
        totals.grants = 1
        (totals.granted, totals.paid, totals.recovered) = (state.granted, state.paid, state.recovered)
        var column = columns - 1
        var isWhole = true
        switch payee {
        case .facility(let number):
            let lookup = lookups[Int(number)]
            if lookup.index >= 0 {
                column = Int(lookup.column)
                isWhole = facilities.base[Int(lookup.index)].add(totals)
            }
        case .child(let number):
            if lastColumns[Int(number)] >= 0 { column = Int(lastColumns[Int(number)]) }
        }
        isWhole = money.base[Int(state.scheme.rawValue) * columns + column].add(totals) && isWhole
        guard isWhole else { throw ProjectionError.amountsTooLarge }
    }
}
