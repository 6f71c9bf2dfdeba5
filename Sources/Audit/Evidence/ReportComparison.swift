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
    /// Whether a report is there, but cannot be vouched for.
    public var isDoubt = false
}

/// The pipeline that a report was made with, and its reference data.
public struct ReportInputs: Sendable {
    /// The pipeline.
    public let pipeline: Pipeline
    /// What it names.
    public let reference: ReferenceData

    /// A pipeline with its reference data.
    public init(_ pipeline: Pipeline, _ reference: ReferenceData) {
        self.pipeline = pipeline
        self.reference = reference
    }

    var settings: ReportSettings { ReportSettings(pipeline, reference) }
}

/// One of two reports that are compared: what its manifest says, its published figures, and the state of the log it was made from.
struct ComparedReport {
    let folder: String
    let manifest: Manifest
    let table: CoverageTable
    let viewpoint: Viewpoint
    /// What its own pipeline and reference data give the figures: those whose digests its manifest has.
    let settings: ReportSettings

    init(_ folder: String, store: EventStore, _ inputs: ReportInputs, option: String) throws {
        let path = "\(folder)/\(Manifest.name)"
        guard let data = FileManager.default.contents(atPath: path).map(Array.init), let manifest = Manifest(data),
            let day = Day(manifest.asOf),
            manifest.knownAt.map({ Instant($0) != nil }) ?? true
        else { throw ComparisonError(description: "\(path): missing, or no manifest of a report; give a folder that `tuowei report` made") }
        let state = try store.atSize(manifest.checkpoint.size)
        guard "\(state.root)" == manifest.checkpoint.root else {
            throw ComparisonError(
                description: "\(path): the report was made from another log than the pipeline's store; run `tuowei verify --seen \(path)`")
        }
        guard manifest.isWritten(as: data) else {
            throw ComparisonError(
                description: "\(path): its digest is not that of its bytes: it was changed or damaged", isDoubt: true)
        }
        let signature = FileManager.default.contents(atPath: "\(folder)/\(ManifestSignature.name)").map(Array.init)
        if let (file, words) = ManifestSignature.problem(of: manifest, data, signature, expected: try store.verifierKey()) {
            throw ComparisonError(description: "\(folder)/\(file): \(words)", isDoubt: true)
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
        settings = inputs.settings
        let present = Manifest.inputs(inputs.pipeline, inputs.reference)
        guard manifest.inputs.map(\.sha256) == present.map(\.sha256) else {
            let place = zip(manifest.inputs, present).first { $0.sha256 != $1.sha256 }
            let then = place.map { " (SHA-256 then \($0.sha256), now \($1.sha256))" } ?? ""
            throw ComparisonError(
                description:
                    "\(folder): it was made with another \(place?.0.path ?? "set of files") than \(inputs.pipeline.file) gives\(then), "
                    + "so its figures cannot be made anew: give the pipeline that it was made with, beside its reference data, as \(option)",
                isDoubt: true)
        }
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
    private let threads: Int
    private let work: WorkCounter
    private let first: ComparedReport
    private let second: ComparedReport

    /// A comparison of the reports in two folders, both made from the log of this store, each with what it was made with; it tells
    /// `work` what it does.
    ///
    /// - Throws: ``ComparisonError`` where a folder holds no report of the log, or one whose figures cannot be made anew.
    public init(
        _ first: String, made firstInputs: ReportInputs, _ second: String, made secondInputs: ReportInputs, store: EventStore,
        threads: Int, work: WorkCounter = WorkCounter()
    ) throws {
        self.store = store
        self.threads = threads
        self.work = work
        self.first = try ComparedReport(first, store: store, firstInputs, option: "--pipeline-a")
        self.second = try ComparedReport(second, store: store, secondInputs, option: "--pipeline-b")
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
        /// Only the area of this code; nil: every area.
        public var code: String?
        /// One JSON object a line, each event by itself, in place of text.
        public var json = false
        /// How many events are named for a figure and cause in text; nil: all.
        public var named: Int? = 3

        /// Everything, as text.
        public init() {}
    }

    /// Writes the answer to `sink`, a piece at a time.
    public func run(_ question: Question, to sink: @escaping ([UInt8]) throws -> Void) throws -> Outcome {
        let isTurned = RevisionRequest(from: first.viewpoint, to: second.viewpoint, communities: []).isTurned
        let (early, late) = isTurned ? (second, first) : (first, second)
        // The way from one to the other: the later one's reference data and settings first, then with them the events.
        let areas = late.settings.areas
        func request(_ areas: Areas) -> RevisionRequest {
            RevisionRequest(from: early.viewpoint, to: late.viewpoint, communities: areas.communities.map(\.code), threads: threads)
        }
        let area = question.code.map { areas.number(ofCode: $0) ?? -1 }
        let figures = selected(question.figure)
        let members = EventMembers(store, showChildren: false)
        var tally = RevisionTally(areas: areas)
        var names = NamedEvents(areas: areas, figures: figures, limit: question.named, area: area)
        let sign: Int64 = isTurned ? -1 : 1
        let sums = try compare(CountedSource(store: store, work: work), request(areas)) { revision in
            tally.add(revision)
            if question.json {
                if let line = try eventLine(revision, sign, question, areas, area, members) { try sink(line) }
            } else {
                try names.add(revision, sign, members)
            }
        }
        let states = tally.states(sums, areas)
        let firsts = try firstStates(early, areas, sums, request)
        var outcome = Outcome()
        if !question.json {
            try sink(Array("A  \(first.words)\nB  \(second.words)\n\n".utf8))
        }
        var keys = first.table.keys
        keys += second.table.keys.filter { first.table.names[$0] == nil }
        for key in keys {
            let number = key.number(in: areas)
            if let code = question.code, key.code != code || (code == Areas.unassignedCode && key.level != Level.community.name) {
                continue
            }
            let before = key.number(in: early.settings.areas).map { firsts[$0] }
            var lines: [String] = []
            for figure in figures {
                outcome.figures += 1
                let change = FigureChange(
                    figure, key, before, number.map { ($0, states[$0]) }, early: early, late: late, isTurned: isTurned)
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

    /// By the number of an area in the earlier report's own register: its parts at first, with all that the report was made with.
    private func firstStates(
        _ early: ComparedReport, _ areas: Areas, _ sums: RevisionSums, _ request: (Areas) -> RevisionRequest
    ) throws -> [AreaParts] {
        let own = early.settings.areas
        let isSame = own.communities.map(\.code) == areas.communities.map(\.code)
        let sums = isSame ? sums : try compare(CountedSource(store: store, work: work), request(own)) { _ in }
        let residents = early.settings.population.residents(in: early.viewpoint.asOf.civil.year)
        return RevisionTally(areas: own).states(sums, own).enumerated().map { number, states in
            var parts = states.first
            parts.population = residents[number]
            return parts
        }
    }

    /// A figure with the figures that it is made of, or all.
    private func selected(_ figure: Figure?) -> [Figure] {
        guard let figure else { return FigureCatalog.all }
        let names = Set(figure.ingredients.map(\.name) + [figure.name])
        return FigureCatalog.all.filter { names.contains($0.name) }
    }

    private func eventLine(
        _ revision: Revision, _ sign: Int64, _ question: Question, _ areas: Areas, _ area: Int?, _ members: EventMembers
    ) throws -> [UInt8]? {
        let wanted = question.figure.map { Set($0.parts) }
        let slots = area.map { $0 < 0 ? [] : Set(areas.slots(of: $0)) }
        let changes = revision.changes.filter { wanted?.contains($0.part) ?? true && slots?.contains($0.column) ?? true }
        guard !changes.isEmpty else { return nil }
        var line = JSONLine()
        line.add("event_id", revision.id)
        let rows = changes.map { change in
            let code =
                change.column < areas.communities.count ? areas.communities[change.column].code : Areas.unassignedCode
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
