import Glibc

/// Places within reach for each child: the two-step floating catchment area of `figures.md`, section 5 (Luo and Wang 2003), plain
/// and with Gaussian decay (Dai 2010). The one figure that passes through binary floating point.
public enum SpatialAccess {
    /// Where children live.
    public struct DemandPoint: Sendable, Hashable {
        /// The place.
        public let position: Position
        /// Children under 3.
        public let weight: Int64

        /// A place with its children.
        public init(position: Position, weight: Int64) {
            self.position = position
            self.weight = weight
        }
    }

    /// Where places are.
    public struct SupplyPoint: Sendable, Hashable {
        /// The place.
        public let position: Position
        /// Its capacity, positive.
        public let capacity: Int64

        /// A facility's places.
        public init(position: Position, capacity: Int64) {
            self.position = position
            self.capacity = capacity
        }
    }

    /// What a demand point reaches.
    public struct Reach: Sendable, Hashable {
        /// Places a child within the catchment, every distance alike.
        public var plain: Double = 0
        /// The same with Gaussian decay.
        public var gaussian: Double = 0

        /// Nothing within reach.
        public init() {}
    }

    /// A divisor below this counts as 0.
    static let smallestDivisor = 1e-9

    /// The reach of every demand point. Sums run over `demand` and `supply` in the order given, so that equal inputs give equal bits:
    /// give communities by code and facilities by identifier. `catchment` is d₀ in metres, positive.
    ///
    /// One pass over the pairs within reach: a facility's ratio is known once its demand points are, and is added to them at once,
    /// which keeps each point's sum in the order of facilities.
    public static func reach(of demand: [DemandPoint], to supply: [SupplyPoint], catchment: Double) -> [Reach] {
        var result = [Reach](repeating: Reach(), count: demand.count)
        guard catchment > 0 else { return result }
        let points = demand.map { SpherePoint($0.position) }
        let chord = SpherePoint.chord(within: catchment)
        let squaredChord = chord * chord
        let grid = SphereGrid(points, reach: chord)
        let edge = exp(-0.5)
        var candidates: [Int32] = []
        var within: [Int32] = []
        var weights: [Double] = []
        var last: Position?
        var divisor = (plain: 0.0, gaussian: 0.0)
        for facility in supply {
            // Facilities at one place share distances; registers often place them at their community's point.
            if last != facility.position {
                last = facility.position
                let place = SpherePoint(facility.position)
                within.removeAll(keepingCapacity: true)
                weights.removeAll(keepingCapacity: true)
                divisor = (0, 0)
                grid.collect(about: place, among: points, within: squaredChord, into: &candidates)
                for candidate in candidates {
                    let point = points[Int(candidate)]
                    let distance = point.distance(to: place)
                    guard distance <= catchment else { continue }
                    let share = distance / catchment
                    let weight = (exp(-0.5 * share * share) - edge) / (1 - edge)
                    let children = Double(demand[Int(candidate)].weight)
                    within.append(candidate)
                    weights.append(weight)
                    divisor.plain += children
                    divisor.gaussian += children * weight
                }
            }
            let capacity = Double(facility.capacity)
            if divisor.plain >= smallestDivisor {
                let ratio = capacity / divisor.plain
                for point in within { result[Int(point)].plain += ratio }
            }
            if divisor.gaussian >= smallestDivisor {
                let ratio = capacity / divisor.gaussian
                for (place, point) in within.enumerated() { result[Int(point)].gaussian += ratio * weights[place] }
            }
        }
        return result
    }
}
