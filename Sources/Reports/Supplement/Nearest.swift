import Figures
import Projections

extension Report {
    /// How many facilities near a community are named.
    static let nearbyFacilities = 3
}

extension Table {
    /// `nearest.csv`: the facilities nearest to each community.
    static let nearest = Table(
        "nearest", "最近的机构", "Nearest facilities",
        columns: [
            AreaColumns.code, Column("rank", .integer, "第几近", "Rank", "1 is the nearest."),
            Column("facility", .code, "机构编号", "Facility", "An open facility with places, filed or not."),
            Column(
                "metres", .integer, "距离", "Distance",
                "Great-circle distance from the community's point to the facility's own, else its community's.", unit: "metres"),
        ], key: ["code", "rank"]
    ) { figures, _, writer in
        let nearest = NearestFacilities.all(figures.projected, areas: figures.areas, count: Report.nearbyFacilities)
        for (slot, community) in figures.areas.communities.enumerated() {
            for (place, near) in nearest[slot].enumerated() {
                writer.text(community.code)
                writer.integer(place + 1)
                writer.text(figures.projected.facilities[near.facility].id)
                writer.integer(near.metres)
                writer.endRow()
            }
        }
    }
}
