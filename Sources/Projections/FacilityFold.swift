import Events

/// What an open facility is to the counters from one cut to before another.
struct FacilitySegment {
    /// The facility's place among the registered ones.
    var facility: Int32 = 0
    let fromCut: Int32
    var toCut: Int32
    let column: Int32
    let isFiled: Bool
    let isInclusive: Bool
    let isProvincial: Bool
    /// Caregivers last reported; -1: never.
    let caregivers: Int32
    let infant: Int32
    let toddler: Int32
    let preschool: Int32
    let mixed: Int32

    /// All its places.
    @inline(__always) var places: Int { Int(infant) + Int(toddler) + Int(preschool) + Int(mixed) }
}

extension FacilitySegment {
    /// Whether it is what the same facility was just before.
    @inline(__always)
    func continues(_ other: FacilitySegment) -> Bool {
        facility == other.facility && fromCut == other.toCut && column == other.column && isFiled == other.isFiled
            && isInclusive == other.isInclusive && isProvincial == other.isProvincial && caregivers == other.caregivers
            && infant == other.infant && toddler == other.toddler && preschool == other.preschool && mixed == other.mixed
    }
}

/// A day on which a facility became filed or stopped being so.
struct FiledChange {
    let day: Int32
    let isFiled: Bool
}

/// A facility registered by D, folded to D. It holds no list of its own: to copy it counts nothing, and to fold it asks for no memory.
struct FoldedFacility {
    let number: UInt32
    var state: FacilityState
    var registrationOrdinal: UInt32 = 0
    /// The event that says where it lies: its registration or its last relocation.
    var placeOrdinal: UInt32 = 0
    /// Where its lists stand among those of all.
    var lists = FacilityLists.Stretch()
}

/// What facilities have many of, facility behind facility.
struct FacilityLists {
    /// The stretches of one facility.
    struct Stretch {
        var filedChanges = 0..<0
        var filings = 0..<0
        var inspections = 0..<0
    }

    /// The days on which each became filed or stopped being so, in order; the last entry of a day stands.
    var filedChanges: [FiledChange] = []
    /// The submissions of each for filing, in order.
    var filings: [FilingRound] = []
    /// The inspections of each, in order.
    var inspections: [Inspection] = []

    /// What stands behind the ends of another's.
    func stretch(from start: FacilityLists.Ends) -> Stretch {
        Stretch(
            filedChanges: start.filedChanges..<filedChanges.count, filings: start.filings..<filings.count,
            inspections: start.inspections..<inspections.count)
    }

    /// How many there are of each.
    struct Ends {
        let filedChanges: Int
        let filings: Int
        let inspections: Int
    }

    var ends: Ends { Ends(filedChanges: filedChanges.count, filings: filings.count, inspections: inspections.count) }

    /// Adds the lists of further facilities.
    static func += (lists: inout FacilityLists, others: FacilityLists) {
        lists.filedChanges += others.filedChanges
        lists.filings += others.filings
        lists.inspections += others.inspections
    }
}

extension FacilityLists.Stretch {
    /// The same where so many of others stand before them.
    func behind(_ ends: FacilityLists.Ends) -> Self {
        func moved(_ range: Range<Int>, _ by: Int) -> Range<Int> { range.lowerBound + by..<range.upperBound + by }
        return Self(
            filedChanges: moved(filedChanges, ends.filedChanges), filings: moved(filings, ends.filings),
            inspections: moved(inspections, ends.inspections))
    }
}

/// What the folds of other logs ask of a facility.
struct FacilityLookup {
    /// Its place among the registered ones; -1: not registered by D.
    var index: Int32 = -1
    /// It is open at the cuts from this one …
    var openFrom: UInt16 = 0
    /// … to before this one; the number of cuts where it is open at D.
    var openTo: UInt16 = 0
    /// The column it lies in at D or last lay in.
    var column: Int32 = 0
}

/// The facilities registered by D, in order of numbers, and their findings.
struct FoldedFacilities {
    private(set) var facilities: [FoldedFacility] = []
    private(set) var lists = FacilityLists()
    /// By facility number.
    let lookups: Table<FacilityLookup>
    /// What they are at the cuts, while open.
    private(set) var segments: [FacilitySegment] = []
    private(set) var findings: [RawFinding] = []

    /// How many places what is counted by facility has: one each, and a spare one behind them that nobody reads.
    var places: Int { facilities.count + 1 }
    /// Where sums count what they take back of facilities that are registered no more.
    var sparePlace: Int32 { Int32(truncatingIfNeeded: facilities.count) }

