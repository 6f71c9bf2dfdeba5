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
    /// Where the event's identifier begins among those of its log.
    var idStart: UInt64
    /// The event's `occurred_on` as a day number.
    public let occurredOn: Int32
    /// Which of its log's subjects, -1: none.
    let subject: Int32
    /// Which of its log's facilities stands behind the subject, -1: none.
    let facility: Int32
    /// The length of the event's identifier.
    let idCount: UInt8
    /// The code.
    public let code: FindingCode
    /// The log of the event.
    public let log: Log

    /// The event's date.
    public var day: Day { Day(rawValue: occurredOn) }
}

/// The findings of a projection in the order of `findings.csv`: by code, log, event identifier, subject and date as bytes.
///
/// The texts stay as they were read, each once: to lay them out in the order of findings would take as long as to write the table.
public struct Findings: Sendable {
    /// The findings in order.
    public internal(set) var entries: [Finding] = []
    /// What they name, by ``Log/rawValue``.
    var texts = Log.allCases.map { _ in FindingTexts() }

    /// No findings.
    public init() {}

    /// Adds a finding behind the others; whoever adds keeps the order.
    public mutating func append(
        _ code: FindingCode, log: Log, occurredOn: Day, eventID: some Collection<UInt8>, subject: some Collection<UInt8>
    ) {
        let place = Int(log.rawValue)
        entries.append(
            Finding(
                idStart: UInt64(texts[place].ids.count), occurredOn: occurredOn.rawValue,
                subject: subject.isEmpty ? -1 : Int32(truncatingIfNeeded: texts[place].subjects.count), facility: -1,
                idCount: UInt8(truncatingIfNeeded: eventID.count), code: code, log: log))
        texts[place].ids.append(contentsOf: eventID)
        if !subject.isEmpty { texts[place].subjects.append(subject) }
    }

    /// The number of findings.
    public var count: Int { entries.count }

    /// The identifier of a finding's event.
    public func eventID(_ finding: Finding) -> String {
        let start = Int(finding.idStart)
        return String(decoding: texts[Int(finding.log.rawValue)].ids[start..<start + Int(finding.idCount)], as: UTF8.self)
    }

    /// The subject of a finding: a child, facility or grant, `child@facility` for an enrolment, empty for a void.
    public func subject(_ finding: Finding) -> String {
        let texts = texts[Int(finding.log.rawValue)]
        guard finding.subject >= 0 else { return "" }
        let subject = String(decoding: texts.subjects[Int(finding.subject)], as: UTF8.self)
        return finding.facility < 0 ? subject : subject + "@" + String(decoding: texts.facilities[Int(finding.facility)], as: UTF8.self)
    }

    private static let readAhead = 32
    /// The bytes of an identifier, and those of a subject: two identifiers and what stands between them.
    private static let (idRoom, subjectRoom) = (64, 136)

