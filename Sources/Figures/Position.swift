/// A place on earth in degrees (WGS 84).
public struct Position: Sendable, Hashable {
    /// Degrees east, -180 to 180.
    public let longitude: Double
    /// Degrees north, -90 to 90.
    public let latitude: Double

    /// A place; nil where a number is out of range.
    public init?(longitude: Double, latitude: Double) {
        guard longitude.magnitude <= 180, latitude.magnitude <= 90 else { return nil }
        self.longitude = longitude
        self.latitude = latitude
    }

    /// The place of two decimals as archives and registers write them (no exponent); nil where a text is none or out of range.
    public init?(longitude: String, latitude: String) {
        guard let east = ExactDecimal.double(longitude), let north = ExactDecimal.double(latitude) else { return nil }
        self.init(longitude: east, latitude: north)
    }
}
