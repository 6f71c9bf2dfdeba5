import Events
import Figures
import Projections

/// What each cause changed of each part, by area.
struct RevisionTally {
    private let columns: Int
    private let causes = Cause.allCases.count
    /// Parts, and behind them children under 3: a child that goes from one band to the next neither comes nor goes there.
    private let keys = Part.all.count + 1
    private var changes: [Int64]

    init(areas: Areas) {
        columns = areas.slotCount
        changes = Array(repeating: 0, count: keys * causes * columns)
    }

    mutating func add(_ revision: Revision) {
        var under3: [(column: Int, amount: Int64)] = []
        for change in revision.changes {
            add(change.part.index, revision.cause(of: change.amount), change.column, change.amount)
            guard case .counter(let counter) = change.part, Quantity.bands.contains(counter) else { continue }
            if let place = under3.firstIndex(where: { $0.column == change.column }) {
                under3[place].amount += change.amount
            } else {
                under3.append((change.column, change.amount))
            }
        }
        for change in under3 where change.amount != 0 {
            add(Part.all.count, revision.cause(of: change.amount), change.column, change.amount)
        }
    }

    private mutating func add(_ key: Int, _ cause: Cause, _ column: Int, _ amount: Int64) {
        changes[(key * causes + cause.rawValue) * columns + column] &+= amount
    }

    /// By area: the parts at first, after each cause in their order, and at last.
    func states(_ sums: RevisionSums, _ areas: Areas) -> [AreaStates] {
        areas.all.indices.map { number in
            let slots = areas.slots(of: number)
            func sum(_ value: (Int) -> Int64) -> Int64 { slots.reduce(0) { $0 &+ value($1) } }
            var parts = AreaParts()
            parts.communities = areas.registered[number]
            var last = parts
            for part in Part.all {
                parts[part] = sum { sums.before(part, column: $0) }
                last[part] = sum { sums.after(part, column: $0) }
            }
            parts.under3 = Quantity.bands.reduce(0) { $0 + parts[.counter($1)] }
            last.under3 = Quantity.bands.reduce(0) { $0 + last[.counter($1)] }
            let first = parts
            var steps: [(Cause, AreaParts)] = []
            for cause in Cause.allCases where cause != .reference {
                for part in Part.all { parts[part] &+= sum { change(part.index, cause, $0) } }
                parts.under3 &+= sum { change(Part.all.count, cause, $0) }
                steps.append((cause, parts))
            }
            return AreaStates(first: first, steps: steps, last: last)
        }
    }

    private func change(_ key: Int, _ cause: Cause, _ column: Int) -> Int64 {
        changes[(key * causes + cause.rawValue) * columns + column]
    }
}

/// An area's parts on the way from one report to another.
struct AreaStates {
    /// From the earlier viewpoint.
    let first: AreaParts
    /// After each cause.
    let steps: [(cause: Cause, parts: AreaParts)]
    /// From the later viewpoint, by itself.
    let last: AreaParts
}

/// How one figure of one area differs between two reports, and why.
struct FigureChange {
    let figure: Figure
    let key: CoverageTable.Key
    /// As the first report prints it.
    let before: Printed?
    /// As the second report prints it.
    let after: Printed?
    /// What each cause changed, in the figure's last place; only those that changed it. They add up to the difference.
    private(set) var causes: [(cause: Cause, units: Int128)] = []
    /// Why the causes do not add up, in words.
    private(set) var fault: String?
    private let arithmetic: (before: String, after: String)

    /// The figure of an area: its parts at first by the earlier report's own reference data and settings, and its number and the way on by
    /// the later one's; nil where the register of that report has no such area.
    init(
        _ figure: Figure, _ key: CoverageTable.Key, _ first: AreaParts?, _ way: (number: Int, states: AreaStates)?,
        early: ComparedReport, late: ComparedReport, isTurned: Bool
    ) {
        self.figure = figure
        self.key = key
        let (from, to) = (early.table.number(figure, key), late.table.number(figure, key))
        (before, after) = isTurned ? (to, from) : (from, to)
        let demand = (early: early.settings.demand, late: late.settings.demand)
        func residents(_ view: Viewpoint) -> Int64? {
            way.flatMap { late.settings.population.residents(in: view.asOf.civil.year)[$0.number] }
        }
        var last = way?.states.last
        last?.population = residents(late.viewpoint)
        let texts = (first?.arithmetic(figure, demand.early) ?? "", last?.arithmetic(figure, demand.late) ?? "")
        arithmetic = isTurned ? (texts.1, texts.0) : texts

        // Each report must say what its events give with what it was made with: only then are the causes the true ones.
        let place = "\(figure.name) of \(key.code)"
        func isMade(_ report: ComparedReport, _ printed: Printed?, _ parts: AreaParts?, _ demand: DemandRules) -> Bool {
            parts.map { $0.printed(figure, demand) == printed } ?? (report.table.names[key] == nil)
        }
        if !isMade(early, from, first, demand.early) { fault = "\(place): \(early.folder) does not say what its events give" }
        if !isMade(late, to, last, demand.late) { fault = "\(place): \(late.folder) does not say what its events give" }

        // The steps, each from the value before it; where there is no value the step says nothing and the next one says it all.
        var steps: [(Cause, Printed?)] = []
        if let way {
            var state = way.states.first
            state.population = last?.population
            steps.append((.reference, state.printed(figure, demand.late)))
            for (cause, parts) in way.states.steps {
                var parts = parts
                parts.population = last?.population
                steps.append((cause, parts.printed(figure, demand.late)))
            }
            if var end = way.states.steps.last?.parts {
                end.population = last?.population
                if end != last { fault = "\(place): the events do not lead from one report to the other" }
            }
        }
        // Where the later report has no such area, that alone is why.
        steps.append((.reference, to))
        guard let from, to != nil else { return }
        var value = from.units
        var units = [Int128](repeating: 0, count: Cause.allCases.count)
        for case (let cause, let next?) in steps {
            units[cause.rawValue] += next.units - value
            value = next.units
        }
        let sign: Int128 = isTurned ? -1 : 1
        causes = Cause.allCases.compactMap { units[$0.rawValue] == 0 ? nil : ($0, units[$0.rawValue] * sign) }
    }

