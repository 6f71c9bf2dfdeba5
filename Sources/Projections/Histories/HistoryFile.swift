public import Events

/// A file of histories: the records of a stretch of the log in order of subjects, each subject's in the contract's order.
///
/// Nothing of it is believed blindly: the head says which state of the log it was derived from and has a checksum, and so has every
/// group of a partition's records, checked whenever it is read.
public final class HistoryFile: Sendable {
    /// Fills a buffer from an offset of the file, or throws.
    public typealias Read = @Sendable (_ buffer: UnsafeMutableRawBufferPointer, _ offset: Int) throws -> Void

    let head: HistoryHead
    private let starts: [[Int]]
    private let read: Read
    private let scatteredPart: Int

    /// Opens a file of `size` bytes; nil where its head is damaged or does not fit the size.
    ///
    /// - Parameter scatteredPart: How many bytes from the file's start may be read here and there. What lies behind them is better read
    ///   at one go, and a little that is not wanted with it.
    public init?(size: Int, scatteredPart: Int = .max, read: @escaping Read) {
        var count = HistoryHead.fixedWords
        guard size > count * 8, let fixed = Self.words(0..<count, read), let all = Int(exactly: UInt64(littleEndian: fixed[2])),
            all > count, all <= HistoryHead.mostWords, all * 8 <= size
        else { return nil }
        count = all
        guard let words = Self.words(0..<count, read), let head = HistoryHead(words, fileSize: size) else { return nil }
        self.head = head
        self.read = read
        self.scatteredPart = scatteredPart
        starts = Log.allCases.map { log in
            var start = head.start(log)
            return head.counts[Int(log.rawValue)].map { count in
                defer { start += count * HistoryHead.stride(log) }
                return start
            }
        }
    }

    private static func words(_ range: Range<Int>, _ read: Read) -> [UInt64]? {
        var words = [UInt64](repeating: 0, count: range.count)
        let isRead = words.withUnsafeMutableBytes { buffer in (try? read(buffer, range.lowerBound * 8)) != nil }
        return isRead ? words : nil
    }

    /// The entries of the log whose events it holds.
    public var entries: Range<Int> { head.entries }

    /// Whether it says that it was derived from a log whose first `entries.upperBound` entries have this root.
    public func isDerived(from root: Digest) -> Bool { head.root == HistoryFile.words(of: root) }

    static func words(of digest: Digest) -> [UInt64] {
        (0..<4).map { word in digest.bytes[word * 8..<word * 8 + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    }

    /// How many events it covers.
    public var eventCount: Int { head.events.reduce(0) { $0 + $1.count } }

    /// How many records of a log a partition has.
    func count(_ log: Log, _ partition: Int) -> Int {
        let counts = head.counts[Int(log.rawValue)]
        return partition < counts.count ? counts[partition] : 0
    }

    /// Reads the records of a partition, as many bytes as there are.
    /// - Throws: ``ProjectionError/damagedHistories`` where they are not what was written.
    func read(_ log: Log, _ partition: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard buffer.count > 0 else { return }
        try read(log, partition, groups: 0..<head.groups[Int(log.rawValue)].groups(partition).count, into: buffer)
    }

    /// The same for some of its groups.
    func read(_ log: Log, _ partition: Int, groups: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard buffer.count > 0 else { return }
        let (layout, stride) = (head.groups[Int(log.rawValue)], HistoryHead.stride(log))
        let first = layout.records(groups.lowerBound, partition).lowerBound
        try read(buffer, starts[Int(log.rawValue)][partition] + first * stride)
        let place = layout.groups(partition).lowerBound
        for group in groups {
            let records = layout.records(group, partition)
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: buffer[(records.lowerBound - first) * stride..<(records.upperBound - first) * stride])
            guard records.isEmpty || Checksum.of(UnsafeBufferPointer(bytes.bindMemory(to: UInt64.self))) == layout.sums[place + group]
            else { throw ProjectionError.damagedHistories }
        }
    }

    /// The groups of a partition in which subjects are marked, by stretches that are each read at once.
    func groups(_ log: Log, _ partition: Int, of marks: Table<UInt64>) -> [Range<Int>] {
        let count = head.groups[Int(log.rawValue)].groups(partition).count
        guard count > 1 else { return (0..<marks.count).contains { marks[$0] != 0 } ? [0..<1] : [] }
        let gap = starts[Int(log.rawValue)][partition] < scatteredPart ? 0 : Self.widestGap
        var stretches: [Range<Int>] = []
        for group in 0..<min(count, marks.count) where marks[group] != 0 {
            if let last = stretches.last, group - last.upperBound <= gap {
                stretches[stretches.count - 1] = last.lowerBound..<group + 1
            } else {
                stretches.append(group..<group + 1)
            }
        }
        return stretches
    }

    /// How many records some groups of a partition have.
    func count(_ log: Log, _ partition: Int, groups: Range<Int>) -> Int {
        let layout = head.groups[Int(log.rawValue)]
        return layout.records(groups.upperBound - 1, partition).upperBound - layout.records(groups.lowerBound, partition).lowerBound
    }

    /// So many groups, some 100 KiB, are read from a disk in the time that it takes to find another place on it.
    private static let widestGap = 32
}

/// Histories of a record: files that follow each other from its first entry on. What comes behind the last is read from the log.
public struct Histories: Sendable {
    let files: [HistoryFile]

