import Events

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
