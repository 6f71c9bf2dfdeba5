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

extension ProjectedFacility {
    /// What it was at a cut; nil: not open.
    public func span(at cut: Int) -> FacilitySpan? {
        spans.last { $0.fromCut <= cut }.flatMap { $0.toCut > cut ? $0 : nil }
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

extension FacilitySpan {
    /// What the segments of one facility say, as far as they meet a cut.
    static func all(_ segments: UnsafeBufferPointer<FacilitySegment>) -> [FacilitySpan] {
        [FacilitySpan](unsafeUninitializedCapacity: segments.count) { spans, count in
            for segment in segments where segment.fromCut < segment.toCut {
                spans.initializeElement(at: count, to: FacilitySpan(segment))
                count += 1
            }
        }
    }

    private init(_ segment: FacilitySegment) {
        self.init(
            fromCut: Int(segment.fromCut), toCut: Int(segment.toCut), column: Int(segment.column), isFiled: segment.isFiled,
            capacity: ByClass(
                infant: Int(segment.infant), toddler: Int(segment.toddler), preschool: Int(segment.preschool), mixed: Int(segment.mixed)),
            caregivers: segment.caregivers < 0 ? nil : Int(segment.caregivers))
    }
}
