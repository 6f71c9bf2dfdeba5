import EventStore
import Events
public import Figures
import Pipelines
import Projections

/// A question about a cell that cannot be asked.
public enum CellError: Error, Equatable, CustomStringConvertible {
    /// No column of `coverage.csv` has that name.
    case unknownFigure(String, nearest: String)
    /// No area of the register has that code.
    case unknownArea(String, nearest: String?)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .unknownFigure(let name, let nearest):
            "no figure is called \(JSONText.of(name)); the nearest is \(nearest), and all are the numeric columns of coverage.csv"
        case .unknownArea(let code, let nearest):
            "no area has the code \(JSONText.of(code))\(nearest.map { "; the nearest is \($0)" } ?? ""): give the district's, a town's or a "
                + "community's code of the register, or \(Areas.unassignedCode)"
        }
    }
}

extension Areas {
    /// The number of an area by its code alone, which no two levels share; ``unassignedCode`` is the unassigned community, whose
    /// figures are the unassigned town's too.
    public func number(ofCode code: String) -> Int? {
        if code == Areas.unassignedCode { return communitiesRange.upperBound - 1 }
        return registeredNumber(ofCode: code)
    }
}

extension ReportMaker {
    /// The figures of D alone, without a timeline, made as a report makes them.
    public func figuresOfDay() throws -> CutFigures {
        let settings = settings
        let plan = ReportPlan(asOf: asOf, from: asOf)
        var request = settings.request(plan, knownAt: knownAt, threads: threads)
        request.lists = []
        let projected = try project(CountedSource(store: store, work: work), request)
        return CutFigures(
            projected, cut: plan.asOfCut, areas: settings.areas, residents: settings.population.residents(in: asOf.civil.year),
            demand: settings.demand)
    }
}

extension AreaParts {
    /// The sum of a term.
    func get(_ term: EvidenceTerm) -> Int64 { term.parts.count == 1 ? self[term.parts[0]] : under3 }

    /// Takes over the sum of a term.
    mutating func set(_ term: EvidenceTerm, _ sum: Int64) {
        if term.parts.count == 1 { self[term.parts[0]] = sum } else { under3 = sum }
    }
}

/// A cell of `coverage.csv`: a figure of an area, by name and code.
public struct Cell: Sendable {
    /// The figure.
    public let figure: Figure
    /// The area's number.
    public let area: Int

    /// The cell of a figure's name and an area's code.
    /// - Throws: ``CellError`` with the nearest name or code.
    public init(figure name: String, code: String, areas: Areas) throws(CellError) {
        guard let figure = FigureCatalog.figure(named: name) else {
            let names = FigureCatalog.all.map(\.name)
            let begun = name.isEmpty ? nil : names.first { $0.hasPrefix(name) }
            throw .unknownFigure(name, nearest: begun ?? NearestKey.nearest(to: name, in: names) ?? "")
        }
        guard let area = areas.number(ofCode: code) else {
            throw .unknownArea(code, nearest: NearestKey.likely(code, in: areas.all.map(\.code)))
        }
        self.figure = figure
        self.area = area
    }
}

/// Explains one cell: the events behind it, one JSON object a line, and a last line that adds them up to what is printed.
///
/// The printed value comes from the report's own way (counters over all subjects at once); the sum from the events of each subject,
/// taken one by one. That the two agree is a check of both.
public struct FigureExplanation {
    private let maker: ReportMaker
    private let cell: Cell
    private let showChildren: Bool

    private let figures: CutFigures?

    /// An explanation of a cell of the report that a maker makes. Whoever explains many cells gives the day's figures,
    /// ``ReportMaker/figuresOfDay()``, instead of having them made for each.
    public init(_ maker: ReportMaker, cell: Cell, showChildren: Bool = false, figures: CutFigures? = nil) {
        self.maker = maker
        self.cell = cell
        self.showChildren = showChildren
        self.figures = figures
    }

    /// What came of it.
    public struct Outcome: Sendable, Equatable {
        /// The figure as printed; nil: an empty cell.
        public let printed: Printed?
        /// What the events and reference data give; nil: an empty cell.
        public let sum: Printed?
        /// The lines of events and reference data.
        public let lines: Int

        /// Whether both are one.
        public var addsUp: Bool { printed == sum }
    }

    /// Writes the lines to `sink`, a piece at a time, and says whether they add up.
    public func run(to sink: @escaping ([UInt8]) throws -> Void) throws -> Outcome {
        let settings = maker.settings
        let (areas, year) = (settings.areas, maker.asOf.civil.year)
        let figures = try figures ?? maker.figuresOfDay()
        let printed = figures.printed(cell.figure, of: cell.area)

        var output = Output(sink: sink)
        let members = EventMembers(maker.store, showChildren: showChildren)
        var parts = AreaParts()
        let ingredients = cell.figure.ingredients
        let terms = ingredients.compactMap { if case .term(let term) = $0 { term } else { nil } }
        let slots = areas.slots(of: cell.area)
        let inArea = cell.area == 0 ? nil : (0..<areas.slotCount).map(Set(slots).contains)
        let request = EvidenceRequest(
            view: Viewpoint(asOf: maker.asOf, knownAt: maker.knownAt, of: maker.store), communities: areas.communities.map(\.code),
            area: inArea, terms: terms, threads: maker.threads)
        let sums =
            try terms.isEmpty
            ? []
            : explain(CountedSource(store: maker.store, work: maker.work), request) { evidence in
                // Of another subject's events only those matter to a reader that change something.
                guard !evidence.isContext || evidence.change != 0 || evidence.wouldChange ?? 0 != 0 else { return }
                try output.write(try line(evidence, members))
            }
        for (term, sum) in zip(terms, sums) { parts.set(term, Int64(clamping: sum)) }
        if ingredients.contains(.population) { parts.population = try tellPopulation(settings.population, year, &output) }
        if ingredients.contains(.communities) { parts.communities = try tellCommunities(areas, &output) }

        let outcome = Outcome(printed: printed, sum: parts.printed(cell.figure, settings.demand), lines: output.lines)
        try output.write(lastLine(outcome, ingredients, parts, settings))
        try output.flush()
        return outcome
    }

