import EventStore
import Events
import Figures
import Foundation
import Pipelines

extension ReportMaker {
    /// How many events a message names where a command lists all, and where none does.
    private static let (named, namedOfFacility) = (3, 10)

    /// Figures whose events are behind a column that is no figure of `coverage.csv` itself.
    private static let figuresBehind = [
        "access_2sfca": "places_filed", "access_gaussian": "places_filed", "enrolments": "enrolled", "grants": "granted",
        "net_paid": "net_paid_per_place", "net_paid_per_used_place": "net_paid_per_place", "places_usable": "places",
        "facilities_opened": "facilities", "facilities_closed": "facilities", "communities_without_facility": "communities_served",
        "deserts": "places_filed", "children_in_deserts": "under3", "communities_short": "gap", "places_short": "gap",
        "places_spare": "gap",
    ]

    /// The events behind a cell of a table's row: the event or the facility that the row names, or those that move the figure, with the
    /// command that lists all; nil where the row has nothing of the kind.
    func eventsAtStake(_ column: String, _ row: [String: String]) -> String? {
        if let event = row["event_id"], let log = row["log"] { return "\(event) of \(log)" }
        if let facility = row["facility"] { return eventsOfFacility(facility, column) }
        let code = row["code"] ?? row["place"] ?? reference.areas.all[0].code
        let due = (row["as_of"] ?? row["by"]).flatMap { Day($0) } ?? asOf
        let names = [row["figure"], column, row["measure"], Self.figureBehind(column)]
        guard let figure = names.lazy.compactMap({ $0.flatMap { FigureCatalog.figure(named: $0) } }).first,
            let cell = try? Cell(figure: figure.name, code: code, areas: reference.areas)
        else { return nil }
        return events(that: figure.name == column ? "move the figure" : "move \(figure.name)", cell, min(due, asOf), code)
    }

    private static func figureBehind(_ column: String) -> String? {
        if column.contains("_less_") { return column.hasPrefix("filed") ? "places_filed" : "places" }
        let name = column.hasSuffix("_change") ? String(column.dropLast("_change".count)) : column
        return figuresBehind[name] ?? name
    }

    private func events(that move: String, _ cell: Cell, _ day: Day, _ code: String) -> String {
        let known = knownAt.map { " --known-at \($0)" } ?? ""
        let command = "tuowei explain --pipeline \(pipeline.file) --as-of \(day)\(known) --figure \(cell.figure.name) --code \(code)"
        let maker = ReportMaker(
            program: program, store: store, pipeline: pipeline, reference: reference, asOf: day, knownAt: knownAt, language: language,
            threads: threads)
        let lines = ExplanationLines()
        guard (try? FigureExplanation(maker, cell: cell).run { lines.take($0) }) != nil, !lines.events.isEmpty else {
            return "those listed by `\(command)`"
        }
        return "\(lines.events.count) that \(move) (\(Self.list(lines.events, Self.named))), listed by `\(command)`"
    }

    private static func list(_ events: [String], _ limit: Int) -> String {
        events.prefix(limit).joined(separator: ", ") + (events.count > limit ? ", …" : "")
    }

    /// The events of a facility: its filings, and where the column is about them, enrolments in it or its grants.
    private func eventsOfFacility(_ facility: String, _ column: String) -> String? {
        var logs = [Log.filings]
        if ["enrolled", "utilisation"].contains(column) { logs.append(.enrollments) }
        if ["granted", "paid", "recovered"].contains(column) { logs = [.subsidies] }
        guard let events = try? logs.flatMap({ try self.events(of: facility, in: $0) }), !events.isEmpty else { return nil }
        return "\(events.count) of facility \(facility) (\(Self.list(events, Self.namedOfFacility)))"
    }

    private func events(of facility: String, in log: Log) throws -> [String] {
        let (starts, bytes) = try store.identifiers(of: .facility)
        let wanted = Array(facility.utf8)
        guard let place = zip(starts, starts.dropFirst()).enumerated().first(where: { bytes[Int($1.0)..<Int($1.1)].elementsEqual(wanted) })
        else { return [] }
        let number = UInt32(place.offset)
        var events: [String] = []
        let columns = EventColumns()
        for block in 0..<store.blockCount(of: log) {
            try store.readBlock(block, of: log, texts: true, into: columns)
            for row in 0..<columns.count
            where columns.occurredOn[row] <= asOf.rawValue && columns.recordedAt[row] <= knownAt?.rawValue ?? .max {
                let isNamed = EventType.of(log, code: columns.type[row])?.fields.contains { field in
                    switch field.slot {
                    case .subject(.facility): columns.subject[row] == number
                    // A grant to a child has the child in the same place.
                    case .object(.facility):
                        columns.object[row] == number && !(log == .subsidies && columns.code[row] & payeeIsChildBit != 0)
                    default: false
                    }
                }
                if isNamed == true { events.append(String(decoding: columns.id(row), as: UTF8.self)) }
            }
        }
        return events
    }
}

/// Gathers the identifiers of the events that move a figure from the lines of its explanation.
private final class ExplanationLines {
    private(set) var events: [String] = []
    private var rest: [UInt8] = []

    func take(_ bytes: [UInt8]) {
        rest += bytes
        var start = 0
        while let end = rest[start...].firstIndex(of: 0x0A) {
            note(rest[start..<end])
            start = end + 1
        }
        rest.removeFirst(start)
    }

    private func note(_ line: ArraySlice<UInt8>) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any], let id = object["event_id"] as? String,
            let change = object["change"] as? NSNumber, change != 0
        else { return }
        events.append(id)
    }
}
