/// A printed number: `units` / 10^`places`. It is what a cell shows and what a target compares.
public struct Printed: Sendable, Hashable {
    /// The number without its point.
    public let units: Int128
    /// The digits behind the point: 0, 2 or 4.
    public let places: Int

    /// The number `units` / 10^`places`.
    @inlinable
    public init(units: Int128, places: Int) {
        self.units = units
        self.places = places
    }

    /// A count.
    @inlinable
    public init(count: Int64) { self.init(units: Int128(count), places: 0) }

    /// `numerator` / `denominator` rounded once, half away from zero, to `places` places; nil where the divisor is not positive.
    ///
    /// Exact: the numerator may be up to 10^30 in magnitude.
    @inlinable
    public init?(numerator: Int128, denominator: Int64, places: Int) {
        guard denominator > 0 else { return nil }
        var scale: UInt64 = 1
        for _ in 0..<places { scale &*= 10 }
        let magnitude = numerator.magnitude
        let divisor = UInt64(denominator)
        let rounded: UInt128
        // The common case fits in 64 bits, where a division costs a tenth.
        if magnitude < 1 << 48, divisor < 1 << 62, places <= 4 {
            let scaled = UInt64(truncatingIfNeeded: magnitude) &* scale
            let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: divisor)
            rounded = UInt128(remainder &* 2 >= divisor ? quotient &+ 1 : quotient)
        } else {
            let (quotient, remainder) = (magnitude * UInt128(scale)).quotientAndRemainder(dividingBy: UInt128(divisor))
            rounded = remainder * 2 >= UInt128(divisor) ? quotient + 1 : quotient
        }
        self.init(units: numerator < 0 ? -Int128(rounded) : Int128(rounded), places: places)
    }

    /// The same as an exact decimal.
    public var decimal: ExactDecimal { ExactDecimal(units: units, places: places) }

    /// As printed: `-24`, `6.2500`, `-0.50`; zero has no sign.
    public var text: String { decimal.description }
}

/// ⌈`numerator` / `denominator`⌉ of numbers that are not negative, held within Int64.
@inlinable
func ceilingQuotient(_ numerator: Int128, _ denominator: Int64) -> Int64 {
    if let small = Int64(exactly: numerator) {
        let (quotient, remainder) = small.quotientAndRemainder(dividingBy: denominator)
        return remainder == 0 ? quotient : quotient + 1
    }
    return Int64(clamping: (numerator + Int128(denominator) - 1) / Int128(denominator))
}
