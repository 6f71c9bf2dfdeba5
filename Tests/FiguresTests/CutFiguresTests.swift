import Events
import Figures
import Projections
import Testing

@Suite struct CutFiguresTests {
    private let d = day("2024-06-30")

    private func text(_ cut: CutFigures, _ name: String, _ area: Int) throws -> String {
        cut.printed(try #require(FigureCatalog.figure(named: name)), of: area)?.text ?? ""
    }

    /// Two villages of a town, as in the worked example: 3 and 1 children, 25 filed places, 1 place that is not filed.
    @Test func derivesEveryRateOfTheWorkedExample() throws {
        let areas = try Areas(
            districtCode: "320612000000", districtName: "示例区",
            communities: ["320612101001", "320612101002"].map { Community(code: $0, name: $0, townCode: "320612101", townName: "示例镇") })
        let population = try Population(
            rows: [
                PopulationRow(code: "320612101001", year: 2023, residents: 2000),
                PopulationRow(code: "320612101002", year: 2023, residents: 1000),
            ], areas: areas)
        var projected = emptyProjection(areas, cuts: [d])
        for counter in [Counter.m0To5, .m12To23, .m24To35, .facilities, .facilitiesFiled, .facilitiesInclusive, .enrolled] {
            projected.set(counter, cut: 0, column: 0, to: 1)
        }
        for counter in [Counter.places, .placesFiled, .placesInclusive] { projected.set(counter, cut: 0, column: 0, to: 25) }
        projected.set(.served, cut: 0, column: 0, to: 1)
        projected.set(.enrolledResidents, cut: 0, column: 0, to: 1)
        projected.set(.waitlistedResidents, cut: 0, column: 0, to: 1)
        projected.set(.m24To35, cut: 0, column: 1, to: 1)
        projected.set(.facilities, cut: 0, column: 1, to: 1)
        projected.set(.places, cut: 0, column: 1, to: 1)
        projected.set(.enrolled, cut: 0, column: 1, to: 2)
        projected.set(.enrolledResidents, cut: 0, column: 1, to: 1)
        projected.set(.newborns, column: 0, to: 1)
        projected.set(.newbornsVisited, column: 0, to: 1)
        var operating = GrantTotals()
        operating.grants = 1
        operating.granted = 1_200_000
        operating.paid = 800_000
        operating.recovered = 50_000
        projected.money[Int(Scheme.operating.rawValue) * projected.columns] = operating
        let cut = CutFigures(projected, cut: 0, areas: areas, residents: population.residents(in: 2024), demand: exampleDemand)
        let expected: [(String, [String])] = [
            ("population", ["3000", "3000", "2000", "1000"]), ("under3", ["4", "4", "3", "1"]), ("demand", ["2", "2", "1", "1"]),
            ("demand_planned", ["14", "14", "9", "5"]), ("demand_expressed", ["3", "3", "2", "1"]), ("gap", ["-23", "-23", "-24", "1"]),
            ("coverage_rate", ["6.2500", "6.2500", "8.3333", "0.0000"]), ("places_per_1000", ["8.6667", "8.6667", "12.5000", "1.0000"]),
            ("utilisation", ["0.1154", "0.1154", "0.0400", "2.0000"]), ("enrolment_rate", ["0.5000", "0.5000", "0.3333", "1.0000"]),
            ("filing_rate", ["0.5000", "0.5000", "1.0000", "0.0000"]), ("inclusive_share", ["1.0000", "1.0000", "1.0000", ""]),
            ("visit_rate", ["1.0000", "1.0000", "1.0000", ""]), ("communities", ["2", "2", "1", "1"]),
            ("communities_served", ["1", "1", "1", "0"]), ("served_share", ["0.5000", "0.5000", "1.0000", "0.0000"]),
            ("granted", ["12000.00", "12000.00", "12000.00", "0.00"]), ("net_paid_per_place", ["300.00", "300.00", "300.00", ""]),
        ]
        for (name, cells) in expected {
            #expect(try [0, 1, 3, 4].map { try text(cut, name, $0) } == cells, "\(name)")
        }
        #expect(!cut.isNotEmpty(FigureCatalog.all, of: 2) && !cut.isNotEmpty(FigureCatalog.all, of: 5))
    }

    @Test func countsWhatIsUnassignedInTheDistrictButNotInItsCommunities() throws {
        let areas = try district()
        var projected = emptyProjection(areas, cuts: [d])
        projected.set(.placesFiled, cut: 0, column: areas.unassignedSlot, to: 30)
        projected.set(.served, cut: 0, column: areas.unassignedSlot, to: 1)
        projected.set(.placesFiled, cut: 0, column: 2, to: 5)
        projected.set(.served, cut: 0, column: 2, to: 1)
        let cut = CutFigures(
            projected, cut: 0, areas: areas, residents: try Population(rows: [], areas: areas).residents(in: 2024), demand: exampleDemand)
        #expect(try (0..<8).map { try text(cut, "places_filed", $0) } == ["35", "0", "5", "30", "0", "0", "5", "30"])
        #expect(try (0..<8).map { try text(cut, "communities_served", $0) } == ["1", "0", "1", "0", "0", "0", "1", "0"])
        #expect(
            try (0..<8).map { try text(cut, "served_share", $0) } == ["0.3333", "0.0000", "1.0000", "", "0.0000", "0.0000", "1.0000", ""])
        #expect(cut.isNotEmpty(FigureCatalog.timeline, of: 3) && cut.isNotEmpty(FigureCatalog.timeline, of: 7))
    }

    @Test func roundsNetMoneyPerPlaceAwayFromZeroAndNeverPrintsMinusZero() throws {
        let areas = try district()
        func cell(paid: Int64, recovered: Int64, places: Int, scheme: Scheme = .construction) throws -> String {
            var projected = emptyProjection(areas, cuts: [d])
            projected.set(.placesFiled, cut: 0, column: 0, to: places)
            var totals = GrantTotals()
            totals.grants = 1
            totals.paid = paid
            totals.recovered = recovered
            projected.money[Int(scheme.rawValue) * projected.columns] = totals
            let cut = CutFigures(
                projected, cut: 0, areas: areas, residents: try Population(rows: [], areas: areas).residents(in: 2024),
                demand: exampleDemand)
            return try text(cut, "net_paid_per_place", 4)
        }
        #expect(try cell(paid: 1, recovered: 0, places: 2) == "0.01")
        #expect(try cell(paid: 0, recovered: 1, places: 2) == "-0.01")
        #expect(try cell(paid: 0, recovered: 1, places: 3) == "0.00")
        #expect(try cell(paid: 0, recovered: 50_000, places: 100) == "-5.00")
        #expect(try cell(paid: 100, recovered: 0, places: 0) == "")
        #expect(try cell(paid: 100, recovered: 0, places: 1, scheme: .voucher) == "0.00")
        #expect(try cell(paid: Int64.max, recovered: 0, places: 1) == "92233720368547758.07")
    }
}
