import Events

/// An `event_voided` as read from its block, its target still a text.
struct VoidRow {
    let log: Log
    let ordinal: UInt32
    let occurredOn: Int32
    let recordedAt: Int64
    let target: [UInt8]
}

/// A void whose target was looked for in its log.
struct ResolvedVoid {
    let log: Log
    let ordinal: UInt32
    let occurredOn: Int32
    let recordedAt: Int64
    /// The target's ordinal; nil: the log holds no such event.
    let target: UInt32?
    /// The target's record time; without meaning where there is none.
    let targetRecordedAt: Int64
    /// Whether the target is a void itself.
    let targetIsVoid: Bool
}

/// The events of one log that have no effect, as a bitmap by ordinal.
struct VoidedEvents {
    /// A bit an ordinal; nil: no event is voided.
    private(set) var words: Table<UInt64>?

    /// Marks one of `count` events.
    mutating func insert(_ ordinal: UInt32, of count: Int) {
        let table = words ?? Table(repeating: 0, count: (count + 63) / 64)
        words = table
        table[Int(ordinal >> 6)] |= 1 << UInt64(ordinal & 63)
    }
}

/// What the voids of a record do at K: which events have no effect, and the voids' own findings, which stand at every D.
struct VoidEffects {
    /// By ``Log/rawValue``.
    var voided: [VoidedEvents] = Array(repeating: VoidedEvents(), count: Log.allCases.count)
    var findings: [RawFinding] = []

    init(_ voids: [ResolvedVoid], knownAt: Int64, eventCounts: [Int]) {
        for void in voids where void.recordedAt <= knownAt {
            guard let target = void.target, void.targetRecordedAt <= knownAt else {
                findings.append(RawFinding(.voidWithoutTarget, void.log, void.ordinal, void.occurredOn))
                continue
            }
            if void.targetIsVoid {
                findings.append(RawFinding(.voidOfVoid, void.log, void.ordinal, void.occurredOn))
            } else {
                voided[Int(void.log.rawValue)].insert(target, of: eventCounts[Int(void.log.rawValue)])
            }
        }
    }
}

/// Finds the targets of voids: a table of the targets' hashes, against which every event identifier of the log is held.
struct TargetTable {
    private struct Entry {
        var hash: UInt64 = 0
        var target: Int32 = -1
    }

    private var entries: [Entry]
    private var filter: [UInt64]
    private let mask: Int
    private let filterMask: UInt64
    /// The distinct targets.
    private(set) var targets: [[UInt8]] = []
    /// For each void the place of its target in `targets`.
    private(set) var places: [Int] = []

    init(_ rows: [VoidRow]) {
        var capacity = 16
        while capacity < rows.count * 2 { capacity *= 2 }
        entries = Array(repeating: Entry(), count: capacity)
        mask = capacity - 1
        // 16 bits a slot keep nearly all other identifiers away from the table.
        filter = Array(repeating: 0, count: capacity / 4)
        filterMask = UInt64(capacity * 16 - 1)
        for row in rows {
            let hash = Self.hash(row.target)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while entries[slot].target >= 0, entries[slot].hash != hash || targets[Int(entries[slot].target)] != row.target {
                slot = (slot + 1) & mask
            }
            if entries[slot].target < 0 {
                entries[slot] = Entry(hash: hash, target: Int32(truncatingIfNeeded: targets.count))
                targets.append(row.target)
                let bit = hash >> 20 & filterMask
                filter[Int(bit >> 6)] |= 1 << (bit & 63)
            }
            places.append(Int(entries[slot].target))
        }
    }

    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBufferPointer { $0.baseAddress.map { IdentifierHash.hash($0, count: bytes.count) } ?? 0 }
    }

    /// Calls `found` for each event of a block that is a target. The block was read with texts.
    func search(_ columns: EventColumns, _ found: (_ target: Int, _ row: Int) -> Void) {
        columns.idBytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            columns.idStart.withUnsafeBufferPointer { starts in
                filter.withUnsafeBufferPointer { filter in
                    for row in 0..<columns.count {
                        let start = Int(starts[row])
                        let count = Int(starts[row &+ 1]) &- start
                        let hash = IdentifierHash.hash(base + start, count: count)
                        let bit = hash >> 20 & filterMask
                        guard filter[Int(bit >> 6)] >> (bit & 63) & 1 != 0 else { continue }
                        if let target = find(hash, UnsafeBufferPointer(start: base + start, count: count)) { found(target, row) }
                    }
                }
            }
        }
    }

    private func find(_ hash: UInt64, _ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while entries[slot].target >= 0 {
            let target = Int(entries[slot].target)
            if entries[slot].hash == hash, targets[target].elementsEqual(bytes) { return target }
            slot = (slot + 1) & mask
        }
        return nil
    }
}

/// Looks for the target of every void among all accepted events of its log. What is known when is left to ``VoidEffects``.
func resolve(_ voids: [VoidRow], in source: any EventSource, threads: Int) throws -> [ResolvedVoid] {
    struct Target {
        var ordinal: UInt32
        var recordedAt: Int64
        var isVoid: Bool
    }
    var resolved: [ResolvedVoid] = []
    for log in Log.allCases {
        let rows = voids.filter { $0.log == log }.sorted { $0.ordinal < $1.ordinal }
        guard !rows.isEmpty else { continue }
        let table = TargetTable(rows)
        // A target is one event at most, so each element is written by one worker only.
        let targets = UnsafeMutableBufferPointer<Target?>.allocate(capacity: table.targets.count)
        targets.initialize(repeating: nil)
        defer { targets.deallocate() }
        let readers = (0..<threads).map { _ in EventColumns() }
        try Workers.run(threads, items: source.blockCount(of: log)) { worker, block in
            let columns = readers[worker]
            try source.readBlock(block, of: log, texts: true, into: columns)
            guard columns.hasIdentifiers, columns.type.count >= columns.count, columns.recordedAt.count >= columns.count,
                columns.firstOrdinal >= 0, columns.firstOrdinal + columns.count <= source.eventCount(of: log)
            else {
                throw ProjectionError.inconsistentBlock(log: log, block: block)
            }
            table.search(columns) { target, row in
                targets[target] = Target(
                    ordinal: UInt32(truncatingIfNeeded: columns.firstOrdinal + row), recordedAt: columns.recordedAt[row],
                    isVoid: columns.type[row] == EventType.voidCode)
            }
        }
        for (row, place) in zip(rows, table.places) {
            let target = targets[place]
            resolved.append(
                ResolvedVoid(
                    log: log, ordinal: row.ordinal, occurredOn: row.occurredOn, recordedAt: row.recordedAt, target: target?.ordinal,
                    targetRecordedAt: target?.recordedAt ?? 0, targetIsVoid: target?.isVoid ?? false))
        }
    }
    return resolved
}
