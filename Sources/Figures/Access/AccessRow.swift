public import Projections

/// A row of `access.csv`: what a community of the register reaches.
public struct AccessRow: Sendable, Hashable {
    /// The community's slot (``Areas/communities``).
    public let slot: Int
    /// Children under 3 living there.
    public let under3: Int64
    /// Places a child; nil where the register has no coordinates.
    public let reach: SpatialAccess.Reach?

    /// Every row, by code. `catchment` is d₀ in metres.
    static func all(_ projected: Projected, asOf: CutFigures, catchment: Double, threads: Int) -> [AccessRow] {
        let areas = asOf.areas
        let first = areas.communitiesRange.lowerBound
        let children = areas.communities.indices.map { asOf.number(.under3, of: first + $0) ?? 0 }
        var demand: [SpatialAccess.DemandPoint] = []
        var places: [Int?] = []
        for (slot, community) in areas.communities.enumerated() {
            places.append(community.position == nil ? nil : demand.count)
            if let position = community.position { demand.append(.init(position: position, weight: children[slot])) }
        }
        var supply: [SpatialAccess.SupplyPoint] = []
        // By address: each facility would be copied, with all that it holds.
        projected.facilities.withUnsafeBufferPointer { facilities in
            for place in facilities.indices {
                let capacity = facilities[place].state.places
                guard facilities[place].state.isOpen, facilities[place].state.isFiled, capacity > 0,
                    let position = position(
                        longitude: facilities[place].longitude, latitude: facilities[place].latitude, column: facilities[place].column,
                        areas: areas)
                else { continue }
                supply.append(.init(position: position, capacity: Int64(capacity)))
            }
        }
        let reach = SpatialAccess.reach(of: demand, to: supply, catchment: catchment, threads: threads)
        return areas.communities.indices.map { slot in
            AccessRow(slot: slot, under3: children[slot], reach: places[slot].map { reach[$0] })
        }
    }

    /// A facility's own coordinates, else its community's.
    public static func position(of facility: ProjectedFacility, areas: Areas) -> Position? {
        position(longitude: facility.longitude, latitude: facility.latitude, column: facility.column, areas: areas)
    }

    private static func position(longitude: String?, latitude: String?, column: Int, areas: Areas) -> Position? {
        if let longitude, let latitude, let own = Position(longitude: longitude, latitude: latitude) { return own }
        return column < areas.communities.count ? areas.communities[column].position : nil
    }
}
