import EventStore
import Events
import Figures
import Projections

/// Writes what an event is as members of a JSON object: its identifier, type, dates, subjects and numbers; never a free text.
///
/// Children are numbered in the order in which they are first told, unless their pseudonyms are asked for.
final class EventMembers {
    private let store: any EventSource
    private let showChildren: Bool
    private var numbers: [UInt32]
    private var lastNumber: UInt32 = 0
    private var tables: [Namespace: (starts: [UInt32], bytes: [UInt8])] = [:]
    private let types: [[EventType?]]

    init(_ store: any EventSource, showChildren: Bool) {
        self.store = store
        self.showChildren = showChildren
        numbers = Array(repeating: 0, count: showChildren ? 0 : store.identifierCount(of: .child))
        types = Log.allCases.map { log in (0..<32).map { EventType.of(log, code: UInt8($0)) } }
    }

    /// The members of an event. `subject` is named too where it is another one than the event's own.
    /// The identifier is left out where it was written before.
    func add(_ event: EvidenceEvent, id: ArraySlice<UInt8>?, of subject: Evidence.Subject, to line: inout JSONLine) throws {
        let type = types[Int(event.log.rawValue)][Int(event.type & 31)]
        if let id { line.add("event_id", id) }
        line.add("log", event.log.name)
        line.add("type", type?.name ?? "")
        line.add("occurred_on", Day(rawValue: event.occurredOn).description)
        line.add("recorded_at", Instant(rawValue: event.recordedAt).description)
        for field in type?.fields ?? [] { try add(field, event, to: &line) }
        if event.log == .filings, event.type == FilingsEvent.capacitySet.rawValue {
            let capacity = event.capacity
            line.addRaw("infant", String(capacity.infant))
            line.addRaw("toddler", String(capacity.toddler))
            line.addRaw("preschool", String(capacity.preschool))
            line.addRaw("mixed", String(capacity.mixed))
        }
        switch (subject, event.log) {
        case (.child(let number), .filings): try addChild("of_child", number, to: &line)
        case (.grant(let number), .filings), (.grant(let number), .births): line.add("of_grant", try text(number, .grant))
        default: break
        }
    }

    private func add(_ field: Field, _ event: EvidenceEvent, to line: inout JSONLine) throws {
        switch field.slot {
        case .subject(let space): try add(event.subject, space, to: &line)
        case .object(let space):
            if event.log == .subsidies, (event.code & payeeIsChildBit != 0) != (space == .child) { return }
            try add(event.object, space, to: &line)
        case .value:
            let name = field.name
            switch field.form {
            case .date: line.addRaw(named: name, "\"\(Day(rawValue: Int32(truncatingIfNeeded: event.value)))\"")
            case .amount, .decimal: line.addRaw(named: name, Printed(units: Int128(event.value), places: 2).text)
            case .integer, .identifier, .community, .text, .word: line.addRaw(named: name, String(event.value))
            }
        case .code(let shift, let bits):
            guard case .word(let words) = field.form else { return }
            let place = Int(event.code >> shift & (1 << bits - 1))
            if place < words.count { line.addRaw(named: field.name, "\"\(words[place])\"") }
        case .detail: break
        }
    }

    private func add(_ number: UInt32, _ space: Namespace, to line: inout JSONLine) throws {
        switch space {
        case .child: try addChild("child", number, to: &line)
        case .facility: line.add("facility", try text(number, .facility))
        case .grant: line.add("grant", try text(number, .grant))
        case .community: line.add("community", try text(number, .community))
        }
    }

    private func addChild(_ name: StaticString, _ number: UInt32, to line: inout JSONLine) throws {
        if showChildren { line.add(name, try text(number, .child)) } else { line.addRaw(name, String(childNumber(number))) }
    }

    /// A child's number in this answer.
    private func childNumber(_ number: UInt32) -> UInt32 {
        guard Int(number) < numbers.count else { return 0 }
        if numbers[Int(number)] == 0 {
            lastNumber += 1
            numbers[Int(number)] = lastNumber
        }
        return numbers[Int(number)]
    }

    /// A subject as people read it: `facility F1`, `grant G1`, `child 7`.
    func words(_ subject: Evidence.Subject) throws -> String {
        switch subject {
        case .child(let number):
            showChildren ? "child \(String(decoding: try text(number, .child), as: UTF8.self))" : "child \(childNumber(number))"
        case .facility(let number): "facility \(String(decoding: try text(number, .facility), as: UTF8.self))"
        case .grant(let number): "grant \(String(decoding: try text(number, .grant), as: UTF8.self))"
        }
    }

    /// The type's name.
    func typeName(_ event: EvidenceEvent) -> String { types[Int(event.log.rawValue)][Int(event.type & 31)]?.name ?? "" }

    private func text(_ number: UInt32, _ space: Namespace) throws -> ArraySlice<UInt8> {
        if tables[space] == nil { tables[space] = try store.identifiers(of: space) }
        guard let table = tables[space], Int(number) + 1 < table.starts.count else { throw ProjectionError.inconsistentIdentifiers }
        let (start, end) = (Int(table.starts[Int(number)]), Int(table.starts[Int(number) + 1]))
        guard start <= end, end <= table.bytes.count else { throw ProjectionError.inconsistentIdentifiers }
        return table.bytes[start..<end]
    }
}
