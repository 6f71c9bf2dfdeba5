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

    /// Takes back totals that were added.
    mutating func subtract(_ other: GrantTotals) {
        grants -= other.grants
        granted &-= other.granted
        paid &-= other.paid
        recovered &-= other.recovered
    }
}

/// All grants folded.
struct FoldedGrants {
    /// `scheme * columns + column`.
    private(set) var money: [GrantTotals]
    /// By place among the registered facilities.
    private(set) var facilities: [GrantTotals]
    /// By year and scheme.
    private(set) var yearly = YearlySums()
    /// By grant, of those folded now: to whom it is.
    let payees: Table<GrantPayee>
    /// The findings of the grants folded now.
    private(set) var findings: [RawFinding] = []
    /// The grants of which something changed since sums were made, a bit each; nil where every grant was folded now.
    private(set) var changed: Table<UInt64>?

    /// Folds every grant.
    ///
    /// - Throws: ``ProjectionError/amountsTooLarge`` where the sum over all grants does not fit; so every smaller sum does.
    init(
        _ records: RecordSource<GrantRecord>, _ request: ProjectionRequest, facilities folded: FoldedFacilities,
        lastColumns: Table<Int32>, in source: any EventSource
    ) throws {
        let plan = records.plan
        let threads = min(request.threads, plan.count)
        let filed = FiledByPlace(FiledDays(folded))
        let payees = Table(repeating: GrantPayee(), count: plan.subjects)
        self.payees = payees
        let tallies = (0..<threads).map { _ in
            GrantTally(request, folded.facilities.count, folded.lookups, filed, .now(lastColumns), payees: payees)
        }
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
        try GrantTally.foldTied(tallies, in: source, threads: request.threads)
        money = Array(repeating: GrantTotals(), count: Scheme.allCases.count * request.columns)
        facilities = Array(repeating: GrantTotals(), count: folded.facilities.count)
        try add(tallies)
    }

    /// What is kept, without what was undone of it, with what grants are now.
    init(
        money: [GrantTotals], facilities: [GrantTotals], yearly: YearlySums, without undone: [GrantTally], with now: [GrantTally],
        changed: Table<UInt64>
    ) throws {
        (self.money, self.facilities, self.yearly, self.changed) = (money, facilities, yearly, changed)
        payees = Table(count: 0)
        for tally in undone {
            for place in money.indices { self.money[place].subtract(tally.money[place]) }
            for place in facilities.indices { self.facilities[place].subtract(tally.facilities[place]) }
            self.yearly.subtract(tally.yearly)
        }
        try add(now)
    }

    private mutating func add(_ tallies: [GrantTally]) throws {
        var isWhole = true
        for tally in tallies {
            for place in money.indices { isWhole = money[place].add(tally.money[place]) && isWhole }
            for place in facilities.indices { isWhole = facilities[place].add(tally.facilities[place]) && isWhole }
            findings += tally.findings
            yearly.add(tally.yearly)
        }
        var all = GrantTotals()
        for totals in money { isWhole = all.add(totals) && isWhole }
        guard isWhole else { throw ProjectionError.amountsTooLarge }
    }
}

/// To whom a grant is, as it stands in a file.
struct GrantPayee: BitwiseCopyable, Sendable {
    /// 0: nobody, since it has no effect; else the number and one more, and in the lowest bit whether it is a child's.
    private let word: UInt32

    /// Nobody.
    init() { word = 0 }

    init(_ payee: GrantState.Payee) {
        let (number, bit): (UInt32, UInt32) =
            switch payee {
            case .facility(let number): (number, 0)
            case .child(let number): (number, 1)
            }
        word = number < Self.unknown >> 1 - 1 ? (number + 1) << 1 | bit : Self.unknown
    }

    /// Somebody whose number is too high for its bits.
    private static let unknown = UInt32.max

    /// Whether it is to one of some facilities or children; told are flags by facility, and bits by child.
    @inline(__always)
    func isAmong(_ facilities: Table<Bool>, _ children: Table<UInt64>) -> Bool {
        if word == 0 { return false }
        // Of a file that was tampered with, too, more is folded rather than less.
        if word == Self.unknown || word == 1 { return true }
        let number = Int(word >> 1) - 1
        guard word & 1 != 0 else { return number < facilities.count && facilities[number] }
        return number >> 6 < children.count && children[number >> 6] >> UInt64(number & 63) & 1 != 0
    }
}

/// When each of some facilities became filed or stopped being so, facility behind facility, as it stands in a file.
struct FiledDays: Sendable {
    /// By facility, how many changes; then each change's day, and whether it was filed from then on (1) or not (0).
    private(set) var counts: [UInt32] = []
    private(set) var days: [Int32] = []
    private(set) var areFiled: [UInt8] = []

    init() {}

    init(counts: [UInt32], days: [Int32], areFiled: [UInt8]) { (self.counts, self.days, self.areFiled) = (counts, days, areFiled) }

