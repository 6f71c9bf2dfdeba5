import Events

/// The part of a file of histories that holds one log's records: partition by partition they are put in order, down to the events'
/// identifiers, and written to their places, by whoever loads them first.
final class HistorySection<Record: FoldRecord>: Sendable {
    private let log: Log
    private let counts: [Int]
    /// Where each partition begins in the file, in bytes.
    private let starts: [Int]
    private let source: any EventSource
    private let write: Histories.Write
    /// The ``Checksum`` of each partition; each is written once, by the thread that has the partition, and read when all are done.
    private nonisolated(unsafe) let checksums: Table<UInt64>

    init(_ log: Log, _ counts: [Int], from start: Int, in source: any EventSource, write: @escaping Histories.Write) {
        self.log = log
        self.counts = counts
        self.source = source
        self.write = write
        checksums = Table(repeating: 0, count: counts.count)
        var starts: [Int] = []
        var next = start
        for count in counts {
            starts.append(next)
            next += count * HistoryHead.stride(log)
        }
        self.starts = starts
    }

    /// By partition, once all are written.
    var sums: [UInt64] { checksums.elements }

    /// Puts a partition's records, which are in order of subjects, into the contract's order, and writes them.
    ///
    /// - Parameter ends: Where the records of each subject end.
    func put(_ records: UnsafeMutableBufferPointer<Record>, ends: [UInt32], _ partition: Int) throws {
        guard records.count == counts[partition] else { throw ProjectionError.damagedHistories }
        guard !records.isEmpty else { return }
        var tied: [UnsafeMutableBufferPointer<Record>] = []
        var start = 0
        for end in ends where Int(end) > start {
            let run = UnsafeMutableBufferPointer(rebasing: records[start..<Int(end)])
            if run.count > 1, sortRun(run) { tied.append(run) }
            start = Int(end)
        }
        if !tied.isEmpty {
            let identifiers = try EventIdentifiers(tied.flatMap { $0.map(\.ordinal) }, of: log, in: source, threads: 1)
            for run in tied { sortTied(run, identifiers) }
        }
        checksums[partition] = records.withMemoryRebound(to: UInt64.self) { Checksum.of(UnsafeBufferPointer($0)) }
        try write(UnsafeRawBufferPointer(records), starts[partition])
    }
}
