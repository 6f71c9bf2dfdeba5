import Events

extension Findings {
    /// Reads the texts of the findings and puts them in order.
    init(_ raw: [RawFinding], in source: any EventSource, threads: Int) throws {
        for log in Log.allCases {
            let part = raw.filter { $0.log == log }
            if !part.isEmpty { try read(part, log, source, threads) }
        }
        try sort(threads: threads)
    }

    /// Reads the events' identifiers block by block, the subjects' in the order of their numbers.
    private mutating func read(_ raw: [RawFinding], _ log: Log, _ source: any EventSource, _ threads: Int) throws {
        var order = raw.indices.map { UInt64(raw[$0].ordinal) << 32 | UInt64(UInt32(truncatingIfNeeded: $0)) }
        radixSort(&order)
        let raw = order.map { raw[Int($0 & 0xFFFF_FFFF)] }
        let subjects = try SubjectTexts(raw, log, in: source, threads: threads)
        let groups = blocks(of: raw.map(\.ordinal), of: log, in: source)
        // A range of distinct ordinals becomes one of findings: an event may have several.
        var ranges: [Range<Int>] = []
        var place = 0
        for item in groups.items {
            let start = place
            let last = groups.ordinals[item.range.upperBound - 1]
            while place < raw.count, raw[place].ordinal <= last { place += 1 }
            ranges.append(start..<place)
        }
        var parts = Array(repeating: Findings(), count: groups.items.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: parts.count) { _, item in
                let block = groups.items[item].block
                let first = source.firstOrdinal(ofBlock: block, of: log)
                let rows = ranges[item].map { Int(raw[$0].ordinal) - first }
                let ids = try source.eventIdentifiers(rows, ofBlock: block, of: log)
                guard ids.starts.count == rows.count + 1 else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
                var part = Findings()
                part.entries.reserveCapacity(rows.count)
                for (place, index) in ranges[item].enumerated() {
                    let finding = raw[index]
                    let id = ids.bytes[ids.starts[place]..<ids.starts[place + 1]]
                    let start = part.texts.count
                    part.texts.append(contentsOf: id)
                    subjects.append(index, to: &part.texts)
                    part.entries.append(
                        Finding(
                            textStart: UInt64(start), ordinal: finding.ordinal, occurredOn: finding.occurredOn,
                            idCount: UInt8(truncatingIfNeeded: id.count),
                            subjectCount: UInt8(truncatingIfNeeded: part.texts.count - start - id.count), code: finding.code, log: log))
                }
                parts[item] = part
            }
        }
        entries.reserveCapacity(entries.count + raw.count)
        texts.reserveCapacity(texts.count + parts.reduce(0) { $0 + $1.texts.count })
        for part in parts {
            let base = UInt64(texts.count)
            texts += part.texts
            for var entry in part.entries {
                entry.textStart += base
                entries.append(entry)
            }
        }
    }

    /// By code, log and event identifier. No event has one code twice, and no two events of a log share an identifier, so subject
    /// and date never decide.
    private mutating func sort(threads: Int) throws {
        var keys: [UInt64] = []
        keys.reserveCapacity(entries.count)
        for (place, entry) in entries.enumerated() {
            let group = UInt64(entry.code.rawValue) << 8 | UInt64(entry.log.rawValue)
            keys.append(group << 32 | UInt64(UInt32(truncatingIfNeeded: place)))
        }
        radixSort(&keys)
        var order = keys.map { IdentifierKey(head: 0, place: UInt32(truncatingIfNeeded: $0)) }
        var groups: [Range<Int>] = []
        for place in keys.indices where place == 0 || keys[place] >> 32 != keys[place - 1] >> 32 {
            if let last = groups.popLast() { groups.append(last.lowerBound..<place) }
            groups.append(place..<keys.count)
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
        self.entries = order.map { entries[Int($0.place)] }
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
        guard let subject = subjects[place] else { return }
        texts.append(contentsOf: subject)
        guard let facility = facilities?[place] else { return }
        texts.append(UInt8(ascii: "@"))
        texts.append(contentsOf: facility)
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
        radixSort(&keys)
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

    /// The identifier of the number at a place of the list.
    subscript(place: Int) -> ArraySlice<UInt8>? {
        let text = Int(fetched[place])
        return text < 0 ? nil : bytes[starts[text]..<starts[text + 1]]
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
        var keys = keys
        keys.sort { $0.head < $1.head }
        var start = 0
        while start < keys.count {
            var end = start + 1
            while end < keys.count, keys[end].head == keys[start].head { end += 1 }
            if end - start > 1 { sort(UnsafeMutableBufferPointer(rebasing: keys[start..<end]), from: depth + 8) }
            start = end
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
