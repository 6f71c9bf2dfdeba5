import Events

/// All children folded: the workers' tallies, and where each child lives or last lived.
struct FoldedChildren {
    let tallies: [ChildTally]
    /// By child: its column, -1 where it was never known by D; empty where nobody asks.
    let lastColumns: Table<Int32>

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
        let last = needsColumns ? lastColumns.base : nil
        let folders = tallies.map { tally in
            ChildFolder(
                births, enrolments,
                ChildFold(cuts, asOf: request.asOf, columnOf: columnOf, facilities: facilities.lookups, into: tally, lastColumns: last))
        }
        try Workers.run(threads, items: plan.count) { worker, partition in try folders[worker].fold(partition) }
        // What only identifiers can order waits for them, fetched together.
        let tiedBirths = folders.flatMap { $0.tiedBirths.map(\.ordinal) }
        let tiedEnrolments = folders.flatMap { $0.tiedEnrolments.map(\.ordinal) }
        guard !tiedBirths.isEmpty || !tiedEnrolments.isEmpty else { return }
        let birthIdentifiers = try EventIdentifiers(tiedBirths, of: .births, in: source, threads: request.threads)
        let enrolmentIdentifiers = try EventIdentifiers(tiedEnrolments, of: .enrollments, in: source, threads: request.threads)
        try Workers.run(threads, items: folders.count) { _, item in folders[item].foldTied(birthIdentifiers, enrolmentIdentifiers) }
    }
}

/// One worker: takes partitions, brings each child's records in order, and folds them.
private final class ChildFolder {
    private struct TiedChild {
        let child: UInt32
        let births: Range<Int>
        let enrolments: Range<Int>
    }

    private let birthSource: RecordSource<BirthRecord>
    private let enrolmentSource: RecordSource<EnrolmentRecord>
    private let plan: PartitionPlan
    private let fold: ChildFold
    private let birthBuffers = RunBuffers<BirthRecord>()
    private let enrolmentBuffers = RunBuffers<EnrolmentRecord>()
    private var tied: [TiedChild] = []
    private(set) var tiedBirths: [BirthRecord] = []
    private(set) var tiedEnrolments: [EnrolmentRecord] = []

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
                enrolmentRun = enrolments.take()
                isTied = isTied || enrolments.isTied
            }
            guard !birthRun.isEmpty || !enrolmentRun.isEmpty else { continue }
            let child = first &+ UInt32(truncatingIfNeeded: local)
            if isTied { putAside(child, birthRun, enrolmentRun) } else { fold.fold(child, birthRun, enrolmentRun) }
        }
        try births.finish()
        try enrolments.finish()
    }

    private func putAside(
        _ child: UInt32, _ births: UnsafeMutableBufferPointer<BirthRecord>, _ enrolments: UnsafeMutableBufferPointer<EnrolmentRecord>
    ) {
        tied.append(
            TiedChild(
                child: child, births: tiedBirths.count..<tiedBirths.count + births.count,
                enrolments: tiedEnrolments.count..<tiedEnrolments.count + enrolments.count))
        tiedBirths += births
        tiedEnrolments += enrolments
    }

    /// Folds the children put aside.
    func foldTied(_ birthIdentifiers: EventIdentifiers, _ enrolmentIdentifiers: EventIdentifiers) {
        var (allBirths, allEnrolments) = (tiedBirths, tiedEnrolments)
        allBirths.withUnsafeMutableBufferPointer { allBirths in
            allEnrolments.withUnsafeMutableBufferPointer { allEnrolments in
                for child in tied {
                    let births = UnsafeMutableBufferPointer(rebasing: allBirths[child.births])
                    let enrolments = UnsafeMutableBufferPointer(rebasing: allEnrolments[child.enrolments])
                    sortTied(births, birthIdentifiers)
                    sortTied(enrolments, enrolmentIdentifiers)
                    fold.fold(child.child, births, enrolments)
                }
            }
        }
    }
}
