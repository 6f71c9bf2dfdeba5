public import Events

/// What an open facility was from one cut to before another.
public struct FacilitySpan: Sendable, Hashable {
    /// The first cut, as a place in ``Projected/cuts``.
    public let fromCut: Int
    /// The first cut no more.
    public let toCut: Int
    /// The column of the community it lay in.
    public let column: Int
    /// Filed (备案).
    public let isFiled: Bool
    /// Its places by class, none where they were never reported.
    public let capacity: ByClass
    /// Caregivers last reported; nil: never.
    public let caregivers: Int?

    /// A span; `toCut` is greater than `fromCut`.
    public init(fromCut: Int, toCut: Int, column: Int, isFiled: Bool, capacity: ByClass, caregivers: Int?) {
        self.fromCut = fromCut
        self.toCut = toCut
        self.column = column
        self.isFiled = isFiled
        self.capacity = capacity
        self.caregivers = caregivers
    }
}

/// An inspection of an open facility.
public struct Inspection: Sendable, Hashable {
    /// Its day.
    public let day: Day
    /// Its result.
    public let result: InspectionResult

    /// An inspection.
    public init(day: Day, result: InspectionResult) {
        self.day = day
        self.result = result
    }
}

/// What a facility went through by D. Those of a projection stand together as they were folded, and a course says where: to copy each
/// facility's would take longer than all else that a list of them takes.
public struct FacilityCourse: Sendable {
    private let courses: FacilityCourses
    private let place: Int
    private let lists: FacilityLists.Stretch

    init(_ courses: FacilityCourses, at place: Int, _ lists: FacilityLists.Stretch) {
        (self.courses, self.place, self.lists) = (courses, place, lists)
    }

    /// A course by itself; `spans` in order, `enrolled` by the cut's place in ``Projected/cuts``.
    public init(filings: [FilingRound] = [], inspections: [Inspection] = [], spans: [FacilitySpan] = [], enrolled: [Int32] = []) {
        var lists = FacilityLists()
        (lists.filings, lists.inspections) = (filings, inspections)
        let table = Table(enrolled.flatMap { [$0, 0] })
        let segments = spans.map(FacilitySegment.init)
        courses = FacilityCourses(segments, starts: [0, segments.count], lists, enrolments: table, cuts: enrolled.count)
        place = 0
        self.lists = lists.stretch(from: FacilityLists().ends)
    }

    /// Its submissions for filing, in order, and what became of each.
    public var filings: ArraySlice<FilingRound> { courses.lists.filings[lists.filings] }

    /// Its inspections, in order.
    public var inspections: ArraySlice<Inspection> { courses.lists.inspections[lists.inspections] }

    /// The number of cuts.
    public var cuts: Int { courses.cuts }

    private var segments: ArraySlice<FacilitySegment> { courses.segments[courses.starts[place]..<courses.starts[place + 1]] }

    /// What it was at the cuts, while open, in order.
    public var spans: [FacilitySpan] { segments.filter { $0.fromCut < $0.toCut }.map { FacilitySpan($0) } }

    /// What it was at a cut; nil: not open.
    public func span(at cut: Int) -> FacilitySpan? {
        let last = segments.last { $0.fromCut < $0.toCut && $0.fromCut <= cut }
        return last.flatMap { $0.toCut > cut ? FacilitySpan($0) : nil }
    }

    /// The enrolments active there at a cut, open or not; nil where there is no such cut.
    public func enrolled(at cut: Int) -> Int? {
        (0..<courses.cuts).contains(cut) ? Int(courses.enrolments[(place * courses.cuts + cut) * 2]) : nil
    }
}

extension FacilityCourse: Hashable {
    /// Whether both say the same, wherever they stand.
    public static func == (one: Self, other: Self) -> Bool {
        one.filings == other.filings && one.inspections == other.inspections && one.spans == other.spans && one.cuts == other.cuts
            && (0..<one.cuts).allSatisfy { one.enrolled(at: $0) == other.enrolled(at: $0) }
    }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(filings)
        hasher.combine(inspections)
        hasher.combine(spans)
        for cut in 0..<cuts { hasher.combine(enrolled(at: cut)) }
    }
}

/// What all facilities of a projection went through.
// Nobody writes to the table any more.
final class FacilityCourses: @unchecked Sendable {
    fileprivate let segments: [FacilitySegment]
    /// By facility: where its segments begin; one more than facilities.
    fileprivate let starts: [Int]
    fileprivate let lists: FacilityLists
    /// As ``Totals/enrolments(_:)`` gives them.
    fileprivate let enrolments: Table<Int32>
    fileprivate let cuts: Int

    init(_ segments: [FacilitySegment], starts: [Int], _ lists: FacilityLists, enrolments: Table<Int32>, cuts: Int) {
        (self.segments, self.starts, self.lists, self.enrolments, self.cuts) = (segments, starts, lists, enrolments, cuts)
    }
}

extension FoldedFacilities {
    /// Where the segments of each facility begin in ``segments``, which are in the order of facilities; one more than facilities.
    var segmentStarts: [Int] {
        var starts = [Int](repeating: 0, count: facilities.count + 1)
        for segment in segments { starts[Int(segment.facility) + 1] += 1 }
        for facility in facilities.indices { starts[facility + 1] += starts[facility] }
        return starts
    }
}

extension FacilitySegment {
    fileprivate init(_ span: FacilitySpan) {
        self.init(
            fromCut: Int32(span.fromCut), toCut: Int32(span.toCut), column: Int32(span.column), isFiled: span.isFiled, isInclusive: false,
            isProvincial: false, caregivers: Int32(span.caregivers ?? -1), infant: Int32(span.capacity.infant),
            toddler: Int32(span.capacity.toddler), preschool: Int32(span.capacity.preschool), mixed: Int32(span.capacity.mixed))
    }
}

extension FacilitySpan {
    fileprivate init(_ segment: FacilitySegment) {
        self.init(
            fromCut: Int(segment.fromCut), toCut: Int(segment.toCut), column: Int(segment.column), isFiled: segment.isFiled,
            capacity: ByClass(
                infant: Int(segment.infant), toddler: Int(segment.toddler), preschool: Int(segment.preschool), mixed: Int(segment.mixed)),
            caregivers: segment.caregivers < 0 ? nil : Int(segment.caregivers))
    }
}
