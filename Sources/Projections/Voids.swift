public import Events

/// An `event_voided` as read from its block, its target still a text.
struct VoidRow {
    let log: Log
    let ordinal: UInt32
    let occurredOn: Int32
    let recordedAt: Int64
    let target: [UInt8]
}

/// A void whose target was looked for in its log.
struct ResolvedVoid: Sendable {
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
    /// The number of the target's subject; without meaning where there is no target, or it is a void.
    let targetSubject: UInt32
    /// The target's identifier where the log holds no such event yet, else nothing.
    let text: [UInt8]
}

/// The events of one log that have no effect, as a bitmap by ordinal.
///
/// A subject's ordinals lie all over the log, so that the bitmap would be read where no cache holds it. Few subjects have a voided event:
/// a bit for each of these, in the order in which they are folded, answers for all events of the others.
struct VoidedEvents {
    /// A bit an ordinal; nil: no event is voided.
    private(set) var words: Table<UInt64>?
    /// A bit for each subject's number that has a voided event.
    private(set) var subjects: Table<UInt64>?

    /// No events.
    init() {}

    /// Events of a log by their ordinals, each with its subject's number.
    init(_ events: [(ordinal: UInt32, subject: UInt32)], of log: Log, _ shape: RecordShape) {
        guard !events.isEmpty else { return }
        let words = Table<UInt64>(repeating: 0, count: (shape.eventCounts[Int(log.rawValue)] + 63) / 64)
        let subjects = Table<UInt64>(repeating: 0, count: (shape.subjects(of: log) + 63) / 64)
        for (ordinal, subject) in events {
            words[Int(ordinal >> 6)] |= 1 << UInt64(ordinal & 63)
            subjects[Int(subject >> 6)] |= 1 << UInt64(subject & 63)
        }
        (self.words, self.subjects) = (words, subjects)
    }
}

/// What the voids of a record do at K: which events have no effect, and the voids' own findings, which stand at every D.
struct VoidEffects {
    /// By ``Log/rawValue``.
    var voided: [VoidedEvents] = Array(repeating: VoidedEvents(), count: Log.allCases.count)
    var findings: [RawFinding] = []

