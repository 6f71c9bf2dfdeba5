public import Events

/// How ``DaySums`` stand in a file: words of 64 bits, little-endian; `DerivedFiles.md` of the EventStore says what each is.
extension DaySums {
    fileprivate static let magic: UInt64 = 0x3630_534D_5553_5754  // "TWSUMS06"
    /// The lists, each of which has its checksum in the head, so that a reader may leave some of them where they are.
    private static let listCount = 49
    private static let firstSum = 32
    fileprivate static let fixedWords = firstSum + listCount + 1

    /// Gives the file to a sink, piece by piece with the place of each in the file, from several threads at once.
    public func write(threads: Int = 1, to sink: (UnsafeRawBufferPointer, Int) throws -> Void) throws {
        precondition(holdFindingTexts, "sums of which all was read")
        let codes = communities.map { Array($0.utf8) }
        let program = Array(program.utf8)
        var lists = WrittenLists()
        lists.append(program)
        lists.append(cuts)
        lists.append(codes.map { UInt16(truncatingIfNeeded: $0.count) })
        lists.append(codes.flatMap { $0 })
        lists.append(lookups.map(\.index))
        lists.append(lookups.map(\.openFrom))
        lists.append(lookups.map(\.openTo))
        lists.append(lookups.map(\.column))
        lists.append(counts.bytes)
        lists.append(enrolments.bytes)
        lists.append(classes)
        lists.append(newborns)
        lists.append(flows.map(\.key))
        lists.append(flows.map(\.count))
        for findings in [birthFindings, enrolmentFindings, grantFindings] { findings.write(to: &lists) }
        lists.append(lastColumns.bytes)
        lists.append(filed.counts)
        lists.append(filed.days)
        lists.append(filed.areFiled)
        lists.append(money)
        lists.append(facilityMoney)
        lists.append(yearly)
        lists.append(payees)
        var head = [UInt64](repeating: 0, count: Self.fixedWords)
        head[0] = Self.magic
        head[1] = UInt64(Self.fixedWords + lists.words)
        head[2] = UInt64(size)
        for place in 0..<4 {
            head[3 + place] = root[place]
            head[7 + place] = UInt64(events[place])
        }
        let findings = [birthFindings, enrolmentFindings, grantFindings]
        var lengths =
            [
                program.count, cuts.count, communities.count, codes.reduce(0) { $0 + $1.count }, lookups.count, facilities, flows.count,
                lastColumns.count, filed.days.count,
            ] + findings.flatMap { [$0.count, $0.ids.count, $0.subjectTexts.count] }
        lengths.append(payees.count)
        for (place, length) in lengths.enumerated() { head[11 + place] = UInt64(length) }
        head[30] = DaySumsHead.key(cuts: cuts, communities: communities, program: self.program)
        head[31] = Self.packed.enumerated().reduce(0) { $0 | UInt64(self[keyPath: $1.element].width) << UInt64(8 * $1.offset) }
        let sums = try lists.write(from: Self.fixedWords * 8, threads: threads, to: sink)
        precondition(sums.count == Self.listCount, "as many lists as the head has room for")
        head.replaceSubrange(Self.firstSum..<Self.firstSum + Self.listCount, with: sums)
        head[Self.fixedWords - 1] = Self.checksum(ofHead: head)
        try head.withUnsafeBytes { try sink($0, 0) }
    }

    /// The checksum of a head's words but the last, which it is.
    private static func checksum(ofHead head: [UInt64]) -> UInt64 {
        head.dropLast().withUnsafeBufferPointer { Checksum.of($0) }
    }

    /// The lists whose numbers' width the head tells, a byte each.
    private static var packed: [KeyPath<DaySums, PackedNumbers>] { [\.counts, \.enrolments, \.lastColumns] }

