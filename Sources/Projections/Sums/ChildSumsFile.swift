public import Events

/// How ``ChildSums`` stand in a file: words of 64 bits, little-endian; `DerivedFiles.md` of the EventStore says what each is. The last
/// word is a checksum of all before it.
extension ChildSums {
    fileprivate static let magic: UInt64 = 0x3130_534D_5553_5754  // "TWSUMS01"
    fileprivate static let fixedWords = 24

    /// The file.
    public func words() -> [UInt64] {
        var head = [UInt64](repeating: 0, count: Self.fixedWords)
        head[0] = Self.magic
        head[2] = UInt64(size)
        for place in 0..<4 {
            head[3 + place] = root[place]
            head[7 + place] = UInt64(events[place])
        }
        let program = Array(program.utf8)
        let codes = communities.map { Array($0.utf8) }
        let lengths = [
            program.count, cuts.count, communities.count, codes.reduce(0) { $0 + $1.count }, lookups.count, facilities, flows.count,
            birthFindings.count, enrolmentFindings.count, lastColumns.count,
        ]
        for (place, length) in lengths.enumerated() { head[11 + place] = UInt64(length) }
        head[21] = ChildSumsHead.key(cuts: cuts, communities: communities, program: self.program)
        var words = WordWriter(head)
        words.append(program)
        words.append(cuts)
        words.append(codes.map { UInt16(truncatingIfNeeded: $0.count) })
        words.append(codes.flatMap { $0 })
        words.append(lookups.map(\.index))
        words.append(lookups.map(\.openFrom))
        words.append(lookups.map(\.openTo))
        words.append(lookups.map(\.column))
        words.append(counts)
        words.append(enrolments)
        words.append(classes)
        words.append(newborns)
        words.append(flows.map(\.key))
        words.append(flows.map(\.count))
        for findings in [birthFindings, enrolmentFindings] {
            words.append(findings.map(\.ordinal))
            words.append(findings.map(\.occurredOn))
            words.append(findings.map(\.subject))
            words.append(findings.map(\.facility))
            words.append(findings.map(\.code.rawValue))
        }
        words.append(lastColumns)
        words.words[1] = UInt64(words.words.count + 1)
        words.words.append(words.words.withUnsafeBufferPointer { Checksum.of($0) })
        return words.words
    }

    /// Reads a file; nil where it is damaged, or none.
    public init?(_ words: [UInt64]) {
        guard words.count > Self.fixedWords, words[0] == Self.magic, words[1] == UInt64(words.count),
            words.withUnsafeBufferPointer({ Checksum.of(UnsafeBufferPointer(rebasing: $0.dropLast())) }) == words[words.count - 1]
        else { return nil }
        var lengths: [Int] = []
        for word in words[11..<21] {
            guard word <= UInt64(UInt32.max) else { return nil }
            lengths.append(Int(word))
        }
        guard let size = Int(exactly: words[2]), lengths[1] <= CutTable.limit, words[7..<11].allSatisfy({ $0 <= UInt64(UInt32.max) }) else {
            return nil
        }
        self.size = size
        root = Array(words[3..<7])
        events = words[7..<11].map { Int($0) }
        facilities = lengths[5]
        var reader = WordReader(words, from: Self.fixedWords)
        guard let program: [UInt8] = reader.array(lengths[0]), let cuts: [Int32] = reader.array(lengths[1]),
            let codeLengths: [UInt16] = reader.array(lengths[2]), let codes: [UInt8] = reader.array(lengths[3]),
            let indices: [Int32] = reader.array(lengths[4]), let openFrom: [UInt16] = reader.array(lengths[4]),
            let openTo: [UInt16] = reader.array(lengths[4]), let columns: [Int32] = reader.array(lengths[4]),
            let counts: [Int32] = reader.array(ChildSums.counters * lengths[1] * (lengths[2] + 1)),
            let enrolments: [Int32] = reader.array(facilities * lengths[1] * 2), let classes: [Int32] = reader.array(facilities * 4),
            let newborns: [Int32] = reader.array((lengths[2] + 1) * 2), let keys: [UInt64] = reader.array(lengths[6]),
            let numbers: [Int32] = reader.array(lengths[6]),
            let births = Self.findings(lengths[7], .births, &reader), let enrolled = Self.findings(lengths[8], .enrollments, &reader),
            let lastColumns: [Int32] = reader.array(lengths[9]), reader.isAtEnd
        else { return nil }
        self.program = String(decoding: program, as: UTF8.self)
        self.cuts = cuts
        guard codeLengths.reduce(0, { $0 + Int($1) }) == codes.count else { return nil }
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
        self.lastColumns = lastColumns
        guard fits else { return nil }
    }

