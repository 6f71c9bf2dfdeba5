import Events

/// A partition's records taken subject by subject, each subject's in the contract's order: from files of histories, which are in that
/// order, and from what workers gathered, which is put into it. Nothing is moved but what does not count and what several of them hold.
struct SubjectRuns<Record: FoldRecord>: ~Copyable {
    /// What is left of one place.
    struct Piece {
        var next: UnsafeMutablePointer<Record>
        let end: UnsafeMutablePointer<Record>
        let isHistory: Bool
        /// Whether each subject's records are in the contract's order already.
        let isOrdered: Bool
    }

    private let source: RecordSource<Record>
    private let buffers: RunBuffers<Record>
    private let pieces: UnsafeMutableBufferPointer<Piece>
    private let filter: RecordFilter
    /// The number of the next subject within the partition; `Int.max` behind the last.
    private(set) var nextLocal = Int.max
    /// Whether only the identifiers of events can tell the order of the run taken last.
    private(set) var isTied = false
    private var known = 0
    private var isDamaged = false

    /// Takes over a partition; `buffers` serve one at a time.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where histories do not hold what was written; what reading them throws.
    init(_ source: RecordSource<Record>, _ partition: Int, in buffers: RunBuffers<Record>) throws {
        self.source = source
        self.buffers = buffers
        filter = source.filter(partition)
        pieces = try buffers.load(source, partition)
        findNext(behind: -1)
    }

    /// The records of the next subject that count; perhaps none.
    @inline(__always)
    mutating func take() -> UnsafeMutableBufferPointer<Record> {
        let local = nextLocal
        isTied = false
        if pieces.count == 1 {
            let run = take(local, from: 0)
            let piece = pieces[0]
            nextLocal = piece.next < piece.end ? piece.next.pointee.local : .max
            if nextLocal < local || nextLocal >= filter.locals, nextLocal != .max { giveUp() }
            return run
        }
        let run = takeMixed(local)
        findNext(behind: local)
        return run
    }

    /// The record so many behind the next subject's first, for whoever asks the cache for what it needs; nil where none is at hand.
    @inline(__always)
    func ahead(_ count: Int) -> Record? {
        guard pieces.count == 1, pieces[0].end - pieces[0].next > count else { return nil }
        return pieces[0].next[count]
    }

    /// Ends a partition of which every subject was taken.
    ///
    /// - Throws: ``ProjectionError/damagedHistories`` where something was not what a record of this shape can have.
    consuming func finish() throws {
        guard !isDamaged else { throw ProjectionError.damagedHistories }
        source.noteKnown(known)
    }

    private mutating func giveUp() {
        isDamaged = true
        nextLocal = .max
    }

    private mutating func findNext(behind last: Int) {
        nextLocal = .max
        for piece in pieces where piece.next < piece.end {
            let local = piece.next.pointee.local
            guard local > last, local < filter.locals else { return giveUp() }
            nextLocal = min(nextLocal, local)
        }
    }

    @inline(__always)
    private mutating func take(_ local: Int, from number: Int) -> UnsafeMutableBufferPointer<Record> {
        let piece = pieces[number]
        var place = piece.next
        var kept = piece.next
        let hasVoided = filter.hasVoided(local)
        while place < piece.end, place.pointee.local == local {
            let record = place.pointee
            guard record.ordinal < filter.ordinals, record.fits(filter.shape) else {
                pieces[number].next = piece.end
                isDamaged = true
                return UnsafeMutableBufferPointer(start: nil, count: 0)
            }
            place += 1
            let exists = record.recordedAt <= filter.knownAt
            if piece.isHistory { known &+= exists ? 1 : 0 }
            guard exists, record.day <= filter.asOf, !(hasVoided && filter.isVoided(record.ordinal)) else { continue }
            kept.pointee = record
            kept += 1
        }
        pieces[number].next = place
        let run = UnsafeMutableBufferPointer(start: piece.next, count: kept - piece.next)
        if !piece.isOrdered, run.count > 1 { isTied = sortRun(run) }
        return run
    }

    private mutating func takeMixed(_ local: Int) -> UnsafeMutableBufferPointer<Record> {
        var holder = -1
        var isShared = false
        for number in pieces.indices where pieces[number].next < pieces[number].end && pieces[number].next.pointee.local == local {
            isShared = holder >= 0
            holder = number
        }
        if !isShared, holder >= 0 { return take(local, from: holder) }
        var count = 0
        for number in pieces.indices where pieces[number].next < pieces[number].end && pieces[number].next.pointee.local == local {
            let part = take(local, from: number)
            buffers.mix(part, at: count)
            count += part.count
        }
        let run = buffers.mixed(count)
        isTied = count > 1 && sortRun(run)
        return run
    }
}

/// The memory of ``SubjectRuns``, used again for each partition.
final class RunBuffers<Record: FoldRecord> {
    private var read: UnsafeMutableBufferPointer<Record> = .allocate(capacity: 0)
    private var gathered: UnsafeMutableBufferPointer<Record> = .allocate(capacity: 0)
    private var mixture: UnsafeMutableBufferPointer<Record> = .allocate(capacity: 64)
    private var pieces: UnsafeMutableBufferPointer<SubjectRuns<Record>.Piece> = .allocate(capacity: 0)
    private var pieceCount = 0
    /// How much of `read` is in use.
    private var readCount = 0
    private var starts: [UInt32] = []

