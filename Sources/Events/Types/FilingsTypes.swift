/// The types of the filings log by code.
public enum FilingsEvent: UInt8, CaseIterable, Sendable {
    /// A facility was registered (登记).
    case facilityRegistered = 0
    /// It moved.
    case facilityRelocated = 1
    /// Its places by class were set (托位核定).
    case capacitySet = 2
    /// It submitted its filing (备案申请).
    case filingSubmitted = 3
    /// The submission was returned to be completed (补正).
    case filingReturned = 4
    /// The filing was accepted (备案回执).
    case filingAccepted = 5
    /// The filing was cancelled.
    case filingCancelled = 6
    /// Recognized as inclusive (普惠).
    case inclusiveRecognized = 7
    /// No longer inclusive.
    case inclusiveWithdrawn = 8
    /// Awarded as a demonstration facility (示范).
    case demonstrationAwarded = 9
    /// The award was withdrawn.
    case demonstrationWithdrawn = 10
    /// A credential was issued: fire, hygiene or food.
    case credentialIssued = 11
    /// An inspection was completed.
    case inspectionCompleted = 12
    /// The number of caregivers was reported.
    case staffingReported = 13
    /// The indoor area was reported.
    case siteReported = 14
    /// The facility closed for good.
    case facilityClosed = 15
    /// A correction: the target has no effect.
    case eventVoided = 31
}

/// The authority that registered a facility.
public enum Registrar: UInt8, CaseIterable, Sendable {
    /// 编办.
    case institution = 0
    /// 民政.
    case civilAffairs = 1
    /// 市场监管.
    case market = 2

    /// The word in archives and tables.
    public var name: String { registrarNames[Int(rawValue)] }
}

/// The form of a facility, in the order in which tables list forms.
public enum FacilityForm: UInt8, CaseIterable, Sendable {
    /// 托育机构.
    case center = 0
    /// 社区嵌入.
    case community = 1
    /// 幼儿园托班.
    case kindergarten = 2
    /// 用人单位.
    case employer = 3
    /// 家庭托育点.
    case home = 4

    /// The word in archives and tables.
    public var name: String { formNames[Int(rawValue)] }
}

/// The level of a demonstration award.
public enum DemonstrationLevel: UInt8, CaseIterable, Sendable {
    /// 省级.
    case province = 0
    /// 市级.
    case city = 1
    /// 区级.
    case district = 2

    /// The word in archives and tables.
    public var name: String { levelNames[Int(rawValue)] }
}

/// The kind of a credential.
public enum CredentialKind: UInt8, CaseIterable, Sendable {
    /// 消防.
    case fire = 0
    /// 卫生.
    case hygiene = 1
    /// 食品.
    case food = 2

    /// The word in archives and tables.
    public var name: String { kindNames[Int(rawValue)] }
}

/// The result of an inspection.
public enum InspectionResult: UInt8, CaseIterable, Sendable {
    /// 合格.
    case pass = 0
    /// 整改.
    case rectify = 1
    /// 不合格.
    case fail = 2

    /// The word in archives and tables.
    public var name: String { resultNames[Int(rawValue)] }
}

private let registrarNames = ["institution", "civil_affairs", "market"]
private let formNames = ["center", "community", "kindergarten", "employer", "home"]
private let levelNames = ["province", "city", "district"]
private let kindNames = ["fire", "hygiene", "food"]
private let resultNames = ["pass", "rectify", "fail"]

/// The greatest number of places of one class that a facility can report.
public let maximumPlaces: Int64 = 100_000

private let facility = Field("facility", .identifier, .subject(.facility))
private let community = Field("community", .community, .object(.community))
private func reason(_ part: Int, required: Bool = true) -> Field { Field("reason", .text(max: 200), .detail(part), required: required) }
private func longitude(_ part: Int) -> Field {
    Field("longitude", .decimal(places: 12, max: 180, signed: true), .detail(part), required: false)
}
private func latitude(_ part: Int) -> Field {
    Field("latitude", .decimal(places: 12, max: 90, signed: true), .detail(part), required: false)
}
private func places(_ name: String, _ part: Int) -> Field { Field(name, .integer(max: maximumPlaces), .detail(part)) }

let filingsTypes: [EventType] = [
    EventType(
        .filings, 0, "facility_registered",
        [
            facility, Field("name", .text(max: 100), .detail(0)),
            Field("registrar", .word(registrarNames), .code(shift: 0, bits: 2)),
            Field("form", .word(formNames), .code(shift: 2, bits: 3)),
            community, longitude(1), latitude(2),
        ],
        rules: [.bothOrNeither("longitude", "latitude")]),
    EventType(
        .filings, 1, "facility_relocated", [facility, community, longitude(0), latitude(1)],
        rules: [.bothOrNeither("longitude", "latitude")]),
    EventType(
        .filings, 2, "capacity_set",
        [facility, places("infant", 0), places("toddler", 1), places("preschool", 2), places("mixed", 3)]),
    EventType(.filings, 3, "filing_submitted", [facility]),
    EventType(.filings, 4, "filing_returned", [facility, reason(0)]),
    EventType(.filings, 5, "filing_accepted", [facility, Field("receipt", .identifier, .detail(0))]),
    EventType(.filings, 6, "filing_cancelled", [facility, reason(0)]),
    EventType(.filings, 7, "inclusive_recognized", [facility]),
    EventType(.filings, 8, "inclusive_withdrawn", [facility]),
    EventType(.filings, 9, "demonstration_awarded", [facility, Field("level", .word(levelNames), .code(shift: 0, bits: 2))]),
    EventType(.filings, 10, "demonstration_withdrawn", [facility]),
    EventType(
        .filings, 11, "credential_issued",
        [facility, Field("kind", .word(kindNames), .code(shift: 0, bits: 2)), Field("valid_until", .date, .value)]),
    EventType(.filings, 12, "inspection_completed", [facility, Field("result", .word(resultNames), .code(shift: 0, bits: 2))]),
    EventType(.filings, 13, "staffing_reported", [facility, Field("caregivers", .integer(max: 10_000), .value)]),
    EventType(
        .filings, 14, "site_reported",
        [facility, Field("indoor_m2", .decimal(places: 2, max: 1_000_000, signed: false), .value)]),
    EventType(.filings, 15, "facility_closed", [facility, reason(0, required: false)]),
    .voided(in: .filings),
]
