public import Events

/// What an event or a state gives reason to ask its source about (`events.md`, sections 3–7; `figures.md`, section 4).
///
/// The raw values are in the order of the names as bytes, the first key of `findings.csv`.
public enum FindingCode: UInt8, CaseIterable, Sendable, Hashable {
    /// `filing_accepted` without a submission pending; it applied.
    case acceptedWithoutSubmission = 0
    /// `child_moved_in` with another birth date than the known one, which stays.
    case bornOnMismatch
    /// `birth_registered` of a child already known.
    case duplicateBirth
    /// `subsidy_granted` of a grant already made.
    case duplicateGrant
    /// `facility_registered` of a facility ever registered before.
    case duplicateRegistration
    /// State: an enrolment active at D in a closed facility.
    case enrolledAtClosedFacility
    /// State: an active enrolment of a child not resident here.
    case enrolledNotResident
    /// State: an active enrolment of a child of 36 months or more.
    case enrolledOverAge
    /// State: an active enrolment of a child that has another one.
    case enrolledTwice
    /// An `operating` or `demonstration` grant to a facility not filed that day.
    case grantToUnfiledFacility
    /// `child_moved_in` of a resident; it applied as a relocation.
    case movedInWhileResident
    /// An event that does not apply to its subject's state.
    case notApplicable
    /// State: more children enrolled than places.
    case overCapacity
    /// A payment after which paid exceeds granted.
    case overpaid
    /// A recovery after which recovered exceeds paid.
    case overrecovered
    /// State: an enrolment active at D in a facility not registered by D.
    case unknownFacility
    /// A payment or recovery before its grant.
    case unknownGrant
    /// A void whose target is a void.
    case voidOfVoid
    /// A void whose target does not exist at K.
    case voidWithoutTarget

    /// The code in `findings.csv`.
    public var name: String {
        switch self {
        case .acceptedWithoutSubmission: "accepted_without_submission"
        case .bornOnMismatch: "born_on_mismatch"
        case .duplicateBirth: "duplicate_birth"
        case .duplicateGrant: "duplicate_grant"
        case .duplicateRegistration: "duplicate_registration"
        case .enrolledAtClosedFacility: "enrolled_at_closed_facility"
        case .enrolledNotResident: "enrolled_not_resident"
        case .enrolledOverAge: "enrolled_over_age"
        case .enrolledTwice: "enrolled_twice"
        case .grantToUnfiledFacility: "grant_to_unfiled_facility"
        case .movedInWhileResident: "moved_in_while_resident"
        case .notApplicable: "not_applicable"
        case .overCapacity: "over_capacity"
        case .overpaid: "overpaid"
        case .overrecovered: "overrecovered"
        case .unknownFacility: "unknown_facility"
        case .unknownGrant: "unknown_grant"
        case .voidOfVoid: "void_of_void"
        case .voidWithoutTarget: "void_without_target"
        }
    }
}

/// One finding. Its texts lie in ``Findings/texts``: the event's identifier, and right behind it the subject.
public struct Finding: Sendable, Hashable {
    /// Where the event's identifier begins.
    public var textStart: UInt64
    /// The event's ordinal within its log.
    public var ordinal: UInt32
    /// The event's `occurred_on` as a day number.
    public var occurredOn: Int32
    /// The length of the event's identifier.
    public var idCount: UInt8
    /// The length of the subject: a child, facility or grant, `child@facility` for an enrolment, 0 for a void.
    public var subjectCount: UInt8
    /// The code.
    public var code: FindingCode
    /// The log of the event.
    public var log: Log

    /// Where the event's identifier lies in ``Findings/texts``.
    public var eventID: Range<Int> { Int(textStart)..<Int(textStart) + Int(idCount) }
    /// Where the subject lies in ``Findings/texts``.
    public var subject: Range<Int> { Int(textStart) + Int(idCount)..<Int(textStart) + Int(idCount) + Int(subjectCount) }
    /// The event's date.
    public var day: Day { Day(rawValue: occurredOn) }
}

/// The findings of a projection in the order of `findings.csv`: by code, log, event identifier, subject and date as bytes.
public struct Findings: Sendable {
    /// The findings in order.
    public var entries: [Finding] = []
    /// The bytes of their texts; ASCII.
    public var texts: [UInt8] = []

    /// No findings.
    public init() {}

    /// Adds a finding behind the others; whoever adds keeps the order.
    public mutating func append(
        _ code: FindingCode, log: Log, ordinal: UInt32 = 0, occurredOn: Day, eventID: some Collection<UInt8>,
        subject: some Collection<UInt8>
    ) {
        entries.append(
            Finding(
                textStart: UInt64(texts.count), ordinal: ordinal, occurredOn: occurredOn.rawValue,
                idCount: UInt8(truncatingIfNeeded: eventID.count), subjectCount: UInt8(truncatingIfNeeded: subject.count), code: code,
                log: log))
        texts.append(contentsOf: eventID)
        texts.append(contentsOf: subject)
    }

    /// The number of findings.
    public var count: Int { entries.count }

    /// The identifier of a finding's event.
    public func eventID(_ finding: Finding) -> String { String(decoding: texts[finding.eventID], as: UTF8.self) }

    /// The subject of a finding, empty for a void.
    public func subject(_ finding: Finding) -> String { String(decoding: texts[finding.subject], as: UTF8.self) }
}