    /// Of facilities in their order.
    init(_ folded: FoldedFacilities) {
        counts = folded.facilities.map { UInt32(truncatingIfNeeded: $0.lists.filedChanges.count) }
        days = folded.lists.filedChanges.map(\.day)
        areFiled = folded.lists.filedChanges.map { $0.isFiled ? 1 : 0 }
    }
}

/// The same for the folds: asked once a grant.
struct FiledByPlace {
    private struct Change: BitwiseCopyable {
        let day: Int32
        let isFiled: Bool
    }

    /// Where the changes of each facility begin, by its place, and where those of the last one end.
    private let starts: Table<Int32>
    private let changes: Table<Change>

    init(_ filed: FiledDays) {
        var starts: [Int32] = [0]
        var start: Int32 = 0
        for count in filed.counts {
            start += Int32(truncatingIfNeeded: count)
            starts.append(start)
        }
        self.starts = Table(starts)
        changes = Table(filed.days.indices.map { Change(day: filed.days[$0], isFiled: filed.areFiled[$0] != 0) })
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

    /// Whether the changes of a facility are the ones of a facility elsewhere.
    func hasSame(_ facility: Int, as other: FiledByPlace, _ otherFacility: Int) -> Bool {
        let (mine, others) = (
            Int(starts[facility])..<Int(starts[facility + 1]), Int(other.starts[otherFacility])..<Int(other.starts[otherFacility + 1])
        )
        return mine.count == others.count
            && zip(mine, others).allSatisfy {
                changes[$0].day == other.changes[$1].day && changes[$0].isFiled == other.changes[$1].isFiled
            }
    }
}

/// What one worker has summed up while folding grants.
final class GrantTally {
    let money: Table<GrantTotals>
    let facilities: Table<GrantTotals>
    private(set) var yearly = YearlySums()
    private(set) var findings: [RawFinding] = []
    /// The records of grants whose order only the identifiers of events can tell, and which they are of.
    private(set) var tiedRecords: [GrantRecord] = []
    private var tied: [(number: UInt32, records: Range<Int>)] = []
    private let columns: Int
    private let lookups: Table<FacilityLookup>
    private let filed: FiledByPlace
    /// By facility number: its place in `filed`; nil: the one it has in `lookups`.
    private let filedPlaces: Table<Int32>?
    /// By child: its column, -1 where it was never known by D.
    private let lastColumns: LastColumns
    /// Where to note whom each grant is to; nil: nobody asks.
    private let payees: Table<GrantPayee>?

    /// Where children live or last lived: as a fold has it, or as it was kept.
    enum LastColumns {
        case now(Table<Int32>)
        case kept(PackedNumbers)

        /// -1 where nobody knows.
        func column(of child: UInt32) -> Int32 {
            switch self {
            case .now(let columns): Int(child) < columns.count ? columns[Int(child)] : -1
            case .kept(let columns): Int(child) < columns.count ? columns[Int(child)] : -1
            }
        }
    }

    init(
        _ request: ProjectionRequest, _ facilities: Int, _ lookups: Table<FacilityLookup>, _ filed: FiledByPlace,
        places filedPlaces: Table<Int32>? = nil, _ lastColumns: LastColumns, payees: Table<GrantPayee>? = nil
    ) {
        columns = request.columns
        self.lookups = lookups
        self.filed = filed
        self.filedPlaces = filedPlaces
        self.lastColumns = lastColumns
        self.payees = payees
        money = Table(repeating: GrantTotals(), count: Scheme.allCases.count * request.columns)
        self.facilities = Table(repeating: GrantTotals(), count: facilities)
    }

    /// Keeps a grant's records until the identifiers are there.
    func putAside(_ run: UnsafeMutableBufferPointer<GrantRecord>, number: UInt32) {
        tied.append((number, tiedRecords.count..<tiedRecords.count + run.count))
        tiedRecords += run
    }

    /// Folds the grants that workers put aside.
    static func foldTied(_ tallies: [GrantTally], in source: any EventSource, threads: Int) throws {
        let tied = tallies.flatMap { $0.tiedRecords.map(\.ordinal) }
        guard !tied.isEmpty else { return }
        let identifiers = try EventIdentifiers(tied, of: .subsidies, in: source, threads: threads)
        for tally in tallies { try tally.foldTied(identifiers) }
    }

    private func foldTied(_ identifiers: EventIdentifiers) throws {
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
        if let payees, let payee = state.payee { payees[Int(number)] = GrantPayee(payee) }
        try add(state)
    }

    /// An `operating` or `demonstration` grant to a facility not filed at the end of that day.
    private func isForUnfiledFacility(_ grant: GrantState) -> Bool {
        guard case .facility(let number)? = grant.payee else { return false }
        switch grant.scheme {
        case .operating, .demonstration:
            let index = lookups[Int(number)].index
            let place = filedPlaces.map { $0[Int(number)] } ?? index
            return index < 0 || !filed.isFiled(Int(place), on: grant.grantedOn.rawValue)
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
            let last = lastColumns.column(of: number)
            if last >= 0 { column = Int(last) }
        }
        isWhole = money.base[Int(state.scheme.rawValue) * columns + column].add(totals) && isWhole
        guard isWhole else { throw ProjectionError.amountsTooLarge }
    }
}
