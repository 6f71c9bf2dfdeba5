import Events

/// The records of single subjects of a partition: those that counted when sums were made, and those that count now.
final class ChangedRuns<Record: FoldRecord> {
    private let source: RecordSource<Record>
    private let change: VoidChange
    private let buffers = RunBuffers<Record>()
    private let first = RunBuffers<Record>()
    private let second = RunBuffers<Record>()
    private var pieces = UnsafeMutableBufferPointer<SubjectRuns<Record>.Piece>(start: nil, count: 0)
    /// The histories of the partition that were not read yet.
    private var left: [HistoryFile] = []
    private var partition = 0
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

    /// Whether a partition has records that the sums do not know, or some that were voided since.
    func mayHaveChanged(_ partition: Int) -> Bool {
        source.writers.contains { $0.count(partition) > 0 } || !change.subjects(numbers(partition)).isEmpty
            || source.histories.contains { !isCounted($0) && $0.count(source.log, partition) > 0 }
    }

    /// Passes over a partition in which nothing changed, unread.
    func pass(_ partition: Int) { noteKnown(partition) }

    /// Marks the subjects of a partition of which something changed, by their numbers within it: those with records that the sums do not
    /// know, with some that were voided since, or with one of which `isChanged` says so. Without it, nothing is read that the sums know.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where a record is none that a record of this shape can have, or where they are not
    ///   in order of subjects.
    func mark(_ partition: Int, in marks: Table<UInt64>, _ isChanged: ((Record) -> Bool)?) throws {
        self.partition = partition
        nowFilter = source.filter(partition)
        beforeFilter = source.filter(partition, voided: change.before)
        let isEachAsked = isChanged != nil
        pieces = try buffers.load(source, partition) { !isEachAsked && isCounted($0) }
        left = isEachAsked ? [] : source.histories.filter { isCounted($0) && $0.count(source.log, partition) > 0 }
        noteKnown(partition)
        let range = numbers(partition)
        for subject in change.subjects(range) { mark(Int(subject - range.lowerBound), in: marks) }
        // What is of a later day than the one asked for changes nothing then.
        let (counted, asOf) = (change.counted, nowFilter.asOf)
        for piece in pieces {
            try check(piece)
            var record = piece.next
            while record < piece.end {
                if record.pointee.day <= asOf, record.pointee.ordinal >= counted || isChanged?(record.pointee) ?? false {
                    mark(record.pointee.local, in: marks)
                }
                record += 1
            }
        }
    }

    /// Reads what was left of the partition, as far as subjects are marked.
    func fetch(_ marks: Table<UInt64>) throws {
        for file in left {
            let known = pieces.count
            pieces = try buffers.add(file, of: source, partition, marks)
            for piece in pieces[known...] { try check(piece) }
        }
    }

    /// Marks a subject.
    func mark(_ local: Int, in marks: Table<UInt64>) { marks[local >> 6] |= 1 << UInt64(local & 63) }

    /// Whether the sums know all that a file holds.
    private func isCounted(_ file: HistoryFile) -> Bool {
        file.head.events[Int(source.log.rawValue)].upperBound <= Int(change.counted)
    }

    /// The numbers of a partition's subjects.
    private func numbers(_ partition: Int) -> Range<UInt32> {
        let first = source.plan.first(of: partition)
        return first..<first + UInt32(truncatingIfNeeded: source.plan.size)
    }

    private func noteKnown(_ partition: Int) {
        source.noteKnown(source.histories.reduce(0) { $0 + $1.count(source.log, partition) })
    }

    private func check(_ piece: SubjectRuns<Record>.Piece) throws {
        let (locals, ordinals, shape) = (nowFilter.locals, nowFilter.ordinals, nowFilter.shape)
        var last = 0
        var record = piece.next
        while record < piece.end {
            let local = record.pointee.local
            guard local >= last, local < locals, record.pointee.ordinal < ordinals, record.pointee.fits(shape) else {
                throw ProjectionError.damagedHistories
            }
            last = local
            record += 1
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
                if value.ordinal < change.counted, !beforeFilter.isVoided(value) {
                    first.mix(value, at: countBefore)
                    countBefore += 1
                }
                if !nowFilter.isVoided(value) {
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
