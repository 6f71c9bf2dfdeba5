import Events
import Synchronization

/// What a record holds beyond its histories, by partition, and its voids: read once for whatever is made of it.
struct GatheredRecords {
    let shape: RecordShape
    let plans: PartitionPlans
    let histories: Histories
    let workers: [Gatherer]
    /// Every void, with its target.
    let voids: [ResolvedVoid]

    /// Reads what the histories do not cover.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where they are not of this record; what the source and `find` throw.
    init(
        _ source: any EventSource, beyond histories: Histories, _ horizon: Horizon, find: EventFinder?, threads: Int,
        partitionShift: UInt32?
    ) throws {
        shape = try RecordShape(source)
        plans = PartitionPlans(shape, shift: partitionShift)
        guard histories.fit(plans, shape) else { throw ProjectionError.damagedHistories }
        self.histories = histories
        workers = try gather(source, shape, plans, horizon, from: histories.eventCounts, threads: threads)
        voids = try VoidResolver(source: source, histories: histories, find: find, threads: threads).resolve(workers.flatMap(\.voids))
    }

    /// Whether some grant is to a child.
    var paysChildren: Bool { histories.paysChildren || workers.contains(where: \.paysChildren) }
}

/// What a record holds beyond its histories, for a fold and a report that stand side by side: whoever comes first reads it for both, and
/// the other one waits.
public final class SharedRecords: Sendable {
    /// What was read; gone once the other one has it. `@unchecked Sendable`: nothing is gathered into it any more, and both only read it.
    private struct Made: @unchecked Sendable {
        let records: GatheredRecords
    }

    private let made = Mutex<(first: Made?, isMade: Bool)>((nil, false))

    /// Nothing has been read so far.
    public init() {}

    /// Every event of whatever date that the histories do not cover. Once made, only read.
    ///
    /// - Throws: what ``GatheredRecords`` throws. Then the other one reads by itself.
    func records(
        _ source: any EventSource, beyond histories: Histories, find: EventFinder?, threads: Int, partitionShift: UInt32?
    ) throws -> GatheredRecords {
        func gather() throws -> GatheredRecords {
            try GatheredRecords(
                source, beyond: histories, .everything, find: find, threads: threads, partitionShift: partitionShift)
        }
        return try made.withLock { made in
            if let first = made.first?.records, first.histories.entryCount == histories.entryCount, try first.shape == RecordShape(source) {
                made.first = nil
                return first
            }
            let records = try gather()
            if !made.isMade { made = (Made(records: records), true) }
            return records
        }
    }
}
