import Events

extension RecordSource {
    /// Hands over every partition in the contract's order, down to the events' identifiers, from several threads: each as soon as it is
    /// loaded and while it lies in the cache, but those that hold ties last, together, as identifiers are read from the log at one go.
    func forEachSorted(
        in source: any EventSource, threads: Int, _ body: (_ partition: Int, _ sorted: SortedPartition<Record>) throws -> Void
    ) throws {
        let loaders = (0..<max(1, min(threads, plan.count))).map { _ in PartitionLoader<Record>() }
        try Workers.run(threads, items: plan.count) { worker, partition in
            if let sorted = try loaders[worker].load(self, partition) { try body(partition, sorted) }
        }
        let held = loaders.flatMap(\.held).sorted { $0.partition < $1.partition }
        guard !held.isEmpty else { return }
        var tied: [UInt32] = []
        for (_, sorted) in held {
            for local in sorted.tied { tied += sorted.run(local).map(\.ordinal) }
        }
        let identifiers = try EventIdentifiers(tied, of: log, in: source, threads: threads)
        try Workers.run(threads, items: held.count) { _, item in
            let (partition, sorted) = held[item]
            for local in sorted.tied { sortTied(sorted.run(local), identifiers) }
            try body(partition, sorted)
        }
    }
}

/// One worker of ``RecordSource/forEachSorted(in:threads:_:)``, with memory used again for each partition that need not be held.
private final class PartitionLoader<Record: FoldRecord> {
    private var next = SortedPartition<Record>()
    /// The partitions that hold ties.
    private(set) var held: [(partition: Int, sorted: SortedPartition<Record>)] = []

    /// A partition, in use until the next is loaded; nil where it is held.
    func load(_ source: RecordSource<Record>, _ partition: Int) throws -> SortedPartition<Record>? {
        try next.load(source, partition)
        guard !next.tied.isEmpty else { return next }
        held.append((partition, next))
        next = SortedPartition()
        return nil
    }
}

/// Sorts a subject's records whose order only the identifiers of events can tell.
func sortTied<Record: FoldRecord>(_ run: UnsafeMutableBufferPointer<Record>, _ identifiers: EventIdentifiers) {
    var run = run
    run.sort { $0.precedes($1) || ($0.ties($1) && identifiers.precedes($0.ordinal, $1.ordinal)) }
}
