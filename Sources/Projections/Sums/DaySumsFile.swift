public import Events

/// How ``DaySums`` stand in a file: words of 64 bits, little-endian; `DerivedFiles.md` of the EventStore says what each is.
extension DaySums {
    fileprivate static let magic: UInt64 = 0x3230_534D_5553_5754  // "TWSUMS02"
    fileprivate static let fixedWords = 24

    /// Gives the file to a sink, part by part.
    public func write(to sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let codes = communities.map { Array($0.utf8) }
        let program = Array(program.utf8)
        var writer = WordWriter()
        writer.append(program)
        writer.append(cuts)
        writer.append(codes.map { UInt16(truncatingIfNeeded: $0.count) })
        writer.append(codes.flatMap { $0 })
        writer.append(lookups.map(\.index))
        writer.append(lookups.map(\.openFrom))
        writer.append(lookups.map(\.openTo))
        writer.append(lookups.map(\.column))
        writer.append(counts)
        writer.append(enrolments)
        writer.append(classes)
        writer.append(newborns)
        writer.append(flows.map(\.key))
        writer.append(flows.map(\.count))
        for findings in [birthFindings, enrolmentFindings, grantFindings] { findings.write(to: &writer) }
        writer.append(lastColumns)
        writer.append(filed.counts)
        writer.append(filed.days)
        writer.append(filed.areFiled)
        writer.append(money)
        writer.append(facilityMoney)
        writer.append(yearly)
        var head = [UInt64](repeating: 0, count: Self.fixedWords)
        head[0] = Self.magic
        head[1] = UInt64(Self.fixedWords + writer.count)
        head[2] = UInt64(size)
        for place in 0..<4 {
            head[3 + place] = root[place]
            head[7 + place] = UInt64(events[place])
        }
        let lengths = [
            program.count, cuts.count, communities.count, codes.reduce(0) { $0 + $1.count }, lookups.count, facilities, flows.count,
            birthFindings.count, enrolmentFindings.count, lastColumns.count, grantFindings.count,
        ]
        for (place, length) in lengths.enumerated() { head[11 + place] = UInt64(length) }
        head[22] = DaySumsHead.key(cuts: cuts, communities: communities, program: self.program)
        var sum = Checksum()
        sum.add(writer.sums)
        sum.add(Array(head.dropLast()))
        head[23] = sum.value
        try head.withUnsafeBytes { try sink($0) }
        for part in writer.parts { try part.withUnsafeBytes { try sink($0) } }
    }

    /// The whole file.
    public func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        write { bytes += $0 }
        return bytes
    }

    /// Reads a file of `size` bytes; nil where it is damaged, or none.
    public init?(size fileSize: Int, read: @escaping HistoryFile.Read) {
        var reader = WordReader(size: fileSize, read: read)
        guard let head: [UInt64] = reader.array(Self.fixedWords), head[0] == Self.magic, fileSize % 8 == 0,
            head[1] == UInt64(fileSize / 8), let size = Int(exactly: head[2]), head[7..<22].allSatisfy({ $0 <= UInt64(UInt32.max) })
        else { return nil }
        let lengths = head[11..<22].map { Int($0) }
        guard lengths[1] <= CutTable.limit else { return nil }
        self.size = size
        root = Array(head[3..<7])
        events = head[7..<11].map { Int($0) }
        facilities = lengths[5]
        reader.sums = []
        guard let program: [UInt8] = reader.array(lengths[0]), let cuts: [Int32] = reader.array(lengths[1]),
            let codeLengths: [UInt16] = reader.array(lengths[2]), let codes: [UInt8] = reader.array(lengths[3]),
            let indices: [Int32] = reader.array(lengths[4]), let openFrom: [UInt16] = reader.array(lengths[4]),
            let openTo: [UInt16] = reader.array(lengths[4]), let columns: [Int32] = reader.array(lengths[4]),
            let counts: [Int32] = reader.array(DaySums.counters * lengths[1] * (lengths[2] + 1)),
            let enrolments: [Int32] = reader.array(facilities * lengths[1] * 2), let classes: [Int32] = reader.array(facilities * 4),
            let newborns: [Int32] = reader.array((lengths[2] + 1) * 2), let keys: [UInt64] = reader.array(lengths[6]),
            let numbers: [Int32] = reader.array(lengths[6]), let births = FindingColumns(lengths[7], &reader),
            let enrolled = FindingColumns(lengths[8], &reader), let grants = FindingColumns(lengths[10], &reader),
            let lastColumns: [Int32] = reader.array(lengths[9]),
            let filed = FiledDays(facilities, &reader),
            let money: [GrantTotals] = reader.array(Scheme.allCases.count * (lengths[2] + 1)),
            let facilityMoney: [GrantTotals] = reader.array(facilities), let yearly: [GrantTotals] = reader.array(YearlySums.count),
            reader.isAtEnd
        else { return nil }
        var sum = Checksum()
        sum.add(reader.sums)
        sum.add(Array(head.dropLast()))
        guard sum.value == head[23], codeLengths.reduce(0, { $0 + Int($1) }) == codes.count else { return nil }
        self.program = String(decoding: program, as: UTF8.self)
        self.cuts = cuts
        var start = 0
        communities = codeLengths.map { length in
            defer { start += Int(length) }
            return String(decoding: codes[start..<start + Int(length)], as: UTF8.self)
        }
        lookups = indices.indices.map {
            FacilityLookup(index: indices[$0], openFrom: openFrom[$0], openTo: openTo[$0], column: columns[$0])
        }
        self.counts = counts
        self.enrolments = enrolments
        self.classes = classes
        self.newborns = newborns
        flows = keys.indices.map { FlowCount(key: keys[$0], count: numbers[$0]) }
        birthFindings = births
        enrolmentFindings = enrolled
        grantFindings = grants
        self.lastColumns = lastColumns
        self.filed = filed
        self.money = money
        self.facilityMoney = facilityMoney
        self.yearly = yearly
        guard fits, head[22] == DaySumsHead.key(cuts: cuts, communities: communities, program: self.program) else { return nil }
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
            && lastColumns.allSatisfy { $0 >= -1 && $0 < columns }
            && birthFindings.fit(events: events[Int(Log.births.rawValue)], facilities: lookups.count)
            && enrolmentFindings.fit(events: events[Int(Log.enrollments.rawValue)], facilities: lookups.count)
            && grantFindings.fit(events: events[Int(Log.subsidies.rawValue)], facilities: lookups.count)
            && [money, facilityMoney, yearly].allSatisfy { $0.allSatisfy(\.isWithinLimits) }
            && flows.allSatisfy { $0.key < FlowCount.width(columns: self.columns) * FlowCount.width(columns: self.columns) }
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
        key = words[22]
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
        var words = WordWriter()
        words.append([UInt64(cuts.count)])
        words.append(cuts)
        words.append(Array((communities + [program]).joined(separator: "\n").utf8))
        var sum = Checksum()
        sum.add(words.sums)
        return sum.value
    }
}