    /// - Parameter voids: Whose targets are of subjects of the record, see ``RecordShape/hasTarget(_:)``.
    init(_ voids: [ResolvedVoid], knownAt: Int64, _ shape: RecordShape) {
        var targets: [[(ordinal: UInt32, subject: UInt32)]] = Array(repeating: [], count: Log.allCases.count)
        for void in voids where void.recordedAt <= knownAt {
            guard let target = void.target, void.targetRecordedAt <= knownAt else {
                findings.append(RawFinding(.voidWithoutTarget, void.log, void.ordinal, void.occurredOn))
                continue
            }
            if void.targetIsVoid {
                findings.append(RawFinding(.voidOfVoid, void.log, void.ordinal, void.occurredOn))
            } else {
                targets[Int(void.log.rawValue)].append((target, void.targetSubject))
            }
        }
        voided = zip(targets, Log.allCases).map { VoidedEvents($0, of: $1, shape) }
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

    /// Calls `found` for each event of a block that is a target. The block was read with identifiers.
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

/// Finds events of a log by their identifiers, among its first `below`: an ordinal each, nil where there is none. What it returns
/// nil for as a whole is looked for in the log's blocks.
public typealias EventFinder = @Sendable (_ identifiers: [[UInt8]], _ log: Log, _ below: Int) throws -> [UInt32?]?

/// Resolves the voids of a record: those that histories know, whose targets may have come since, and those gathered behind them.
/// What is known when is left to ``VoidEffects``.
struct VoidResolver {
    private struct Target {
        var ordinal: UInt32
        var recordedAt: Int64
        var isVoid: Bool
        var subject: UInt32
    }

    let source: any EventSource
    let histories: Histories
    /// Finds events among those that the histories cover; nil: their blocks are searched.
    let find: EventFinder?
    let threads: Int

    /// Every void in order of log and ordinal.
    func resolve(_ gathered: [VoidRow]) throws -> [ResolvedVoid] {
        var resolved: [ResolvedVoid] = []
        resolved.reserveCapacity(histories.voids.count + gathered.count)
        let (ofLog, openOnes) = known()
        for log in Log.allCases {
            let covered = histories.eventCounts[Int(log.rawValue)]
            let known = ofLog[Int(log.rawValue)]
            let openPlaces = openOnes.filter { known.contains($0) }
            let open = openPlaces.map { place in
                let void = histories.voids[place]
                return VoidRow(
                    log: log, ordinal: void.ordinal, occurredOn: void.occurredOn, recordedAt: void.recordedAt, target: void.text)
            }
            let new = gathered.filter { $0.log == log }.sorted { $0.ordinal < $1.ordinal }
            // Whatever is behind the histories is searched for both; what they cover, for the new voids only.
            let behind = try search(open + new, log, blocks(of: log, from: covered, in: source))
            let first = resolved.count
            resolved += histories.voids[known]
            for (place, (row, target)) in zip(openPlaces, zip(open, behind)) where target != nil {
                resolved[first + place - known.lowerBound] = Self.resolved(row, target)
            }
            var targets = Array(behind.dropFirst(open.count))
            let missing = targets.indices.filter { targets[$0] == nil }
            if covered > 0, !missing.isEmpty {
                let before = try before(missing.map { new[$0] }, log, covered)
                for (place, target) in zip(missing, before) { targets[place] = target }
            }
            resolved += zip(new, targets).map { Self.resolved($0, $1) }
        }
        return resolved
    }

    /// Where those of each log stand among the voids that the histories know, which are in order of logs, and the places of those without a
    /// target. Nothing is copied: there are many of them, and few are looked at.
    private func known() -> (ofLog: [Range<Int>], open: [Int]) {
        histories.voids.withUnsafeBufferPointer { voids in
            var ends = [Int](repeating: 0, count: Log.allCases.count)
            var open: [Int] = []
            for place in voids.indices {
                ends[Int(voids[place].log.rawValue)] = place + 1
                if voids[place].target == nil { open.append(place) }
            }
            var start = 0
            return (
                ends.map { end in
                    let range = start..<max(start, end)
                    start = range.upperBound
                    return range
                }, open
            )
        }
    }

    private static func resolved(_ row: VoidRow, _ target: Target?) -> ResolvedVoid {
        ResolvedVoid(
            log: row.log, ordinal: row.ordinal, occurredOn: row.occurredOn, recordedAt: row.recordedAt, target: target?.ordinal,
            targetRecordedAt: target?.recordedAt ?? 0, targetIsVoid: target?.isVoid ?? false,
            targetSubject: target?.subject ?? 0, text: target == nil ? row.target : [])
    }

    /// The targets of voids among the events that the histories cover.
    private func before(_ rows: [VoidRow], _ log: Log, _ covered: Int) throws -> [Target?] {
        guard let ordinals = try find?(rows.map(\.target), log, covered) else {
            let end = blocks(of: log, from: covered, in: source).lowerBound
            return try search(rows, log, 0..<max(end, blocks(of: log, from: covered - 1, in: source).lowerBound + 1))
        }
        let wanted = blocks(of: ordinals.compactMap { $0 }, of: log, in: source)
        var targets: [Target?] = Array(repeating: nil, count: wanted.ordinals.count)
        let readers = (0..<threads).map { _ in EventColumns() }
        try targets.withUnsafeMutableBufferPointer { targets in
            try Workers.run(threads, items: wanted.items.count) { worker, item in
                let (columns, (block, range)) = (readers[worker], wanted.items[item])
                try source.readBlock(block, of: log, texts: false, into: columns)
                for place in range {
                    let ordinal = wanted.ordinals[place]
                    let row = Int(ordinal) - columns.firstOrdinal
                    guard row >= 0, row < columns.count, row < columns.recordedAt.count, row < columns.type.count,
                        row < columns.subject.count
                    else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
                    targets[place] = Target(
                        ordinal: ordinal, recordedAt: columns.recordedAt[row], isVoid: columns.type[row] == EventType.voidCode,
                        subject: columns.subject[row])
                }
            }
        }
        let found = Dictionary(uniqueKeysWithValues: zip(wanted.ordinals, targets))
        return ordinals.map { ordinal in ordinal.flatMap { found[$0] ?? nil } }
    }

    /// The targets of voids among the events of some blocks.
    private func search(_ rows: [VoidRow], _ log: Log, _ range: Range<Int>) throws -> [Target?] {
        guard !rows.isEmpty, !range.isEmpty else { return Array(repeating: nil, count: rows.count) }
        let table = TargetTable(rows)
        // A target is one event at most, so each element is written by one worker only.
        let targets = UnsafeMutableBufferPointer<Target?>.allocate(capacity: table.targets.count)
        targets.initialize(repeating: nil)
        defer { targets.deallocate() }
        let readers = (0..<threads).map { _ in EventColumns() }
        let subjects = try RecordShape(source).subjects(of: log)
        try Workers.run(threads, items: range.count) { worker, item in
            let block = range.lowerBound + item
            let columns = readers[worker]
            try source.readIdentifiers(ofBlock: block, of: log, into: columns)
            guard columns.hasIdentifiers, columns.type.count >= columns.count, columns.recordedAt.count >= columns.count,
                columns.subject.count >= columns.count,
                columns.firstOrdinal >= 0, columns.firstOrdinal + columns.count <= source.eventCount(of: log)
            else {
                throw ProjectionError.inconsistentBlock(log: log, block: block)
            }
            var isWhole = true
            table.search(columns) { target, row in
                let isVoid = columns.type[row] == EventType.voidCode
                isWhole = isWhole && (isVoid || Int(columns.subject[row]) < subjects)
                targets[target] = Target(
                    ordinal: UInt32(truncatingIfNeeded: columns.firstOrdinal + row), recordedAt: columns.recordedAt[row],
                    isVoid: isVoid, subject: columns.subject[row])
            }
            guard isWhole else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
        }
        return table.places.map { targets[$0] }
    }
}