    /// Calls `body` with each finding in a range of ``entries``, its event's identifier and its ``subject(_:)``, valid during the call.
    ///
    /// Texts lie far apart, and reading one waits for the memory; so some are read ahead, which wait side by side.
    public func forEach(
        in places: Range<Int>,
        _ body: (_ finding: Finding, _ eventID: UnsafeBufferPointer<UInt8>, _ subject: UnsafeBufferPointer<UInt8>) -> Void
    ) {
        let room = Self.idRoom + Self.subjectRoom
        FindingTexts.withViews(texts[...]) { texts in
            withUnsafeTemporaryAllocation(byteCount: Self.readAhead * room, alignment: 8) { ahead in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.readAhead) { subjectCounts in
                    guard let base = ahead.baseAddress else { return }
                    entries.withUnsafeBufferPointer { entries in
                        for start in stride(from: places.lowerBound, to: places.upperBound, by: Self.readAhead) {
                            let some = start..<min(start + Self.readAhead, places.upperBound)
                            for place in some {
                                let id = base + (place - start) * room
                                let count = texts[Int(entries[place].log.rawValue)].copy(entries[place], id: id, subject: id + Self.idRoom)
                                subjectCounts.initializeElement(at: place - start, to: count)
                            }
                            for place in some {
                                let id = base + (place - start) * room
                                body(
                                    entries[place], Self.bytes(id, Int(entries[place].idCount)),
                                    Self.bytes(id + Self.idRoom, subjectCounts[place - start]))
                            }
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func bytes(_ start: UnsafeMutableRawPointer, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: count)
    }
}

/// What the findings of one log name; ASCII.
struct FindingTexts: Sendable, Hashable {
    /// The identifiers of their events, end to end.
    var ids: [UInt8] = []
    /// Children, facilities or grants.
    var subjects = TextList()
    /// The facilities of enrolments.
    var facilities = TextList()

    /// The texts of several logs by their addresses, for a loop that several threads run: there a list that all of them count their use
    /// of would be what they wait for.
    static func withViews(
        _ texts: ArraySlice<FindingTexts>, before: [View] = [], _ body: (UnsafeBufferPointer<View>) -> Void
    ) {
        guard let first = texts.first else { return before.withUnsafeBufferPointer(body) }
        first.ids.withUnsafeBytes { ids in
            first.subjects.withView { subjects in
                first.facilities.withView { facilities in
                    withViews(texts.dropFirst(), before: before + [View(ids: ids, subjects: subjects, facilities: facilities)], body)
                }
            }
        }
    }

    struct View {
        let ids: UnsafeRawBufferPointer
        let subjects: TextList.View
        let facilities: TextList.View

        /// Copies a finding's texts where there is room for 64 bytes, and for twice as many and one between them; the length of the
        /// subject.
        @inline(__always)
        func copy(_ finding: Finding, id: UnsafeMutableRawPointer, subject: UnsafeMutableRawPointer) -> Int {
            let start = Int(finding.idStart)
            copyShort(UnsafeRawBufferPointer(rebasing: ids[start..<start + min(64, Int(finding.idCount))]), to: id)
            guard finding.subject >= 0 else { return 0 }
            let count = subjects.copy(Int(finding.subject), to: subject, atMost: finding.facility < 0 ? 129 : 64)
            guard finding.facility >= 0 else { return count }
            subject.storeBytes(of: UInt8(ascii: "@"), toByteOffset: count, as: UInt8.self)
            return count + 1 + facilities.copy(Int(finding.facility), to: subject + count + 1, atMost: 64)
        }
    }
}

/// Texts by their place in a list.
struct TextList: Sendable, Hashable {
    private var starts: [Int] = [0]
    private var bytes: [UInt8] = []

    /// No texts.
    init() {}

    /// Lists of texts, one behind the other: each begins with 0 and tells where its texts end.
    init(_ parts: [(starts: [Int], bytes: [UInt8])]) {
        starts.reserveCapacity(parts.reduce(1) { $0 + $1.starts.count })
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
        for part in parts {
            let base = bytes.count
            bytes += part.bytes
            for start in part.starts.dropFirst() { starts.append(base + start) }
        }
    }

    /// The number of texts.
    var count: Int { starts.count - 1 }

    /// A text.
    subscript(place: Int) -> ArraySlice<UInt8> { bytes[starts[place]..<starts[place + 1]] }

    /// Adds a text.
    mutating func append(_ text: some Collection<UInt8>) {
        bytes.append(contentsOf: text)
        starts.append(bytes.count)
    }

    /// The list by its addresses.
    func withView(_ body: (View) -> Void) {
        starts.withUnsafeBufferPointer { starts in bytes.withUnsafeBytes { body(View(starts: starts, bytes: $0)) } }
    }

    struct View {
        let starts: UnsafeBufferPointer<Int>
        let bytes: UnsafeRawBufferPointer

        /// Copies so much of a text where there is room for it; how much.
        @inline(__always)
        func copy(_ place: Int, to target: UnsafeMutableRawPointer, atMost limit: Int) -> Int {
            let start = starts[place]
            let count = min(limit, starts[place + 1] - start)
            copyShort(UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]), to: target)
            return count
        }
    }
}
