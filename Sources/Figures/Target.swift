public import Events

/// A bound that a figure is to reach, as written in the pipeline.
public enum Bound: Sendable, Hashable {
    /// The figure is to be no smaller.
    case atLeast(ExactDecimal)
    /// The figure is to be no greater.
    case atMost(ExactDecimal)

    /// Whether a printed figure keeps the bound; an empty one does not.
    public func holds(for printed: Printed?) -> Bool {
        guard let printed else { return false }
        return switch self {
        case .atLeast(let bound): bound.compared(with: printed) <= 0
        case .atMost(let bound): bound.compared(with: printed) >= 0
        }
    }
}

/// A target of the plan: a figure of an area, or of each area of a level, is to keep a bound by a day.
public struct Target: Sendable, Hashable {
    /// The name, printed as it is.
    public let name: String
    /// The figure: one of ``FigureCatalog/timeline``.
    public let figure: Figure
    /// The level.
    public let level: Level
    /// The one area meant; nil: every area of the level that is in the register.
    public let code: String?
    /// The day it is due.
    public let by: Day
    /// What it must reach.
    public let bound: Bound

    /// A target.
    public init(name: String, figure: Figure, level: Level, code: String? = nil, by: Day, bound: Bound) {
        self.name = name
        self.figure = figure
        self.level = level
        self.code = code
        self.by = by
        self.bound = bound
    }

    /// The numbers of the areas it speaks of; none where `code` is no area of its level.
    public func areas(in areas: Areas) -> [Int] {
        guard let code else { return Array(areas.registered(at: level)) }
        return areas.number(of: level, code: code).map { [$0] } ?? []
    }
}

/// How a target stands.
public enum TargetState: String, Sendable, Hashable {
    /// It holds.
    case yes
    /// It was due and does not hold.
    case no
    /// It does not hold and is not yet due.
    case pending
}

/// A row of `targets.csv`.
public struct TargetResult: Sendable, Hashable {
    /// The place of the target in the pipeline.
    public let target: Int
    /// The area's number.
    public let area: Int
    /// The figure at D, or at the day it was due where D is later; nil where empty.
    public let value: Printed?
    /// How it stands.
    public let met: TargetState
    /// The first of the timeline's month ends, the day it was due and D, none after D, at which it held.
    public let metOn: Day?

    /// Every row, in the order of the pipeline, for a level by code. `figures` gives the figures of a cut of the plan and is
    /// asked for each cut once, in order.
    public static func all(of targets: [Target], plan: ReportPlan, areas: Areas, figures: (Int) -> CutFigures) -> [TargetResult] {
        let rows = targets.indices.flatMap { target in targets[target].areas(in: areas).map { (target: target, area: $0) } }
        var starts = [0]
        for target in targets.indices { starts.append(rows[starts[target]...].prefix { $0.target == target }.endIndex) }
        let dueCuts = targets.map { plan.cut(of: min($0.by, plan.asOf)) ?? plan.asOfCut }
        let monthEnds = Set(plan.monthEnds)
        var values = [Printed?](repeating: nil, count: rows.count)
        var metOn = [Day?](repeating: nil, count: rows.count)
        for cut in plan.cuts.indices {
            let isCommon = monthEnds.contains(cut) || cut == plan.asOfCut
            guard isCommon || dueCuts.contains(cut) else { continue }
            guard !rows.isEmpty else { break }
            let day = figures(cut)
            for target in targets.indices {
                let isDue = dueCuts[target] == cut
                guard isDue || isCommon else { continue }
                let (measure, places, bound) = (targets[target].figure.measure, targets[target].figure.places, targets[target].bound)
                for row in starts[target]..<starts[target + 1] where isDue || metOn[row] == nil {
                    let value = day.printed(measure, places: places, of: rows[row].area)
                    if isDue { values[row] = value }
                    if metOn[row] == nil, bound.holds(for: value) { metOn[row] = day.day }
                }
            }
        }
        return rows.indices.map { row in
            let target = targets[rows[row].target]
            let holds = target.bound.holds(for: values[row])
            let state: TargetState = holds ? .yes : plan.asOf < target.by ? .pending : .no
            return TargetResult(target: rows[row].target, area: rows[row].area, value: values[row], met: state, metOn: metOn[row])
        }
    }
}
