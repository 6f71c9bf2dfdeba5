import Figures
import Projections

extension Table {
    /// `access.csv`: places within reach of each community's children.
    static let access = Table(
        "access", "可达性", "Access",
        columns: [
            Column("level", .word([Level.community.name]), "层级", "Level", "The level of the area: always community."),
            AreaColumns.code,
            Column("under3", .integer, "3岁以下婴幼儿", "Children under 3", "Children under 3 living there.", unit: "children"),
            Column(
                "access_2sfca", .real, "两步移动搜寻法可达性", "Access (2SFCA)",
                "Filed places within the catchment for a child, two-step floating catchment area; empty without coordinates.",
                unit: "places per child", mayBeEmpty: true),
            Column(
                "access_gaussian", .real, "高斯可达性", "Access (Gaussian)", "The same with Gaussian decay over the catchment.",
                unit: "places per child", mayBeEmpty: true),
        ], key: ["code"], lists: .facilities
    ) { figures, _, writer in
        for row in figures.access {
            writer.text(Level.community.name)
            writer.text(figures.areas.communities[row.slot].code)
            writer.integer(row.under3)
            writer.real(row.reach?.plain)
            writer.real(row.reach?.gaussian)
            writer.endRow()
        }
    }
}
