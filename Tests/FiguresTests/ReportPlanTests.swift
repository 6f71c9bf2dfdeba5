import Events
import Figures
import Projections
import Testing

@Suite struct ReportPlanTests {
    private func target(by: String) throws -> Target {
        let figure = try #require(FigureCatalog.figure(named: "places"))
        let bound = try #require(ExactDecimal("1"))
        return Target(name: "t", figure: figure, level: .district, by: day(by), bound: .atLeast(bound))
    }

    private func printed(_ plan: ReportPlan) -> [String] { plan.timeline.map { plan.cuts[$0].description } }

    @Test func printsMonthEndsAndD() {
        let plan = ReportPlan(asOf: day("2024-04-15"), from: day("2024-02-01"))
        #expect(printed(plan) == ["2024-02-29", "2024-03-31", "2024-04-15"])
        #expect(plan.cuts.first == day("2023-04-15"))
        #expect(plan.yearBefore == 0)
        #expect(plan.cuts.last == plan.asOf)
    }

    @Test func printsDOnceWhereItIsAMonthEnd() {
        #expect(printed(ReportPlan(asOf: day("2024-02-29"), from: day("2024-01-31"))) == ["2024-01-31", "2024-02-29"])
    }

    @Test func beginsOnOrAfterFromAndLeavesDAloneWhereFromIsLater() {
        #expect(printed(ReportPlan(asOf: day("2024-03-31"), from: day("2024-02-29"))) == ["2024-02-29", "2024-03-31"])
        #expect(printed(ReportPlan(asOf: day("2024-03-30"), from: day("2024-03-01"))) == ["2024-03-30"])
        #expect(printed(ReportPlan(asOf: day("2024-03-31"), from: day("2024-05-01"))) == ["2024-03-31"])
        #expect(printed(ReportPlan(asOf: day("2024-03-31"), from: day("2024-03-31"))) == ["2024-03-31"])
    }

    @Test func needsTheDaysOfTargetsUpToD() throws {
        let targets = try [target(by: "2024-01-15"), target(by: "2024-03-31"), target(by: "2024-04-01")]
        let plan = ReportPlan(asOf: day("2024-03-31"), from: day("2024-02-29"), targets: targets)
        #expect(plan.cuts.map(\.description) == ["2023-03-31", "2024-01-15", "2024-02-29", "2024-03-31"])
        #expect(printed(plan) == ["2024-02-29", "2024-03-31"])
        #expect(plan.cut(of: day("2024-01-15")) == 1)
        #expect(plan.cut(of: day("2024-01-16")) == nil)
    }

    @Test(arguments: [
        ("2025-02-28", "2024-02-29"), ("2024-02-29", "2023-02-28"), ("2024-02-28", "2023-02-28"), ("2024-12-31", "2023-12-31"),
    ])
    func comparesMonthEndsWithMonthEnds(asOf: String, before: String) {
        let plan = ReportPlan(asOf: day(asOf), from: day(asOf))
        #expect(plan.yearBefore.map { plan.cuts[$0].description } == before)
    }

    @Test func hasNoYearBeforeTheFirst() {
        let plan = ReportPlan(asOf: day("0001-05-05"), from: day("2024-01-01"))
        #expect(plan.yearBefore == nil)
        #expect(plan.cuts.count == 1)
    }

    @Test func asksTheProjectionForExactlyItsCuts() throws {
        let areas = try district()
        let plan = ReportPlan(asOf: day("2024-04-15"), from: day("2019-01-31"), targets: [try target(by: "2021-06-15")])
        let settings = ReportSettings(
            areas: areas, population: try Population(rows: [], areas: areas), demand: exampleDemand, catchment: 1500, targets: [])
        #expect(settings.request(plan).cuts == plan.cuts)
    }
}
