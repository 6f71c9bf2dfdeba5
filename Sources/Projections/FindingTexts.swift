import Events

/// The findings of one log with their texts, by code and event identifier.
struct LogFindings {
    /// In order.
    private(set) var entries: [Finding] = []
    private(set) var texts: [UInt8] = []

    /// Reads the texts of a log's findings and puts them in order.
    init(_ raw: [RawFinding], _ log: Log, in source: any EventSource, threads: Int) throws {
        guard !raw.isEmpty else { return }
        try read(raw, log, source, threads)
        try sort(threads: threads)
    }

    /// Reads the events' identifiers block by block, the subjects' in the order of their numbers.
    private mutating func read(_ unordered: [RawFinding], _ log: Log, _ source: any EventSource, _ threads: Int) throws {
        var order = unordered.indices.map { UInt64(unordered[$0].ordinal) << 32 | UInt64(UInt32(truncatingIfNeeded: $0)) }
        radixSort(&order, from: 32)
        let raw = order.map { unordered[Int($0 & 0xFFFF_FFFF)] }
        let subjects = try SubjectTexts(raw, log, in: source, threads: threads)
        let ranges = Self.blocks(of: raw, log, in: source)
        var parts: [(entries: [Finding], texts: [UInt8])] = Array(repeating: ([], []), count: ranges.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: parts.count) { _, item in
                let (block, range) = ranges[item]
                let first = source.firstOrdinal(ofBlock: block, of: log)
                let rows = range.map { Int(raw[$0].ordinal) - first }
                let ids = try source.eventIdentifiers(rows, ofBlock: block, of: log)
                guard ids.starts.count == rows.count + 1, ids.starts.last == ids.bytes.count else {
                    throw ProjectionError.inconsistentBlock(log: log, block: block)
                }
                parts[item] = Self.part(raw[range], log, ids, subjects)
            }
        }
        entries.reserveCapacity(raw.count)
        texts.reserveCapacity(parts.reduce(0) { $0 + $1.texts.count })
        for part in parts {
            let base = UInt64(texts.count)
            texts += part.texts
            for var entry in part.entries {
                entry.textStart += base
                entries.append(entry)
            }
        }
    }

    /// The findings of one block, in order of ordinals.
    private static func part(
        _ raw: ArraySlice<RawFinding>, _ log: Log, _ ids: (starts: [Int], bytes: [UInt8]), _ subjects: SubjectTexts
    ) -> (entries: [Finding], texts: [UInt8]) {
        var part: (entries: [Finding], texts: [UInt8]) = ([], [])
        part.entries.reserveCapacity(raw.count)
        part.texts.reserveCapacity(ids.bytes.count + raw.count * 40)
        ids.bytes.withUnsafeBufferPointer { bytes in
            for (place, index) in raw.indices.enumerated() {
                let finding = raw[index]
                let start = part.texts.count
                let id = UnsafeBufferPointer(rebasing: bytes[ids.starts[place]..<ids.starts[place + 1]])
                part.texts.append(contentsOf: id)
                subjects.append(index, to: &part.texts)
                part.entries.append(
                    Finding(
                        textStart: UInt64(start), ordinal: finding.ordinal, occurredOn: finding.occurredOn,
                        idCount: UInt8(truncatingIfNeeded: id.count),
                        subjectCount: UInt8(truncatingIfNeeded: part.texts.count - start - id.count), code: finding.code, log: log))
            }
        }
        return part
    }

    /// The blocks in which findings lie, which are in order of ordinals, each with the range of its findings.
    private static func blocks(of raw: [RawFinding], _ log: Log, in source: any EventSource) -> [(block: Int, range: Range<Int>)] {
        var items: [(block: Int, range: Range<Int>)] = []
        let count = source.blockCount(of: log)
        var block = 0
        var place = 0
        while place < raw.count, block < count {
            let end = block + 1 < count ? source.firstOrdinal(ofBlock: block + 1, of: log) : source.eventCount(of: log)
            let start = place
            while place < raw.count, Int(raw[place].ordinal) < end { place += 1 }
            if place > start { items.append((block, start..<place)) }
            block += 1
        }
        return items
    }

    /// By code and event identifier. No event has one code twice, and no two events of a log share an identifier, so subject and date
    /// never decide.
    private mutating func sort(threads: Int) throws {
        var starts = [Int](repeating: 0, count: FindingCode.allCases.count + 1)
        for entry in entries { starts[Int(entry.code.rawValue) + 1] += 1 }
        for code in FindingCode.allCases.indices { starts[code + 1] += starts[code] }
        let groups = FindingCode.allCases.indices.map { starts[$0]..<starts[$0 + 1] }
        var order = [IdentifierKey](repeating: IdentifierKey(head: 0, place: 0), count: entries.count)
        for (place, entry) in entries.enumerated() {
            order[starts[Int(entry.code.rawValue)]].place = UInt32(truncatingIfNeeded: place)
            starts[Int(entry.code.rawValue)] += 1
        }
        let (entries, texts) = (entries, texts)
        try order.withUnsafeMutableBufferPointer { order in
            try entries.withUnsafeBufferPointer { entries in
                try texts.withUnsafeBufferPointer { texts in
                    let sorter = IdentifierSorter(entries: entries, texts: texts)
                    try Workers.run(threads, items: groups.count) { _, group in
                        sorter.sort(UnsafeMutableBufferPointer(rebasing: order[groups[group]]), from: 0)
                    }
                }
            }
        }
        putInOrder(order)
    }

    /// Brings findings and their texts in order, so that whoever goes through them reads what lies together.
    private mutating func putInOrder(_ order: [IdentifierKey]) {
        let (unordered, unorderedTexts) = (entries, texts)
        entries = order.map { unordered[Int($0.place)] }
        texts = [UInt8](unsafeUninitializedCapacity: unorderedTexts.count) { texts, count in
            unorderedTexts.withUnsafeBufferPointer { unordered in
                for place in entries.indices {
                    let entry = entries[place]
                    let text = UnsafeBufferPointer(rebasing: unordered[entry.eventID.lowerBound..<entry.subject.upperBound])
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(texts)[count..<count + text.count])
                        .copyMemory(from: UnsafeRawBufferPointer(text))
                    entries[place].textStart = UInt64(count)
                    count += text.count
                }
            }
        }
    }
}

