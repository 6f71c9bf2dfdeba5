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
                for counter in 0...Counter.waitlistedResidents.rawValue {
                    var sum = 0
                    for cut in 0..<cuts {
                        let place = (column &* (cuts &+ 1) &+ cut) &* ChildTally.counters &+ counter
                        for tally in tallies { sum &+= Int(tally.cells[place]) }
                        counts[(counter &* cuts &+ cut) &* columns &+ column] = sum
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

    /// Adds what facilities are and hold, at every cut. Each worker has its own range of cuts.
    func addFacilities(_ facilities: [FoldedFacility], enrolments: [Int32], to counts: UnsafeMutableBufferPointer<Int>) throws {
        let ranges = min(cuts, threads * 4)
        try Workers.run(threads, items: ranges) { _, item in
            let range = item * cuts / ranges..<(item + 1) * cuts / ranges
            for (index, facility) in facilities.enumerated() {
                for (place, segment) in facility.segments.enumerated() where segment.isOpen {
                    let end = place + 1 < facility.segments.count ? Int(facility.segments[place + 1].fromCut) : cuts
                    let cell =
                        max(
                            range.lowerBound, Int(segment.fromCut))..<max(
                            range.lowerBound, Int(segment.fromCut), min(range.upperBound, end))
                    guard !cell.isEmpty else { continue }
                    add(segment, cell, enrolments, index, to: counts)
                }
            }
        }
    }

    private func add(
        _ segment: FacilitySegment, _ range: Range<Int>, _ enrolments: [Int32], _ facility: Int,
        to counts: UnsafeMutableBufferPointer<Int>
    ) {
        let places = segment.places
        let column = Int(segment.column)
        for cut in range {
            func add(_ counter: Counter, _ number: Int) { counts[(counter.rawValue &* cuts &+ cut) &* columns &+ column] &+= number }
            add(.facilities, 1)
            add(.places, places)
            if segment.isProvincial { add(.facilitiesDemonstration, 1) }
            if segment.isFiled {
                add(.facilitiesFiled, 1)
                add(.placesFiled, places)
                add(.placesInfant, Int(segment.infant))
                add(.placesToddler, Int(segment.toddler))
                add(.placesPreschool, Int(segment.preschool))
                add(.placesMixed, Int(segment.mixed))
                if places > 0 { counts[(Counter.served.rawValue &* cuts &+ cut) &* columns &+ column] = 1 }
                if segment.isInclusive {
                    add(.facilitiesInclusive, 1)
                    add(.placesInclusive, places)
                }
            }
            let enrolled = Int(enrolments[(facility &* cuts &+ cut) &* 2])
            add(.enrolled, enrolled)
            add(.enrolledOverAge, Int(enrolments[(facility &* cuts &+ cut) &* 2 &+ 1]))
            add(.vacant, max(0, places &- enrolled))
            add(.overfull, max(0, enrolled &- places))
        }
    }
}
