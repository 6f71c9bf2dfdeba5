import CKernel
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

/// One finding. Its texts are ``Findings``' to give.
public struct Finding: Sendable, Hashable {
    /// The event's identifier among those of its log.
    let id: TextPlace
    /// Its subject among those of its log; empty: none.
    let subject: TextPlace
    /// The facility behind the subject among those of its log; empty: none.
    let facility: TextPlace
    /// The event's `occurred_on` as a day number.
    public let occurredOn: Int32
    /// The code.
    public let code: FindingCode
    /// The log of the event.
    public let log: Log

    /// The event's date.
    public var day: Day { Day(rawValue: occurredOn) }
}

/// The findings of a projection in the order of `findings.csv`: by code, log, event identifier, subject and date as bytes.
///
/// Each stands where it was found or kept, and here only which one comes next; the texts stay as they were read: to lay either out in
/// the order of findings would take as long as to write the table, and as much memory again.
public struct Findings: Sendable {
    /// By ``Log/rawValue``.
    private var logs: [LogFindings]
    /// Those of each code and log, in order.
    private var groups: [Group] = []
    /// Empty where they were only counted.
    private var order: [FindingPlace] = []

    struct Group {
        let code: FindingCode
        let log: Log
        /// Their places; in ``order``, unless they were only counted.
        var range: Range<Int>

        /// Those groups that hold any, one behind another: by code, then by log, in the order of `findings.csv`.
        ///
        /// - Parameter count: How many a log has of a code.
        static func all(_ count: (FindingCode, Log) -> Int) -> [Group] {
            var groups: [Group] = []
            for code in FindingCode.allCases {
                for log in Log.allCases where count(code, log) > 0 {
                    let start = groups.last?.range.upperBound ?? 0
                    groups.append(Group(code: code, log: log, range: start..<start + count(code, log)))
                }
            }
            return groups
        }
    }

    /// No findings.
    public init() { logs = Log.allCases.map { _ in LogFindings() } }

    /// The findings of each log, by ``Log/rawValue``, group by group in this order.
    init(_ logs: [LogFindings], _ groups: [Group], _ order: [FindingPlace]) { (self.logs, self.groups, self.order) = (logs, groups, order) }

    /// Findings that are not listed: how many each log has of each code.
    init(counts count: (FindingCode, Log) -> Int) {
        self.init()
        groups = Group.all(count)
    }

    /// Adds a finding behind the others; whoever adds keeps the order.
    public mutating func append(
        _ code: FindingCode, log: Log, occurredOn: Day, eventID: some Collection<UInt8>, subject: some Collection<UInt8>
    ) {
        precondition(areListed, "findings that were only counted cannot be added to")
        order.append(logs[Int(log.rawValue)].append(code, log, occurredOn, eventID, subject))
        if let last = groups.last, last.code == code, last.log == log {
            groups[groups.count - 1].range = last.range.lowerBound..<order.count
        } else {
            groups.append(Group(code: code, log: log, range: order.count - 1..<order.count))
        }
    }

    /// The number of findings.
    public var count: Int { groups.last?.range.upperBound ?? 0 }

    /// Whether ``forEach(in:_:)`` can give them, as a request for ``ProjectionRequest/Lists/findings`` asks for.
    public var areListed: Bool { order.count == count }

    /// How many have a code.
    public func count(of code: FindingCode) -> Int { groups.reduce(0) { $0 + ($1.code == code ? $1.range.count : 0) } }

    private static let readAhead = 32
    /// The bytes of an identifier, and those of a subject: two identifiers and what stands between them, or one text of a byte's length.
    private static let (idRoom, subjectRoom) = (256, 512)

