import Events

/// What a facility is to the counters from one cut to before the next segment's.
struct FacilitySegment {
    let fromCut: Int32
    let column: Int32
    let isOpen: Bool
    let isFiled: Bool
    let isInclusive: Bool
    let isProvincial: Bool
    let infant: Int32
    let toddler: Int32
    let preschool: Int32
    let mixed: Int32

    var places: Int { Int(infant) + Int(toddler) + Int(preschool) + Int(mixed) }
}

/// A facility registered by D, folded to D.
struct FoldedFacility {
    let number: UInt32
    var state: FacilityState
    var registrationOrdinal: UInt32 = 0
    /// The event that says where it lies: its registration or its last relocation.
    var placeOrdinal: UInt32 = 0
    /// Its segments by ascending cut; the last one lasts to D.
    var segments: [FacilitySegment] = []
    /// The days on which it became filed or stopped being so, in order; the last entry of a day stands.
    var filedChanges: [(day: Int32, isFiled: Bool)] = []

    /// Whether it was filed at the end of a day not after D.
    func isFiled(on day: Int32) -> Bool { filedChanges.last { $0.day <= day }?.isFiled ?? false }
}

/// What the folds of other logs ask of a facility.
struct FacilityLookup {
    /// Its place among the registered ones; -1: not registered by D.
    var index: Int32 = -1
    /// It is open at the cuts from this one …
    var openFrom: UInt16 = 0
    /// … to before this one; the number of cuts where it is open at D.
    var openTo: UInt16 = 0
}

/// The facilities registered by D, in order of numbers, and their findings.
struct FoldedFacilities {
    private(set) var facilities: [FoldedFacility] = []
    /// By facility number.
    private(set) var lookups: [FacilityLookup]
    private(set) var findings: [RawFinding] = []

    /// Folds the gathered filings, partition by partition.
    init(
        _ workers: [Gatherer], _ plan: PartitionPlan, _ voided: VoidedEvents, _ cuts: CutTable, columnOf: [Int32],
        in source: any EventSource, threads: Int
    ) throws {
        let writers = workers.map(\.filings)
        let sorted = try SortedPartitions(writers, plan, voided, log: .filings, in: source, threads: threads)
        var parts: [FacilityPart] = Array(repeating: FacilityPart(), count: plan.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: plan.count) { _, partition in
                for local in 0..<plan.size {
                    let run = sorted.run(partition, local)
                    guard !run.isEmpty else { continue }
                    parts[partition].fold(run, number: plan.first(of: partition) + UInt32(local), cuts, columnOf)
                }
            }
        }
        lookups = Array(repeating: FacilityLookup(), count: plan.subjects)
        for part in parts {
            facilities += part.facilities
            findings += part.findings
        }
        for (index, facility) in facilities.enumerated() {
            lookups[Int(facility.number)] = FacilityLookup(
                index: Int32(truncatingIfNeeded: index),
                openFrom: UInt16(truncatingIfNeeded: cuts.index(facility.state.registeredOn.rawValue)),
                openTo: UInt16(truncatingIfNeeded: facility.state.closedOn.map { cuts.index($0.rawValue) } ?? cuts.count))
        }
    }
}

/// The facilities of one partition.
private struct FacilityPart {
    var facilities: [FoldedFacility] = []
    var findings: [RawFinding] = []

    mutating func fold(_ run: UnsafeMutableBufferPointer<FilingRecord>, number: UInt32, _ cuts: CutTable, _ columnOf: [Int32]) {
        var facility = FoldedFacility(number: number, state: FacilityState())
        var from = 0
        for record in run {
            guard let event = FilingsEvent(rawValue: record.type) else { continue }
            let cut = cuts.index(record.day)
            if cut > from {
                facility.addSegment(from: from, columnOf)
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
            if facility.state.isFiled != wasFiled { facility.filedChanges.append((record.day, facility.state.isFiled)) }
        }
        guard facility.state.standing != .unregistered else { return }
        facility.addSegment(from: from, columnOf)
        facilities.append(facility)
    }
}

extension FoldedFacility {
    fileprivate mutating func addSegment(from cut: Int, _ columnOf: [Int32]) {
        guard state.standing != .unregistered else { return }
        let capacity = state.capacity ?? ByClass()
        segments.append(
            FacilitySegment(
                fromCut: Int32(truncatingIfNeeded: cut), column: columnOf[Int(state.community)], isOpen: state.isOpen,
                isFiled: state.isFiled, isInclusive: state.isInclusive, isProvincial: state.demonstration == .province,
                infant: Int32(truncatingIfNeeded: capacity.infant), toddler: Int32(truncatingIfNeeded: capacity.toddler),
                preschool: Int32(truncatingIfNeeded: capacity.preschool), mixed: Int32(truncatingIfNeeded: capacity.mixed)))
    }
}
