import Foundation
import TestSupport
import Testing

@testable import Figures

@Suite struct SpatialAccessTests {
    private func position(_ longitude: Double, _ latitude: Double) throws -> Position {
        try #require(Position(longitude: longitude, latitude: latitude))
    }

    /// The definition, pair by pair, with nothing spared.
    private func naive(
        _ demand: [SpatialAccess.DemandPoint], _ supply: [SpatialAccess.SupplyPoint], _ catchment: Double, gaussian: Bool
    ) -> [Double] {
        func radians(_ degrees: Double) -> Double { degrees * .pi / 180 }
        func weight(_ a: Position, _ b: Position) -> Double {
            let (north, east) = (radians(b.latitude - a.latitude) / 2, radians(b.longitude - a.longitude) / 2)
            let h = pow(sin(north), 2) + cos(radians(a.latitude)) * cos(radians(b.latitude)) * pow(sin(east), 2)
            let distance = 2 * 6_371_008.8 * asin(min(1, sqrt(h)))
            guard distance <= catchment else { return 0 }
            return gaussian ? (exp(-0.5 * pow(distance / catchment, 2)) - exp(-0.5)) / (1 - exp(-0.5)) : 1
        }
        let ratios = supply.map { facility in
            let divisor = demand.reduce(0.0) { $0 + Double($1.weight) * weight($1.position, facility.position) }
            return divisor < 1e-9 ? 0 : Double(facility.capacity) / divisor
        }
        return demand.map { point in zip(supply, ratios).reduce(0.0) { $0 + $1.1 * weight(point.position, $1.0.position) } }
    }

    @Test func reachesWhatTheWorkedExampleSays() throws {
        let a = try position(121, 32)
        let demand = [SpatialAccess.DemandPoint(position: a, weight: 3), .init(position: try position(121.01, 32), weight: 1)]
        let reach = SpatialAccess.reach(of: demand, to: [.init(position: a, capacity: 25)], catchment: 1500)
        #expect(reach.map(\.plain) == [6.25, 6.25])
        #expect(reach.map { String(format: "%.9g", $0.gaussian) } == ["7.05359255", "3.83922235"])
    }

    @Test func addsNothingWhereNobodyLivesWithinReach() throws {
        let a = try position(121, 32)
        let empty = SpatialAccess.reach(of: [.init(position: a, weight: 0)], to: [.init(position: a, capacity: 25)], catchment: 1500)
        #expect(empty == [SpatialAccess.Reach()])
        #expect(SpatialAccess.reach(of: [], to: [.init(position: a, capacity: 25)], catchment: 1500).isEmpty)
    }

    /// Dense towns, whole countries, the poles and both sides of the antimeridian, catchments from 1 m to the whole earth.
    @Test(arguments: 0..<24) func agreesWithTheDefinition(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let centers: [(Double, Double, Double)] = [
            (121, 32, 0.05), (179.99, 0.01, 0.05), (10, 89.99, 0.05), (0, -89.99, 0.02), (100, 30, 20), (0, 0, 90),
        ]
        let (longitude, latitude, spread) = centers[Int(seed) % centers.count]
        let catchments: [Double] = [1500, 1, 30_000, 2e6, 3e7]
        let catchment = catchments.randomElement(using: &random) ?? 1500
        func place() throws -> Position {
            var east = longitude + Double.random(in: -spread...spread, using: &random)
            if east > 180 { east -= 360 }
            return try position(east, max(-90, min(90, latitude + Double.random(in: -spread...spread, using: &random))))
        }
        let demand: [SpatialAccess.DemandPoint] = try (0..<60).map { _ in
            SpatialAccess.DemandPoint(position: try place(), weight: Int64.random(in: 0...40, using: &random))
        }
        let supply: [SpatialAccess.SupplyPoint] = try (0..<80).map { number in
            let position = try number % 3 == 0 ? demand[number % 60].position : place()
            return SpatialAccess.SupplyPoint(position: position, capacity: Int64.random(in: 1...100, using: &random))
        }
        let reach = SpatialAccess.reach(of: demand, to: supply, catchment: catchment)
        for (got, expected) in zip(reach.map { $0.plain }, naive(demand, supply, catchment, gaussian: false)) {
            #expect(abs(got - expected) <= 1e-9 * max(1, expected))
        }
        for (got, expected) in zip(reach.map { $0.gaussian }, naive(demand, supply, catchment, gaussian: true)) {
            #expect(abs(got - expected) <= 1e-7 * max(1, expected))
        }
        #expect(reach == SpatialAccess.reach(of: demand, to: supply, catchment: catchment))
        for threads in [2, 7] {
            #expect(reach == SpatialAccess.reach(of: demand, to: supply, catchment: catchment, threads: threads), "\(threads) threads")
        }
    }

    /// More sites than are looked at in a round, some of several facilities on both sides of a round's end: the same bits for any number of
    /// threads, and the sums of the definition.
    @Test func addsInOrderOverManyRounds() throws {
        var random = SeededGenerator(seed: 77)
        func place() throws -> Position {
            try position(121 + Double.random(in: -0.05...0.05, using: &random), 32 + Double.random(in: -0.05...0.05, using: &random))
        }
        let demand = try (0..<50).map { _ in
            SpatialAccess.DemandPoint(position: try place(), weight: Int64.random(in: 0...40, using: &random))
        }
        var supply: [SpatialAccess.SupplyPoint] = []
        let count = 2 * SpatialAccess.sitesARound(points: demand.count) + 100
        while supply.count < count {
            let position = try place()
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                supply.append(.init(position: position, capacity: Int64.random(in: 1...100, using: &random)))
            }
        }
        let reach = SpatialAccess.reach(of: demand, to: supply, catchment: 1500)
        for threads in [2, 3, 7] {
            #expect(reach == SpatialAccess.reach(of: demand, to: supply, catchment: 1500, threads: threads), "\(threads) threads")
        }
        for (got, expected) in zip(reach.map { $0.plain }, naive(demand, supply, 1500, gaussian: false)) {
            #expect(abs(got - expected) <= 1e-9 * max(1, expected))
        }
        #expect(reach.contains { $0.plain > 0 } && SpatialAccess.sitesARound(points: 1 << 30) > 0)
    }
}