    /// Calls `body` with each finding in a range of places in their order, its event's identifier and its subject, valid during the call: a
    /// child, facility or grant, `child@facility` for an enrolment, nothing for a void.
    ///
    /// Only where they are listed (``areListed``); to ask for others is a mistake in the program.
    ///
    /// Texts lie far apart, and reading one waits for the memory; so some are read ahead, which wait side by side.
    public func forEach(
        in places: Range<Int>,
        _ body: (_ finding: Finding, _ eventID: UnsafeBufferPointer<UInt8>, _ subject: UnsafeBufferPointer<UInt8>) -> Void
    ) {
        precondition(areListed, "findings that were only counted are not to be listed")
        let room = Self.idRoom + Self.subjectRoom
        withUnsafeTemporaryAllocation(byteCount: Self.readAhead * room, alignment: 8) { ahead in
            withUnsafeTemporaryAllocation(of: Finding.self, capacity: Self.readAhead) { findings in
                guard let base = ahead.baseAddress else { return }
                for group in groups where group.range.overlaps(places) {
                    let some = group.range.clamped(to: places)
                    var waiting = 0
                    func handOn() {
                        for place in 0..<waiting {
                            let (finding, id) = (findings[place], base + place * room)
                            body(finding, Self.bytes(id, finding.id.count), Self.bytes(id + Self.idRoom, finding.subjectCount))
                        }
                        waiting = 0
                    }
                    order[some].withUnsafeBufferPointer { order in
                        logs[Int(group.log.rawValue)].forEach(order, group.code, group.log) { finding, texts in
                            let id = base + waiting * room
                            texts.copy(finding, id: id, subject: id + Self.idRoom)
                            findings.initializeElement(at: waiting, to: finding)
                            waiting += 1
                            if waiting == Self.readAhead { handOn() }
                        }
                    }
                    handOn()
                }
            }
        }
    }

    @inline(__always)
    private static func bytes(_ start: UnsafeMutableRawPointer, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: count)
    }
}

/// Where a text of up to 255 bytes lies among texts end to end.
struct TextPlace: Sendable, Hashable, BitwiseCopyable {
    private let packed: UInt64

    /// No text.
    init() { packed = 0 }

    @inline(__always)
    init(start: Int, count: Int) { packed = UInt64(truncatingIfNeeded: start) << 8 | UInt64(truncatingIfNeeded: count & 0xFF) }

    /// Its length.
    @inline(__always)
    var count: Int { Int(packed & 0xFF) }

    @inline(__always)
    var range: Range<Int> {
        let start = Int(packed >> 8)
        return start..<start + count
    }
}

/// Which finding of a log: one found now or one that was kept, and its place among these.
struct FindingPlace: BitwiseCopyable, Sendable {
    private let packed: UInt32

    /// A place below ``limit``.
    @inline(__always)
    init(_ place: Int, isKept: Bool) { packed = UInt32(truncatingIfNeeded: place) << 1 | (isKept ? 1 : 0) }

    /// What places have to be below.
    static let limit = 1 << 31

    @inline(__always)
    var place: Int { Int(packed >> 1) }

    @inline(__always)
    var isKept: Bool { packed & 1 != 0 }
}

extension Finding {
    /// The length of its subject as it is written.
    @inline(__always)
    fileprivate var subjectCount: Int { facility.count == 0 ? subject.count : subject.count + 1 + facility.count }
}

/// What the findings of one log name, end to end; ASCII.
struct FindingTexts: Sendable, Hashable {
    /// The identifiers of their events.
    var ids: [UInt8] = []
    /// Children, facilities or grants.
    var subjects: [UInt8] = []
    /// The facilities of enrolments.
    var facilities: [UInt8] = []

    /// The texts by their addresses, for a loop that several threads run: there a list that all of them count their use of would be what
    /// they wait for.
    func read<Result>(_ body: (View) -> Result) -> Result {
        ids.withUnsafeBytes { ids in
            subjects.withUnsafeBytes { subjects in
                facilities.withUnsafeBytes { body(View(ids: ids, subjects: subjects, facilities: $0)) }
            }
        }
    }

    struct View {
        let ids: UnsafeRawBufferPointer
        let subjects: UnsafeRawBufferPointer
        let facilities: UnsafeRawBufferPointer

        /// Asks the cache for a finding's texts.
        @inline(__always)
        func ask(_ finding: Finding) {
            if let ids = ids.baseAddress { tuowei_prefetch(ids + finding.id.range.lowerBound) }
            if let subjects = subjects.baseAddress { tuowei_prefetch(subjects + finding.subject.range.lowerBound) }
        }

        /// Copies a finding's texts where there is room for a text of any length, and for two and a byte between them.
        @inline(__always)
        func copy(_ finding: Finding, id: UnsafeMutableRawPointer, subject: UnsafeMutableRawPointer) {
            copyShort(UnsafeRawBufferPointer(rebasing: ids[finding.id.range]), to: id)
            copyShort(UnsafeRawBufferPointer(rebasing: subjects[finding.subject.range]), to: subject)
            guard finding.facility.count > 0 else { return }
            let end = finding.subject.count
            subject.storeBytes(of: UInt8(ascii: "@"), toByteOffset: end, as: UInt8.self)
            copyShort(UnsafeRawBufferPointer(rebasing: facilities[finding.facility.range]), to: subject + end + 1)
        }
    }
}
