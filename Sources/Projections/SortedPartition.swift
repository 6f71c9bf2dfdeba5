/// A partition's records in the contract's order, subject by subject: a buffer used again for each partition.
final class SortedPartition<Record: FoldRecord> {
    private(set) var records: UnsafeMutableBufferPointer<Record> = .allocate(capacity: 0)
    private var read: UnsafeMutableBufferPointer<Record> = .allocate(capacity: 0)
    /// The number of records in `records` that are in use.
    private(set) var count = 0
    /// Where each subject's records begin; one more than subjects.
    private(set) var starts: [UInt32] = []
    /// The subjects two of whose records only the events' identifiers can order, ascending.
    private(set) var tied: [Int] = []
    /// By subject: whether its records come from more than one place, and need sorting.
    private var isMixed: [Bool] = []

    deinit {
        records.deallocate()
        read.deallocate()
    }

    /// The records of one subject.
    @inline(__always)
    func run(_ local: Int) -> UnsafeMutableBufferPointer<Record> {
        UnsafeMutableBufferPointer(rebasing: records[Int(starts[local])..<Int(starts[local + 1])])
    }

    /// Takes over a partition.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where histories do not hold what was written; what reading them throws.
    func load(_ source: RecordSource<Record>, _ partition: Int) throws {
        tied.removeAll(keepingCapacity: true)
        let gathered = source.writers.reduce(0) { $0 + $1.count(partition) }
        let histories = source.histories.filter { $0.count(source.log, partition) > 0 }
        if gathered == 0, histories.count <= 1 {
            try loadHistory(source, histories.first, partition)
        } else {
            try loadMixed(source, histories, partition, gathered)
        }
        source.noteLoaded(histories.reduce(gathered) { $0 + $1.count(source.log, partition) })
    }

    private static func grow(_ buffer: inout UnsafeMutableBufferPointer<Record>, to bound: Int) {
        guard buffer.count < bound else { return }
        buffer.deallocate()
        buffer = .allocate(capacity: bound + bound / 4)
    }

    /// The usual case of a report from histories: they are in order, so what counts is only moved together.
    private func loadHistory(_ source: RecordSource<Record>, _ file: HistoryFile?, _ partition: Int) throws {
        let size = source.plan.size
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: size + 1))
        count = 0
        guard let file else { return }
        let stored = file.count(source.log, partition)
        Self.grow(&records, to: stored)
        let all = UnsafeMutableBufferPointer(rebasing: records[..<stored])
        try file.read(source.log, partition, into: UnsafeMutableRawBufferPointer(all))
        let filter = source.filter(partition)
        let result = starts.withUnsafeMutableBufferPointer { starts in
            let result = filter.keep(all) { local, end in starts[local &+ 1] = UInt32(truncatingIfNeeded: end) }
            // Subjects without records begin and end where the one before them ends.
            var end: UInt32 = 0
            for local in starts.indices {
                end = max(end, starts[local])
                starts[local] = end
            }
            return result
        }
        guard let result else { throw ProjectionError.damagedHistories }
        source.noteKnown(result.known)
        count = result.kept
    }

    /// Puts records from several places together: a counting sort by subject, then each subject's few records by insertion, which is
    /// fast because they mostly come in order.
    private func loadMixed(_ source: RecordSource<Record>, _ histories: [HistoryFile], _ partition: Int, _ gathered: Int) throws {
        let size = source.plan.size
        let stored = histories.map { $0.count(source.log, partition) }
        Self.grow(&read, to: stored.reduce(0, +))
        Self.grow(&records, to: stored.reduce(gathered, +))
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: size + 2))
        isMixed.removeAll(keepingCapacity: true)
        isMixed.append(contentsOf: repeatElement(histories.isEmpty, count: size))
        let filter = source.filter(partition)
        let records = records
        var pieces: [UnsafeMutableBufferPointer<Record>] = []
        var begin = 0
        try starts.withUnsafeMutableBufferPointer { starts in
            try isMixed.withUnsafeMutableBufferPointer { isMixed in
                // starts[local + 2] counts, becomes starts[local + 1] as the place to write to, and ends as the next one's begin.
                for (place, file) in histories.enumerated() {
                    let piece = UnsafeMutableBufferPointer(rebasing: read[begin..<begin + stored[place]])
                    begin += stored[place]
                    try file.read(source.log, partition, into: UnsafeMutableRawBufferPointer(piece))
                    let result = filter.keep(piece) { local, _ in
                        starts[local &+ 2] &+= 1
                        if place > 0 { isMixed[local] = true }
                    }
                    guard let result else { throw ProjectionError.damagedHistories }
                    source.noteKnown(result.known)
                    pieces.append(UnsafeMutableBufferPointer(rebasing: piece[..<result.kept]))
                }
                for writer in source.writers {
                    writer.forEachChunk(partition) {
                        for record in $0 where filter.counts(record) {
                            starts[record.local &+ 2] &+= 1
                            isMixed[record.local] = true
                        }
                    }
                }
            }
            for local in 2..<starts.count { starts[local] &+= starts[local &- 1] }
            @inline(__always) func put(_ record: Record) {
                let place = starts[record.local &+ 1]
                (records.baseAddress.unsafelyUnwrapped + Int(place)).initialize(to: record)
                starts[record.local &+ 1] = place &+ 1
            }
            for piece in pieces { for record in piece { put(record) } }
            for writer in source.writers {
                writer.forEachChunk(partition) { for record in $0 where filter.counts(record) { put(record) } }
            }
        }
        starts.removeLast()
        count = Int(starts[size])
        for local in 0..<size where isMixed[local] && starts[local + 1] &- starts[local] > 1 {
            if sortRun(UnsafeMutableBufferPointer(rebasing: records[Int(starts[local])..<Int(starts[local + 1])])) { tied.append(local) }
        }
    }
}

/// Sorts one subject's records; says whether two of them are tied.
@inline(__always)
func sortRun<Record: FoldRecord>(_ run: UnsafeMutableBufferPointer<Record>) -> Bool {
    if run.count > 48 { return sortLongRun(run) }
    var isTied = false
    for place in 1..<run.count {
        let record = run[place]
        var hole = place
        while hole > 0, record.precedes(run[hole &- 1]) {
            run[hole] = run[hole &- 1]
            hole &-= 1
        }
        run[hole] = record
        // Of two tied records the one inserted later stops right behind the other, or behind one tied with both.
        if hole > 0, record.ties(run[hole &- 1]) { isTied = true }
    }
    return isTied
}

@inline(never)
private func sortLongRun<Record: FoldRecord>(_ run: UnsafeMutableBufferPointer<Record>) -> Bool {
    var run = run
    run.sort { $0.precedes($1) }
    return zip(run, run.dropFirst()).contains { $0.ties($1) }
}
