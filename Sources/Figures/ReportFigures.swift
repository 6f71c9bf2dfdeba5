import Dispatch
public import Events
public import Projections
import Synchronization

/// What a report needs beside the events: reference data and the pipeline's rules as plain values.
public struct ReportSettings: Sendable {
    /// The district, its towns and communities.
    public let areas: Areas
    /// Their population.
    public let population: Population
    /// The rules of demand.
    public let demand: DemandRules
    /// The catchment d₀ in metres, positive.
    public let catchment: Double
    /// The targets in the order of the pipeline.
    public let targets: [Target]

    /// Settings of a report.
    public init(areas: Areas, population: Population, demand: DemandRules, catchment: Double, targets: [Target]) {
        self.areas = areas
        self.population = population
        self.demand = demand
        self.catchment = catchment
        self.targets = targets
    }

    /// What to ask a projection for; its cuts are the plan's.
    public func request(_ plan: ReportPlan, knownAt: Instant? = nil, threads: Int = 1) -> ProjectionRequest {
        ProjectionRequest(
            cuts: plan.cuts, asOf: plan.asOf, knownAt: knownAt, communities: areas.communities.map(\.code), threads: threads)
    }
}

/// Everything a report says: what its tables and pages read, and nothing else.
public struct ReportFigures: Sendable {
    /// The settings.
    public let settings: ReportSettings
    /// The days.
    public let plan: ReportPlan
    /// The state at D and the counters at every cut.
    public let projected: Projected
    /// The figures at D.
    public let asOf: CutFigures
    /// How the targets stand.
    public let targets: [TargetResult]
    /// What each community reaches.
    ///
    /// Only where the projection lists facilities (``Projected/lists``); to ask for it elsewhere is a mistake in the program.
    public var access: [AccessRow] {
        guard let reached else { preconditionFailure("what communities reach of facilities that were not listed") }
        return reached
    }

    private let reached: [AccessRow]?
    private let residentsByYear: [Int: [Int64?]]

    /// The figures of a projection that was asked for with ``ReportSettings/request(_:knownAt:threads:)`` of the same plan.
    public init(_ projected: Projected, plan: ReportPlan, settings: ReportSettings, threads: Int = 1) {
        precondition(projected.cuts == plan.cuts, "a projection at the days of the plan")
        var residentsByYear: [Int: [Int64?]] = [:]
        for day in plan.cuts {
            let year = day.civil.year
            if residentsByYear[year] == nil { residentsByYear[year] = settings.population.residents(in: year) }
        }
        let years = residentsByYear
        self.settings = settings
        self.plan = plan
        self.projected = projected
        self.residentsByYear = residentsByYear
        // The targets need the figures at D for that day alone, which is their last, and what communities reach not at all; the latter
        // spreads over threads by itself.
        let ofAsOf = Mutex<CutFigures?>(nil)
        let asOfIsMade = DispatchGroup()
        asOfIsMade.enter()
        let targets = Mutex<[TargetResult]>([])
        let makeTargets = { @Sendable in
            // Each day is looked at for a few figures alone; to sum up all of them would take longer than everything else here.
            let counters = CutFigures.counters(of: settings.targets.map(\.figure.measure))
            let results = TargetResult.all(of: settings.targets, plan: plan, areas: settings.areas) { cut in
                if cut == plan.asOfCut {
                    asOfIsMade.wait()
                    if let asOf = ofAsOf.withLock({ $0 }) { return asOf }
                }
                return CutFigures(
                    projected, cut: cut, areas: settings.areas, residents: years[plan.cuts[cut].civil.year] ?? [],
                    demand: settings.demand, only: counters)
            }
            targets.withLock { $0 = results }
        }
        let group = DispatchGroup()
        if threads > 1 {
            DispatchQueue(label: "tuowei.targets", qos: .userInitiated).async(group: group, execute: makeTargets)
        }
        let asOf = CutFigures(
            projected, cut: plan.asOfCut, areas: settings.areas, residents: years[plan.asOf.civil.year] ?? [], demand: settings.demand)
        self.asOf = asOf
        ofAsOf.withLock { $0 = asOf }
        asOfIsMade.leave()
        if threads <= 1 { makeTargets() }
        reached =
            projected.lists.contains(.facilities)
            ? AccessRow.all(projected, asOf: asOf, catchment: settings.catchment, threads: threads) : nil
        group.wait()
        self.targets = targets.withLock { $0 }
    }

    /// The areas.
    public var areas: Areas { settings.areas }

    /// The figures at a cut, made from its counters; keep them while many cells of one day are read.
    public func figures(cut: Int) -> CutFigures {
        if cut == plan.asOfCut { return asOf }
        return CutFigures(
            projected, cut: cut, areas: settings.areas, residents: residentsByYear[plan.cuts[cut].civil.year] ?? [],
            demand: settings.demand)
    }

    /// One cell: a figure of an area, by number, at a cut; nil where it is empty.
    public func value(_ figure: Figure, area: Int, cut: Int) -> Printed? { figures(cut: cut).printed(figure, of: area) }
}
