import Figures
import Projections

/// How an area stands as pages say it, from figures of D alone.
struct Standing: Sendable {
    let children: Int64
    let placesFiled: Int64
    let facilities: Int64

    init(_ cut: CutFigures, area: Int) {
        children = cut.number(.under3, of: area) ?? 0
        placesFiled = cut.count(.placesFiled, of: area)
        facilities = cut.count(.facilities, of: area)
    }

    /// More than so many children for a filed place, and enough children.
    func isDesert(_ thresholds: PageThresholds) -> Bool {
        children >= Int64(thresholds.desertLeastChildren)
            && Int128(children) > Int128(thresholds.desertChildrenPerPlace) * Int128(placesFiled)
    }
}

/// How many registered communities of each area are deserts or have no facility, by the area's number.
struct StandingCounts: Sendable {
    private(set) var withoutFacility: [Int64]
    private(set) var deserts: [Int64]
    private(set) var childrenInDeserts: [Int64]
    private(set) var communitiesShort: [Int64]
    private(set) var placesShort: [Int64]
    private(set) var placesSpare: [Int64]

    init(_ figures: ReportFigures, _ thresholds: PageThresholds) {
        let areas = figures.areas
        withoutFacility = Array(repeating: 0, count: areas.all.count)
        deserts = withoutFacility
        childrenInDeserts = withoutFacility
        communitiesShort = withoutFacility
        placesShort = withoutFacility
        placesSpare = withoutFacility
        for slot in areas.communities.indices {
            let standing = Standing(figures.asOf, area: areas.communitiesRange.lowerBound + slot)
            let gap = figures.asOf.number(.gap, of: areas.communitiesRange.lowerBound + slot) ?? 0
            for area in areas.chain(ofSlot: slot) {
                if gap > 0 { communitiesShort[area] += 1 }
                placesShort[area] += max(0, gap)
                placesSpare[area] += max(0, -gap)
                if standing.facilities == 0 { withoutFacility[area] += 1 }
                if standing.isDesert(thresholds) {
                    deserts[area] += 1
                    childrenInDeserts[area] += standing.children
                }
            }
        }
    }
}
