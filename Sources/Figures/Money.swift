public import Events
public import Projections

/// The money of an area at D, in fen, as exact sums over its grants of every scheme.
public struct Money: Sendable, Hashable {
    /// Granted.
    public private(set) var granted: Int64 = 0
    /// Paid.
    public private(set) var paid: Int64 = 0
    /// Recovered (追回).
    public private(set) var recovered: Int64 = 0
    /// Paid less recovered of the schemes that serve places: construction, operating, demonstration.
    public private(set) var netForPlaces: Int64 = 0

    /// No money.
    public init() {}

    /// Adds grants of a scheme. ``GrantTotals`` promises that no set of a projection's grants exceeds 64 bits.
    public mutating func add(_ totals: GrantTotals, of scheme: Scheme) {
        granted += totals.granted
        paid += totals.paid
        recovered += totals.recovered
        switch scheme {
        case .construction, .operating, .demonstration: netForPlaces += totals.paid - totals.recovered
        case .voucher, .childrearing: break
        }
    }

    /// One of the amounts.
    public func amount(_ amount: Amount) -> Int64 {
        switch amount {
        case .granted: granted
        case .paid: paid
        case .recovered: recovered
        }
    }
}
