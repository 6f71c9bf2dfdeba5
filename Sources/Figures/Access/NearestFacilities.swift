public import Projections

/// A facility near a community.
public struct NearbyFacility: Sendable, Hashable {
    /// The facility's place in ``Projected/facilities``.
    public let facility: Int
    /// The great-circle distance from the community's point in metres, rounded to a whole one.
    public let metres: Int
}

/// The facilities nearest to each community.
public enum NearestFacilities {
    /// For every community of the register, by slot: the `count` nearest open facilities with places, nearest first, equal
    /// distances by identifier; none for a community without coordinates. A facility lies at its own coordinates, else its community's,
    /// else nowhere.
    public static func all(_ projected: Projected, areas: Areas, count: Int) -> [[NearbyFacility]] {
        var sites: [(facility: Int, point: SpherePoint)] = []
        for (index, facility) in projected.facilities.enumerated() where facility.state.isOpen && facility.state.places > 0 {
            guard let position = AccessRow.position(of: facility, areas: areas) else { continue }
            sites.append((index, SpherePoint(position)))
        }
        sites.sort { ($0.point.latitude, $0.facility) < ($1.point.latitude, $1.facility) }
        return areas.communities.map { community in
            guard let position = community.position else { return [] }
            return nearest(to: SpherePoint(position), sites, count)
        }
    }

    /// Looks north and south from the point's latitude until no nearer site can come: a site is at least as far as its latitude is.
    private static func nearest(
        to point: SpherePoint, _ sites: [(facility: Int, point: SpherePoint)], _ count: Int
    ) -> [NearbyFacility] {
        var low = 0
        var high = sites.count
        while low < high {
            let middle = (low + high) / 2
            if sites[middle].point.latitude < point.latitude { low = middle + 1 } else { high = middle }
        }
        var (south, north) = (low - 1, low)
        var found: [NearbyFacility] = []
        while south >= 0 || north < sites.count {
            let below = south >= 0 ? point.latitude - sites[south].point.latitude : .infinity
            let above = north < sites.count ? sites[north].point.latitude - point.latitude : .infinity
            // A metre for the rounding of distances.
            if found.count == count, let last = found.last, min(below, above) * SpherePoint.radius > Double(last.metres) + 1 { break }
            let site = below <= above ? sites[south] : sites[north]
            if below <= above { south -= 1 } else { north += 1 }
            let metres = Int(point.distance(to: site.point).rounded())
            let place = found.firstIndex { (metres, site.facility) < ($0.metres, $0.facility) } ?? found.count
            guard place < count else { continue }
            found.insert(NearbyFacility(facility: site.facility, metres: metres), at: place)
            if found.count > count { found.removeLast() }
        }
        return found
    }
}
