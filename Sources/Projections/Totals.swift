import Events

/// Sums up what the workers counted and what facilities add at each cut.
struct Totals {
    private let cuts: Int
    private let columns: Int
    private let threads: Int

    init(_ request: ProjectionRequest) {
        cuts = request.cuts.count
        columns = request.columns
        threads = request.threads
    }

    /// Writes the counters that follow from children alone, at every cut and column.
    func addChildren(_ tallies: [ChildTally], to counts: UnsafeMutableBufferPointer<Int>) throws {
        // Neighbouring columns lie side by side in `counts`: a group shares its cache lines.
        let group = 16
        try Workers.run(threads, items: (columns + group - 1) / group) { _, item in
            for column in item * group..<min(columns, (item + 1) * group) {
                // All counters of a cell at once: they are neighbours.
                var sums = SIMD8<Int32>()
                for cut in 0..<cuts {
                    let place = (column &* (cuts &+ 1) &+ cut) &* ChildTally.counters
                    for tally in tallies { sums &+= UnsafeRawPointer(tally.cells + place).loadUnaligned(as: SIMD8<Int32>.self) }
                    for counter in 0...Counter.waitlistedResidents.rawValue {
                        counts[(counter &* cuts &+ cut) &* columns &+ column] = Int(sums[counter])
                    }
                }
            }
        }
    }

    /// Enrolments by facility and cut, `[enrolled, over age]` at `(facility * cuts + cut) * 2`.
    func enrolments(_ tallies: [ChildTally], facilities: Int) throws -> [Int32] {
        var sums = [Int32](repeating: 0, count: facilities * cuts * 2)
        let group = 64
        try sums.withUnsafeMutableBufferPointer { sums in
            try Workers.run(threads, items: (facilities + group - 1) / group) { _, item in
                for facility in item * group..<min(facilities, (item + 1) * group) {
                    var (enrolled, overAge): (Int32, Int32) = (0, 0)
                    for cut in 0..<cuts {
                        let place = (facility &* (cuts &+ 1) &+ cut) &* 2
                        for tally in tallies {
                            enrolled &+= tally.facilityCells[place]
                            overAge &+= tally.facilityCells[place &+ 1]
                        }
                        sums[(facility &* cuts &+ cut) &* 2] = enrolled
                        sums[(facility &* cuts &+ cut) &* 2 &+ 1] = overAge
                    }
                }
            }
        }
        return sums
    }

    /// Adds what facilities are and hold, at every cut. Each worker has its own counters.
    ///
    /// What stays the same all through a segment is noted as differences and summed up over the cuts afterwards.
    func addFacilities(_ segments: [FacilitySegment], enrolments: [Int32], to counts: UnsafeMutableBufferPointer<Int>) throws {
        let counters = Counter.allCases.filter { $0.rawValue > Counter.waitlistedResidents.rawValue }
        try segments.withUnsafeBufferPointer { segments in
            try enrolments.withUnsafeBufferPointer { enrolments in
                try Workers.run(threads, items: counters.count) { _, item in
                    let rows = UnsafeMutableBufferPointer(
                        rebasing: counts[counters[item].rawValue * cuts * columns..<(counters[item].rawValue + 1) * cuts * columns])
                    switch counters[item] {
                    case .m0To5, .m6To11, .m12To23, .m24To35, .enrolledResidents, .waitlistedResidents: break
                    case .facilities: addLasting(segments, to: rows) { _ in 1 }
                    case .facilitiesFiled: addLasting(segments, to: rows) { $0.isFiled ? 1 : 0 }
                    case .facilitiesInclusive: addLasting(segments, to: rows) { $0.isFiled && $0.isInclusive ? 1 : 0 }
                    case .facilitiesDemonstration: addLasting(segments, to: rows) { $0.isProvincial ? 1 : 0 }
                    case .places: addLasting(segments, to: rows) { $0.places }
                    case .placesFiled: addLasting(segments, to: rows) { $0.isFiled ? $0.places : 0 }
                    case .placesInclusive: addLasting(segments, to: rows) { $0.isFiled && $0.isInclusive ? $0.places : 0 }
                    case .placesInfant: addLasting(segments, to: rows) { $0.isFiled ? Int($0.infant) : 0 }
                    case .placesToddler: addLasting(segments, to: rows) { $0.isFiled ? Int($0.toddler) : 0 }
                    case .placesPreschool: addLasting(segments, to: rows) { $0.isFiled ? Int($0.preschool) : 0 }
                    case .placesMixed: addLasting(segments, to: rows) { $0.isFiled ? Int($0.mixed) : 0 }
                    case .enrolled: addChanging(segments, enrolments, to: rows) { _, enrolled, _ in enrolled }
                    case .enrolledOverAge: addChanging(segments, enrolments, to: rows) { _, _, overAge in overAge }
                    case .vacant: addChanging(segments, enrolments, to: rows) { places, enrolled, _ in max(0, places &- enrolled) }
                    case .overfull: addChanging(segments, enrolments, to: rows) { places, enrolled, _ in max(0, enrolled &- places) }
                    case .served:
                        addLasting(segments, to: rows) { $0.isFiled && $0.places > 0 ? 1 : 0 }
                        for place in rows.indices { rows[place] = min(1, rows[place]) }
                    }
                }
            }
        }
    }

    /// Adds a number that a facility keeps throughout a segment.
    @inline(__always)
    private func addLasting(
        _ segments: UnsafeBufferPointer<FacilitySegment>, to rows: UnsafeMutableBufferPointer<Int>, _ number: (FacilitySegment) -> Int
    ) {
        for segment in segments where segment.fromCut < segment.toCut {
            let added = number(segment)
            rows[Int(segment.fromCut) &* columns &+ Int(segment.column)] &+= added
            if Int(segment.toCut) < cuts { rows[Int(segment.toCut) &* columns &+ Int(segment.column)] &-= added }
        }
        for place in columns..<max(columns, rows.count) { rows[place] &+= rows[place &- columns] }
    }

    /// Adds a number that follows from a facility's places, enrolled and over age at each cut.
    @inline(__always)
    private func addChanging(
        _ segments: UnsafeBufferPointer<FacilitySegment>, _ enrolments: UnsafeBufferPointer<Int32>,
        to rows: UnsafeMutableBufferPointer<Int>, _ number: (_ places: Int, _ enrolled: Int, _ overAge: Int) -> Int
    ) {
        for segment in segments {
            let places = segment.places
            for cut in Int(segment.fromCut)..<Int(segment.toCut) {
                let cell = (Int(segment.facility) &* cuts &+ cut) &* 2
                rows[cut &* columns &+ Int(segment.column)] &+= number(places, Int(enrolments[cell]), Int(enrolments[cell &+ 1]))
            }
        }
    }
}
