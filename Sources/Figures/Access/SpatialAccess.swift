import Dispatch
import Glibc
import Synchronization

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

    /// How many sites are looked at before their shares are added: what lies about them is held so long, at most so many pairs where everything
    /// lies about each.
    static func sitesARound(points: Int) -> Int { min(1 << 10, max(1, (1 << 22) / max(1, points))) }
    /// How many of them a thread takes at once.
    private static let sitesATime = 16

    /// The reach of every demand point. Sums run over `demand` and `supply` in the order given, so that equal inputs give equal bits
    /// for any number of threads: give communities by code and facilities by identifier. `catchment` is d₀ in metres, positive.
    ///
    /// One pass over the pairs within reach: a facility's ratio is known once its demand points are, and is added to them at once,
    /// which keeps each point's sum in the order of facilities. What lies about a site needs nothing of other sites, so threads share
    /// that; the adding is one thread's.
    public static func reach(
        of demand: [DemandPoint], to supply: [SupplyPoint], catchment: Double, threads: Int = 1
    ) -> [Reach] {
        var result = [Reach](repeating: Reach(), count: demand.count)
        guard catchment > 0 else { return result }
        let about = Surroundings(demand, catchment: catchment)
        // Facilities at one place share distances; registers often place them at their community's point.
        var sites: [Range<Int>] = []
        for facility in supply.indices {
            if let last = sites.last, supply[last.lowerBound].position == supply[facility].position {
                sites[sites.count - 1] = last.lowerBound..<facility + 1
            } else {
                sites.append(facility..<facility + 1)
            }
        }
        let sitesARound = sitesARound(points: demand.count)
        for start in stride(from: 0, to: sites.count, by: sitesARound) {
            let round = sites[start..<min(start + sitesARound, sites.count)]
            let parts = (round.count + sitesATime - 1) / sitesATime
            let made = Mutex([[Neighbourhood]](repeating: [], count: parts))
            let make = { @Sendable (part: Int) in
                let first = round.startIndex + part * sitesATime
                var finder = Surroundings.Finder(about)
                let found = round[first..<min(first + sitesATime, round.endIndex)].map {
                    finder.neighbourhood(of: supply[$0.lowerBound].position)
                }
                made.withLock { $0[part] = found }
            }
            let workers = max(1, min(threads, parts))
            if workers > 1 {
                DispatchQueue.concurrentPerform(iterations: workers) { worker in
                    for part in stride(from: worker, to: parts, by: workers) { make(part) }
                }
            } else {
                for part in 0..<parts { make(part) }
            }
            for (site, neighbours) in zip(round, made.withLock({ $0 }).joined()) {
                for facility in site { neighbours.add(capacity: Double(supply[facility].capacity), to: &result) }
            }
        }
        return result
    }
}

/// The demand points about a site, with what they weigh there.
private struct Neighbourhood: Sendable {
    /// Their numbers, ascending, and the decay of each.
    var points: [(number: Int32, weight: Double)] = []
    /// What a capacity is divided by: the sums of the children, and of them with decay.
    var divisor = (plain: 0.0, gaussian: 0.0)

    /// Adds what a facility there gives to each.
    func add(capacity: Double, to result: inout [SpatialAccess.Reach]) {
        if divisor.plain >= SpatialAccess.smallestDivisor {
            let ratio = capacity / divisor.plain
            for point in points { result[Int(point.number)].plain += ratio }
        }
        if divisor.gaussian >= SpatialAccess.smallestDivisor {
            let ratio = capacity / divisor.gaussian
            for point in points { result[Int(point.number)].gaussian += ratio * point.weight }
        }
    }
}

/// Demand points by where they lie, to ask which are about a site.
private struct Surroundings: Sendable {
    private let demand: [SpatialAccess.DemandPoint]
    private let catchment: Double
    private let points: [SpherePoint]
    private let squaredChord: Double
    private let grid: SphereGrid
    private let edge = exp(-0.5)

    init(_ demand: [SpatialAccess.DemandPoint], catchment: Double) {
        self.demand = demand
        self.catchment = catchment
        points = demand.map { SpherePoint($0.position) }
        let chord = SpherePoint.chord(within: catchment)
        squaredChord = chord * chord
        grid = SphereGrid(points, reach: chord)
    }

    /// Asks for one site after another.
    struct Finder {
        private let about: Surroundings
        private var candidates: [Int32] = []

        init(_ about: Surroundings) { self.about = about }

        /// What lies within the catchment about a position.
        mutating func neighbourhood(of position: Position) -> Neighbourhood {
            var found = Neighbourhood()
            let place = SpherePoint(position)
            about.grid.collect(about: place, among: about.points, within: about.squaredChord, into: &candidates)
            found.points.reserveCapacity(candidates.count)
            for candidate in candidates {
                let distance = about.points[Int(candidate)].distance(to: place)
                guard distance <= about.catchment else { continue }
                let share = distance / about.catchment
                let weight = (exp(-0.5 * share * share) - about.edge) / (1 - about.edge)
                let children = Double(about.demand[Int(candidate)].weight)
                found.points.append((candidate, weight))
                found.divisor.plain += children
                found.divisor.gaussian += children * weight
            }
            return found
        }
    }
}