extension Findings {
    /// The findings of all logs in the order of `findings.csv`: by code, then by log.
    init(_ logs: [LogFindings]) {
        entries.reserveCapacity(logs.reduce(0) { $0 + $1.entries.count })
        texts.reserveCapacity(logs.reduce(0) { $0 + $1.texts.count })
        var bases: [UInt64] = []
        for log in logs {
            bases.append(UInt64(texts.count))
            texts += log.texts
        }
        var places = logs.map { _ in 0 }
        for code in FindingCode.allCases {
            for (number, log) in logs.enumerated() {
                while places[number] < log.entries.count, log.entries[places[number]].code == code {
                    var entry = log.entries[places[number]]
                    entry.textStart += bases[number]
                    entries.append(entry)
                    places[number] += 1
                }
            }
        }
    }
}

/// The subjects of a log's findings as texts, by the finding's place.
private struct SubjectTexts {
    private let subjects: NumberedTexts
    private let facilities: NumberedTexts?

    init(_ raw: [RawFinding], _ log: Log, in source: any EventSource, threads: Int) throws {
        let space: Namespace
        switch log {
        case .births, .enrollments: space = .child
        case .filings: space = .facility
        case .subsidies: space = .grant
        }
        func number(_ finding: RawFinding, _ number: UInt32) -> UInt32? { finding.hasSubject ? number : nil }
        subjects = try NumberedTexts(raw.map { number($0, $0.subject) }, space, in: source, threads: threads)
        facilities =
            log == .enrollments
            ? try NumberedTexts(raw.map { number($0, $0.facility) }, .facility, in: source, threads: threads) : nil
    }

    /// Adds the subject of a finding: nothing for a void, `child@facility` for an enrolment.
    func append(_ place: Int, to texts: inout [UInt8]) {
        guard subjects.append(place, to: &texts), let facilities, facilities.has(place) else { return }
        texts.append(UInt8(ascii: "@"))
        facilities.append(place, to: &texts)
    }
}

/// The identifiers of a list of numbers, fetched in the order of numbers, each once.
private struct NumberedTexts {
    /// By place in the list: which of the fetched ones, -1 where there is none.
    private var fetched: [Int32]
    private var starts: [Int] = [0]
    private var bytes: [UInt8] = []
    private static let portion = 2048

