/// A place on earth (WGS 84) as it was written, and as numbers for distances.
public struct Position: Sendable, Hashable {
    /// Degrees east as written, a decimal from -180 to 180.
    public let longitudeText: String
    /// Degrees north as written, a decimal from -90 to 90.
    public let latitudeText: String
    /// Degrees east.
    public let longitude: Double
    /// Degrees north.
    public let latitude: Double

    /// The place of two decimals; nil where a text is no decimal without exponent or lies out of range.
    public init?(longitude: String, latitude: String) {
        guard let east = Position.degrees(longitude, within: 180), let north = Position.degrees(latitude, within: 90) else { return nil }
        self.longitudeText = longitude
        self.latitudeText = latitude
        self.longitude = east
        self.latitude = north
    }

    private static func degrees(_ text: String, within limit: Double) -> Double? {
        guard ExactDecimal(text) != nil, let value = Double(text), value.magnitude <= limit else { return nil }
        return value
    }
}
