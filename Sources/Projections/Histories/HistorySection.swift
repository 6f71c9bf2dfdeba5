import Events

/// The part of a file of histories that holds one log's records: partition by partition they are put in order, down to the events'
/// identifiers, and written to their places, by whoever loads them first.
final class HistorySection<Record: FoldRecord>: Sendable {
    private let log: Log
    private let counts: [Int]
    private let layout: HistoryGroups
    /// Where each partition begins in the file, in bytes.
    private let starts: [Int]
    private let source: any EventSource
    private let write: Histories.Write
    /// The ends and checksums of the groups; each is written once, by the thread that has the partition, and read when all are done.
    private nonisolated(unsafe) let ends: Table<UInt32>
    private nonisolated(unsafe) let checksums: Table<UInt64>

    init(_ log: Log, _ head: HistoryHead, in source: any EventSource, write: @escaping Histories.Write) {
        let place = Int(log.rawValue)
        self.log = log
        counts = head.counts[place]
        layout = head.groups[place]
        self.source = source
        self.write = write
        ends = Table(repeating: 0, count: layout.count)
        checksums = Table(repeating: 0, count: layout.count)
        var starts: [Int] = []
        var next = head.start(log)
        for count in counts {
            starts.append(next)
            next += count * HistoryHead.stride(log)
        }
        self.starts = starts
    }

    /// The groups, once all are written.
    var groups: HistoryGroups {
        var groups = layout
        groups.ends = ends.elements
        groups.sums = checksums.elements
        return groups
    }

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
        var begin = 0
        for (group, place) in layout.groups(partition).enumerated() {
            let isLast = place + 1 == layout.groups(partition).upperBound
            let end = isLast ? records.count : Int(ends[(group + 1) << HistoryGroups.subjectShift - 1])
            self.ends[place] = UInt32(truncatingIfNeeded: end)
            checksums[place] = UnsafeMutableBufferPointer(rebasing: records[begin..<end]).withMemoryRebound(to: UInt64.self) {
                Checksum.of(UnsafeBufferPointer($0))
            }
            begin = end
        }
        try write(UnsafeRawBufferPointer(records), starts[partition])
    }
}