    /// The whole file.
    public func bytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try write { piece, offset in
            let end = offset + piece.count
            if bytes.count < end { bytes += repeatElement(0, count: end - bytes.count) }
            bytes.replaceSubrange(offset..<end, with: piece)
        }
        return bytes
    }

    /// Reads a file of `size` bytes, list beside list; nil where it is damaged, or none.
    ///
    /// - Parameter listsFindings: Whether to read what findings name, which is half of the file. What is not read is not checked either.
    public init?(size fileSize: Int, threads: Int = 1, listsFindings: Bool = true, read: @escaping HistoryFile.Read) {
        guard let head = Self.words(Self.fixedWords, fileSize, read), head[0] == Self.magic, fileSize % 8 == 0,
            head[1] == UInt64(fileSize / 8), let size = Int(exactly: head[2]),
            head[7..<30].allSatisfy({ $0 <= UInt64(UInt32.max) }), head[Self.fixedWords - 1] == Self.checksum(ofHead: head)
        else { return nil }
        let lengths = head[11..<30].map { Int($0) }
        let widths = Self.packed.indices.map { Int(head[31] >> UInt64(8 * $0) & 0xFF) }
        guard lengths[1] <= CutTable.limit, widths.allSatisfy({ [1, 2, 4].contains($0) }), head[31] >> UInt64(8 * widths.count) == 0 else {
            return nil
        }
        self.size = size
        root = Array(head[3..<7])
        events = head[7..<11].map { Int($0) }
        facilities = lengths[5]
        let lists = StoredLists(from: Self.fixedWords * 8, size: fileSize)
        let program = lists.next(lengths[0], of: UInt8.self)
        let cuts = lists.next(lengths[1], of: Int32.self)
        let (codeLengths, codes) = (lists.next(lengths[2], of: UInt16.self), lists.next(lengths[3], of: UInt8.self))
        let (indices, openFrom) = (lists.next(lengths[4], of: Int32.self), lists.next(lengths[4], of: UInt16.self))
        let (openTo, columns) = (lists.next(lengths[4], of: UInt16.self), lists.next(lengths[4], of: Int32.self))
        let counts = lists.next(DaySums.counters * lengths[1] * (lengths[2] + 1), width: widths[0])
        let enrolments = lists.next(facilities * lengths[1] * 2, width: widths[1])
        let classes = lists.next(facilities * 4, of: Int32.self)
        let newborns = lists.next((lengths[2] + 1) * 2, of: Int32.self)
        let (keys, numbers) = (lists.next(lengths[6], of: UInt64.self), lists.next(lengths[6], of: Int32.self))
        let findings = [9, 12, 15].map { StoredFindings(lengths[$0..<$0 + 3], lists, areListed: listsFindings) }
        let lastColumns = lists.next(lengths[7], width: widths[2])
        let filedCounts = lists.next(facilities, of: UInt32.self)
        let (filedDays, areFiled) = (lists.next(lengths[8], of: Int32.self), lists.next(lengths[8], of: UInt8.self))
        let money = lists.next(Scheme.allCases.count * (lengths[2] + 1), of: GrantTotals.self)
        let facilityMoney = lists.next(facilities, of: GrantTotals.self)
        let yearly = lists.next(YearlySums.count, of: GrantTotals.self)
        let payees = lists.next(lengths[18], of: GrantPayee.self)
        guard lists.read(threads: threads, checksums: head[Self.firstSum..<Self.firstSum + Self.listCount], read),
            codeLengths.numbers.reduce(0, { $0 + Int($1) }) == codes.numbers.count,
            filedCounts.numbers.reduce(0, { $0 + Int($1) }) == lengths[8], findings.allSatisfy(\.isWhole)
        else { return nil }
        self.program = String(decoding: program.numbers, as: UTF8.self)
        self.cuts = cuts.numbers
        var start = 0
        communities = codeLengths.numbers.map { length in
            defer { start += Int(length) }
            return String(decoding: codes.numbers[start..<start + Int(length)], as: UTF8.self)
        }
        lookups = indices.numbers.indices.map {
            FacilityLookup(
                index: indices.numbers[$0], openFrom: openFrom.numbers[$0], openTo: openTo.numbers[$0], column: columns.numbers[$0])
        }
        self.counts = PackedNumbers(width: widths[0], bytes: counts.numbers)
        self.enrolments = PackedNumbers(width: widths[1], bytes: enrolments.numbers)
        self.classes = classes.numbers
        self.newborns = newborns.numbers
        flows = keys.numbers.indices.map { FlowCount(key: keys.numbers[$0], count: numbers.numbers[$0]) }
        (birthFindings, enrolmentFindings, grantFindings) = (findings[0].columns, findings[1].columns, findings[2].columns)
        self.lastColumns = PackedNumbers(width: widths[2], bytes: lastColumns.numbers)
        filed = FiledDays(counts: filedCounts.numbers, days: filedDays.numbers, areFiled: areFiled.numbers)
        self.money = money.numbers
        self.facilityMoney = facilityMoney.numbers
        self.yearly = yearly.numbers
        self.payees = payees.numbers
        guard fits, head[30] == DaySumsHead.key(cuts: self.cuts, communities: communities, program: self.program) else { return nil }
    }

    private static func words(_ count: Int, _ fileSize: Int, _ read: HistoryFile.Read) -> [UInt64]? {
        guard count * 8 <= fileSize else { return nil }
        var words = [UInt64](repeating: 0, count: count)
        return words.withUnsafeMutableBytes { (try? read($0, 0)) != nil } ? words : nil
    }

    /// Whether its numbers are ones that the folds can index by.
    private var fits: Bool {
        let (cuts, columns) = (cuts.count, Int32(clamping: self.columns))
        var isRegistered = [Bool](repeating: false, count: facilities)
        for lookup in lookups {
            guard lookup.column >= 0, lookup.column < columns, lookup.openFrom <= cuts, lookup.openTo <= cuts, lookup.index >= -1 else {
                return false
            }
            guard lookup.index >= 0 else { continue }
            guard lookup.index < facilities, !isRegistered[Int(lookup.index)] else { return false }
            isRegistered[Int(lookup.index)] = true
        }
        return cuts > 0 && self.cuts.allSatisfy { $0.magnitude < 1 << 24 } && isRegistered.allSatisfy { $0 }
            && (lastColumns.bounds.map { $0.lowerBound >= -1 && $0.upperBound < columns } ?? true)
            && birthFindings.fit(events: events[Int(Log.births.rawValue)], facilities: lookups.count)
            && enrolmentFindings.fit(events: events[Int(Log.enrollments.rawValue)], facilities: lookups.count)
            && grantFindings.fit(events: events[Int(Log.subsidies.rawValue)], facilities: lookups.count)
            && [money, facilityMoney, yearly].allSatisfy { $0.allSatisfy(\.isWithinLimits) }
            && flows.allSatisfy { $0.count > 0 && $0.key < FlowCount.width(columns: self.columns) * FlowCount.width(columns: self.columns) }
            && zip(flows, flows.dropFirst()).allSatisfy { $0.key < $1.key }
    }
}

