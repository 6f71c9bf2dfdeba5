import Events

/// Findings of one log, each with a subject, column by column: as they stand in a file.
struct FindingColumns: Sendable {
    var ordinals: [UInt32] = []
    var days: [Int32] = []
    var subjects: [UInt32] = []
    var facilities: [UInt32] = []
    /// ``FindingCode``.
    var codes: [UInt8] = []

    var count: Int { ordinals.count }

    init() {}

    /// By event and code, which no two of them share: whoever noted them first.
    init(_ findings: [RawFinding]) {
        var keys: [UInt64] = findings.indices.map { place in
            UInt64(findings[place].ordinal) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
        }
        radixSort(&keys, from: 32)
        var order = keys.map { Int($0 & 0xFFFF_FFFF) }
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, findings[order[end]].ordinal == findings[order[start]].ordinal { end += 1 }
            if end - start > 1 { order[start..<end].sort { findings[$0].code.rawValue < findings[$1].code.rawValue } }
            start = end
        }
        ordinals = order.map { findings[$0].ordinal }
        days = order.map { findings[$0].occurredOn }
        subjects = order.map { findings[$0].subject }
        facilities = order.map { findings[$0].facility }
        codes = order.map { findings[$0].code.rawValue }
    }

    /// Whether they are ones of a log with so many events and facilities.
    func fit(events: Int, facilities limit: Int) -> Bool {
        ordinals.allSatisfy { $0 < events } && facilities.allSatisfy { $0 < max(1, limit) }
            && codes.allSatisfy { FindingCode(rawValue: $0) != nil }
    }

    /// Adds the findings of those children that are not in a bitmap by number.
    func append(to findings: inout [RawFinding], of log: Log, without changed: Table<UInt64>) {
        findings.reserveCapacity(findings.count + count)
        let (words, limit) = (changed.base, changed.count)
        for place in ordinals.indices {
            let subject = subjects[place]
            guard Int(subject >> 6) < limit, words[Int(subject >> 6)] >> UInt64(subject & 63) & 1 == 0,
                let code = FindingCode(rawValue: codes[place])
            else { continue }
            findings.append(RawFinding(code, log, ordinals[place], days[place], subject: subject, facility: facilities[place]))
        }
    }
}
