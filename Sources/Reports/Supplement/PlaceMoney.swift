import Events
import Figures
import Projections

extension Table {
    /// `subsidies_by_year.csv`: grants of the district by year and scheme.
    static let subsidiesByYear = Table(
        "subsidies_by_year", "各年补助", "Subsidies by year",
        columns: [
            Column("year", .integer, "年份", "Year", "The calendar year of each amount's own event, to D."),
            Column("scheme", .word(Scheme.allCases.map(\.name)), "补助项目", "Scheme", "The scheme of the grants."),
            Column("grants", .integer, "补助笔数", "Grants", "The number of grants made in the year.", unit: "grants"),
            Column("granted", .decimal(places: 2), "核定补助", "Granted", "Sum of the grants made in the year.", unit: "yuan"),
            Column("paid", .decimal(places: 2), "已拨付", "Paid", "Sum of the payments in the year, whenever granted.", unit: "yuan"),
            Column("recovered", .decimal(places: 2), "已追回", "Recovered", "Sum of the recoveries in the year.", unit: "yuan"),
        ], key: ["year", "scheme"]
    ) { figures, _, writer in
        for row in figures.projected.yearlyGrants {
            writer.integer(row.year)
            writer.text(row.scheme.name)
            writer.integer(row.totals.grants)
            writer.yuan(row.totals.granted)
            writer.yuan(row.totals.paid)
            writer.yuan(row.totals.recovered)
            writer.endRow()
        }
    }

    /// `per_place.csv`: subsidies for places, for a filed place and for a used one.
    static let perPlace = Table(
        "per_place", "托位补助强度", "Subsidies for a place",
        columns: [
            AreaColumns.level, AreaColumns.code,
            Column(
                "net_paid", .decimal(places: 2), "净拨付（建设、运营、示范）", "Net paid for places",
                "Paid less recovered of the schemes construction, operating and demonstration, to D.", unit: "yuan"),
            Column("places_filed", .integer, "备案托位", "Filed places", "As in coverage.csv.", unit: "places"),
            Column("enrolled", .integer, "在托人次", "Enrolled", "As in coverage.csv.", unit: "enrolments"),
            Column(
                "net_paid_per_place", .decimal(places: 2), "每备案托位", "For a filed place", "net_paid / places_filed, as in coverage.csv.",
                unit: "yuan per place", mayBeEmpty: true),
            Column(
                "net_paid_per_used_place", .decimal(places: 2), "每在用托位", "For a used place",
                "net_paid / enrolled: what was paid for each place that a child takes at D.", unit: "yuan per place", mayBeEmpty: true),
        ], key: ["level", "code"]
    ) { figures, _, writer in
        let paid = PlaceMoney.byArea(figures)
        for (number, area) in figures.areas.all.enumerated() where figures.isShown(area: number) {
            let money = PlaceMoney(figures.asOf, area: number, netPaid: paid[number])
            writer.area(area)
            writer.yuan(money.netPaid)
            writer.integer(money.placesFiled)
            writer.integer(money.enrolled)
            writer.printed(money.perFiledPlace)
            writer.printed(money.perUsedPlace)
            writer.endRow()
        }
    }
}

/// What was paid for places in an area, to D.
struct PlaceMoney: Sendable {
    /// Paid less recovered of construction, operating and demonstration, in fen.
    let netPaid: Int64
    let placesFiled: Int64
    let enrolled: Int64

    init(_ cut: CutFigures, area: Int, netPaid: Int64) {
        self.netPaid = netPaid
        placesFiled = cut.count(.placesFiled, of: area)
        enrolled = cut.count(.enrolled, of: area)
    }

    var perFiledPlace: Printed? { yuan(for: placesFiled) }
    var perUsedPlace: Printed? { yuan(for: enrolled) }

    /// Fen for a place are hundredths of a yuan, so the quotient is rounded to a whole number of them.
    private func yuan(for places: Int64) -> Printed? {
        Printed(numerator: Int128(netPaid), denominator: places, places: 0).map { Printed(units: $0.units, places: 2) }
    }

    /// Net paid for places, by the area's number.
    static func byArea(_ figures: ReportFigures) -> [Int64] {
        var sums = [Money](repeating: Money(), count: figures.areas.all.count)
        for scheme in Scheme.allCases {
            for slot in 0..<figures.areas.slotCount {
                let totals = figures.projected.money(scheme, column: slot)
                guard totals.grants > 0 else { continue }
                for area in figures.areas.chain(ofSlot: slot) { sums[area].add(totals, of: scheme) }
            }
        }
        return sums.map(\.netForPlaces)
    }
}