    deinit {
        read.deallocate()
        gathered.deallocate()
        mixture.deallocate()
        pieces.deallocate()
    }

    private static func grow<Element>(_ buffer: inout UnsafeMutableBufferPointer<Element>, to bound: Int) {
        guard buffer.count < bound else { return }
        buffer.deallocate()
        buffer = .allocate(capacity: bound + bound / 4)
    }

    /// Reads a partition's records from histories, and puts those gathered in order of subjects; in that of histories where they become
    /// some.
    ///
    /// - Parameter isLeft: Says which of the histories are left for ``add(_:of:_:_:)``.
    func load(
        _ source: RecordSource<Record>, _ partition: Int, leaving isLeft: (HistoryFile) -> Bool = { _ in false }
    ) throws -> UnsafeMutableBufferPointer<SubjectRuns<Record>.Piece> {
        let files = source.histories.filter { $0.count(source.log, partition) > 0 }
        let stored = files.reduce(0) { $0 + $1.count(source.log, partition) }
        Self.grow(&read, to: stored)
        Self.grow(&pieces, to: files.count + 1)
        (pieceCount, readCount) = (0, 0)
        for file in files where !isLeft(file) {
            let records = room(file.count(source.log, partition))
            try file.read(source.log, partition, into: UnsafeMutableRawBufferPointer(records))
            add(records, isHistory: true, isOrdered: true)
        }
        let sorted = sortBySubject(source, partition)
        if let section = source.section { try section.put(sorted, ends: starts, partition) }
        add(sorted, isHistory: false, isOrdered: source.section != nil)
        source.noteLoaded(stored + sorted.count)
        return UnsafeMutableBufferPointer(rebasing: pieces[..<pieceCount])
    }

    /// Reads, of one of the histories that were left, the groups in which subjects are marked.
    func add(
        _ file: HistoryFile, of source: RecordSource<Record>, _ partition: Int, _ marks: Table<UInt64>
    ) throws -> UnsafeMutableBufferPointer<SubjectRuns<Record>.Piece> {
        let first = readCount
        for groups in file.groups(source.log, partition, of: marks) {
            let records = room(file.count(source.log, partition, groups: groups))
            try file.read(source.log, partition, groups: groups, into: UnsafeMutableRawBufferPointer(records))
        }
        add(UnsafeMutableBufferPointer(rebasing: read[first..<readCount]), isHistory: true, isOrdered: true)
        return UnsafeMutableBufferPointer(rebasing: pieces[..<pieceCount])
    }

    /// Room for records that are read, behind those that were.
    private func room(_ count: Int) -> UnsafeMutableBufferPointer<Record> {
        readCount += count
        return UnsafeMutableBufferPointer(rebasing: read[readCount - count..<readCount])
    }

    private func add(_ records: UnsafeMutableBufferPointer<Record>, isHistory: Bool, isOrdered: Bool) {
        guard let start = records.baseAddress, !records.isEmpty else { return }
        (pieces.baseAddress.unsafelyUnwrapped + pieceCount).initialize(
            to: SubjectRuns.Piece(next: start, end: start + records.count, isHistory: isHistory, isOrdered: isOrdered))
        pieceCount += 1
    }

    /// A counting sort by subject; each subject's few records are left as they come, and `starts` says where they end.
    private func sortBySubject(_ source: RecordSource<Record>, _ partition: Int) -> UnsafeMutableBufferPointer<Record> {
        let count = source.writers.reduce(0) { $0 + $1.count(partition) }
        guard count > 0 else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
        Self.grow(&gathered, to: count)
        let records = gathered
        starts.removeAll(keepingCapacity: true)
        starts.append(contentsOf: repeatElement(0, count: source.plan.size + 1))
        starts.withUnsafeMutableBufferPointer { starts in
            for writer in source.writers {
                writer.forEachChunk(partition) { for record in $0 { starts[record.local &+ 1] &+= 1 } }
            }
            for local in 1..<starts.count { starts[local] &+= starts[local &- 1] }
            for writer in source.writers {
                writer.forEachChunk(partition) {
                    for record in $0 {
                        let place = starts[record.local]
                        (records.baseAddress.unsafelyUnwrapped + Int(place)).initialize(to: record)
                        starts[record.local] = place &+ 1
                    }
                }
            }
        }
        return UnsafeMutableBufferPointer(rebasing: records[..<count])
    }

    /// Copies a part of a subject's records behind `count` others.
    fileprivate func mix(_ part: UnsafeMutableBufferPointer<Record>, at count: Int) {
        if mixture.count < count + part.count {
            let larger = UnsafeMutableBufferPointer<Record>.allocate(capacity: 2 * (count + part.count))
            for place in 0..<count { larger.initializeElement(at: place, to: mixture[place]) }
            mixture.deallocate()
            mixture = larger
        }
        for (place, record) in part.enumerated() { mixture.initializeElement(at: count + place, to: record) }
    }

    /// Copies a record behind `count` others.
    @inline(__always)
    func mix(_ record: Record, at count: Int) {
        if count < mixture.count {
            mixture.initializeElement(at: count, to: record)
        } else {
            withUnsafeTemporaryAllocation(of: Record.self, capacity: 1) { one in
                one.initializeElement(at: 0, to: record)
                mix(one, at: count)
            }
        }
    }

    /// The records copied, `count` of them.
    func mixed(_ count: Int) -> UnsafeMutableBufferPointer<Record> { UnsafeMutableBufferPointer(rebasing: mixture[..<count]) }
}
