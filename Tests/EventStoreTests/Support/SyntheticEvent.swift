import Events
import TestSupport

@testable import EventStore

/// An event as a test means it; made into parsed blocks as the line readers would.
struct SyntheticEvent: Hashable {
    var log: Log = .births
    var id: String
    var type: UInt8 = 0
    var code: UInt8 = 0
    var occurredOn: Int32 = 18_000
    var recordedAt: Int64 = 1_600_000_000_000_000
    var subject: String = ""
    var object: String = ""
    var value: Int64 = 0
    var detail: [UInt8] = []

    /// A random event of a log from small pools of identifiers, with every width of number now and then.
    static func random(_ log: Log, ids: Int, using generator: inout SeededGenerator) -> SyntheticEvent {
        func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
        let types = EventType.all(of: log)
        let type = types[pick(types.count)]
        var event = SyntheticEvent(log: log, id: "e\(pick(ids))" + (pick(4) == 0 ? String(repeating: "x", count: pick(50)) : ""))
        event.type = type.code
        event.code = log == .subsidies && pick(2) == 0 ? payeeIsChildBit : UInt8(pick(8))
        event.occurredOn = Int32(pick(3) == 0 ? -25_567 + pick(109_000) : 18_000 + pick(3))
        switch pick(4) {
        case 0: event.recordedAt = Int64(bitPattern: generator.next()) >> Int64(pick(40))
        case 1: event.recordedAt += Int64(pick(1_000_000)) * 1000
        default: event.recordedAt += Int64(pick(1000)) * 1_000_000
        }
        event.value = pick(3) == 0 ? Int64(bitPattern: generator.next()) >> Int64(pick(64)) : 0
        let spaces = Spaces.kinds(of: log)[Spaces.kind(type: type.code, code: event.code)]
        if spaces.subject != nil { event.subject = "s\(pick(20))" }
        if spaces.object != nil { event.object = "o\(pick(9))" }
        if pick(5) == 0 { event.detail = (0..<pick(pick(9) == 0 ? 700 : 20)).map { _ in UInt8(pick(256)) } }
        return event
    }
}

/// Parsed blocks of at most `size` events each; a block has one log. Identifiers of events that differ only in primes at the end get one
/// hash where `primesShareHashes`.
func parsedBlocks(_ events: [SyntheticEvent], size: Int = 1000, primesShareHashes: Bool = false) -> [ParsedBlock] {
    var blocks: [ParsedBlock] = []
    var line = 0
    for event in events {
        if blocks.last?.log != event.log || blocks.last.map({ $0.events.count >= size }) ?? true {
            blocks.append(ParsedBlock(log: event.log))
            blocks[blocks.count - 1].arena.append(0)
        }
        line += 1
        let block = blocks[blocks.count - 1]
        func add(_ bytes: [UInt8]) -> UInt32 {
            block.arena += bytes
            return UInt32(block.arena.count - bytes.count)
        }
        func hash(_ text: String) -> UInt64 { text.isEmpty ? 0 : testHash(Array(text.utf8)) }
        var parsed = ParsedEvent()
        parsed.line = line
        parsed.idStart = add(Array(event.id.utf8))
        parsed.idCount = UInt8(event.id.utf8.count)
        parsed.idHash = hash(primesShareHashes ? String(event.id.prefix { $0 != "'" }) : event.id)
        parsed.subjectStart = add(Array(event.subject.utf8))
        parsed.subjectCount = UInt8(event.subject.utf8.count)
        parsed.subjectHash = hash(event.subject)
        parsed.objectStart = add(Array(event.object.utf8))
        parsed.objectCount = UInt8(event.object.utf8.count)
        parsed.objectHash = hash(event.object)
        parsed.detailStart = add(event.detail)
        parsed.detailCount = UInt16(event.detail.count)
        parsed.type = event.type
        parsed.code = event.code
        parsed.occurredOn = event.occurredOn
        parsed.recordedAt = event.recordedAt
        parsed.value = event.value
        block.events.append(parsed)
    }
    return blocks
}

func testHash(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBufferPointer { $0.baseAddress.map { IdentifierHash.hash($0, count: bytes.count) } ?? 0 }
}

/// Every event of a store, as a test means it, in order of logs and ordinals.
func storedEvents(_ store: EventStore) throws -> [SyntheticEvent] {
    var events: [SyntheticEvent] = []
    let columns = EventColumns()
    func text(_ number: UInt32, _ space: Namespace?) throws -> String {
        guard let space else { return "" }
        return String(decoding: try store.identifier(number, in: space), as: UTF8.self)
    }
    for log in Log.allCases {
        for block in 0..<store.blockCount(of: log) {
            try store.readBlock(block, of: log, texts: true, into: columns)
            for row in 0..<columns.count {
                let spaces = Spaces.kinds(of: log)[Spaces.kind(type: columns.type[row], code: columns.code[row])]
                events.append(
                    SyntheticEvent(
                        log: log, id: String(decoding: columns.id(row), as: UTF8.self), type: columns.type[row], code: columns.code[row],
                        occurredOn: columns.occurredOn[row], recordedAt: columns.recordedAt[row],
                        subject: try text(columns.subject[row], spaces.subject), object: try text(columns.object[row], spaces.object),
                        value: columns.value[row], detail: Array(columns.detail(row))))
            }
        }
    }
    return events
}

/// The naive model of what a store accepts.
struct NaiveStore {
    var accepted: [SyntheticEvent] = []
    private var known: [Log: [String: SyntheticEvent]] = [:]
    var batches: [BatchOutcome] = []

    /// What a batch gives; it is kept only where `keep` says so.
    mutating func batch(_ events: [SyntheticEvent], keep: Bool) -> (new: Int, duplicates: Int, conflicts: Int) {
        let before = self
        var counts = (new: 0, duplicates: 0, conflicts: 0)
        for event in events {
            if let other = known[event.log]?[event.id] {
                if other == event { counts.duplicates += 1 } else { counts.conflicts += 1 }
            } else {
                known[event.log, default: [:]][event.id] = event
                accepted.append(event)
                counts.new += 1
            }
        }
        if !keep { self = before }
        return counts
    }

    /// In order of logs and ordinals.
    var ordered: [SyntheticEvent] { Log.allCases.flatMap { log in accepted.filter { $0.log == log } } }
}

/// Appends one batch; the outcome. `keep` false takes it back.
@discardableResult
func appendBatch(
    _ events: [SyntheticEvent], to writer: StoreWriter, name: String, blockSize: Int = 1000, keep: Bool = true, rejects: [Reject] = [],
    skipped: [String] = [], keepingConflicts: Int = .max, primesShareHashes: Bool = false
) throws -> BatchOutcome {
    try writer.beginBatch(keepingConflicts: keepingConflicts)
    var last: Log?
    for block in parsedBlocks(events, size: blockSize, primesShareHashes: primesShareHashes) {
        if let last, last != block.log { writer.findAhead(last) }
        last = block.log
        try writer.append(block, entry: "entry.ndjson")
    }
    let outcome = try writer.settleBatch()
    if keep {
        let digest = TreeHasher.emptyRoot
        var bytes = digest.bytes
        for (place, byte) in name.utf8.enumerated() { bytes[place % 32] ^= byte &+ UInt8(truncatingIfNeeded: place) }
        try writer.commitBatch(
            BatchRecord(archive: name, sha256: Digest(bytes) ?? digest, size: events.count, skipped: skipped),
            rejects: rejects + outcome.conflicts.map(\.reject))
    } else {
        try writer.rollbackBatch()
    }
    return outcome
}
