import Events

extension FoldedChildren {
    /// Folds the children of whom something changed since sums were made, as they were and as they are: those with new events, those of
    /// whom an event was voided since, and those with an enrolment at a facility that is open at other times now, or lies elsewhere.
    ///
    /// Nil where the sums cannot be used: a facility they know is none any more, or they lack what is asked.
    init?(
        changedSince sums: ChildSums, _ births: RecordSource<BirthRecord>, _ enrolments: RecordSource<EnrolmentRecord>, _ cuts: CutTable,
        _ request: ProjectionRequest, columnOf: Table<Int32>, facilities: FoldedFacilities, totals: Totals, voids: [ResolvedVoid],
        needsColumns: Bool, in source: any EventSource
    ) throws {
        guard let change = FacilityChange(sums.lookups, facilities.lookups), !needsColumns || !sums.lastColumns.isEmpty else { return nil }
        let plan = births.plan
        let threads = min(request.threads, plan.count)
        func tallies() -> [ChildTally] { (0..<threads).map { _ in ChildTally(columns: totals.columns, facilities: totals.facilities) } }
        let (undone, now) = (tallies(), tallies())
        let last = Table<Int32>(repeating: -1, count: needsColumns ? plan.subjects : 0)
        if needsColumns { for child in sums.lastColumns.indices { last[child] = sums.lastColumns[child] } }
        let (ofBirths, ofEnrolments) = (VoidChange(voids, .births, sums.events), VoidChange(voids, .enrollments, sums.events))
        let folders = (0..<threads).map { worker in
            func fold(_ lookups: Table<FacilityLookup>, _ tally: ChildTally, _ last: UnsafeMutablePointer<Int32>?) -> ChildFold {
                ChildFold(cuts, asOf: request.asOf, columnOf: columnOf, facilities: lookups, into: tally, lastColumns: last)
            }
            return ChangedChildFolder(
                ChangedRuns(births, ofBirths), ChangedRuns(enrolments, ofEnrolments), plan, change.changed,
                was: fold(change.before, undone[worker], nil), now: fold(facilities.lookups, now[worker], needsColumns ? last.base : nil),
                lastColumns: needsColumns ? last.base : nil)
        }
        try Workers.run(threads, items: plan.count) { worker, partition in try folders[worker].fold(partition) }
        if let identifiers = try TiedIdentifiers(folders.flatMap { [$0.tiedBefore, $0.tiedNow] }, in: source, threads: request.threads) {
            try Workers.run(threads, items: folders.count) { _, item in folders[item].foldTied(identifiers) }
        }
        let changed = Table<UInt64>(repeating: 0, count: (plan.subjects + 63) / 64)
        for child in folders.flatMap(\.changed) { changed[Int(child >> 6)] |= 1 << UInt64(child & 63) }
        let kept = Kept(sums: sums, places: change.places, undone: undone)
        now.first?.take(kept, changed: changed)
        self.init(now, lastColumns: last, kept: kept)
    }
}

extension ChildTally {
    /// Takes over what is kept of children and facilities, without what was undone of it, and the findings of the children that did not
    /// change.
    fileprivate func take(_ kept: FoldedChildren.Kept, changed: Table<UInt64>) {
        let sums = kept.sums
        for (number, place) in kept.places.enumerated() where place >= 0 {
            let old = Int(sums.lookups[number].index)
            guard old >= 0 else { continue }
            for placeClass in 0..<4 { classes[place * 4 + placeClass] &+= sums.classes[old * 4 + placeClass] }
        }
        for place in sums.newborns.indices { newborns[place] &+= sums.newborns[place] }
        for tally in kept.undone {
            for place in 0..<classes.count { classes[place] &-= tally.classes[place] }
            for place in 0..<newborns.count { newborns[place] &-= tally.newborns[place] }
        }
        sums.birthFindings.append(to: &birthFindings, of: .births, without: changed)
        sums.enrolmentFindings.append(to: &enrolmentFindings, of: .enrollments, without: changed)
    }
}