/// The beginning of a file of ``DaySums``: enough to tell whether the rest is worth reading.
public struct DaySumsHead: Sendable {
    /// How many entries the log had.
    public let size: Int
    /// How many events the sums hold.
    public let eventCount: Int
    private let root: [UInt64]
    private let key: UInt64

    /// How many words it takes.
    public static let wordCount = DaySums.fixedWords

    /// Reads the beginning of a file; nil where it is none, or does not fit the file's size in bytes.
    public init?(_ words: [UInt64], fileSize: Int) {
        guard words.count == Self.wordCount, words[0] == DaySums.magic, let count = Int(exactly: words[1]), count == fileSize / 8,
            fileSize % 8 == 0, let size = Int(exactly: words[2]), words[7..<11].allSatisfy({ $0 <= UInt64(UInt32.max) })
        else { return nil }
        self.size = size
        root = Array(words[3..<7])
        eventCount = words[7..<11].reduce(0) { $0 + Int($1) }
        key = words[30]
    }

    /// Whether the sums say that they were made of a log whose first ``size`` entries have this root.
    public func isMade(from root: Digest) -> Bool { self.root == HistoryFile.words(of: root) }

    /// Whether they are of a request's days and communities, everything known, and made by this version of the program: another may
    /// fold otherwise.
    public func isOf(_ request: ProjectionRequest, by program: String) -> Bool {
        request.knownAt == nil
            && key == Self.key(cuts: request.cuts.map(\.rawValue), communities: request.communities, program: program)
    }

    /// A hash of what sums are made for. Whoever uses them compares the whole.
    static func key(cuts: [Int32], communities: [String], program: String) -> UInt64 {
        var lists = WrittenLists()
        lists.append([UInt64(cuts.count)])
        lists.append(cuts)
        lists.append(Array((communities + [program]).joined(separator: "\n").utf8))
        return lists.checksums.withUnsafeBufferPointer { Checksum.of($0) }
    }
}

/// Lists of numbers that stand in a file one behind another: first what is expected is said, then it is read.
private final class StoredLists {
    private var lists: [any StoredWords] = []
    /// By list: whether it is wanted.
    private var areRead: [Bool] = []
    private var end: Int
    private let size: Int

    init(from start: Int, size: Int) {
        end = start
        self.size = size
    }

    /// The next so many numbers; of a list that is not to be read, none.
    func next<Number: BitwiseCopyable>(_ count: Int, of: Number.Type, isRead: Bool = true) -> StoredList<Number> {
        let list = StoredList<Number>(count, at: end)
        lists.append(list)
        areRead.append(isRead)
        let (sum, overflow) = end.addingReportingOverflow(list.length)
        end = overflow ? .max : sum
        return list
    }

    /// The next so many numbers, each of so many bytes.
    func next(_ count: Int, width: Int) -> StoredList<UInt8> {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
        return next(overflow ? .max : bytes, of: UInt8.self)
    }

