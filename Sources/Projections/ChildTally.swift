import Events

/// A range of cuts at which something about one child counts in one column.
struct StayRange: BitwiseCopyable {
    /// What counts.
    struct Kind: BitwiseCopyable {
        private let rawValue: Int32

        /// A child of that birth date lives there: one of the bands.
        @inline(__always) static func bornOn(_ day: Day) -> Kind { Kind(rawValue: day.rawValue) }
        /// ``Counter/enrolledResidents``.
        @inline(__always) static var enrolled: Kind { Kind(rawValue: .min) }
        /// ``Counter/waitlistedResidents``.
        @inline(__always) static var waitlisted: Kind { Kind(rawValue: .min + 1) }

        @inline(__always) var isEnrolled: Bool { rawValue == .min }
        @inline(__always) var isWaitlisted: Bool { rawValue == .min + 1 }
        /// The birth date as a day number, unless it is one of the others.
        @inline(__always) var birth: Int32 { rawValue }
    }

    let column: UInt32
    let from: UInt16
    let to: UInt16
    let kind: Kind
}

/// A range of cuts at which a child is enrolled in an open facility, from `overAgeFrom` on as one of 36 months or more.
struct EnrolledRange: BitwiseCopyable {
    let facility: UInt32
    let from: UInt16
    let to: UInt16
    let overAgeFrom: UInt16
}

/// What one worker has noted while folding children. Tallies add up, in any order, to the same sums.
///
/// Ranges are not counted where they fall: children live and enrol anywhere, and each cell touched would be one that no cache holds.
/// They are noted by groups of neighbouring columns or facilities, and ``Totals`` counts group after group.
final class ChildTally {
    private let stays: PartitionWriter<StayRange>
    private let enrolled: PartitionWriter<EnrolledRange>
    private let columnPlan: PartitionPlan
    private let facilityPlan: PartitionPlan
    let columns: Int
    /// `facility * 4 + class`: enrolled at D.
    let classes: Table<Int32>
    /// `column * 2`: newborns at D, and those visited.
    let newborns: Table<Int32>
    /// All in one partition: an enrolment active at D in an open facility each, `home << 32 | place`, both as in ``Flow``.
    private let flows = PartitionWriter<UInt64>(partitions: 1)
    var birthFindings: [RawFinding] = []
    var enrolmentFindings: [RawFinding] = []

    init(columns: PartitionPlan, facilities: PartitionPlan) {
        columnPlan = columns
        facilityPlan = facilities
        stays = PartitionWriter(partitions: columns.count)
        enrolled = PartitionWriter(partitions: facilities.count)
        self.columns = columns.subjects
        classes = Table(repeating: 0, count: facilities.subjects * 4)
        newborns = Table(repeating: 0, count: columns.subjects * 2)
    }

    @inline(__always)
    func add(_ kind: StayRange.Kind, column: Int32, from: Int, to: Int) {
        let column = UInt32(bitPattern: column)
        stays.append(
            StayRange(column: column, from: UInt16(truncatingIfNeeded: from), to: UInt16(truncatingIfNeeded: to), kind: kind),
            to: columnPlan.partition(of: column))
    }

    @inline(__always)
    func add(_ range: EnrolledRange) { enrolled.append(range, to: facilityPlan.partition(of: range.facility)) }

    /// Adds an enrolment active at D in an open facility: the columns where the child lives and where the facility lies.
    @inline(__always)
    func addFlow(home: Int, place: Int32) { flows.append(UInt64(home) << 32 | UInt64(UInt32(bitPattern: place)), to: 0) }

    /// How many flows there are.
    var flowCount: Int { flows.count(0) }

    /// The flows, as `home << 32 | place`.
    func forEachFlow(_ body: (UInt64) -> Void) { flows.forEachChunk(0) { for flow in $0 { body(flow) } } }

    /// Gives the memory of the ranges back once they are counted.
    func freeRanges() {
        stays.free()
        enrolled.free()
    }

    /// Forgets the ranges, which are counted, and keeps their memory for the next ones.
    func clearRanges() {
        stays.clear()
        enrolled.clear()
    }

    /// The ranges of a group of columns.
    func forEachStay(_ group: Int, _ body: (StayRange) -> Void) { stays.forEachChunk(group) { for range in $0 { body(range) } } }

    /// The ranges of a group of facilities.
    func forEachEnrolled(_ group: Int, _ body: (EnrolledRange) -> Void) {
        enrolled.forEachChunk(group) { for range in $0 { body(range) } }
    }
}
