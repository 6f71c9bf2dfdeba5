import Archives
public import EventStore
import Events
public import Figures
import Foundation
public import Pipelines
import Projections

/// Why two reports cannot be compared.
public struct ComparisonError: Error, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public let description: String
}

/// One of two reports that are compared: what its manifest says, its published figures, and the state of the log it was made from.
struct ComparedReport {
    let folder: String
    let manifest: Manifest
    let table: CoverageTable
    let viewpoint: Viewpoint
    /// Whether pipeline and reference data are the ones at hand, so that its figures can be made anew.
    let hasSameInputs: Bool

    init(_ folder: String, store: EventStore, inputs: [Manifest.File]) throws {
        let path = "\(folder)/\(Manifest.name)"
        guard let data = FileManager.default.contents(atPath: path), let manifest = Manifest(data), let day = Day(manifest.asOf),
            manifest.knownAt.map({ Instant($0) != nil }) ?? true
        else { throw ComparisonError(description: "\(path): missing, or no manifest of a report; give a folder that `tuowei report` made") }
        let state = try store.atSize(manifest.checkpoint.size)
        guard "\(state.root)" == manifest.checkpoint.root else {
            throw ComparisonError(
                description: "\(path): the report was made from another log than the pipeline's store; run `tuowei verify --seen \(path)`")
        }
        let file = "\(folder)/coverage.csv"
        guard let bytes = FileManager.default.contents(atPath: file).map(Array.init), let table = CoverageTable(bytes) else {
            throw ComparisonError(description: "\(file): missing, or not the table of a report")
        }
        guard manifest.files.first(where: { $0.path == "coverage.csv" })?.sha256 == "\(SHA256.digest(of: bytes))" else {
            throw ComparisonError(description: "\(file): not the table that the manifest lists; run `tuowei verify --report \(folder)`")
        }
        self.folder = folder
        self.manifest = manifest
        self.table = table
        viewpoint = Viewpoint(asOf: day, knownAt: manifest.knownAt.flatMap { Instant($0) }, of: state)
        hasSameInputs = manifest.inputs.map(\.sha256) == inputs.map(\.sha256)
    }

    /// The report in words.
    var words: String {
        let known = manifest.knownAt.map { ", as known at \($0)" } ?? ""
        return "\(folder): as of \(manifest.asOf)\(known), from the first \(manifest.checkpoint.size) entries of the log"
    }
}

/// Explains a revision: for every figure of `coverage.csv` that differs between two reports of one log, the sum by cause over named
/// events.
public struct ReportComparison {
    private let store: EventStore
    private let settings: ReportSettings
    private let threads: Int
    private let work: WorkCounter
    private let first: ComparedReport
    private let second: ComparedReport

    /// A comparison of the reports in two folders, both made from the log of this store; it tells `work` what it does.
    ///
    /// - Throws: ``ComparisonError`` where a folder holds no report of the log.
    public init(
        _ first: String, _ second: String, store: EventStore, pipeline: Pipeline, reference: ReferenceData, threads: Int,
        work: WorkCounter = WorkCounter()
    ) throws {
        let maker = ReportMaker(
            program: "", store: store, pipeline: pipeline, reference: reference, asOf: Day(rawValue: 0), knownAt: nil, threads: threads)
        let inputs = try maker.manifest(of: []).inputs
        self.store = store
        self.threads = threads
        self.work = work
        settings = maker.settings
        self.first = try ComparedReport(first, store: store, inputs: inputs)
        self.second = try ComparedReport(second, store: store, inputs: inputs)
    }

    /// What came of a comparison.
    public struct Outcome: Sendable {
        /// Figures looked at, and those that differ.
        public var figures = 0
        /// Those that differ.
        public var changed = 0
        /// Where the causes do not add up to the difference, in words.
        public var faults: [String] = []
    }

    /// What is asked for.
    public struct Question: Sendable {
        /// Only this figure and what it is made of; nil: every figure.
        public var figure: Figure?
        /// Only the area of this number; nil: every area.
        public var area: Int?
        /// One JSON object a line, each event by itself, in place of text.
        public var json = false
        /// How many events are named for a figure and cause in text; nil: all.
        public var named: Int? = 3

        /// Everything, as text.
        public init() {}
    }

