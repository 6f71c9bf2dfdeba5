public import Events

/// A grant's state as its subsidies events make it, one after another (`events.md`, section 7). Amounts in fen.
public struct GrantState: Sendable, Hashable {
    /// To whom a grant is made.
    public enum Payee: Sendable, Hashable {
        /// A facility, by its number.
        case facility(UInt32)
        /// A child, by its number.
        case child(UInt32)
    }

    /// The payee; nil: not granted yet.
    public var payee: Payee?
    /// The scheme, once granted.
    public var scheme: Scheme = .construction
    /// The day of the grant, once granted.
    public var grantedOn = Day(rawValue: 0)
    /// Granted.
    public var granted: Int64 = 0
    /// Paid so far.
    public var paid: Int64 = 0
    /// Recovered (追回) so far.
    public var recovered: Int64 = 0

    /// Not granted yet.
    public init() {}

    /// Applies `subsidy_granted`. That the facility was not filed that day is for its history to say.
    public mutating func grant(_ amount: Int64, _ scheme: Scheme, to payee: Payee, on day: Day) -> Outcome {
        guard self.payee == nil else { return .refused(.duplicateGrant) }
        self.payee = payee
        self.scheme = scheme
        grantedOn = day
        granted = amount
        return .applied
    }

    /// Applies `subsidy_paid`; nil where the sum does not fit 64 bits.
    public mutating func pay(_ amount: Int64) -> Outcome? {
        guard payee != nil else { return .refused(.unknownGrant) }
        let (sum, overflow) = paid.addingReportingOverflow(amount)
        guard !overflow else { return nil }
        paid = sum
        return .applied(paid > granted ? .overpaid : nil)
    }

    /// Applies `subsidy_recovered`; nil where the sum does not fit 64 bits.
    public mutating func recover(_ amount: Int64) -> Outcome? {
        guard payee != nil else { return .refused(.unknownGrant) }
        let (sum, overflow) = recovered.addingReportingOverflow(amount)
        guard !overflow else { return nil }
        recovered = sum
        return .applied(recovered > paid ? .overrecovered : nil)
    }
}
