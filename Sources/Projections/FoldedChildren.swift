import Events

/// All children folded: the workers' tallies, and where each child lives or last lived.
struct FoldedChildren {
    /// What was counted of children that were folded before, and is to be counted still.
    struct Kept {
        private let held: KeptSums
        let facilities: FacilityChange
        /// The children folded now, a bit each.
        let changed: Table<UInt64>
        /// What in the sums no longer holds: the tallies of the children folded now, as they were.
        let undone: [ChildTally]

        init(sums: DaySums, facilities: FacilityChange, changed: Table<UInt64>, undone: [ChildTally]) {
            held = KeptSums(sums)
            (self.facilities, self.changed, self.undone) = (facilities, changed, undone)
        }

        var sums: DaySums { held.sums }

        /// Lets go of a list for which nobody asks any more.
        func letGo<List: ExpressibleByArrayLiteral>(_ list: WritableKeyPath<DaySums, List>) { held.letGo(list) }
    }

    let tallies: [ChildTally]
    /// By child: its column, -1 where it was never known by D; empty where nobody asks, or asks any more.
    private(set) var lastColumns: Table<Int32>
    /// Nil where every child was folded now.
    let kept: Kept?
    /// Where the ranges were counted that the tallies do not hold any more; nil: they hold all.
    private(set) var counted: CountedRanges?
    /// How often the ranges are counted at most: each time touches the counters of every column and facility.
    private static let mostRounds = 8

    init(_ tallies: [ChildTally], lastColumns: Table<Int32>, kept: Kept?) {
        self.tallies = tallies
        self.lastColumns = lastColumns
        self.kept = kept
    }

    /// Lets go of where children live once the grants are folded.
    mutating func letGoOfLastColumns() {
        lastColumns = Table(count: 0)
        kept?.letGo(\.lastColumns)
    }

    /// Gives the memory of the ranges back once all are counted.
    func freeRanges() { for tally in tallies + (kept?.undone ?? []) { tally.freeRanges() } }

    /// Folds every child.
    init(
        _ births: RecordSource<BirthRecord>, _ enrolments: RecordSource<EnrolmentRecord>, _ cuts: CutTable,
        _ request: ProjectionRequest, columnOf: Table<Int32>, facilities: FoldedFacilities, totals: Totals, needsColumns: Bool,
        in source: any EventSource
    ) throws {
        let plan = births.plan
        let threads = min(request.threads, plan.count)
        let tallies = (0..<threads).map { _ in ChildTally(columns: totals.columns, facilities: totals.facilities) }
        lastColumns = Table(repeating: -1, count: needsColumns ? plan.subjects : 0)
        self.tallies = tallies
        kept = nil
        let last = needsColumns ? lastColumns.base : nil
        let folders = tallies.map { tally in
            ChildFolder(
                births, enrolments,
                ChildFold(cuts, asOf: request.asOf, columnOf: columnOf, facilities: facilities.lookups, into: tally, lastColumns: last))
        }
        // At the end of each round threads wait for the last one, so that each has a few partitions.
        let round = max(2 * threads, (plan.count + Self.mostRounds - 1) / Self.mostRounds)
        for first in stride(from: 0, to: plan.count, by: round) {
            if first > 0 {
                // What all children's ranges take together, nearly as much as their records, is more than the memory at hand may be.
                counted = try totals.count(tallies, behind: counted)
            }
            try Workers.run(threads, items: min(round, plan.count - first)) { worker, item in try folders[worker].fold(first + item) }
        }
        guard let identifiers = try TiedIdentifiers(folders.map(\.tied), in: source, threads: request.threads) else { return }
        try Workers.run(threads, items: folders.count) { _, item in folders[item].foldTied(identifiers) }
    }
}

/// One worker: takes partitions, brings each child's records in order, and folds them.
private final class ChildFolder {
    private let birthSource: RecordSource<BirthRecord>
    private let enrolmentSource: RecordSource<EnrolmentRecord>
    private let plan: PartitionPlan
    private let fold: ChildFold
    private let birthBuffers = RunBuffers<BirthRecord>()
    private let enrolmentBuffers = RunBuffers<EnrolmentRecord>()
    private(set) var tied = TiedChildren()

    init(_ births: RecordSource<BirthRecord>, _ enrolments: RecordSource<EnrolmentRecord>, _ fold: ChildFold) {
        birthSource = births
        enrolmentSource = enrolments
        plan = births.plan
        self.fold = fold
    }

    func fold(_ partition: Int) throws {
        var births = try SubjectRuns(birthSource, partition, in: birthBuffers)
        var enrolments = try SubjectRuns(enrolmentSource, partition, in: enrolmentBuffers)
        let first = plan.first(of: partition)
        let facilities = UInt32(truncatingIfNeeded: enrolmentSource.shape.facilities)
        while true {
            let local = min(births.nextLocal, enrolments.nextLocal)
            guard local != .max else { break }
            var isTied = false
            var birthRun = UnsafeMutableBufferPointer<BirthRecord>(start: nil, count: 0)
            var enrolmentRun = UnsafeMutableBufferPointer<EnrolmentRecord>(start: nil, count: 0)
            if births.nextLocal == local {
                birthRun = births.take()
                isTied = births.isTied
            }
            if enrolments.nextLocal == local {
                // So far ahead that memory has answered by then, in two steps since the second needs the answer to the first. Numbers in
                // histories were not looked at yet.
                if let facility = enrolments.ahead(12)?.facility, facility < facilities { fold.ask(facility) }
                if let facility = enrolments.ahead(6)?.facility, facility < facilities { fold.askFurther(facility) }
                enrolmentRun = enrolments.take()
                isTied = isTied || enrolments.isTied
            }
            guard !birthRun.isEmpty || !enrolmentRun.isEmpty else { continue }
            let child = first &+ UInt32(truncatingIfNeeded: local)
            if isTied { tied.add(child, birthRun, enrolmentRun) } else { fold.fold(child, birthRun, enrolmentRun) }
        }
        try births.finish()
        try enrolments.finish()
    }

    /// Folds the children put aside.
    func foldTied(_ identifiers: TiedIdentifiers) { tied.forEach(identifiers) { fold.fold($0, $1, $2) } }
}
