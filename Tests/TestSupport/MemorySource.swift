public import Events

/// An accepted event as a test writes it: the words of its fields, as an archive would bring them.
public struct MemoryEvent: Sendable, Hashable {
    /// Its log.
    public var log: Log
    /// Its identifier.
    public var id: String
    /// Its type's name.
    public var type: String
    /// `YYYY-MM-DD`.
    public var occurredOn: Day
    /// Its record time.
    public var recordedAt: Instant
    /// The type's own fields by name; optional ones may be left out.
    public var fields: [String: String]

    /// An event.
    public init(_ log: Log, id: String, type: String, occurredOn: Day, recordedAt: Instant, fields: [String: String]) {
        self.log = log
        self.id = id
        self.type = type
        self.occurredOn = occurredOn
        self.recordedAt = recordedAt
        self.fields = fields
    }
}

/// What a test got wrong in an event it wrote.
public struct MemoryEventError: Error, CustomStringConvertible {
    /// The event and the field.
    public let description: String
}

extension MemoryEvent {
    /// Reads one event a line: `log id type occurred_on [@recorded_at] field=value …`, record time noon of the day at +08:00 where none
    /// is given. Empty lines and those that begin with `#` are passed over.
    public static func lines(_ text: String) throws -> [MemoryEvent] {
        try text.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ").map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { return nil }
            guard words.count >= 4, let log = Log(name: first), let day = Day(words[3]) else {
                throw MemoryEventError(description: "not an event: \(line)")
            }
            let (id, type) = (words[1], words[2])
            words.removeFirst(4)
            var recordedAt = Instant(rawValue: (Int64(day.rawValue) * 24 + 4) * 3_600_000_000)
            if let word = words.first, word.hasPrefix("@") {
                guard let instant = Instant(word.dropFirst()) else { throw MemoryEventError(description: "no instant: \(line)") }
                recordedAt = instant
                words.removeFirst()
            }
            var fields: [String: String] = [:]
            for word in words {
                let parts = word.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { throw MemoryEventError(description: "no field=value: \(line)") }
                fields[String(parts[0])] = String(parts[1])
            }
            return MemoryEvent(log, id: id, type: type, occurredOn: day, recordedAt: recordedAt, fields: fields)
        }
    }
}

/// A record of a few events in memory, in blocks of a few.
public final class MemorySource: EventSource {
    private struct Row {
        var type: UInt8 = 0
        var code: UInt8 = 0
        var occurredOn: Int32 = 0
        var recordedAt: Int64 = 0
        var subject: UInt32 = 0
        var object: UInt32 = 0
        var value: Int64 = 0
        var id: [UInt8] = []
        var detail: [UInt8] = []
    }

    private let rows: [[Row]]
    private let names: [[[UInt8]]]
    private let blockSize: Int

    /// A record of these events in this order; the reading order of each log. Values must have their form; nothing is checked for
    /// duplicates.
    public init(_ events: [MemoryEvent], blockSize: Int = 5) throws {
        var rows: [[Row]] = Array(repeating: [], count: Log.allCases.count)
        var numbers: [[String: UInt32]] = Array(repeating: [:], count: Namespace.allCases.count)
        var names: [[[UInt8]]] = Array(repeating: [], count: Namespace.allCases.count)
        func number(_ name: String, _ namespace: Namespace) -> UInt32 {
            let space = Int(namespace.rawValue)
            if let known = numbers[space][name] { return known }
            let next = UInt32(names[space].count)
            numbers[space][name] = next
            names[space].append(Array(name.utf8))
            return next
        }
        for event in events {
            guard let type = EventType.all(of: event.log).first(where: { $0.name == event.type }) else {
                throw MemoryEventError(description: "\(event.id): no type \(event.type)")
            }
            var row = Row()
            row.type = type.code
            row.occurredOn = event.occurredOn.rawValue
            row.recordedAt = event.recordedAt.rawValue
            row.id = Array(event.id.utf8)
            for name in event.fields.keys where !type.fields.contains(where: { $0.name == name }) {
                throw MemoryEventError(description: "\(event.id): no field \(name)")
            }
            for field in type.fields {
                let text = event.fields[field.name]
                if text == nil, field.required { throw MemoryEventError(description: "\(event.id): \(field.name) is missing") }
                let value = try text.map { try Self.value($0, field.form, "\(event.id): \(field.name)") }
                switch field.slot {
                case .subject(let space): if let text { row.subject = number(text, space) }
                case .object(let space):
                    if let text {
                        row.object = number(text, space)
                        if event.type == "subsidy_granted", space == .child { row.code |= payeeIsChildBit }
                    }
                case .value: row.value = value ?? 0
                case .code(let shift, _): row.code |= UInt8(truncatingIfNeeded: value ?? 0) << shift
                case .detail: Detail.append(Array((text ?? "").utf8), to: &row.detail)
                }
            }
            rows[Int(event.log.rawValue)].append(row)
        }
        self.rows = rows
        self.names = names
        self.blockSize = max(1, blockSize)
    }

