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
    /// The numbers of the points by cube, ascending within each.
    private var members: [Int32] = []
    /// Open addressing by the key: where the cube's members are. Free ones hold ``free`` and no member.
    private var cubes: [Cube]
    private let shift: UInt64

    private struct Cube {
        var key: Int64
        var start: Int32 = 0
        var end: Int32 = 0
    }

    /// No cube of a point has it.
    private static let free: Int64 = -1

    /// Sorts points into cubes at least `reach` wide.
    init(_ points: [SpherePoint], reach: Double) {
        width = max(reach, SphereGrid.finest)
        var bits = 3
        while 1 << bits < 2 * points.count { bits += 1 }
        shift = UInt64(64 - bits)
        cubes = Array(repeating: Cube(key: Self.free), count: 1 << bits)
        var keys = points.enumerated().map { number, point in
            (key: key(cell(point.x), cell(point.y), cell(point.z)), number: Int32(truncatingIfNeeded: number))
        }
        keys.sort { ($0.key, $0.number) < ($1.key, $1.number) }
        members = keys.map(\.number)
        var start = 0
        while start < keys.count {
            var end = start + 1
            while end < keys.count, keys[end].key == keys[start].key { end += 1 }
            var slot = first(keys[start].key)
            while cubes[slot].key != Self.free { slot = (slot + 1) & (cubes.count - 1) }
            cubes[slot] = Cube(key: keys[start].key, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end))
            start = end
        }
    }

    private func cell(_ coordinate: Double) -> Int64 { Int64(((coordinate + 1) / width).rounded(.down)) }

    private func key(_ east: Int64, _ north: Int64, _ up: Int64) -> Int64 { (east + 1) << 42 | (north + 1) << 21 | (up + 1) }

    /// Where a key is looked for first.
    @inline(__always)
    private func first(_ key: Int64) -> Int { Int((UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    /// The numbers of the points in the cubes about `point` that lie within a chord, given squared, ascending.
    func collect(about point: SpherePoint, among points: [SpherePoint], within squaredChord: Double, into found: inout [Int32]) {
        found.removeAll(keepingCapacity: true)
        let (east, north, up) = (cell(point.x), cell(point.y), cell(point.z))
        let last = cubes.count - 1
        cubes.withUnsafeBufferPointer { cubes in
            for eastward in east - 1...east + 1 {
                for northward in north - 1...north + 1 {
                    for upward in up - 1...up + 1 {
                        let key = key(eastward, northward, upward)
                        var slot = first(key)
                        while cubes[slot].key != key, cubes[slot].key != Self.free { slot = (slot &+ 1) & last }
                        for place in cubes[slot].start..<cubes[slot].end {
                            let member = members[Int(place)]
                            if point.squaredChord(to: points[Int(member)]) <= squaredChord { found.append(member) }
                        }
                    }
                }
            }
        }
        found.sort()
    }
}