    private static func findings(_ count: Int, _ log: Log, _ reader: inout WordReader) -> [RawFinding]? {
        guard let ordinals: [UInt32] = reader.array(count), let days: [Int32] = reader.array(count),
            let subjects: [UInt32] = reader.array(count), let facilities: [UInt32] = reader.array(count),
            let codes: [UInt8] = reader.array(count)
        else { return nil }
        var findings: [RawFinding] = []
        findings.reserveCapacity(count)
        for place in 0..<count {
            guard let code = FindingCode(rawValue: codes[place]) else { return nil }
            findings.append(
                RawFinding(code, log, ordinals[place], days[place], subject: subjects[place], facility: facilities[place]))
        }
        return findings
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
            && birthFindings.allSatisfy { $0.ordinal < events[Int(Log.births.rawValue)] }
            && enrolmentFindings.allSatisfy {
                $0.ordinal < events[Int(Log.enrollments.rawValue)] && $0.facility < lookups.count
            }
            && flows.allSatisfy { $0.key < FlowCount.width(columns: self.columns) * FlowCount.width(columns: self.columns) }
            && zip(flows, flows.dropFirst()).allSatisfy { $0.key < $1.key }
    }
}

/// The beginning of a file of ``ChildSums``: enough to tell whether the rest is worth reading.
public struct ChildSumsHead: Sendable {
    /// How many entries the log had.
    public let size: Int
    /// How many events the sums hold.
    public let eventCount: Int
    private let root: [UInt64]
    private let key: UInt64

    /// How many words it takes.
    public static let wordCount = ChildSums.fixedWords

    /// Reads the beginning of a file; nil where it is none, or does not fit the file's size in bytes.
    public init?(_ words: [UInt64], fileSize: Int) {
        guard words.count == Self.wordCount, words[0] == ChildSums.magic, let count = Int(exactly: words[1]), count == fileSize / 8,
            fileSize % 8 == 0, let size = Int(exactly: words[2]), words[7..<11].allSatisfy({ $0 <= UInt64(UInt32.max) })
        else { return nil }
        self.size = size
        root = Array(words[3..<7])
        eventCount = words[7..<11].reduce(0) { $0 + Int($1) }
        key = words[21]
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
        var words = WordWriter([UInt64(cuts.count)])
        words.append(cuts)
        words.append(Array((communities + [program]).joined(separator: "\n").utf8))
        return words.words.withUnsafeBufferPointer { Checksum.of($0) }
    }
}

/// Puts arrays of numbers behind each other, each filled up to whole words.
private struct WordWriter {
    var words: [UInt64]

    init(_ words: [UInt64]) { self.words = words }

    mutating func append<Number: BitwiseCopyable>(_ numbers: [Number]) {
        numbers.withUnsafeBytes { bytes in
            let start = words.count
            words += repeatElement(0, count: (bytes.count + 7) / 8)
            words.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[(start * 8)...]).copyMemory(from: bytes) }
        }
    }
}

/// Takes arrays of numbers one after another.
private struct WordReader {
    private let words: [UInt64]
    private var next: Int

    init(_ words: [UInt64], from start: Int) {
        self.words = words
        next = start
    }

    /// Only the checksum is left.
    var isAtEnd: Bool { next == words.count - 1 }

    /// So many numbers; nil where there are fewer.
    mutating func array<Number: BitwiseCopyable>(_ count: Int) -> [Number]? {
        let stride = MemoryLayout<Number>.stride
        guard count <= (words.count - 1 - next) * 8 / stride else { return nil }
        let start = next * 8
        next += (count * stride + 7) / 8
        return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
            words.withUnsafeBytes { words in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: words[start..<start + count * stride]))
            }
            initialized = count
        }
    }
}
