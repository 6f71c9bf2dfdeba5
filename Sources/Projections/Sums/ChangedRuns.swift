import Events

/// The records of single subjects of a partition: those that counted when sums were made, and those that count now.
final class ChangedRuns<Record: FoldRecord> {
    private let source: RecordSource<Record>
    private let change: VoidChange
    private let buffers = RunBuffers<Record>()
    private let first = RunBuffers<Record>()
    private let second = RunBuffers<Record>()
    private var pieces = UnsafeMutableBufferPointer<SubjectRuns<Record>.Piece>(start: nil, count: 0)
    private var nowFilter: RecordFilter
    private var beforeFilter: RecordFilter

    /// What counted of the subject taken, in order.
    private(set) var before = UnsafeMutableBufferPointer<Record>(start: nil, count: 0)
    /// What counts of it, in order.
    private(set) var now = UnsafeMutableBufferPointer<Record>(start: nil, count: 0)
    /// Whether only identifiers of events can order the one or the other.
    private(set) var isTiedBefore = false
    private(set) var isTiedNow = false

    init(_ source: RecordSource<Record>, _ change: VoidChange) {
        self.source = source
        self.change = change
        nowFilter = source.filter(0)
        beforeFilter = nowFilter
    }

    /// Whether a partition has records that the sums do not know, or may have records that were voided since.
    func mayHaveChanged(_ partition: Int) -> Bool {
        if change.since.words != nil || source.writers.contains(where: { $0.count(partition) > 0 }) { return true }
        return source.histories.contains {
            $0.head.events[Int(source.log.rawValue)].upperBound > Int(change.counted) && $0.count(source.log, partition) > 0
        }
    }

    /// Passes over a partition in which nothing changed, unread.
    func pass(_ partition: Int) { source.noteKnown(source.histories.reduce(0) { $0 + $1.count(source.log, partition) }) }

    /// Takes over a partition, and marks the subjects of which something changed, by their numbers within it.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where a record is none that a record of this shape can have, or where they are not
    ///   in order of subjects.
    func load(_ partition: Int, marking marks: Table<UInt64>, _ isChanged: (Record) -> Bool) throws {
        nowFilter = source.filter(partition)
        beforeFilter = source.filter(partition, voided: change.before)
        let sinceFilter = source.filter(partition, voided: change.since)
        pieces = try buffers.load(source, partition)
        let (locals, ordinals, shape, counted) = (nowFilter.locals, nowFilter.ordinals, nowFilter.shape, change.counted)
        let marks = marks.base
        for piece in pieces {
            var last = 0
            var record = piece.next
            while record < piece.end {
                let local = record.pointee.local
                let ordinal = record.pointee.ordinal
                guard local >= last, local < locals, ordinal < ordinals, record.pointee.fits(shape) else {
                    throw ProjectionError.damagedHistories
                }
                last = local
                if ordinal >= counted || sinceFilter.isVoided(ordinal) || isChanged(record.pointee) {
                    marks[local >> 6] |= 1 << UInt64(local & 63)
                }
                record += 1
            }
            if piece.isHistory { source.noteKnown(piece.end - piece.next) }
        }
    }

    /// Takes a subject's records; subjects are taken in order of their numbers.
    func take(_ local: Int) {
        var (countBefore, countNow) = (0, 0)
        var holders = 0
        var isGathered = false
        for number in pieces.indices {
            var record = Self.first(local, from: pieces[number].next, to: pieces[number].end)
            let start = record
            while record < pieces[number].end, record.pointee.local == local {
                let value = record.pointee
                record += 1
                guard value.day <= nowFilter.asOf else { continue }
                if value.ordinal < change.counted, !beforeFilter.isVoided(value.ordinal) {
                    first.mix(value, at: countBefore)
                    countBefore += 1
                }
                if !nowFilter.isVoided(value.ordinal) {
                    second.mix(value, at: countNow)
                    countNow += 1
                }
            }
            pieces[number].next = record
            if record > start {
                holders += 1
                if !pieces[number].isHistory { isGathered = true }
            }
        }
        before = first.mixed(countBefore)
        now = second.mixed(countNow)
        // What one file of histories holds of a subject is in order.
        let isOrdered = holders < 2 && !isGathered
        isTiedBefore = !isOrdered && countBefore > 1 && sortRun(before)
        isTiedNow = !isOrdered && countNow > 1 && sortRun(now)
    }

    /// The first record of a subject, or of one behind it: steps that double, then halves.
    private static func first(
        _ local: Int, from start: UnsafeMutablePointer<Record>, to end: UnsafeMutablePointer<Record>
    ) -> UnsafeMutablePointer<Record> {
        var low = start
        var step = 1
        while end - low > step, low[step].local < local {
            low += step
            step *= 2
        }
        var high = end - low > step ? low + step : end
        while low < high {
            let middle = low + (high - low) / 2
            if middle.pointee.local < local { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Table<UInt64> {
    /// Hands over the places of the bits that are set, in order.
    @inline(__always)
    func forEachBit(_ body: (Int) throws -> Void) rethrows {
        for word in 0..<count {
            var bits = self[word]
            while bits != 0 {
                try body(word * 64 + bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
    }
}
