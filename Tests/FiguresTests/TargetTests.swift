import Events
import Figures
import Projections
import Testing

@Suite struct TargetTests {
    /// Places of the first community at the month ends of January to March and at D, 2024-04-15.
    private func results(_ places: [Int], _ targets: [Target]) throws -> [TargetResult] {
        let areas = try district()
        let plan = ReportPlan(asOf: day("2024-04-15"), from: day("2024-01-31"), targets: targets)
        var projected = emptyProjection(areas, cuts: plan.cuts)
        for (place, cut) in plan.timeline.enumerated() { projected.set(.places, cut: cut, column: 0, to: places[place]) }
        for cut in plan.cuts.indices where !plan.timeline.contains(cut) { projected.set(.places, cut: cut, column: 0, to: 77) }
        let settings = ReportSettings(
            areas: areas, population: try Population(rows: [], areas: areas), demand: exampleDemand, catchment: 1500, targets: targets)
        let results = ReportFigures(projected, plan: plan, settings: settings).targets
        #expect(ReportFigures(projected, plan: plan, settings: settings, threads: 3).targets == results)
        return results
    }

    private func target(_ figure: String = "places", by: String, atLeast: String? = nil, atMost: String? = nil) throws -> Target {
        let bound: Bound
        if let atLeast {
            bound = .atLeast(try #require(ExactDecimal(atLeast)))
        } else {
            bound = .atMost(try #require(ExactDecimal(atMost ?? "")))
        }
        return Target(
            name: "t", figure: try #require(FigureCatalog.figure(named: figure)), level: .community, code: "320612101001", by: day(by),
            bound: bound)
    }

    private func row(_ places: [Int], _ target: Target) throws -> String {
        let result = try #require(try results(places, [target]).first)
        return "\(result.value?.text ?? "") \(result.met.rawValue) \(result.metOn?.description ?? "")"
    }

    @Test func readsTheValueAtTheDayDueWhereDIsLater() throws {
        #expect(try row([1, 5, 3, 2], target(by: "2024-02-29", atLeast: "5")) == "5 yes 2024-02-29")
        // Due on a day that is no month end: the value of that very day.
        #expect(try row([1, 5, 3, 2], target(by: "2024-02-10", atLeast: "70")) == "77 yes 2024-02-10")
        #expect(try row([1, 5, 3, 2], target(by: "2024-02-10", atLeast: "78")) == "77 no ")
    }

    @Test func isPendingOnlyBeforeTheDayDue() throws {
        #expect(try row([1, 2, 3, 4], target(by: "2024-04-16", atLeast: "5")) == "4 pending ")
        #expect(try row([1, 2, 3, 4], target(by: "2024-04-15", atLeast: "5")) == "4 no ")
        #expect(try row([1, 2, 3, 4], target(by: "2024-04-14", atLeast: "78")) == "77 no ")
        #expect(try row([1, 2, 3, 5], target(by: "2030-01-01", atLeast: "5")) == "5 yes 2024-04-15")
    }

    @Test func namesTheFirstDayItHeldLateOrLostAgain() throws {
        #expect(try row([1, 2, 9, 1], target(by: "2024-02-29", atLeast: "9")) == "2 no 2024-03-31")
        #expect(try row([9, 2, 2, 2], target(by: "2024-03-31", atLeast: "9")) == "2 no 2024-01-31")
        #expect(try row([9, 2, 2, 2], target(by: "2024-05-31", atLeast: "9")) == "2 pending 2024-01-31")
        #expect(try row([9, 9, 2, 9], target(by: "2024-05-31", atMost: "2")) == "9 pending 2024-03-31")
    }

    /// Of each day only what targets name is summed up: each figure alone must then be what it is among all of them.
    @Test func readsEachFigureAsItIsAmongAll() throws {
        let areas = try district()
        for figure in FigureCatalog.all {
            let targets = Level.allCases.map { level in
                Target(name: "t", figure: figure, level: level, by: day("2024-02-29"), bound: .atLeast(ExactDecimal("0")!))
            }
            let plan = ReportPlan(asOf: day("2024-04-15"), from: day("2024-01-31"), targets: targets)
            var projected = emptyProjection(areas, cuts: plan.cuts)
            for place in projected.counts.indices { projected.counts[place] = 1 + place * 7 % 31 }
            for place in projected.details.indices { projected.details[place] = 1 + place * 5 % 17 }
            let population = try Population(
                rows: areas.communities.enumerated().map { PopulationRow(code: $1.code, year: 2023, residents: Int64(1000 + $0)) },
                areas: areas)
            let settings = ReportSettings(areas: areas, population: population, demand: exampleDemand, catchment: 1500, targets: targets)
            let report = ReportFigures(projected, plan: plan, settings: settings)
            let expected = TargetResult.all(of: targets, plan: plan, areas: areas, figures: report.figures(cut:))
            #expect(report.targets == expected, "\(figure.name)")
            #expect(figure.tables == .coverage || report.targets.allSatisfy { $0.value != nil && $0.metOn != nil }, "\(figure.name)")
        }
    }

    @Test func leavesOtherTargetsDaysOut() throws {
        // The other target's day is a cut where 77 places stand; it must not count for this one.
        let both = try [target(by: "2024-04-15", atLeast: "70"), target(by: "2024-02-10", atLeast: "70")]
        #expect(try results([1, 1, 1, 1], both).map(\.metOn) == [nil, day("2024-02-10")])
    }

    @Test func neverHoldsWhereTheCellIsEmpty() throws {
        #expect(try row([1, 1, 1, 1], target("places_per_1000", by: "2024-03-31", atMost: "9999")) == " no ")
        #expect(try row([1, 1, 1, 1], target("places_per_1000", by: "2025-03-31", atLeast: "0")) == " pending ")
    }

    @Test func comparesThePrintedFigure() throws {
        // 1/3 prints as 0.3333, which is less than a third and keeps the bound 0.3333.
        let areas = try district()
        let plan = ReportPlan(asOf: day("2024-04-15"), from: day("2024-04-30"))
        var projected = emptyProjection(areas, cuts: plan.cuts)
        projected.set(.places, cut: plan.asOfCut, column: 0, to: 3)
        projected.set(.enrolled, cut: plan.asOfCut, column: 0, to: 1)
        let bounds = ["0.3333", "0.33330", "0.33333333"]
        let targets = try bounds.map { try target("utilisation", by: "2024-04-15", atLeast: $0) }
        let settings = ReportSettings(
            areas: areas, population: try Population(rows: [], areas: areas), demand: exampleDemand, catchment: 1500, targets: targets)
        #expect(ReportFigures(projected, plan: plan, settings: settings).targets.map(\.met) == [.yes, .yes, .no])
    }

    @Test func hasARowForEachAreaOfTheRegister() throws {
        let figure = try #require(FigureCatalog.figure(named: "gap"))
        let bound = Bound.atMost(try #require(ExactDecimal("0")))
        let targets = [Level.town, .community, .district].map {
            Target(name: "t", figure: figure, level: $0, by: day("2024-03-31"), bound: bound)
        }
        #expect(try results([1, 1, 1, 1], targets).map(\.area) == [1, 2, 4, 5, 6, 0])
    }
}
