import Events

/// What stands at the beginning of a file of histories, as words of 64 bits: what it was derived from, where each partition's
/// records lie, the checksums of their groups, and the voids. `DerivedFiles.md` of the EventStore says what each word is.
struct HistoryHead: Sendable {
    static let magic: UInt64 = 0x3330_5453_4948_5754  // "TWHIST03"
    /// The words before the tables.
    static let fixedWords = 32
    static let voidWords = 5
    /// Far more than any store's: a head that claims more is none.
    static let mostWords = 1 << 27

    /// The entries of the log whose events the file holds.
    var entries: Range<Int> = 0..<0
    /// The root of the log's first `entries.upperBound` entries.
    var root: [UInt64] = [0, 0, 0, 0]
    /// The ordinals of the events, by log.
    var events: [Range<Int>] = Array(repeating: 0..<0, count: Log.allCases.count)
    /// The shifts of the partitions of children, facilities and grants.
    var shifts: [Int] = [0, 0, 0]
    /// Whether some grant is to a child.
    var paysChildren = false
    /// By log, by partition: how many records.
    var counts: [[Int]] = [[], [], [], []]
    /// By log: the groups of the records.
    var groups: [HistoryGroups] = Log.allCases.map { _ in HistoryGroups([], shift: 0) }
    /// Every void of the log's first `entries.upperBound` entries, in order of log and ordinal.
    var voids: [ResolvedVoid] = []

    /// The bytes of one record of a log.
    static func stride(_ log: Log) -> Int {
        switch log {
        case .births: MemoryLayout<BirthRecord>.stride
        case .enrollments: MemoryLayout<EnrolmentRecord>.stride
        case .filings: MemoryLayout<FilingRecord>.stride
        case .subsidies: MemoryLayout<GrantRecord>.stride
        }
    }

    /// The shift of a log's partitions.
    func shift(of log: Int) -> Int {
        switch Log.allCases[log] {
        case .births, .enrollments: shifts[0]
        case .filings: shifts[1]
        case .subsidies: shifts[2]
        }
    }

    /// The words of the whole head, its checksum behind it included.
    var wordCount: Int {
        let targets = voids.reduce(0) { $0 + ($1.text.count + 7) / 8 }
        let tables = zip(counts, groups).reduce(0) { $0 + $1.0.count + $1.1.wordCount }
        return Self.fixedWords + tables + voids.count * Self.voidWords + targets + 1
    }

    /// Where the records of a log begin, in bytes from the file's start.
    func start(_ log: Log) -> Int {
        var start = wordCount * 8
        for before in Log.allCases where before.rawValue < log.rawValue {
            start += counts[Int(before.rawValue)].reduce(0, +) * Self.stride(before)
        }
        return start
    }

    /// The bytes of the whole file.
    var fileSize: Int { start(.subsidies) + counts[Int(Log.subsidies.rawValue)].reduce(0, +) * Self.stride(.subsidies) }