    init(_ numbers: [UInt32?], _ space: Namespace, in source: any EventSource, threads: Int) throws {
        fetched = Array(repeating: -1, count: numbers.count)
        var keys: [UInt64] = []
        keys.reserveCapacity(numbers.count)
        for (place, number) in numbers.enumerated() {
            if let number { keys.append(UInt64(number) << 32 | UInt64(UInt32(truncatingIfNeeded: place))) }
        }
        radixSort(&keys, from: 32)
        var distinct: [UInt32] = []
        for key in keys {
            let number = UInt32(truncatingIfNeeded: key >> 32)
            if distinct.last != number { distinct.append(number) }
            fetched[Int(key & 0xFFFF_FFFF)] = Int32(truncatingIfNeeded: distinct.count - 1)
        }
        let portions = (distinct.count + Self.portion - 1) / Self.portion
        var parts: [(starts: [Int], bytes: [UInt8])] = Array(repeating: ([0], []), count: portions)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: portions) { _, item in
                parts[item] = try source.identifiers(
                    distinct[item * Self.portion..<min(distinct.count, (item + 1) * Self.portion)], in: space)
            }
        }
        for part in parts {
            let base = bytes.count
            bytes += part.bytes
            for start in part.starts.dropFirst() { starts.append(base + start) }
        }
        guard starts.count == distinct.count + 1 else { throw ProjectionError.inconsistentIdentifiers }
    }

    /// Whether there is a number at a place of the list.
    func has(_ place: Int) -> Bool { fetched[place] >= 0 }

    /// Adds the identifier of the number at a place of the list, if there is one; whether there is.
    @inline(__always) @discardableResult
    func append(_ place: Int, to texts: inout [UInt8]) -> Bool {
        let text = Int(fetched[place])
        guard text >= 0 else { return false }
        let (start, end) = (starts[text], starts[text + 1])
        bytes.withUnsafeBufferPointer { texts.append(contentsOf: UnsafeBufferPointer(rebasing: $0[start..<end])) }
        return true
    }
}

/// A finding being sorted: eight bytes of its event's identifier, the first one highest, and its place among the unsorted.
private struct IdentifierKey {
    var head: UInt64
    var place: UInt32
}

/// Sorts findings by their events' identifiers as bytes, eight bytes at a time: those that are equal so far are sorted by the next
/// eight. Identifiers mostly begin alike and grow with the ordinal, so what all share is passed over.
private struct IdentifierSorter {
    let entries: UnsafeBufferPointer<Finding>
    let texts: UnsafeBufferPointer<UInt8>

    /// Sorts findings whose identifiers agree in the first `depth` bytes.
    func sort(_ keys: UnsafeMutableBufferPointer<IdentifierKey>, from depth: Int) {
        guard keys.count > 1, depth < 64 else { return }
        let depth = depth + sharedBytes(keys, from: depth)
        for place in keys.indices { keys[place].head = head(keys[place].place, from: depth) }
        sortByHead(keys)
        var start = 0
        while start < keys.count {
            var end = start + 1
            while end < keys.count, keys[end].head == keys[start].head { end += 1 }
            if end - start > 1 { sort(UnsafeMutableBufferPointer(rebasing: keys[start..<end]), from: depth + 8) }
            start = end
        }
    }

    /// By the eight bytes; many by eleven bits at a time from the lowest.
    private func sortByHead(_ keys: UnsafeMutableBufferPointer<IdentifierKey>) {
        guard keys.count > 512 else {
            var keys = keys
            return keys.sort { $0.head < $1.head }
        }
        let differing = keys.reduce(0 as UInt64) { $0 | ($1.head ^ keys[0].head) }
        withUnsafeTemporaryAllocation(of: IdentifierKey.self, capacity: keys.count) { spare in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 2049) { starts in
                var (from, to) = (keys, spare)
                for shift in stride(from: 0 as UInt64, to: 64, by: 11) where differing >> shift & 0x7FF != 0 {
                    starts.initialize(repeating: 0)
                    for key in from { starts[Int(key.head >> shift & 0x7FF) &+ 1] &+= 1 }
                    for digit in 1..<2049 { starts[digit] &+= starts[digit &- 1] }
                    for key in from {
                        let digit = Int(key.head >> shift & 0x7FF)
                        to.initializeElement(at: starts[digit], to: key)
                        starts[digit] &+= 1
                    }
                    swap(&from, &to)
                }
                if from.baseAddress != keys.baseAddress { _ = keys.update(fromContentsOf: from) }
            }
        }
    }

    /// How many further bytes all of them share.
    private func sharedBytes(_ keys: UnsafeMutableBufferPointer<IdentifierKey>, from depth: Int) -> Int {
        let first = texts[entries[Int(keys[0].place)].eventID]
        var shared = max(0, first.count - depth)
        for key in keys {
            let other = texts[entries[Int(key.place)].eventID]
            var same = 0
            while same < shared, depth + same < other.count,
                texts[first.startIndex + depth + same] == texts[other.startIndex + depth + same]
            {
                same += 1
            }
            shared = same
            if shared == 0 { break }
        }
        return shared
    }

    /// Eight bytes as a number; behind the end zeros, which no identifier holds.
    private func head(_ place: UInt32, from depth: Int) -> UInt64 {
        let entry = entries[Int(place)]
        let start = Int(entry.textStart) + depth
        if depth + 8 <= Int(entry.idCount) {
            return UInt64(bigEndian: UnsafeRawPointer(texts.baseAddress.unsafelyUnwrapped + start).loadUnaligned(as: UInt64.self))
        }
        var head: UInt64 = 0
        for offset in 0..<8 { head = head << 8 | (depth + offset < Int(entry.idCount) ? UInt64(texts[start + offset]) : 0) }
        return head
    }
}
