import Events

/// All partitions of a log in the contract's order, down to the events' identifiers. For the small logs: it holds every record twice.
struct SortedPartitions<Record: FoldRecord>: @unchecked Sendable {
    // Filled before it is shared; afterwards only read.
    private let partitions: [SortedPartition<Record>]

    init(_ records: RecordSource<Record>, in source: any EventSource, threads: Int) throws {
        let partitions = (0..<records.plan.count).map { _ in SortedPartition<Record>() }
        try Workers.run(threads, items: partitions.count) { _, partition in
            try partitions[partition].load(records, partition)
        }
        var tied: [UInt32] = []
        for partition in partitions {
            for local in partition.tied { tied += partition.run(local).map(\.ordinal) }
        }
        if !tied.isEmpty {
            let identifiers = try EventIdentifiers(tied, of: records.log, in: source, threads: threads)
            try Workers.run(threads, items: partitions.count) { _, partition in
                for local in partitions[partition].tied { sortTied(partitions[partition].run(local), identifiers) }
            }
        }
        self.partitions = partitions
    }

    /// The records of one subject.
    func run(_ partition: Int, _ local: Int) -> UnsafeMutableBufferPointer<Record> { partitions[partition].run(local) }
}

/// Sorts a subject's records whose order only the identifiers of events can tell.
func sortTied<Record: FoldRecord>(_ run: UnsafeMutableBufferPointer<Record>, _ identifiers: EventIdentifiers) {
    var run = run
    run.sort { $0.precedes($1) || ($0.ties($1) && identifiers.precedes($0.ordinal, $1.ordinal)) }
}