    /// The head as it stands in the file, little-endian.
    func words() -> [UInt64] {
        var words = [UInt64](repeating: 0, count: Self.fixedWords)
        words[0] = Self.magic
        words[1] = UInt64(fileSize)
        words[2] = UInt64(wordCount)
        words[3] = UInt64(entries.lowerBound)
        words[4] = UInt64(entries.upperBound)
        for place in 0..<4 { words[5 + place] = root[place] }
        for log in 0..<4 {
            words[9 + 2 * log] = UInt64(events[log].lowerBound)
            words[10 + 2 * log] = UInt64(events[log].upperBound)
            words[17 + log] = UInt64(counts[log].count)
        }
        for place in 0..<3 { words[21 + place] = UInt64(shifts[place]) }
        words[24] = paysChildren ? 1 : 0
        words[25] = UInt64(voids.count)
        for log in 0..<4 {
            words += counts[log].map { UInt64($0) }
            words += groups[log].words
        }
        for void in voids {
            words.append(UInt64(bitPattern: void.recordedAt))
            words.append(UInt64(bitPattern: void.targetRecordedAt))
            words.append(UInt64(void.ordinal) | UInt64(UInt32(bitPattern: void.occurredOn)) << 32)
            words.append(
                UInt64(void.target ?? 0) | UInt64(void.log.rawValue) << 32 | (void.target == nil ? 0 : 1 << 40)
                    | (void.targetIsVoid ? 1 << 41 : 0))
            words.append(UInt64(void.text.count) | UInt64(void.targetSubject) << 32)
        }
        for void in voids {
            for start in Swift.stride(from: 0, to: void.text.count, by: 8) {
                words.append(
                    void.text[start..<min(start + 8, void.text.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        words.append(words.withUnsafeBufferPointer { Checksum.of($0) })
        return words.map { $0.littleEndian }
    }

    init() {}

    /// Reads a head; nil where the words are none, do not fit each other or the file's size.
    init?(_ stored: [UInt64], fileSize size: Int) {
        guard stored.count > Self.fixedWords else { return nil }
        let words = stored.map { UInt64(littleEndian: $0) }
        guard words[0] == Self.magic, words[1] == UInt64(size), words[2] == UInt64(words.count),
            words.dropLast().withContiguousStorageIfAvailable({ Checksum.of($0) }) == words[words.count - 1]
        else { return nil }
        func range(_ place: Int) -> Range<Int>? {
            guard let low = Int(exactly: words[place]), let high = Int(exactly: words[place + 1]), low <= high else { return nil }
            return low..<high
        }
        guard let entries = range(3), words[24] <= 1, let voidCount = Int(exactly: words[25]) else { return nil }
        self.entries = entries
        root = Array(words[5..<9])
        paysChildren = words[24] == 1
        for place in 0..<3 {
            guard words[21 + place] <= UInt64(FoldKey.maximumPartitionShift) else { return nil }
            shifts[place] = Int(words[21 + place])
        }
        var next = Self.fixedWords
        for log in 0..<4 {
            guard let ordinals = range(9 + 2 * log), ordinals.upperBound <= Int(UInt32.max),
                let partitions = Int(exactly: words[17 + log]), partitions <= words.count - next
            else { return nil }
            events[log] = ordinals
            counts[log] = []
            // The file has no room for more, so no sum of them overflows.
            var left = UInt64(size / Self.stride(Log.allCases[log]))
            for word in words[next..<next + partitions] {
                guard word <= min(left, UInt64(UInt32.max)) else { return nil }
                left -= word
                counts[log].append(Int(word))
            }
            next += partitions
            groups[log] = HistoryGroups(counts[log], shift: shift(of: log))
            let end = next + groups[log].wordCount
            guard end <= words.count, groups[log].take(words[next..<end], counts[log]) else { return nil }
            next = end
        }
        guard voidCount <= (words.count - next) / Self.voidWords else { return nil }
        var text = next + voidCount * Self.voidWords
        for place in 0..<voidCount {
            let at = next + place * Self.voidWords
            let flags = words[at + 3] >> 32
            guard let log = Log(rawValue: UInt8(truncatingIfNeeded: flags)), words[at + 4] & 0xFFFF_FFFF <= 64 else { return nil }
            let end = events[Int(log.rawValue)].upperBound
            let (ordinal, target) = (UInt32(truncatingIfNeeded: words[at + 2]), UInt32(truncatingIfNeeded: words[at + 3]))
            let hasTarget = flags & 1 << 8 != 0
            let length = Int(words[at + 4] & 0xFFFF_FFFF)
            guard Int(ordinal) < end, !hasTarget || Int(target) < end, text + (length + 7) / 8 < words.count,
                voids.last.map({ ($0.log.rawValue, $0.ordinal) < (log.rawValue, ordinal) }) ?? true
            else { return nil }
            voids.append(
                ResolvedVoid(
                    log: log, ordinal: ordinal, occurredOn: Int32(truncatingIfNeeded: words[at + 2] >> 32),
                    recordedAt: Int64(bitPattern: words[at]), target: hasTarget ? target : nil,
                    targetRecordedAt: Int64(bitPattern: words[at + 1]), targetIsVoid: flags & 1 << 9 != 0,
                    targetSubject: UInt32(truncatingIfNeeded: words[at + 4] >> 32),
                    text: (0..<length).map { UInt8(truncatingIfNeeded: words[text + $0 / 8] >> UInt64(8 * ($0 % 8))) }))
            text += (length + 7) / 8
        }
        guard fileSize == size, wordCount == words.count else { return nil }
    }
}