    /// Whether the two reports say something else.
    var isChange: Bool { before != after || !causes.isEmpty }

    private func text(_ units: Int128) -> String { Printed(units: units, places: figure.places).text }

    private func signed(_ units: Int128) -> String { (units > 0 ? "+" : "") + text(units) }

    /// The change as one line of JSON.
    func json() -> [UInt8] {
        var line = JSONLine()
        line.add("figure", figure.name)
        line.add("level", key.level)
        line.add("code", key.code)
        line.add("before", before?.text ?? "")
        line.add("after", after?.text ?? "")
        if let before, let after { line.addRaw("difference", text(after.units - before.units)) }
        let members = causes.map { "\"\($0.cause.name)\": \(text($0.units))" }
        line.addRaw("causes", "{" + members.joined(separator: ", ") + "}")
        if !arithmetic.before.isEmpty || !arithmetic.after.isEmpty {
            line.add("arithmetic_before", arithmetic.before)
            line.add("arithmetic_after", arithmetic.after)
        }
        return line.finish()
    }

    /// The change as lines of text, with the events that are named for each cause.
    func text(_ names: [Cause: NamedEvents.Entry]) -> [String] {
        let difference = before.flatMap { before in after.map { " (\(signed($0.units - before.units)))" } } ?? ""
        var lines = ["  \(figure.name)  \(before?.text ?? "empty") → \(after?.text ?? "empty")\(difference)"]
        if !arithmetic.before.isEmpty {
            lines.append("      \(arithmetic.before)")
            lines.append("      \(arithmetic.after)")
        }
        for (cause, units) in causes {
            let events = names[cause].map { ": \($0.words)" } ?? ""
            lines.append("    \(cause.name) \(signed(units))\(events)")
        }
        return lines
    }
}

/// The first events by area, figure and cause, for text.
struct NamedEvents {
    /// The events of a figure and cause.
    struct Entry {
        fileprivate(set) var named: [String] = []
        fileprivate(set) var count = 0

        /// The events in words.
        var words: String {
            let rest = count - named.count
            return named.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
        }
    }

    private struct Key: Hashable {
        let area: Int
        let figure: Int
        let cause: Cause
    }

    private let areas: Areas
    private let limit: Int
    private let area: Int?
    /// The places of the plain sums among the figures, with their parts.
    private let sums: [(figure: Figure, parts: [Part])]
    private var entries: [Key: Entry] = [:]

    /// For the figures of one area, or of all; no more than so many events are named for a figure and cause.
    init(areas: Areas, figures: [Figure], limit: Int?, area: Int?) {
        self.areas = areas
        self.limit = limit ?? .max
        self.area = area
        sums = figures.compactMap { figure in
            switch figure.measure {
            case .rate, .netPaidPerPlace, .count(.gap), .count(.demand), .count(.demandPlanned): nil
            case .count, .yuan: figure.parts.isEmpty ? nil : (figure, figure.parts)
            }
        }
    }

    mutating func add(_ revision: Revision, _ sign: Int64, _ members: EventMembers) throws {
        for (place, sum) in sums.enumerated() {
            var amounts: [Int: Int64] = [:]
            for change in revision.changes where sum.parts.contains(change.part) {
                for area in [0, areas.townOfSlot[change.column], areas.communitiesRange.lowerBound + change.column] {
                    amounts[area, default: 0] += change.amount
                }
            }
            for (area, amount) in amounts where amount != 0 && (self.area ?? area) == area {
                let key = Key(area: area, figure: place, cause: revision.cause(of: amount))
                var entry = entries[key] ?? Entry()
                entry.count += 1
                if entry.named.count < limit {
                    let text = Printed(units: Int128(amount * sign), places: sum.figure.places).text
                    entry.named.append(
                        "\(String(decoding: revision.id, as: UTF8.self)) \(members.typeName(revision.event)) of "
                            + "\(try members.words(revision.subject)) \(amount * sign > 0 ? "+" : "")\(text)")
                }
                entries[key] = entry
            }
        }
    }

    /// The events of a figure of an area, by cause.
    func of(_ area: Int, _ figure: Figure) -> [Cause: Entry] {
        guard let place = sums.firstIndex(where: { $0.figure == figure }) else { return [:] }
        var result: [Cause: Entry] = [:]
        for cause in Cause.allCases { result[cause] = entries[Key(area: area, figure: place, cause: cause)] }
        return result
    }
}
