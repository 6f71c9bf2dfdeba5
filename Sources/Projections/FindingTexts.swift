import Events

extension Findings {
    /// Reads the texts of the findings and puts them in order.
    init(_ raw: [RawFinding], in source: any EventSource, threads: Int) throws {
        for log in Log.allCases {
            let part = raw.filter { $0.log == log }
            if !part.isEmpty { try read(part, log, source, threads) }
        }
        sort(threads: threads)
    }

    /// Reads the events' identifiers block by block, the subjects' by number.
    private mutating func read(_ raw: [RawFinding], _ log: Log, _ source: any EventSource, _ threads: Int) throws {
        let raw = raw.sorted { $0.ordinal < $1.ordinal }
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
        for part in parts {
            let base = UInt64(texts.count)
            texts += part.texts
            entries += part.entries.map { entry in
                var entry = entry
                entry.textStart += base
                return entry
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
    private mutating func sort(threads: Int) {
        var keys: [FindingKey] = []
        keys.reserveCapacity(entries.count)
        texts.withUnsafeBufferPointer { texts in
            for (place, entry) in entries.enumerated() {
                keys.append(FindingKey(entry, place: UInt32(truncatingIfNeeded: place), texts))
            }
            keys.sort { left, right in
                if left.group != right.group { return left.group < right.group }
                if left.head != right.head { return left.head < right.head }
                return texts[entries[Int(left.place)].eventID].lexicographicallyPrecedes(texts[entries[Int(right.place)].eventID])
            }
        }
        let unsorted = entries
        entries = keys.map { unsorted[Int($0.place)] }
    }
}

/// What sorts a finding first: its code, its log, and the first eight bytes of its event's identifier.
private struct FindingKey {
    let head: UInt64
    let place: UInt32
    let group: UInt16

    init(_ entry: Finding, place: UInt32, _ texts: UnsafeBufferPointer<UInt8>) {
        var head: UInt64 = 0
        for offset in 0..<8 { head = head << 8 | (offset < Int(entry.idCount) ? UInt64(texts[Int(entry.textStart) + offset]) : 0) }
        self.head = head
        self.place = place
        group = UInt16(entry.code.rawValue) << 8 | UInt16(entry.log.rawValue)
    }
}
