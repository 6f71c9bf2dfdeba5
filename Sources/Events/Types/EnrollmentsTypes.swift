/// The types of the enrollments log by code.
public enum EnrollmentsEvent: UInt8, CaseIterable, Sendable {
    /// A child joined a facility's waiting list.
    case waitlistJoined = 0
    /// It left the list.
    case waitlistLeft = 1
    /// A child was enrolled (入托).
    case childEnrolled = 2
    /// It changed class.
    case classChanged = 3
    /// It withdrew.
    case childWithdrew = 4
    /// A correction: the target has no effect.
    case eventVoided = 31
}

/// The class of an enrolment or of places, in the order in which tables list classes.
public enum PlaceClass: UInt8, CaseIterable, Sendable {
    /// 乳儿班, 6–12 months.
    case infant = 0
    /// 托小班, 12–24 months.
    case toddler = 1
    /// 托大班, 24–36 months.
    case preschool = 2
    /// 混合编班.
    case mixed = 3

    /// The word in archives and tables.
    public var name: String { classNames[Int(rawValue)] }
}

/// The mode of care of an enrolment.
public enum CareMode: UInt8, CaseIterable, Sendable {
    /// 全日托.
    case fullDay = 0
    /// 半日托.
    case halfDay = 1
    /// 计时托.
    case hourly = 2

    /// The word in archives.
    public var name: String { modeNames[Int(rawValue)] }
}

private let classNames = ["infant", "toddler", "preschool", "mixed"]
private let modeNames = ["full_day", "half_day", "hourly"]

private let child = Field("child", .identifier, .subject(.child))
private let facility = Field("facility", .identifier, .object(.facility))
private let placeClass = Field("class", .word(classNames), .code(shift: 0, bits: 2))

let enrollmentsTypes: [EventType] = [
    EventType(.enrollments, 0, "waitlist_joined", [child, facility]),
    EventType(.enrollments, 1, "waitlist_left", [child, facility]),
    EventType(
        .enrollments, 2, "child_enrolled",
        [child, facility, placeClass, Field("mode", .word(modeNames), .code(shift: 2, bits: 2))]),
    EventType(.enrollments, 3, "class_changed", [child, facility, placeClass]),
    EventType(
        .enrollments, 4, "child_withdrew", [child, facility, Field("reason", .text(max: 200), .detail(0), required: false)]),
    .voided(in: .enrollments),
]