    /// No histories: everything is read from the log.
    public init() { files = [] }

    /// These histories with a file that follows them; nil where it does not.
    public func adding(_ file: HistoryFile) -> Histories? {
        guard file.entries.lowerBound == entryCount, file.head.events.map(\.lowerBound) == eventCounts,
            files.last.map({ $0.head.shifts == file.head.shifts }) ?? true
        else { return nil }
        return Histories(files + [file])
    }

    private init(_ files: [HistoryFile]) { self.files = files }

    /// How many entries of the log they cover.
    public var entryCount: Int { files.last?.entries.upperBound ?? 0 }
    /// How many events they cover, by log.
    public var eventCounts: [Int] { files.last?.head.events.map(\.upperBound) ?? Array(repeating: 0, count: Log.allCases.count) }
    /// How many files there are.
    public var fileCount: Int { files.count }
    /// The entries of the first file.
    public var base: Range<Int> { files.first?.entries ?? 0..<0 }

    /// Whether every record that the files hold is the one that was written: reads them all.
    public func isWhole(threads: Int) throws -> Bool {
        var items: [(file: Int, log: Log, partition: Int)] = []
        for (place, file) in files.enumerated() {
            for log in Log.allCases {
                items += file.head.counts[Int(log.rawValue)].indices.map { (place, log, $0) }
            }
        }
        let buffers = (0..<max(1, threads)).map { _ in ReadBuffer() }
        do {
            try Workers.run(max(1, threads), items: items.count) { worker, item in
                let (file, log, partition) = items[item]
                let count = files[file].count(log, partition) * HistoryHead.stride(log)
                try files[file].read(log, partition, into: buffers[worker].room(count))
            }
            return true
        } catch ProjectionError.damagedHistories {
            return false
        }
    }

    /// Memory to read into, used again.
    private final class ReadBuffer: @unchecked Sendable {
        private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)

        func room(_ count: Int) -> UnsafeMutableRawBufferPointer {
            if memory.count < count {
                memory.deallocate()
                memory = .allocate(byteCount: count + count / 4, alignment: 64)
            }
            return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
        }

        deinit { memory.deallocate() }
    }

    /// The voids among the events covered, with their targets as far as they lie there too.
    var voids: [ResolvedVoid] { files.last?.head.voids ?? [] }
    var paysChildren: Bool { files.contains { $0.head.paysChildren } }

    /// Whether their partitions are the ones that a record of this shape has.
    func fit(_ plans: PartitionPlans, _ shape: RecordShape) -> Bool {
        guard let last = files.last else { return true }
        return last.head.shifts == plans.shifts && zip(eventCounts, shape.eventCounts).allSatisfy { $0 <= $1 }
    }
}