    /// Folds the filings, partition by partition.
    init(
        _ records: RecordSource<FilingRecord>, _ cuts: CutTable, columnOf: Table<Int32>, in source: any EventSource, threads: Int
    ) throws {
        let plan = records.plan
        var parts: [FacilityPart] = Array(repeating: FacilityPart(), count: plan.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try records.forEachSorted(in: source, threads: threads) { partition, sorted in
                let first = plan.first(of: partition)
                for number in first..<first + UInt32(plan.size) where number < plan.subjects {
                    let run = sorted.run(Int(plan.local(of: number)))
                    guard !run.isEmpty else { continue }
                    parts[partition].fold(run, number: number, cuts, columnOf)
                }
            }
        }
        lookups = Table(repeating: FacilityLookup(), count: plan.subjects)
        facilities.reserveCapacity(parts.reduce(0) { $0 + $1.facilities.count })
        segments.reserveCapacity(parts.reduce(0) { $0 + $1.segments.count })
        for part in parts {
            let (first, ends) = (Int32(truncatingIfNeeded: facilities.count), lists.ends)
            for var segment in part.segments {
                segment.facility += first
                segments.append(segment)
            }
            for var facility in part.facilities {
                facility.lists = facility.lists.behind(ends)
                facilities.append(facility)
            }
            lists += part.lists
            findings += part.findings
        }
        for (index, facility) in facilities.enumerated() {
            lookups[Int(facility.number)] = FacilityLookup(
                index: Int32(truncatingIfNeeded: index),
                openFrom: UInt16(truncatingIfNeeded: cuts.index(facility.state.registeredOn.rawValue)),
                openTo: UInt16(truncatingIfNeeded: facility.state.closedOn.map { cuts.index($0.rawValue) } ?? cuts.count),
                column: columnOf[Int(facility.state.community)])
        }
    }
}

/// The facilities of one partition.
private struct FacilityPart {
    var facilities: [FoldedFacility] = []
    var lists = FacilityLists()
    /// Their segments; `facility` is a place in `facilities`.
    var segments: [FacilitySegment] = []
    var findings: [RawFinding] = []

    mutating func fold(_ run: UnsafeMutableBufferPointer<FilingRecord>, number: UInt32, _ cuts: CutTable, _ columnOf: Table<Int32>) {
        var facility = FoldedFacility(number: number, state: FacilityState())
        let ends = lists.ends
        var from = 0
        for record in run {
            guard let event = FilingsEvent(rawValue: record.type) else { continue }
            let cut = cuts.index(record.day)
            if cut > from {
                addSegment(facility.state, from: from, to: cut, columnOf)
                from = cut
            }
            var fields = FacilityState.Fields()
            fields.code = UInt8(truncatingIfNeeded: record.payload)
            fields.community = record.community
            fields.value = Int64(record.value)
            fields.capacity = ByClass(
                infant: Int(record.infant), toddler: Int(record.toddler), preschool: Int(record.preschool), mixed: Int(record.mixed))
            let wasFiled = facility.state.isFiled
            let outcome = facility.state.apply(event, on: Day(rawValue: record.day), fields)
            findings.append(outcome, .filings, record.ordinal, record.day, subject: number)
            guard outcome.applied else { continue }
            if event == .facilityRegistered {
                facility.registrationOrdinal = record.ordinal
                facility.placeOrdinal = record.ordinal
            } else if event == .facilityRelocated {
                facility.placeOrdinal = record.ordinal
            }
            if event == .inspectionCompleted, let result = facility.state.lastInspection {
                lists.inspections.append(Inspection(day: Day(rawValue: record.day), result: result))
            }
            FilingRound.take(event, on: Day(rawValue: record.day), into: &lists.filings, from: ends.filings)
            if facility.state.isFiled != wasFiled {
                lists.filedChanges.append(FiledChange(day: record.day, isFiled: facility.state.isFiled))
            }
        }
        guard facility.state.standing != .unregistered else { return }
        addSegment(facility.state, from: from, to: cuts.count, columnOf)
        facility.lists = lists.stretch(from: ends)
        facilities.append(facility)
    }

    /// The facility that is about to be added was this from one cut to before another: a segment of its own, where it was not the same
    /// before. Most events change nothing that is counted at a cut.
    private mutating func addSegment(_ state: FacilityState, from: Int, to: Int, _ columnOf: Table<Int32>) {
        guard state.isOpen, from < to else { return }
        let capacity = state.capacity ?? ByClass()
        let segment = FacilitySegment(
            facility: Int32(truncatingIfNeeded: facilities.count), fromCut: Int32(truncatingIfNeeded: from),
            toCut: Int32(truncatingIfNeeded: to), column: columnOf[Int(state.community)], isFiled: state.isFiled,
            isInclusive: state.isInclusive, isProvincial: state.demonstration == .province,
            caregivers: state.caregivers.map { Int32(truncatingIfNeeded: $0) } ?? -1,
            infant: Int32(truncatingIfNeeded: capacity.infant), toddler: Int32(truncatingIfNeeded: capacity.toddler),
            preschool: Int32(truncatingIfNeeded: capacity.preschool), mixed: Int32(truncatingIfNeeded: capacity.mixed))
        if let last = segments.indices.last, segment.continues(segments[last]) {
            segments[last].toCut = segment.toCut
        } else {
            segments.append(segment)
        }
    }
}
