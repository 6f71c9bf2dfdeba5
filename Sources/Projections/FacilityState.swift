public import Events

/// A facility's state as its filings events make it, one after another (`events.md`, section 5). Nothing registered yet at first.
public struct FacilityState: Sendable, Hashable {
    /// Whether it was ever registered, and whether it still is open.
    public enum Standing: UInt8, Sendable, Hashable {
        /// Never registered.
        case unregistered
        /// Registered and not closed.
        case open
        /// Closed for good.
        case closed
    }

    /// Whether it is open.
    public var standing: Standing = .unregistered
    /// Filed (备案).
    public var isFiled = false
    /// A submission is pending.
    public var isPending = false
    /// Inclusive (普惠), filed or not.
    public var isInclusive = false
    /// The level of its demonstration award, if any.
    public var demonstration: DemonstrationLevel?
    /// The form it registered with.
    public var form: FacilityForm = .center
    /// The authority that registered it.
    public var registrar: Registrar = .institution
    /// The number of the community it lies in or last lay in (``Namespace/community``).
    public var community: UInt32 = 0
    /// The day of its registration.
    public var registeredOn = Day(rawValue: 0)
    /// The day of its closing, nil: not closed.
    public var closedOn: Day?
    /// Places by class, each 0 to 100,000; nil: never reported.
    public var capacity: ByClass?
    /// Caregivers last reported; nil: never.
    public var caregivers: Int?
    /// The indoor area last reported in hundredths of a square metre; nil: never.
    public var indoorHundredths: Int?
    /// The last day of the fire credential issued last; nil: never issued.
    public var fireUntil: Day?
    /// The last day of the hygiene credential issued last; nil: never issued.
    public var hygieneUntil: Day?
    /// The last day of the food credential issued last; nil: never issued.
    public var foodUntil: Day?
    /// The result of the last inspection; nil: never inspected.
    public var lastInspection: InspectionResult?

    /// A facility of which nothing is known.
    public init() {}

    /// Whether it is open.
    public var isOpen: Bool { standing == .open }
    /// All its places, 0 if never reported.
    public var places: Int { capacity?.total ?? 0 }

    /// `facilities_compliant` at the end of `day`: filed, fire and hygiene credentials not run out, last inspection none or not `fail`.
    public func isCompliant(on day: Day) -> Bool {
        guard isFiled, let fireUntil, let hygieneUntil else { return false }
        return fireUntil >= day && hygieneUntil >= day && lastInspection != .fail
    }
}
