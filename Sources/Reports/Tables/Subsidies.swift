import Events
import Figures
import Projections

extension Table {
    /// `subsidies.csv`: grants by scheme in every area.
    static let subsidies = Table(
        "subsidies", "补助资金", "Subsidies",
        columns: [
            AreaColumns.level, AreaColumns.code,
            Column("scheme", .word(Scheme.allCases.map(\.name)), "补助项目", "Scheme", "The scheme of the grants."),
            Column("grants", .integer, "补助笔数", "Grants", "The number of grants.", unit: "grants"),
            Column("granted", .decimal(places: 2), "核定补助", "Granted", "Sum of the grants.", unit: "yuan"),
            Column("paid", .decimal(places: 2), "已拨付", "Paid", "Sum of the payments on them.", unit: "yuan"),
            Column("recovered", .decimal(places: 2), "已追回", "Recovered", "Sum of the recoveries on them.", unit: "yuan"),
        ], key: ["level", "code", "scheme"]
    ) { figures, _, writer in
        let schemes = Scheme.allCases
        let rows = AreaRows(figures.areas, width: schemes.count, empty: GrantTotals()) { place, slot in
            figures.projected.money(schemes[place], column: slot)
        } adding: { sum, totals in
            sum.grants += totals.grants
            sum.granted += totals.granted
            sum.paid += totals.paid
            sum.recovered += totals.recovered
        }
        for (number, area) in figures.areas.all.enumerated() {
            for (place, scheme) in schemes.enumerated() {
                let totals = rows[number, place]
                guard totals.grants > 0 else { continue }
                writer.area(area)
                writer.text(scheme.name)
                writer.integer(totals.grants)
                writer.yuan(totals.granted)
                writer.yuan(totals.paid)
                writer.yuan(totals.recovered)
                writer.endRow()
            }
        }
    }
}
