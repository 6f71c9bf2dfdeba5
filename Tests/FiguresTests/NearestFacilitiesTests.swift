import Events
import Foundation
import TestSupport
import Testing

@testable import Figures
@testable import Projections

@Suite struct NearestFacilitiesTests {
    /// Against every distance sorted, over sparse and dense fields, ties and facilities without a place.
    @Test(arguments: 0..<12) func agreesWithSortingEveryDistance(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let spread = [0.001, 0.1, 3][Int(seed) % 3]
        func coordinate(_ middle: Double) -> Double { middle + Double.random(in: -spread...spread, using: &random) }
        let communities = (0..<40).map { number in
            Community(
                code: "3206121010\(10 + number)", name: "村", townCode: "320612101", townName: "镇",
                position: number % 9 == 8 ? nil : Position(longitude: coordinate(121), latitude: coordinate(32)))
        }
        let areas = try Areas(districtCode: "320612000000", districtName: "区", communities: communities)
        var projected = emptyProjection(areas, cuts: [try #require(Day("2024-06-30"))])
        for number in 0..<(seed % 4 == 3 ? 2 : 60) {
            var state = FacilityState()
            state.standing = number % 7 == 6 ? .closed : .open
            state.capacity = number % 11 == 10 ? nil : ByClass(toddler: 5)
            // Some lie at their community's point, so that distances tie.
            let isPlaced = number % 3 != 0
            projected.facilities.append(
                ProjectedFacility(
                    id: "F\(100 + number)", name: "", community: "", column: number % 40,
                    longitude: isPlaced ? "\(coordinate(121))" : nil, latitude: isPlaced ? "\(coordinate(32))" : nil, state: state,
                    enrolled: ByClass(), money: GrantTotals(), registrationOrdinal: number))
        }
        let found = NearestFacilities.all(projected, areas: areas, count: 3)
        for (slot, community) in areas.communities.enumerated() {
            guard let position = community.position else {
                #expect(found[slot].isEmpty)
                continue
            }
            let sorted = projected.facilities.indices.compactMap { index -> (Int, Int)? in
                let facility = projected.facilities[index]
                guard facility.state.isOpen, facility.state.places > 0, let place = AccessRow.position(of: facility, areas: areas) else {
                    return nil
                }
                return (Int(SpherePoint(position).distance(to: SpherePoint(place)).rounded()), index)
            }.sorted { $0 < $1 }
            #expect(found[slot].map { [$0.metres, $0.facility] } == sorted.prefix(3).map { [$0.0, $0.1] })
        }
    }
}
