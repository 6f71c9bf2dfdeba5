public import Events

/// From where a record is looked at: a day, what is known, and how much of the record there was.
public struct Viewpoint: Sendable, Hashable {
    /// D.
    public let asOf: Day
    /// K; nil: everything is known.
    public let knownAt: Instant?
    /// By ``Log/rawValue``: the events that the state of the record held, its first ones.
    public let eventCounts: [Int]

    /// A viewpoint.
    public init(asOf: Day, knownAt: Instant?, eventCounts: [Int]) {
        self.asOf = asOf
        self.knownAt = knownAt
        self.eventCounts = eventCounts
    }

    /// A day as known at a moment, from everything a source holds.
    public init(asOf: Day, knownAt: Instant?, of source: some EventSource) {
        self.init(asOf: asOf, knownAt: knownAt, eventCounts: Log.allCases.map { source.eventCount(of: $0) })
    }

    /// Whether an event exists from here.
    func knows(_ log: Log, ordinal: UInt32, recordedAt: Int64) -> Bool {
        Int(ordinal) < eventCounts[Int(log.rawValue)] && recordedAt <= knownAt?.rawValue ?? .max
    }
}

/// Why an event has no effect from a viewpoint, or that it has one.
enum Standing: Equatable {
    /// It is in effect, if it applies.
    case inEffect
    /// It occurred after D.
    case afterAsOf
    /// It was recorded after K, or is no part of that state of the record.
    case notKnown
    /// It was voided by this event, as known.
    case voided(by: [UInt8])
}

/// The voids of a record by their targets.
struct EvidenceVoids {
    private struct Void {
        let ordinal: UInt32
        let recordedAt: Int64
        let id: [UInt8]
    }

    private var byTarget: [[UInt32: [Void]]] = Array(repeating: [:], count: Log.allCases.count)

    init(_ source: any EventSource, logs: Set<Log>, threads: Int) throws {
        let columns = EventColumns()
        var rows: [VoidRow] = []
        var identifiers: [[UInt32: [UInt8]]] = Array(repeating: [:], count: Log.allCases.count)
        for log in Log.allCases where logs.contains(log) {
            for block in 0..<source.blockCount(of: log) {
                try source.readBlock(block, of: log, texts: false, into: columns)
                guard columns.type.prefix(columns.count).contains(EventType.voidCode) else { continue }
                try source.readBlock(block, of: log, texts: true, into: columns)
                guard columns.hasIdentifiers, columns.hasDetails else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
                for row in 0..<columns.count where columns.type[row] == EventType.voidCode {
                    guard let target = Detail.parts(columns.detail(row))?.first else {
                        throw ProjectionError.inconsistentBlock(log: log, block: block)
                    }
                    let ordinal = UInt32(truncatingIfNeeded: columns.firstOrdinal + row)
                    identifiers[Int(log.rawValue)][ordinal] = Array(columns.id(row))
                    rows.append(
                        VoidRow(
                            log: log, ordinal: ordinal, occurredOn: columns.occurredOn[row], recordedAt: columns.recordedAt[row],
                            target: target))
                }
            }
        }
        for void in try VoidResolver(source: source, histories: Histories(), find: nil, threads: threads).resolve(rows) {
            guard let target = void.target, !void.targetIsVoid else { continue }
            let log = Int(void.log.rawValue)
            byTarget[log][target, default: []].append(
                Void(ordinal: void.ordinal, recordedAt: void.recordedAt, id: identifiers[log][void.ordinal] ?? []))
        }
        for log in byTarget.indices {
            byTarget[log] = byTarget[log].mapValues { voids in
                voids.sorted { left, right in
                    left.recordedAt != right.recordedAt
                        ? left.recordedAt < right.recordedAt : left.id.lexicographicallyPrecedes(right.id)
                }
            }
        }
    }

    /// How an event stands from a viewpoint: the first reason against it in the order of ``Standing``.
    func standing(of event: EvidenceEvent, from view: Viewpoint) -> Standing {
        if event.occurredOn > view.asOf.rawValue { return .afterAsOf }
        guard view.knows(event.log, ordinal: event.ordinal, recordedAt: event.recordedAt) else { return .notKnown }
        let void = byTarget[Int(event.log.rawValue)][event.ordinal]?.first {
            view.knows(event.log, ordinal: $0.ordinal, recordedAt: $0.recordedAt)
        }
        return void.map { .voided(by: $0.id) } ?? .inEffect
    }

    /// When the voids of an event were recorded, the first one first.
    func firstVoid(of event: EvidenceEvent) -> Int64? { byTarget[Int(event.log.rawValue)][event.ordinal]?.first?.recordedAt }
}