/// What became of the facilities since sums were made.
private struct FacilityChange {
    /// By number: what the folds asked of it then, at the place it has now.
    let before: Table<FacilityLookup>
    /// By number: whether that is something else now.
    let changed: Table<Bool>
    /// By number, as far as the sums know it: its place now, -1: not registered.
    let places: [Int]

    /// Nil where a facility that the sums know is not registered any more: its enrolments have no place.
    init?(_ old: [FacilityLookup], _ new: Table<FacilityLookup>) {
        guard old.count <= new.count else { return nil }
        before = Table(repeating: FacilityLookup(), count: new.count)
        changed = Table(repeating: false, count: new.count)
        for number in 0..<new.count {
            let (was, now) = (number < old.count ? old[number] : FacilityLookup(), new[number])
            guard was.index >= 0 else {
                changed[number] = now.index >= 0
                continue
            }
            guard now.index >= 0 else { return nil }
            before[number] = FacilityLookup(index: now.index, openFrom: was.openFrom, openTo: was.openTo, column: was.column)
            changed[number] = was.openFrom != now.openFrom || was.openTo != now.openTo || was.column != now.column
        }
        places = old.indices.map { Int(new[$0].index) }
    }
}

/// Which events of a log had no effect when sums were made, and which of the events they know lost theirs since.
private struct VoidChange {
    let counted: UInt32
    let before: VoidedEvents
    let since: VoidedEvents

    init(_ voids: [ResolvedVoid], _ log: Log, _ events: [Int]) {
        let count = events[Int(log.rawValue)]
        var (before, since): ([UInt32], [UInt32]) = ([], [])
        for void in voids where void.log == log && !void.targetIsVoid {
            guard let target = void.target, Int(target) < count else { continue }
            if Int(void.ordinal) < count { before.append(target) } else { since.append(target) }
        }
        counted = UInt32(truncatingIfNeeded: count)
        self.before = VoidedEvents(before, of: count)
        self.since = VoidedEvents(since, of: count)
    }
}

/// One worker: takes partitions, finds the children of whom something changed, and folds them as they were and as they are.
private final class ChangedChildFolder {
    private let births: ChangedRuns<BirthRecord>
    private let enrolments: ChangedRuns<EnrolmentRecord>
    private let plan: PartitionPlan
    private let changedFacilities: Table<Bool>
    private let was: ChildFold
    private let now: ChildFold
    private let lastColumns: UnsafeMutablePointer<Int32>?
    private let marks: Table<UInt64>
    private(set) var changed: [UInt32] = []
    private(set) var tiedBefore = TiedChildren()
    private(set) var tiedNow = TiedChildren()

    init(
        _ births: ChangedRuns<BirthRecord>, _ enrolments: ChangedRuns<EnrolmentRecord>, _ plan: PartitionPlan,
        _ changedFacilities: Table<Bool>, was: ChildFold, now: ChildFold, lastColumns: UnsafeMutablePointer<Int32>?
    ) {
        self.births = births
        self.enrolments = enrolments
        self.plan = plan
        self.changedFacilities = changedFacilities
        self.was = was
        self.now = now
        self.lastColumns = lastColumns
        marks = Table(repeating: 0, count: (plan.size + 63) / 64)
    }

