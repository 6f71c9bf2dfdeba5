import Events

extension FoldedGrants {
    /// Folds the grants of which something changed since sums were made, as they were and as they are: those with new events, those of
    /// which an event was voided since, and those whose facility lies elsewhere now, was filed at other times, or is registered only now
    /// or no more, or whose child lives elsewhere.
    init(
        changedSince kept: FoldedChildren.Kept, _ records: RecordSource<GrantRecord>, _ request: ProjectionRequest,
        facilities folded: FoldedFacilities, lastColumns: Table<Int32>, voids: [ResolvedVoid], in source: any EventSource
    ) throws {
        let (plan, sums) = (records.plan, kept.sums)
        let threads = min(request.threads, plan.count)
        let payees = PayeeChange(kept, folded)
        let change = VoidChange(voids, .subsidies, sums.events, records.shape)
        let changed = Table<UInt64>(repeating: 0, count: (plan.subjects + 63) / 64)
        func tallies(_ lookups: Table<FacilityLookup>, _ filed: FiledByPlace, _ places: Table<Int32>?, _ last: GrantTally.LastColumns)
            -> [GrantTally]
        {
            (0..<threads).map { _ in
                GrantTally(request, folded.places, lookups, filed, places: places, last)
            }
        }
        let was = tallies(kept.facilities.before, payees.filedBefore, payees.placesBefore, .kept(sums.lastColumns))
        let now = tallies(folded.lookups, payees.filedNow, nil, .now(lastColumns))
        let folders = (0..<threads).map { ChangedGrantFolder(ChangedRuns(records, change), plan, was: was[$0], now: now[$0]) }
        let moved = Self.moved(kept, lastColumns)
        try Workers.run(threads, items: plan.count) { worker, partition in
            try folders[worker].fold(partition, sums.payees, facilities: payees.changed, children: moved)
        }
        try GrantTally.foldTied(was, in: source, threads: request.threads)
        try GrantTally.foldTied(now, in: source, threads: request.threads)
        for grant in folders.flatMap(\.changed) { changed[Int(grant >> 6)] |= 1 << UInt64(grant & 63) }
        var facilities = Array(repeating: GrantTotals(), count: folded.facilities.count)
        for (number, place) in kept.facilities.places.enumerated() where place >= 0 && sums.lookups[number].index >= 0 {
            facilities[place] = sums.facilityMoney[Int(sums.lookups[number].index)]
        }
        try self.init(
            money: sums.money, facilities: facilities, yearly: YearlySums(sums.yearly), without: was, with: now, changed: changed)
    }

    /// The children that live or last lived elsewhere now, a bit each: some of those that were folded.
    private static func moved(_ kept: FoldedChildren.Kept, _ lastColumns: Table<Int32>) -> Table<UInt64> {
        let (changed, before) = (kept.changed, kept.sums.lastColumns)
        let moved = Table<UInt64>(repeating: 0, count: changed.count)
        changed.forEachBit { child in
            guard child < lastColumns.count, lastColumns[child] != (child < before.count ? before[child] : -1) else { return }
            moved[child >> 6] |= 1 << UInt64(child & 63)
        }
        return moved
    }
}

/// What became of the facilities that grants are made to since sums were made.
private struct PayeeChange {
    let filedBefore: FiledByPlace
    let filedNow: FiledByPlace
    /// By number: the place in `filedBefore`, -1: not registered then.
    let placesBefore: Table<Int32>
    /// By number: whether it lies elsewhere now, was filed at other times, or is registered only now or no more.
    let changed: Table<Bool>

    init(_ kept: FoldedChildren.Kept, _ folded: FoldedFacilities) {
        let (before, lookups) = (kept.facilities.before, folded.lookups)
        filedBefore = FiledByPlace(kept.sums.filed)
        filedNow = FiledByPlace(FiledDays(folded))
        placesBefore = Table(repeating: -1, count: lookups.count)
        for (number, lookup) in kept.sums.lookups.enumerated() { placesBefore[number] = lookup.index }
        changed = Table(repeating: false, count: lookups.count)
        for number in 0..<lookups.count {
            let (was, now) = (before[number], lookups[number])
            guard was.index >= 0, now.index >= 0 else {
                changed[number] = was.index != now.index
                continue
            }
            changed[number] =
                was.column != now.column || !filedNow.hasSame(Int(now.index), as: filedBefore, Int(placesBefore[number]))
        }
    }
}

/// One worker: takes partitions, finds the grants of which something changed, and folds them as they were and as they are.
private final class ChangedGrantFolder {
    private let records: ChangedRuns<GrantRecord>
    private let plan: PartitionPlan
    private let was: GrantTally
    private let now: GrantTally
    private let marks: Table<UInt64>
    private(set) var changed: [UInt32] = []

    init(_ records: ChangedRuns<GrantRecord>, _ plan: PartitionPlan, was: GrantTally, now: GrantTally) {
        self.records = records
        self.plan = plan
        self.was = was
        self.now = now
        marks = Table(repeating: 0, count: (plan.size + 63) / 64)
    }

    /// Folds the changed ones of a partition; told are to whom each grant is, the facilities that are something else to their grants now,
    /// by number, and the children that live elsewhere, a bit each.
    func fold(_ partition: Int, _ payees: [GrantPayee], facilities: Table<Bool>, children: Table<UInt64>) throws {
        marks.base.update(repeating: 0, count: marks.count)
        let grants = Int(plan.first(of: partition))..<Int(plan.first(of: partition)) + plan.size
        var isAnyMarked = false
        for grant in grants.clamped(to: 0..<payees.count) where payees[grant].isAmong(facilities, children) {
            records.mark(grant - grants.lowerBound, in: marks)
            isAnyMarked = true
        }
        guard isAnyMarked || records.mayHaveChanged(partition) else { return records.pass(partition) }
        try records.mark(partition, in: marks, nil)
        try records.fetch(marks)
        let first = plan.first(of: partition)
        try marks.forEachBit { local in
            let number = first &+ UInt32(truncatingIfNeeded: local)
            changed.append(number)
            records.take(local)
            try fold(records.before, isTied: records.isTiedBefore, number, into: was)
            try fold(records.now, isTied: records.isTiedNow, number, into: now)
        }
    }

    private func fold(
        _ run: UnsafeMutableBufferPointer<GrantRecord>, isTied: Bool, _ number: UInt32, into tally: GrantTally
    ) throws {
        guard !run.isEmpty else { return }
        if isTied { tally.putAside(run, number: number) } else { try tally.fold(run, number: number) }
    }
}