    /// Writes the answer to `sink`, a piece at a time.
    public func run(_ question: Question, to sink: @escaping ([UInt8]) throws -> Void) throws -> Outcome {
        let (areas, columns) = (settings.areas, settings.areas.slotCount)
        var request = RevisionRequest(
            from: first.viewpoint, to: second.viewpoint, communities: areas.communities.map(\.code), threads: threads)
        let isTurned = request.isTurned
        if isTurned { request = RevisionRequest(from: request.to, to: request.from, communities: request.communities, threads: threads) }
        let figures = selected(question.figure)
        let members = EventMembers(store, showChildren: false)
        var tally = RevisionTally(areas: areas)
        var names = NamedEvents(areas: areas, figures: figures, question)
        let sign: Int64 = isTurned ? -1 : 1
        let sums = try compare(CountedSource(store: store, work: work), request) { revision in
            tally.add(revision)
            if question.json {
                if let line = try eventLine(revision, sign, figures, question, members) { try sink(line) }
            } else {
                try names.add(revision, sign, members)
            }
        }
        let states = tally.states(sums, areas, columns)
        var outcome = Outcome()
        if !question.json {
            try sink(Array("A  \(first.words)\nB  \(second.words)\n\n".utf8))
        }
        let (early, late) = isTurned ? (second, first) : (first, second)
        var keys = first.table.keys
        keys += second.table.keys.filter { first.table.names[$0] == nil }
        for key in keys {
            let number = Level(name: key.level).flatMap { level in
                key.code == Areas.unassignedCode
                    ? (level == .town ? areas.towns.upperBound - 1 : areas.communitiesRange.upperBound - 1)
                    : areas.number(of: level, code: key.code)
            }
            if let area = question.area, area != number { continue }
            var lines: [String] = []
            for figure in figures {
                outcome.figures += 1
                let change = FigureChange(
                    figure, key, number, early: early, late: late, states: states, settings: settings, isTurned: isTurned)
                if let fault = change.fault { outcome.faults.append(fault) }
                guard change.isChange else { continue }
                outcome.changed += 1
                if question.json { try sink(change.json()) } else { lines += change.text(number.map { names.of($0, figure) } ?? [:]) }
            }
            guard !lines.isEmpty else { continue }
            let name = second.table.names[key] ?? first.table.names[key] ?? ""
            try sink(Array("\(key.level) \(key.code) \(name)\n\(lines.joined(separator: "\n"))\n\n".utf8))
        }
        try sink(lastLine(outcome, question))
        return outcome
    }

    /// A figure with the figures that it is made of, or all.
    private func selected(_ figure: Figure?) -> [Figure] {
        guard let figure else { return FigureCatalog.all }
        let names = Set(figure.ingredients.map(\.name) + [figure.name])
        return FigureCatalog.all.filter { names.contains($0.name) }
    }

    private func eventLine(
        _ revision: Revision, _ sign: Int64, _ figures: [Figure], _ question: Question, _ members: EventMembers
    ) throws -> [UInt8]? {
        let wanted = question.figure.map { Set($0.parts) }
        let slots = question.area.map { Set(settings.areas.slots(of: $0)) }
        let changes = revision.changes.filter { wanted?.contains($0.part) ?? true && slots?.contains($0.column) ?? true }
        guard !changes.isEmpty else { return nil }
        var line = JSONLine()
        line.add("event_id", revision.id)
        let rows = changes.map { change in
            let code =
                change.column < settings.areas.communities.count ? settings.areas.communities[change.column].code : Areas.unassignedCode
            let amount = Printed(units: Int128(change.amount * sign), places: change.part.places).text
            return "{\"figure\": \"\(change.part.name)\", \"code\": \"\(code)\", \"cause\": \"\(revision.cause(of: change.amount).name)\", "
                + "\"change\": \(amount)}"
        }
        line.addRaw("changes", "[" + rows.joined(separator: ", ") + "]")
        try members.add(revision.event, id: nil, of: revision.subject, to: &line)
        return line.finish()
    }

    private func lastLine(_ outcome: Outcome, _ question: Question) -> [UInt8] {
        if question.json {
            var line = JSONLine()
            line.addRaw("figures", String(outcome.figures))
            line.addRaw("changed", String(outcome.changed))
            line.addRaw("adds_up", outcome.faults.isEmpty ? "true" : "false")
            return line.finish()
        }
        let verdict = outcome.faults.isEmpty ? "every difference is the sum of its causes" : "\(outcome.faults.count) do not add up"
        return Array("\(outcome.changed) of \(outcome.figures) figures differ; \(verdict)\n".utf8)
    }
}
