import Events

/// A number that is a sum over subjects and communities: what figures are made of, and what an event changes.
public enum Part: Hashable, Sendable {
    /// One of what is counted at every cut.
    case counter(Counter)
    /// One of what is counted at D alone.
    case detail(DetailCounter)
    /// An amount of grants, in fen.
    case money(MoneyPart)

    /// Every part.
    public static let all: [Part] =
        Counter.allCases.map(Part.counter) + DetailCounter.allCases.map(Part.detail) + MoneyPart.allCases.map(Part.money)

    /// Its place in ``all``.
    public var index: Int {
        switch self {
        case .counter(let counter): counter.rawValue
        case .detail(let counter): Counter.allCases.count + counter.rawValue
        case .money(let part): Counter.allCases.count + DetailCounter.allCases.count + part.rawValue
        }
    }

    /// Whose events it is summed over.
    public enum Subject: Sendable, CaseIterable {
        /// Children, each with its births events and its enrolments.
        case children
        /// Facilities, each with its filings events and the enrolments there.
        case facilities
        /// Grants.
        case grants
    }

    /// Whose events it is summed over.
    public var subject: Subject {
        switch self {
        case .counter(.m0To5), .counter(.m6To11), .counter(.m12To23), .counter(.m24To35), .counter(.enrolledResidents),
            .counter(.waitlistedResidents), .counter(.enrolledOverAge), .detail(.newborns), .detail(.newbornsVisited):
            .children
        case .money: .grants
        case .counter, .detail: .facilities
        }
    }

    /// Whether enrolments have a say in it.
    var readsEnrolments: Bool {
        switch self {
        case .counter(.enrolledResidents), .counter(.waitlistedResidents), .counter(.enrolledOverAge), .counter(.enrolled),
            .counter(.vacant), .counter(.overfull), .detail(.caregiversRequired), .detail(.caregiversShort):
            true
        case .counter, .detail, .money: false
        }
    }

    /// Whether events of a type can change it: the others of a subject are not told where the part is explained.
    func reads(_ log: Log, type: UInt8) -> Bool {
        switch log {
        case .births:
            if type == BirthsEvent.newbornVisited.rawValue { return self == .detail(.newbornsVisited) }
            return true
        case .enrollments:
            switch EnrollmentsEvent(rawValue: type) {
            case .childEnrolled, .childWithdrew: return readsEnrolments
            case .waitlistJoined, .waitlistLeft: return self == .counter(.waitlistedResidents)
            case .classChanged: return self == .detail(.caregiversRequired) || self == .detail(.caregiversShort)
            case .eventVoided, nil: return false
            }
        case .filings: return FilingsEvent(rawValue: type).map(reads) ?? false
        case .subsidies: return reads(SubsidiesEvent(rawValue: type))
        }
    }

    private func reads(_ event: SubsidiesEvent?) -> Bool {
        switch (self, event) {
        case (_, .subsidyGranted): true
        case (.money(.granted), _): false
        case (.money(.paid), .subsidyPaid), (.money(.recovered), .subsidyRecovered): true
        case (.money(.netForPlaces), .subsidyPaid), (.money(.netForPlaces), .subsidyRecovered): true
        default: false
        }
    }

    private func reads(_ event: FilingsEvent) -> Bool {
        switch event {
        case .facilityRegistered, .facilityRelocated, .facilityClosed: return true
        case .capacitySet: return readsPlaces
        case .filingAccepted, .filingCancelled: return readsFiling
        case .inclusiveRecognized, .inclusiveWithdrawn:
            return self == .counter(.facilitiesInclusive) || self == .counter(.placesInclusive)
        case .demonstrationAwarded, .demonstrationWithdrawn: return self == .counter(.facilitiesDemonstration)
        case .credentialIssued, .inspectionCompleted: return self == .detail(.facilitiesCompliant)
        case .staffingReported:
            return [.detail(.caregivers), .detail(.caregiversShort), .detail(.staffingUnreported)].contains(self)
        case .filingSubmitted, .filingReturned, .siteReported, .eventVoided: return false
        }
    }

    private var readsPlaces: Bool {
        switch self {
        case .counter(.places), .counter(.placesFiled), .counter(.placesInclusive), .counter(.placesInfant), .counter(.placesToddler),
            .counter(.placesPreschool), .counter(.placesMixed), .counter(.vacant), .counter(.overfull), .counter(.served):
            true
        case .counter, .detail, .money: false
        }
    }

    private var readsFiling: Bool {
        switch self {
        case .counter(.facilitiesFiled), .counter(.facilitiesInclusive), .counter(.placesFiled), .counter(.placesInclusive),
            .counter(.placesInfant), .counter(.placesToddler), .counter(.placesPreschool), .counter(.placesMixed), .counter(.served),
            .detail(.facilitiesCompliant):
            true
        case .counter, .detail, .money: false
        }
    }
}

/// Amounts of grants that figures are made of, in fen.
public enum MoneyPart: Int, CaseIterable, Sendable {
    /// `granted`.
    case granted = 0
    /// `paid`.
    case paid
    /// `recovered`.
    case recovered
    /// Paid less recovered of the schemes `construction`, `operating` and `demonstration`.
    case netForPlaces
}

/// A set of parts, a bit each.
struct PartSet {
    private var bits: UInt64 = 0

    init(_ parts: some Sequence<Part>) { for part in parts { bits |= 1 << UInt64(part.index) } }

    func contains(_ part: Part) -> Bool { bits >> UInt64(part.index) & 1 != 0 }
}
