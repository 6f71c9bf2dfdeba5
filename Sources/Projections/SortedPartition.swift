/// A partition's records in the contract's order, subject by subject: a buffer used again for each partition.
final class SortedPartition<Record: FoldRecord> {
    private(set) var records: UnsafeMutableBufferPointer<Record> = .allocate(capacity: 0)
    /// The number of records in `records` that are in use.
    private(set) var count = 0
    /// Where each subject's records begin; one more than subjects.
    private(set) var starts: [UInt32] = []
    /// The subjects two of whose records only the events' identifiers can order, ascending.
    private(set) var tied: [Int] = []

    deinit { records.deallocate() }

    /// The records of one subject.
    @inline(__always)
    func run(_ local: Int) -> UnsafeMutableBufferPointer<Record> {
        UnsafeMutableBufferPointer(rebasing: records[Int(starts[local])..<Int(starts[local + 1])])
    }

    /// Takes over a partition from all workers that gathered records for it: a counting sort by subject, then each subject's few
    /// records by insertion, which is fast because they mostly come in order.
    func load(_ writers: [PartitionWriter<Record>], partition: Int, size: Int, without voided: VoidedEvents) {
        let bound = writers.reduce(0) { $0 + $1.count(partition) }
        if records.count < bound {
            records.deallocate()
            records = .allocate(capacity: bound + bound / 4)
        }
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: size + 2))
        tied.removeAll(keepingCapacity: true)
        let records = records
        let words = voided.words?.base
        @inline(__always)
        func isVoided(_ ordinal: UInt32) -> Bool { words.map { $0[Int(ordinal >> 6)] >> UInt64(ordinal & 63) & 1 != 0 } ?? false }
        starts.withUnsafeMutableBufferPointer { starts in
            // starts[local + 2] counts, becomes starts[local + 1] as the place to write to, and ends as the next one's begin.
            for writer in writers {
                writer.forEachChunk(partition) {
                    for record in $0 where !isVoided(record.ordinal) { starts[record.local &+ 2] &+= 1 }
                }
            }
            for local in 2..<starts.count { starts[local] &+= starts[local &- 1] }
            for writer in writers {
                writer.forEachChunk(partition) {
                    for record in $0 where !isVoided(record.ordinal) {
                        let place = starts[record.local &+ 1]
                        (records.baseAddress.unsafelyUnwrapped + Int(place)).initialize(to: record)
                        starts[record.local &+ 1] = place &+ 1
                    }
                }
            }
        }
        starts.removeLast()
        count = Int(starts[size])
        for local in 0..<size where starts[local + 1] &- starts[local] > 1 {
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
