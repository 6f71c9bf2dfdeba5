public import Events

/// One accepted event as an explanation needs it: its numbers, and where its identifier lies in ``EvidenceTexts``.
public struct EvidenceEvent: Sendable {
    /// Its log.
    public let log: Log
    /// ``EventType/code``.
    public let type: UInt8
    /// The column `code`.
    public let code: UInt8
    let idCount: UInt8
    /// Its ordinal within its log.
    public let ordinal: UInt32
    /// Valid time as a day number.
    public let occurredOn: Int32
    let idStart: UInt32
    /// Record time in microseconds.
    public let recordedAt: Int64
    /// The number of its child, facility or grant.
    public let subject: UInt32
    /// The number of its community, facility or child, where its type has one.
    public let object: UInt32
    /// The column `value`.
    public let value: Int64
    /// The places of `capacity_set`.
    let infant: Int32
    let toddler: Int32
    let preschool: Int32
    let mixed: Int32

    /// The event in a row of a block that was read with texts; nil where its detail is damaged.
    init?(_ columns: EventColumns, row: Int, texts: EvidenceTexts) {
        log = columns.log
        type = columns.type[row]
        code = columns.code[row]
        ordinal = UInt32(truncatingIfNeeded: columns.firstOrdinal + row)
        occurredOn = columns.occurredOn[row]
        recordedAt = columns.recordedAt[row]
        subject = columns.subject[row]
        object = columns.object[row]
        value = columns.value[row]
        let id = columns.id(row)
        idStart = UInt32(truncatingIfNeeded: texts.append(id))
        idCount = UInt8(truncatingIfNeeded: id.count)
        var places: [Int32] = [0, 0, 0, 0]
        if log == .filings, type == FilingsEvent.capacitySet.rawValue {
            guard let parts = Detail.parts(columns.detail(row)), parts.count == 4 else { return nil }
            for (place, part) in parts.enumerated() {
                guard let number = Int32(String(decoding: part, as: UTF8.self)), (0...100_000).contains(number) else { return nil }
                places[place] = number
            }
        }
        (infant, toddler, preschool, mixed) = (places[0], places[1], places[2], places[3])
    }

    /// Its capacity, where it is a `capacity_set`.
    public var capacity: ByClass { ByClass(infant: Int(infant), toddler: Int(toddler), preschool: Int(preschool), mixed: Int(mixed)) }

    /// Whether it is its subject's creating event, which comes first within a day whenever it was recorded.
    var isCreating: Bool { type == 0 && log != .enrollments }

    /// Whether it comes before another event of the same subject (`events.md`, section 3).
    func precedes(_ other: EvidenceEvent, _ texts: EvidenceTexts) -> Bool {
        if occurredOn != other.occurredOn { return occurredOn < other.occurredOn }
        if isCreating != other.isCreating { return isCreating }
        if recordedAt != other.recordedAt { return recordedAt < other.recordedAt }
        if type != other.type { return type < other.type }
        return texts.id(self).lexicographicallyPrecedes(texts.id(other))
    }
}

/// The identifiers of the events that are being looked at. Filled and emptied by whoever reads, never shared between threads.
public final class EvidenceTexts {
    private var bytes: [UInt8] = []

    init() {}

    /// The bytes held.
    var count: Int { bytes.count }

    /// Adds an identifier; where it begins.
    func append(_ id: ArraySlice<UInt8>) -> Int {
        defer { bytes.append(contentsOf: id) }
        return bytes.count
    }

    /// Forgets what was added behind a place.
    func truncate(to count: Int) { bytes.removeLast(max(0, bytes.count - count)) }

    /// An event's identifier.
    public func id(_ event: EvidenceEvent) -> ArraySlice<UInt8> {
        let start = Int(event.idStart)
        return start + Int(event.idCount) <= bytes.count ? bytes[start..<start + Int(event.idCount)] : []
    }
}
