import EventStore
import Events
import Figures
import Foundation
import Pipelines

extension ReportMaker {
    /// How many events a message names; the command that it gives lists all.
    private static let namedEvents = 3

    /// The events behind a cell of a table's row: how many move it, the first of them, and the command that lists all; nil where the
    /// column is no figure of an area that can be explained.
    func eventsAtStake(_ column: String, _ row: [String: String]) -> String? {
        guard FigureCatalog.figure(named: column) != nil, let code = row["code"], let day = Day(row["as_of"] ?? "\(asOf)") else {
            return nil
        }
        let known = knownAt.map { " --known-at \($0)" } ?? ""
        let command = "tuowei explain --pipeline \(pipeline.file) --as-of \(day)\(known) --figure \(column) --code \(code)"
        let maker = ReportMaker(
            program: program, store: store, pipeline: pipeline, reference: reference, asOf: day, knownAt: knownAt, language: language,
            threads: threads)
        let lines = ExplanationLines()
        guard let cell = try? Cell(figure: column, code: code, areas: reference.areas),
            (try? FigureExplanation(maker, cell: cell).run { lines.take($0) }) != nil, !lines.events.isEmpty
        else { return command }
        let names = lines.events.prefix(Self.namedEvents).joined(separator: ", ") + (lines.events.count > Self.namedEvents ? ", …" : "")
        return "\(lines.events.count) that move the figure (\(names)), listed by `\(command)`"
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
