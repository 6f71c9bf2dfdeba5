import Glibc

/// A point with what distances from it need, computed once.
struct SpherePoint: Sendable {
    /// The mean radius of the earth in metres (`figures.md`, section 5).
    static let radius = 6_371_008.8

    let latitude: Double
    let longitude: Double
    let cosine: Double
    /// The point on the unit sphere.
    let x: Double
    let y: Double
    let z: Double

    init(_ position: Position) {
        latitude = position.latitude * .pi / 180
        longitude = position.longitude * .pi / 180
        cosine = cos(latitude)
        x = cosine * cos(longitude)
        y = cosine * sin(longitude)
        z = sin(latitude)
    }

    /// The great-circle distance in metres by the haversine formula.
    func distance(to other: SpherePoint) -> Double {
        let northward = sin((other.latitude - latitude) / 2)
        let eastward = sin((other.longitude - longitude) / 2)
        let haversine = northward * northward + cosine * other.cosine * eastward * eastward
        return 2 * SpherePoint.radius * asin(min(1, haversine.squareRoot()))
    }

    /// The square of the straight line through the unit sphere: cheap, and it grows with the distance.
    func squaredChord(to other: SpherePoint) -> Double {
        let (east, north, up) = (x - other.x, y - other.y, z - other.z)
        return east * east + north * north + up * up
    }

    /// A chord that no two points within `distance` metres exceed, with room for rounding.
    static func chord(within distance: Double) -> Double {
        let angle = min(distance / radius, Double.pi)
        return 2 * sin(angle / 2) * (1 + 1e-9) + 1e-12
    }
}

/// Points sorted into cubes of the unit sphere's space, so that the neighbours of a point lie in 27 of them. Unlike a grid of
/// degrees it needs no rule for poles and the antimeridian.
struct SphereGrid {
    /// Cubes an axis at most: three numbers of 20 bits make a key. Cubes are then at least 12 m wide.
    private static let finest = 2.0 / Double(1 << 20)

    private let width: Double
    private var members: [Int64: [Int32]] = [:]

    /// Sorts points into cubes at least `reach` wide.
    init(_ points: [SpherePoint], reach: Double) {
        width = max(reach, SphereGrid.finest)
        for (index, point) in points.enumerated() {
            members[key(cell(point.x), cell(point.y), cell(point.z)), default: []].append(Int32(index))
        }
    }

    private func cell(_ coordinate: Double) -> Int64 { Int64(((coordinate + 1) / width).rounded(.down)) }

    private func key(_ east: Int64, _ north: Int64, _ up: Int64) -> Int64 { (east + 1) << 42 | (north + 1) << 21 | (up + 1) }

    /// The numbers of the points in the cubes about `point`, ascending.
    func collect(about point: SpherePoint, into found: inout [Int32]) {
        found.removeAll(keepingCapacity: true)
        let (east, north, up) = (cell(point.x), cell(point.y), cell(point.z))
        for eastward in east - 1...east + 1 {
            for northward in north - 1...north + 1 {
                for upward in up - 1...up + 1 {
                    if let there = members[key(eastward, northward, upward)] { found.append(contentsOf: there) }
                }
            }
        }
        found.sort()
    }
}
