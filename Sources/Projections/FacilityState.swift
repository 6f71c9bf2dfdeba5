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

    /// A filings event's further fields; each is read where the type has it.
    public struct Fields: Sendable, Hashable {
        /// The column `code`: registrar and form, level, kind or result.
        public var code: UInt8 = 0
        /// The community's number.
        public var community: UInt32 = 0
        /// The column `value`: `valid_until` as a day number, `caregivers`, or `indoor_m2` in hundredths.
        public var value: Int64 = 0
        /// The places of `capacity_set`.
        public var capacity = ByClass()

        /// Nothing.
        public init() {}
    }

    /// Applies the next event in the contract's order.
    public mutating func apply(_ event: FilingsEvent, on day: Day, _ fields: Fields) -> Outcome {
        switch event {
        case .facilityRegistered:
            guard standing == .unregistered else { return .refused(.duplicateRegistration) }
            standing = .open
            registeredOn = day
            registrar = Registrar(rawValue: fields.code & 3) ?? .institution
            form = FacilityForm(rawValue: fields.code >> 2 & 7) ?? .center
            community = fields.community
        case .facilityRelocated:
            guard isOpen else { return .refused(.notApplicable) }
            community = fields.community
        case .capacitySet:
            guard isOpen else { return .refused(.notApplicable) }
            capacity = fields.capacity
        case .filingSubmitted:
            guard isOpen, !isFiled else { return .refused(.notApplicable) }
            isPending = true
        case .filingReturned:
            guard isPending else { return .refused(.notApplicable) }
            isPending = false
        case .filingAccepted:
            guard isOpen, !isFiled else { return .refused(.notApplicable) }
            let wasPending = isPending
            isFiled = true
            isPending = false
            return .applied(wasPending ? nil : .acceptedWithoutSubmission)
        case .filingCancelled:
            guard isFiled else { return .refused(.notApplicable) }
            isFiled = false
        case .inclusiveRecognized:
            guard isOpen, !isInclusive else { return .refused(.notApplicable) }
            isInclusive = true
        case .inclusiveWithdrawn:
            guard isOpen, isInclusive else { return .refused(.notApplicable) }
            isInclusive = false
        case .demonstrationAwarded:
            guard isOpen else { return .refused(.notApplicable) }
            demonstration = DemonstrationLevel(rawValue: fields.code & 3)
        case .demonstrationWithdrawn:
            guard demonstration != nil else { return .refused(.notApplicable) }
            demonstration = nil
        case .credentialIssued:
            guard isOpen else { return .refused(.notApplicable) }
            let until = Day(rawValue: Int32(truncatingIfNeeded: fields.value))
            switch CredentialKind(rawValue: fields.code & 3) {
            case .fire: fireUntil = until
            case .hygiene: hygieneUntil = until
            case .food: foodUntil = until
            case nil: break
            }
        case .inspectionCompleted:
            guard isOpen else { return .refused(.notApplicable) }
            lastInspection = InspectionResult(rawValue: fields.code & 3)
        case .staffingReported:
            guard isOpen else { return .refused(.notApplicable) }
            caregivers = Int(fields.value)
        case .siteReported:
            guard isOpen else { return .refused(.notApplicable) }
            indoorHundredths = Int(fields.value)
        case .facilityClosed:
            guard isOpen else { return .refused(.notApplicable) }
            standing = .closed
            closedOn = day
            isFiled = false
            isPending = false
            isInclusive = false
            demonstration = nil
        case .eventVoided:
            break
        }
        return .applied
    }
}
