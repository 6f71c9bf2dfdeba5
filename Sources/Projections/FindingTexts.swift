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

    /// Reads the events' identifiers block by block, the subjects' by number.
    private mutating func read(_ raw: [RawFinding], _ log: Log, _ source: any EventSource, _ threads: Int) throws {
        var order = raw.indices.map { UInt64(raw[$0].ordinal) << 32 | UInt64(UInt32(truncatingIfNeeded: $0)) }
        radixSort(&order)
        let raw = order.map { raw[Int($0 & 0xFFFF_FFFF)] }
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
        let readers = (0..<threads).map { _ in EventColumns() }
        var parts = Array(repeating: Findings(), count: groups.items.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: parts.count) { worker, item in
                let columns = readers[worker]
                let block = groups.items[item].block
                try source.readBlock(block, of: log, texts: true, into: columns)
                guard columns.hasIdentifiers else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
                for finding in raw[ranges[item]] {
                    let row = Int(finding.ordinal) - columns.firstOrdinal
                    guard row >= 0, row < columns.count else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
                    parts[item].append(
                        finding.code, log: log, ordinal: finding.ordinal, occurredOn: Day(rawValue: finding.occurredOn),
                        eventID: columns.id(row), subject: try Self.subject(of: finding, in: source))
                }
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

    private static func subject(of finding: RawFinding, in source: any EventSource) throws -> [UInt8] {
        guard finding.hasSubject else { return [] }
        switch finding.log {
        case .births: return try source.identifier(finding.subject, in: .child)
        case .filings: return try source.identifier(finding.subject, in: .facility)
        case .subsidies: return try source.identifier(finding.subject, in: .grant)
        case .enrollments:
            return try source.identifier(finding.subject, in: .child) + [UInt8(ascii: "@")]
                + source.identifier(finding.facility, in: .facility)
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