    private static func value(_ text: String, _ form: FieldForm, _ place: String) throws -> Int64 {
        switch form {
        case .date:
            guard let day = Day(text) else { throw MemoryEventError(description: place) }
            return Int64(day.rawValue)
        case .integer:
            guard let number = Int64(text) else { throw MemoryEventError(description: place) }
            return number
        case .amount: return try hundredths(text, place)
        case .decimal(let places, _, _): return places == 2 ? try hundredths(text, place) : 0
        case .word(let words):
            guard let index = words.firstIndex(of: text) else { throw MemoryEventError(description: place) }
            return Int64(index)
        case .identifier, .community, .text: return 0
        }
    }

    private static func hundredths(_ text: String, _ place: String) throws -> Int64 {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] + String(repeating: "0", count: max(0, 2 - parts[1].count)) : "00"
        guard parts.count <= 2, fraction.count == 2, let number = Int64(parts[0] + fraction) else {
            throw MemoryEventError(description: place)
        }
        return number
    }

    /// The number of events of a log.
    public func eventCount(of log: Log) -> Int { rows[Int(log.rawValue)].count }

    /// The number of identifiers met.
    public func identifierCount(of namespace: Namespace) -> Int { names[Int(namespace.rawValue)].count }

    /// The number of blocks of `blockSize` events.
    public func blockCount(of log: Log) -> Int { (eventCount(of: log) + blockSize - 1) / blockSize }

    /// Where a block begins.
    public func firstOrdinal(ofBlock block: Int, of log: Log) -> Int { block * blockSize }

    /// Copies a block's rows; without texts, identifiers and details stay empty, as a store may leave them.
    public func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws {
        let all = rows[Int(log.rawValue)]
        let part = all[block * blockSize..<min(all.count, (block + 1) * blockSize)]
        columns.log = log
        columns.firstOrdinal = block * blockSize
        columns.count = part.count
        columns.type = part.map(\.type)
        columns.code = part.map(\.code)
        columns.occurredOn = part.map(\.occurredOn)
        columns.recordedAt = part.map(\.recordedAt)
        columns.subject = part.map(\.subject)
        columns.object = part.map(\.object)
        columns.value = part.map(\.value)
        columns.idStart = []
        columns.idBytes = []
        columns.detailStart = []
        columns.detailBytes = []
        guard texts else { return }
        for row in part {
            columns.idStart.append(UInt32(columns.idBytes.count))
            columns.idBytes += row.id
            columns.detailStart.append(UInt32(columns.detailBytes.count))
            columns.detailBytes += row.detail
        }
        columns.idStart.append(UInt32(columns.idBytes.count))
        columns.detailStart.append(UInt32(columns.detailBytes.count))
    }

    /// An identifier by its number.
    public func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8] {
        names[Int(namespace.rawValue)][Int(number)]
    }

    /// Every identifier of a namespace.
    public func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8]) {
        var starts: [UInt32] = [0]
        var bytes: [UInt8] = []
        for name in names[Int(namespace.rawValue)] {
            bytes += name
            starts.append(UInt32(bytes.count))
        }
        return (starts, bytes)
    }
}
