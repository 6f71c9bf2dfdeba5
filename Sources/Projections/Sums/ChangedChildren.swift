import Events

extension FoldedChildren {
    /// Folds the children of whom something changed since sums were made, as they were and as they are: those with new events, those of
    /// whom an event was voided since, and those with an enrolment at a facility that is open at other times now, lies elsewhere, or is
    /// registered only now or no more.
    ///
    /// Nil where the sums lack what is asked: where children live.
    init?(
        changedSince sums: DaySums, _ births: RecordSource<BirthRecord>, _ enrolments: RecordSource<EnrolmentRecord>, _ cuts: CutTable,
        _ request: ProjectionRequest, columnOf: Table<Int32>, facilities: FoldedFacilities, totals: Totals, voids: [ResolvedVoid],
        needsColumns: Bool, in source: any EventSource
    ) throws {
        guard !needsColumns || !sums.lastColumns.isEmpty else { return nil }
        let change = FacilityChange(sums.lookups, facilities)
        let plan = births.plan
        let threads = min(request.threads, plan.count)
        func tallies() -> [ChildTally] { (0..<threads).map { _ in ChildTally(columns: totals.columns, facilities: totals.facilities) } }
        let (undone, now) = (tallies(), tallies())
        // Each partition's are set by whoever takes it.
        let last = Table<Int32>(count: needsColumns ? plan.subjects : 0)
        func voidChange(_ log: Log) -> VoidChange { VoidChange(voids, log, sums.events, births.shape) }
        let (ofBirths, ofEnrolments) = (voidChange(.births), voidChange(.enrollments))
        let folders = (0..<threads).map { worker in
            func fold(_ lookups: Table<FacilityLookup>, _ tally: ChildTally, _ last: UnsafeMutablePointer<Int32>?) -> ChildFold {
                ChildFold(cuts, asOf: request.asOf, columnOf: columnOf, facilities: lookups, into: tally, lastColumns: last)
            }
            return ChangedChildFolder(
                ChangedRuns(births, ofBirths), ChangedRuns(enrolments, ofEnrolments), plan, change.changed,
                was: fold(change.before, undone[worker], nil), now: fold(facilities.lookups, now[worker], needsColumns ? last.base : nil),
                lastColumns: needsColumns ? last : nil, before: sums.lastColumns)
        }
        try Workers.run(threads, items: plan.count) { worker, partition in try folders[worker].fold(partition) }
        if let identifiers = try TiedIdentifiers(folders.flatMap { [$0.tiedBefore, $0.tiedNow] }, in: source, threads: request.threads) {
            try Workers.run(threads, items: folders.count) { _, item in folders[item].foldTied(identifiers) }
        }
        let changed = Table<UInt64>(repeating: 0, count: (plan.subjects + 63) / 64)
        for child in folders.flatMap(\.changed) { changed[Int(child >> 6)] |= 1 << UInt64(child & 63) }
        let kept = Kept(sums: sums, facilities: change, changed: changed, undone: undone)
        now.first?.take(kept)
        self.init(now, lastColumns: last, kept: kept)
    }
}

extension ChildTally {
    /// Takes over what is kept of children and facilities, without what was undone of it.
    fileprivate func take(_ kept: FoldedChildren.Kept) {
        let sums = kept.sums
        for (number, place) in kept.facilities.places.enumerated() where place >= 0 {
            let old = Int(sums.lookups[number].index)
            guard old >= 0 else { continue }
            for placeClass in 0..<4 { classes[place * 4 + placeClass] &+= sums.classes[old * 4 + placeClass] }
        }
        for place in sums.newborns.indices { newborns[place] &+= sums.newborns[place] }
        for tally in kept.undone {
            for place in 0..<classes.count { classes[place] &-= tally.classes[place] }
            for place in 0..<newborns.count { newborns[place] &-= tally.newborns[place] }
        }
    }
}

/// One worker: takes partitions, finds the children of whom something changed, and folds them as they were and as they are.
private final class ChangedChildFolder {
    private let births: ChangedRuns<BirthRecord>
    private let enrolments: ChangedRuns<EnrolmentRecord>
    private let plan: PartitionPlan
    private let changedFacilities: Table<Bool>
    private let isAnyFacilityChanged: Bool
    private let was: ChildFold
    private let now: ChildFold
    private let lastColumns: Table<Int32>?
    private let lastColumnsBefore: PackedNumbers
    private let marks: Table<UInt64>
    private(set) var changed: [UInt32] = []
    private(set) var tiedBefore = TiedChildren()
    private(set) var tiedNow = TiedChildren()

    init(
        _ births: ChangedRuns<BirthRecord>, _ enrolments: ChangedRuns<EnrolmentRecord>, _ plan: PartitionPlan,
        _ changedFacilities: Table<Bool>, was: ChildFold, now: ChildFold, lastColumns: Table<Int32>?,
        before lastColumnsBefore: PackedNumbers
    ) {
        self.births = births
        self.enrolments = enrolments
        self.plan = plan
        self.changedFacilities = changedFacilities
        isAnyFacilityChanged = (0..<changedFacilities.count).contains { changedFacilities[$0] }
        self.was = was
        self.now = now
        self.lastColumns = lastColumns
        self.lastColumnsBefore = lastColumnsBefore
        marks = Table(repeating: 0, count: (plan.size + 63) / 64)
    }

    func fold(_ partition: Int) throws {
        keepColumns(partition)
        guard isAnyFacilityChanged || births.mayHaveChanged(partition) || enrolments.mayHaveChanged(partition) else {
            births.pass(partition)
            enrolments.pass(partition)
            return
        }
        marks.base.update(repeating: 0, count: marks.count)
        let changedFacilities = changedFacilities.base
        try births.mark(partition, in: marks, nil)
        try enrolments.mark(partition, in: marks, isAnyFacilityChanged ? { changedFacilities[Int($0.facility)] } : nil)
        try births.fetch(marks)
        try enrolments.fetch(marks)
        let first = plan.first(of: partition)
        marks.forEachBit { fold(first &+ UInt32(truncatingIfNeeded: $0), $0) }
    }

    /// Where the partition's children live, or last lived, as they were; -1 for new ones.
    private func keepColumns(_ partition: Int) {
        guard let lastColumns else { return }
        let children = Int(plan.first(of: partition))..<min(plan.subjects, Int(plan.first(of: partition)) + plan.size)
        let known = children.clamped(to: 0..<lastColumnsBefore.count)
        let columns = lastColumns.base + children.lowerBound
        lastColumnsBefore.copy(known, to: columns)
        (columns + known.count).initialize(repeating: -1, count: children.count - known.count)
    }

    private func fold(_ child: UInt32, _ local: Int) {
        changed.append(child)
        lastColumns?[Int(child)] = -1
        births.take(local)
        enrolments.take(local)
        if !births.before.isEmpty || !enrolments.before.isEmpty {
            if births.isTiedBefore || enrolments.isTiedBefore {
                tiedBefore.add(child, births.before, enrolments.before)
            } else {
                was.fold(child, births.before, enrolments.before)
            }
        }
        if !births.now.isEmpty || !enrolments.now.isEmpty {
            if births.isTiedNow || enrolments.isTiedNow {
                tiedNow.add(child, births.now, enrolments.now)
            } else {
                now.fold(child, births.now, enrolments.now)
            }
        }
    }

    /// Folds the children put aside.
    func foldTied(_ identifiers: TiedIdentifiers) {
        tiedBefore.forEach(identifiers) { was.fold($0, $1, $2) }
        tiedNow.forEach(identifiers) { now.fold($0, $1, $2) }
    }
}