    /// Reads the lists, which are the rest of the file; whether there are as many, and each that is read has its checksum.
    func read(threads: Int, checksums: ArraySlice<UInt64>, _ read: @escaping HistoryFile.Read) -> Bool {
        guard end == size, lists.count == checksums.count else { return false }
        let expected = Array(checksums)
        // The longest first, so that none of them is left to one thread at the end.
        let order = lists.indices.filter { areRead[$0] }.sorted { (lists[$1].length, $0) < (lists[$0].length, $1) }
        var areWhole = [Bool](repeating: false, count: order.count)
        areWhole.withUnsafeMutableBufferPointer { areWhole in
            try? Workers.run(threads, items: order.count) { _, item in
                areWhole[item] = lists[order[item]].load(read) == expected[order[item]]
            }
        }
        return areWhole.allSatisfy { $0 }
    }
}

private protocol StoredWords: AnyObject {
    /// The bytes that it takes.
    var length: Int { get }
    /// Reads it; its checksum, or nil where it cannot be read.
    func load(_ read: HistoryFile.Read) -> UInt64?
}

/// A list of numbers in a file, filled up to whole words.
private final class StoredList<Number: BitwiseCopyable>: StoredWords {
    private(set) var numbers: [Number] = []
    let length: Int
    private let count: Int
    private let start: Int

    /// Counts come from words of 32 bits, a few of them multiplied: no file is as long as what does not fit.
    init(_ count: Int, at start: Int) {
        self.count = count
        self.start = start
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
        length = overflow || bytes > Int.max - 7 ? .max : (bytes + 7) / 8 * 8
    }

    func load(_ read: HistoryFile.Read) -> UInt64? {
        guard length > 0 else { return Checksum().value }
        var sum: UInt64?
        numbers = [Number](unsafeUninitializedCapacity: (length + MemoryLayout<Number>.stride - 1) / MemoryLayout<Number>.stride) {
            buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: length)
            LargePages.prefer(bytes)
            guard (try? read(bytes, start)) != nil else { return }
            sum = Checksum.of(UnsafeBufferPointer(bytes.bindMemory(to: UInt64.self)))
            // What fills up the last word is none of them.
            _ = bytes.bindMemory(to: Number.self)
            initialized = count
        }
        return sum
    }
}

/// The lists of ``FindingColumns``.
private struct StoredFindings {
    private let ordinals, subjects, facilities: StoredList<UInt32>
    private let days: StoredList<Int32>
    private let codes, idLengths, ids, subjectLengths, subjectTexts: StoredList<UInt8>

    /// `lengths` are how many there are, and the bytes of their events' identifiers and of their subjects'. Where they are not listed, the
    /// columns that counting asks for are all that is read.
    init(_ lengths: ArraySlice<Int>, _ lists: StoredLists, areListed: Bool) {
        let (count, idBytes, subjectBytes) = (lengths[lengths.startIndex], lengths[lengths.startIndex + 1], lengths[lengths.startIndex + 2])
        ordinals = lists.next(count, of: UInt32.self, isRead: areListed)
        days = lists.next(count, of: Int32.self, isRead: areListed)
        subjects = lists.next(count, of: UInt32.self)
        facilities = lists.next(count, of: UInt32.self, isRead: areListed)
        codes = lists.next(count, of: UInt8.self)
        idLengths = lists.next(count, of: UInt8.self, isRead: areListed)
        ids = lists.next(idBytes, of: UInt8.self, isRead: areListed)
        subjectLengths = lists.next(count, of: UInt8.self, isRead: areListed)
        subjectTexts = lists.next(subjectBytes, of: UInt8.self, isRead: areListed)
    }

    /// Whether the lengths of the texts, as far as they were read, are the ones of all texts.
    var isWhole: Bool {
        func total(_ lengths: StoredList<UInt8>) -> Int { lengths.numbers.reduce(0) { $0 + Int($1) } }
        return total(idLengths) == ids.numbers.count && total(subjectLengths) == subjectTexts.numbers.count
    }

    /// What was read.
    var columns: FindingColumns {
        var columns = FindingColumns()
        columns.ordinals = ordinals.numbers
        columns.days = days.numbers
        columns.subjects = subjects.numbers
        columns.facilities = facilities.numbers
        columns.codes = codes.numbers
        columns.idLengths = idLengths.numbers
        columns.ids = ids.numbers
        columns.subjectLengths = subjectLengths.numbers
        columns.subjectTexts = subjectTexts.numbers
        return columns
    }
}

extension FindingColumns {
    fileprivate func write(to lists: inout WrittenLists) {
        lists.append(ordinals)
        lists.append(days)
        lists.append(subjects)
        lists.append(facilities)
        lists.append(codes)
        lists.append(idLengths)
        lists.append(ids)
        lists.append(subjectLengths)
        lists.append(subjectTexts)
    }
}

extension GrantTotals {
    /// Whether no number is below 0, and there are no more grants than a log has events.
    fileprivate var isWithinLimits: Bool {
        (0...Int(UInt32.max)).contains(grants) && granted >= 0 && paid >= 0 && recovered >= 0
    }
}