    private func line(_ evidence: Evidence, _ members: EventMembers) throws -> [UInt8] {
        let places = evidence.term.parts[0].places
        func amount(_ units: Int64) -> String { places == 0 ? String(units) : Printed(units: Int128(units), places: places).text }
        var line = JSONLine()
        line.add("figure", evidence.term.name)
        line.addRaw("change", amount(evidence.change))
        switch evidence.status {
        case .applied(let findings):
            line.add("status", "applied")
            add(findings, to: &line)
        case .refused(let findings):
            line.add("status", "refused")
            add(findings, to: &line)
        case .voided(let void):
            line.add("status", "voided")
            line.add("voided_by", void)
        case .notYetKnown: line.add("status", "not_yet_known")
        }
        if let would = evidence.wouldChange { line.addRaw("would_change", amount(would)) }
        try members.add(evidence.event, id: evidence.id, of: evidence.subject, to: &line)
        return line.finish()
    }

    private func add(_ findings: [FindingCode], to line: inout JSONLine) {
        guard !findings.isEmpty else { return }
        line.addRaw("findings", "[" + findings.map { "\"\($0.name)\"" }.joined(separator: ", ") + "]")
    }

    /// The rows of `population.csv` behind the cell; their sum, nil where one is unknown.
    private func tellPopulation(_ population: Population, _ year: Int, _ output: inout Output) throws -> Int64? {
        let rows = population.rows(behind: cell.area, in: year)
        var sum: Int64? = rows.isEmpty && cell.area != 0 ? nil : 0
        for row in rows {
            var line = JSONLine()
            line.add("figure", "population")
            line.addRaw("change", row.known.map { String($0.residents) } ?? "0")
            line.add("status", row.known == nil ? "unknown" : "applied")
            line.add("source", "population.csv")
            line.add("code", maker.reference.areas.all[row.area].code)
            if let known = row.known { line.addRaw("year", String(known.year)) }
            try output.write(line.finish())
            sum = sum.flatMap { sum in row.known.map { sum &+ $0.residents } }
        }
        return sum
    }

    private func tellCommunities(_ areas: Areas, _ output: inout Output) throws -> Int64 {
        let slots = areas.slots(of: cell.area).filter { $0 != areas.unassignedSlot }
        for slot in slots {
            var line = JSONLine()
            line.add("figure", "communities")
            line.addRaw("change", "1")
            line.add("status", "applied")
            line.add("source", "communities.csv")
            line.add("code", areas.communities[slot].code)
            try output.write(line.finish())
        }
        return Int64(slots.count)
    }

    private func lastLine(_ outcome: Outcome, _ ingredients: [Ingredient], _ parts: AreaParts, _ settings: ReportSettings) -> [UInt8] {
        let area = settings.areas.all[cell.area]
        var line = JSONLine()
        line.add("total", cell.figure.name)
        line.add("level", area.level.name)
        line.add("code", area.code)
        line.add("as_of", maker.asOf.description)
        if let knownAt = maker.knownAt { line.add("known_at", knownAt.description) }
        line.addRaw("log_size", String(maker.store.size))
        line.add("log_root", "\(maker.store.root)")
        line.addRaw("lines", String(outcome.lines))
        if ingredients.count > 1 || !parts.arithmetic(cell.figure, settings.demand).isEmpty {
            let members = ingredients.map { ingredient -> String in
                let value: String =
                    switch ingredient {
                    case .term(let term):
                        Printed(units: Int128(parts.get(term)), places: term.parts[0].places).text
                    case .population: parts.population.map(String.init) ?? "null"
                    case .communities: String(parts.communities)
                    }
                return "\(JSONText.of(ingredient.name)): \(value)"
            }
            line.addRaw("parts", "{" + members.joined(separator: ", ") + "}")
            line.add("arithmetic", parts.arithmetic(cell.figure, settings.demand))
        }
        line.addRaw("sum", outcome.sum?.text ?? "null")
        line.add("printed", outcome.printed?.text ?? "")
        line.addRaw("adds_up", outcome.addsUp ? "true" : "false")
        return line.finish()
    }

    /// Gathers lines into pieces.
    private struct Output {
        let sink: ([UInt8]) throws -> Void
        private(set) var lines = 0
        private var pending: [UInt8] = []

        init(sink: @escaping ([UInt8]) throws -> Void) { self.sink = sink }

        mutating func write(_ line: [UInt8]) throws {
            lines += 1
            pending += line
            if pending.count >= 1 << 16 { try flush() }
        }

        mutating func flush() throws {
            try sink(pending)
            pending.removeAll(keepingCapacity: true)
        }
    }
}