/// Lists of numbers, each filled up to whole words, and the checksum of each.
private struct WordWriter {
    private(set) var parts: [[UInt64]] = []
    private(set) var sums: [UInt64] = []

    /// How many words they are.
    var count: Int { parts.reduce(0) { $0 + $1.count } }

    mutating func append<Number: BitwiseCopyable>(_ numbers: [Number]) {
        let words = numbers.withUnsafeBytes { bytes in
            [UInt64](unsafeUninitializedCapacity: (bytes.count + 7) / 8) { buffer, initialized in
                initialized = (bytes.count + 7) / 8
                if initialized > 0 { buffer[initialized - 1] = 0 }
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
            }
        }
        sums.append(words.withUnsafeBufferPointer { Checksum.of($0) })
        parts.append(words)
    }
}

/// Takes lists of numbers from a file one after another, each read where it stays.
private struct WordReader {
    /// The checksums of the lists read.
    var sums: [UInt64] = []
    private let size: Int
    private let read: HistoryFile.Read
    private var next = 0

    init(size: Int, read: @escaping HistoryFile.Read) {
        self.size = size
        self.read = read
    }

    var isAtEnd: Bool { next == size }

    /// So many numbers; nil where there are fewer, or they cannot be read.
    mutating func array<Number: BitwiseCopyable>(_ count: Int) -> [Number]? {
        let stride = MemoryLayout<Number>.stride
        guard count <= (size - next) / stride, (count * stride + 7) / 8 * 8 <= size - next else { return nil }
        let (start, length) = (next, (count * stride + 7) / 8 * 8)
        next += length
        guard length > 0 else {
            sums.append(Checksum().value)
            return []
        }
        var sum: UInt64?
        let numbers = [Number](unsafeUninitializedCapacity: length / stride) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: length)
            guard (try? read(bytes, start)) != nil else { return }
            sum = Checksum.of(UnsafeBufferPointer(bytes.bindMemory(to: UInt64.self)))
            // What fills up the last word is none of them.
            _ = bytes.bindMemory(to: Number.self)
            initialized = count
        }
        guard let sum else { return nil }
        sums.append(sum)
        return numbers
    }
}

extension FindingColumns {
    fileprivate func write(to writer: inout WordWriter) {
        writer.append(ordinals)
        writer.append(days)
        writer.append(subjects)
        writer.append(facilities)
        writer.append(codes)
        writer.append(idLengths)
        writer.append(ids)
        writer.append(subjectLengths)
        writer.append(subjectTexts)
    }

    fileprivate init?(_ count: Int, _ reader: inout WordReader) {
        func total(_ lengths: [UInt8]) -> Int { lengths.reduce(0) { $0 + Int($1) } }
        guard let ordinals: [UInt32] = reader.array(count), let days: [Int32] = reader.array(count),
            let subjects: [UInt32] = reader.array(count), let facilities: [UInt32] = reader.array(count),
            let codes: [UInt8] = reader.array(count), let idLengths: [UInt8] = reader.array(count),
            let ids: [UInt8] = reader.array(total(idLengths)), let subjectLengths: [UInt8] = reader.array(count),
            let subjectTexts: [UInt8] = reader.array(total(subjectLengths))
        else { return nil }
        self.init()
        self.ordinals = ordinals
        self.days = days
        self.subjects = subjects
        self.facilities = facilities
        self.codes = codes
        self.idLengths = idLengths
        self.ids = ids
        self.subjectLengths = subjectLengths
        self.subjectTexts = subjectTexts
    }
}

extension FiledDays {
    fileprivate init?(_ facilities: Int, _ reader: inout WordReader) {
        guard let counts: [UInt32] = reader.array(facilities), case let total = counts.reduce(0, { $0 + Int($1) }),
            let days: [Int32] = reader.array(total), let areFiled: [UInt8] = reader.array(total)
        else { return nil }
        self.init(counts: counts, days: days, areFiled: areFiled)
    }
}

extension GrantTotals {
    /// Whether no number is below 0, and there are no more grants than a log has events.
    fileprivate var isWithinLimits: Bool {
        (0...Int(UInt32.max)).contains(grants) && granted >= 0 && paid >= 0 && recovered >= 0
    }
}

extension Checksum {
    fileprivate mutating func add(_ words: [UInt64]) { words.withUnsafeBufferPointer { add($0) } }
}