    func fold(_ partition: Int) throws {
        marks.base.update(repeating: 0, count: marks.count)
        let changedFacilities = changedFacilities.base
        try births.load(partition, marking: marks) { _ in false }
        try enrolments.load(partition, marking: marks) { changedFacilities[Int($0.facility)] }
        let first = plan.first(of: partition)
        for word in 0..<marks.count {
            var bits = marks[word]
            while bits != 0 {
                let local = word * 64 + bits.trailingZeroBitCount
                bits &= bits - 1
                fold(first &+ UInt32(truncatingIfNeeded: local), local)
            }
        }
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

/// The records of single children of a partition: those that counted when sums were made, and those that count now.
private final class ChangedRuns<Record: FoldRecord> {
    private let source: RecordSource<Record>
    private let change: VoidChange
    private let buffers = RunBuffers<Record>()
    private let first = RunBuffers<Record>()
    private let second = RunBuffers<Record>()
    private var pieces = UnsafeMutableBufferPointer<SubjectRuns<Record>.Piece>(start: nil, count: 0)
    private var nowFilter: RecordFilter
    private var beforeFilter: RecordFilter

    /// What counted of the child taken, in order.
    private(set) var before = UnsafeMutableBufferPointer<Record>(start: nil, count: 0)
    /// What counts of it, in order.
    private(set) var now = UnsafeMutableBufferPointer<Record>(start: nil, count: 0)
    /// Whether only identifiers of events can order the one or the other.
    private(set) var isTiedBefore = false
    private(set) var isTiedNow = false

    init(_ source: RecordSource<Record>, _ change: VoidChange) {
        self.source = source
        self.change = change
        nowFilter = source.filter(0)
        beforeFilter = nowFilter
    }

    /// Takes over a partition, and marks the children of whom something changed, by their numbers within it.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where a record is none that a record of this shape can have, or where they are not
    ///   in order of subjects.
    func load(_ partition: Int, marking marks: Table<UInt64>, _ isChanged: (Record) -> Bool) throws {
        nowFilter = source.filter(partition)
        beforeFilter = source.filter(partition, voided: change.before)
        let sinceFilter = source.filter(partition, voided: change.since)
        pieces = try buffers.load(source, partition, nowFilter)
        let (locals, ordinals, shape, counted) = (nowFilter.locals, nowFilter.ordinals, nowFilter.shape, change.counted)
        let marks = marks.base
        for piece in pieces {
            var last = 0
            var record = piece.next
            while record < piece.end {
                let local = record.pointee.local
                let ordinal = record.pointee.ordinal
                guard local >= last, local < locals, ordinal < ordinals, record.pointee.fits(shape) else {
                    throw ProjectionError.damagedHistories
                }
                last = local
                if ordinal >= counted || sinceFilter.isVoided(ordinal) || isChanged(record.pointee) {
                    marks[local >> 6] |= 1 << UInt64(local & 63)
                }
                record += 1
            }
            if piece.isHistory { source.noteKnown(piece.end - piece.next) }
        }
    }

    /// Takes a child's records; children are taken in order of their numbers.
    func take(_ local: Int) {
        var (countBefore, countNow) = (0, 0)
        var holders = 0
        var isGathered = false
        for number in pieces.indices {
            var record = Self.first(local, from: pieces[number].next, to: pieces[number].end)
            let start = record
            while record < pieces[number].end, record.pointee.local == local {
                let value = record.pointee
                record += 1
                guard value.day <= nowFilter.asOf else { continue }
                if value.ordinal < change.counted, !beforeFilter.isVoided(value.ordinal) {
                    first.mix(value, at: countBefore)
                    countBefore += 1
                }
                if !nowFilter.isVoided(value.ordinal) {
                    second.mix(value, at: countNow)
                    countNow += 1
                }
            }
            pieces[number].next = record
            if record > start {
                holders += 1
                if !pieces[number].isHistory { isGathered = true }
            }
        }
        before = first.mixed(countBefore)
        now = second.mixed(countNow)
        // What one file of histories holds of a child is in order.
        let isOrdered = holders < 2 && !isGathered
        isTiedBefore = !isOrdered && countBefore > 1 && sortRun(before)
        isTiedNow = !isOrdered && countNow > 1 && sortRun(now)
    }

    /// The first record of a subject, or of one behind it: steps that double, then halves.
    private static func first(
        _ local: Int, from start: UnsafeMutablePointer<Record>, to end: UnsafeMutablePointer<Record>
    ) -> UnsafeMutablePointer<Record> {
        var low = start
        var step = 1
        while end - low > step, low[step].local < local {
            low += step
            step *= 2
        }
        var high = end - low > step ? low + step : end
        while low < high {
            let middle = low + (high - low) / 2
            if middle.pointee.local < local { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
