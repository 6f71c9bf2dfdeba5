import Events

/// Sums up what the workers counted and what facilities add at each cut.
struct Totals {
    /// Groups of columns, and of the places of facilities, that are counted one after another.
    let columns: PartitionPlan
    let facilities: PartitionPlan
    /// How many of these places are facilities'.
    private let registered: Int
    private let table: CutTable
    private let cuts: Int
    private let width: Int
    private let threads: Int

    /// Counters of a column and cut that follow from children alone: ``Counter`` 0 to 5, padded to a power of two.
    private static var counters: Int { 8 }

    init(_ request: ProjectionRequest, _ table: CutTable, _ folded: FoldedFacilities) {
        self.table = table
        cuts = table.count
        width = request.columns
        threads = request.threads
        columns = PartitionPlan(rows: width, bytes: (cuts + 1) * Self.counters * 4)
        facilities = PartitionPlan(rows: folded.places, bytes: (cuts + 1) * 8)
        registered = folded.facilities.count
    }

    /// Whether every counter of a record is known to fit into 32 bits: what is counted of children is no more than their events, and a
    /// facility has no more places at a cut than it ever had. What is added up on the way may go beyond and comes back.
    static func areNarrow(_ folded: FoldedFacilities, _ shape: RecordShape) -> Bool {
        var (places, most) = (0, 0)
        var facility: Int32 = -1
        for segment in folded.segments {
            if segment.facility != facility {
                places += most
                (facility, most) = (segment.facility, 0)
            }
            most = max(most, segment.places)
        }
        let events = shape.eventCounts[Int(Log.births.rawValue)] + shape.eventCounts[Int(Log.enrollments.rawValue)]
        return events <= Int(Int32.max) && places + most <= Int(Int32.max)
    }

    /// Writes the counters that follow from children alone, at every cut and column: +1 at the first cut of a range, -1 behind its
    /// last, summed up over the cuts; behind what is kept of them.
    func addChildren(_ children: FoldedChildren, to counts: Counts.Cells) throws {
        switch counts {
        case .narrow(let counts): try addChildren(children, to: counts)
        case .wide(let counts): try addChildren(children, to: counts)
        }
    }

    private func addChildren<Number: FixedWidthInteger>(
        _ children: FoldedChildren, to counts: UnsafeMutableBufferPointer<Number>
    ) throws {
        let stride = columnStride
        let scratch = Scratch(threads, columns.size * stride, behind: children.counted?.stays)
        let kept = children.kept
        let before = kept?.sums.counts
        if let before { precondition(before.count == DaySums.counters * cuts * width, "sums of as many cuts and columns") }
        try Workers.run(threads, items: columns.count) { worker, group in
            let first = Int(columns.first(of: group))
            let cells = scratch.cells(worker, group)
            addStays(children.tallies, group, 1, to: cells)
            addStays(kept?.undone ?? [], group, -1, to: cells)
            @inline(__always) func write(_ before: PackedNumbers.View?) {
                for column in first..<min(width, first + columns.size) {
                    var sums = SIMD8<Int32>()
                    for cut in 0..<cuts {
                        let cell: Int = (column &- first) &* stride &+ cut &* Self.counters
                        let added = UnsafeBufferPointer(start: cells + cell, count: Self.counters)
                        sums &+= SIMD8(added[0], added[1], added[2], added[3], added[4], added[5], added[6], added[7])
                        for counter in 0..<DaySums.counters {
                            let place = (counter &* cuts &+ cut) &* width &+ column
                            counts[place] = Number(truncatingIfNeeded: sums[counter]) &+ Number(truncatingIfNeeded: before?[place] ?? 0)
                        }
                    }
                }
            }
            if let before { before.read { write($0) } } else { write(nil) }
        }
    }

    /// The cells of a column, and of a facility, while differences are noted in them: those of each cut and of the one behind the last.
    private var columnStride: Int { (cuts + 1) * Self.counters }
    private var facilityStride: Int { (cuts + 1) * 2 }

    /// Counts the ranges that tallies hold behind those counted before, if any, and clears them there.
    func count(_ tallies: [ChildTally], behind before: CountedRanges?) throws -> CountedRanges {
        let (column, facility) = (columns.size * columnStride, facilities.size * facilityStride)
        let counted =
            before ?? CountedRanges(stays: Table(count: columns.count * column), enrolled: Table(count: facilities.count * facility))
        try Workers.run(threads, items: columns.count + facilities.count) { _, item in
            let group = item - columns.count
            let cells = group < 0 ? counted.stays.base + item * column : counted.enrolled.base + group * facility
            if before == nil { cells.initialize(repeating: 0, count: group < 0 ? column : facility) }
            if group < 0 { addStays(tallies, item, 1, to: cells) } else { addEnrolled(tallies, group, 1, to: cells) }
        }
        for tally in tallies { tally.clearRanges() }
        return counted
    }

    private func addStays(_ tallies: [ChildTally], _ group: Int, _ number: Int32, to cells: UnsafeMutablePointer<Int32>) {
        let (first, stride) = (Int(columns.first(of: group)), columnStride)
        for tally in tallies {
            tally.forEachStay(group) { range in
                add(range, number, to: cells + ((Int(range.column) &- first) &* stride))
            }
        }
    }

    private func addEnrolled(_ tallies: [ChildTally], _ group: Int, _ number: Int32, to cells: UnsafeMutablePointer<Int32>) {
        let (first, stride) = (Int(facilities.first(of: group)), facilityStride)
        for tally in tallies {
            tally.forEachEnrolled(group) { range in
                let row: UnsafeMutablePointer<Int32> = cells + ((Int(range.facility) &- first) &* stride)
                row[Int(range.from) &* 2] &+= number
                row[Int(range.to) &* 2] &-= number
                row[Int(range.overAgeFrom) &* 2 &+ 1] &+= number
                row[Int(range.to) &* 2 &+ 1] &-= number
            }
        }
    }

    @inline(__always)
    private func add(_ range: StayRange, _ number: Int32, to cells: UnsafeMutablePointer<Int32>) {
        let (from, to) = (Int(range.from), Int(range.to))
        if range.kind.isEnrolled {
            add(.enrolledResidents, number, from, to, to: cells)
        } else if range.kind.isWaitlisted {
            add(.waitlistedResidents, number, from, to, to: cells)
        } else {
            // Where each band ends, held within the range: what does not meet it begins and ends at one cut and adds nothing there.
            let bands = table.bands(bornOn: range.kind.birth)
            let six = min(max(Int(bands.six), from), to)
            let twelve = min(max(Int(bands.twelve), from), to)
            let twentyFour = min(max(Int(bands.twentyFour), from), to)
            let thirtySix = min(max(Int(bands.thirtySix), from), to)
            // At each of these cuts a number of children leaves one band and enters the next one: the first four counters.
            move(from, SIMD4(number, 0, 0, 0), to: cells)
            move(six, SIMD4(0 &- number, number, 0, 0), to: cells)
            move(twelve, SIMD4(0, 0 &- number, number, 0), to: cells)
            move(twentyFour, SIMD4(0, 0, 0 &- number, number), to: cells)
            move(thirtySix, SIMD4(0, 0, 0, 0 &- number), to: cells)
        }
    }

    /// Adds to the counters of the bands at a cut.
    @inline(__always)
    private func move(_ cut: Int, _ numbers: SIMD4<Int32>, to cells: UnsafeMutablePointer<Int32>) {
        let row = UnsafeMutableRawPointer(cells + cut &* Self.counters)
        row.storeBytes(of: row.loadUnaligned(as: SIMD4<Int32>.self) &+ numbers, as: SIMD4<Int32>.self)
    }

    @inline(__always)
    private func add(_ counter: Counter, _ number: Int32, _ from: Int, _ to: Int, to cells: UnsafeMutablePointer<Int32>) {
        guard from < to else { return }
        cells[from &* Self.counters &+ counter.rawValue] &+= number
        cells[to &* Self.counters &+ counter.rawValue] &-= number
    }

    /// Enrolments by facility and cut, `[enrolled, over age]` at `(facility * cuts + cut) * 2`.
    func enrolments(_ children: FoldedChildren) throws -> Table<Int32> {
        let kept = children.kept
        let sums = Table<Int32>(count: registered * cuts * 2)
        // By place: the place that the facility had in what is kept.
        var places = Array(repeating: -1, count: registered)
        let lookups = kept?.sums.lookups ?? []
        for (number, place) in (kept?.facilities.places ?? []).enumerated() where place >= 0 {
            places[place] = Int(lookups[number].index)
        }
        let (before, row) = (kept?.sums.enrolments, cuts * 2)
        let stride = facilityStride
        let scratch = Scratch(threads, facilities.size * stride, behind: children.counted?.enrolled)
        try Workers.run(threads, items: facilities.count) { worker, group in
            let first = Int(facilities.first(of: group))
            let cells = scratch.cells(worker, group)
            addEnrolled(children.tallies, group, 1, to: cells)
            addEnrolled(kept?.undone ?? [], group, -1, to: cells)
            for facility in first..<min(registered, first + facilities.size) {
                let sums = UnsafeMutableBufferPointer(start: sums.base + facility &* row, count: row)
                if let before, places[facility] >= 0, let start = sums.baseAddress {
                    before.copy(places[facility] * row..<(places[facility] + 1) * row, to: start)
                } else {
                    sums.initialize(repeating: 0)
                }
                let changes: UnsafeMutablePointer<Int32> = cells + ((facility &- first) &* stride)
                var (enrolled, overAge): (Int32, Int32) = (0, 0)
                for cut in 0..<cuts {
                    enrolled &+= changes[cut &* 2]
                    overAge &+= changes[cut &* 2 &+ 1]
                    sums[cut &* 2] &+= enrolled
                    sums[cut &* 2 &+ 1] &+= overAge
                }
            }
        }
        return sums
    }

    /// The pieces in which the counters of facilities are written, the longest first: each its own counters, or its own cuts.
    var facilityPieces: Range<Int> { 0..<stretches + Self.lasting.count }

    /// Writes a piece of the counters of what facilities are and hold, at every cut. All pieces may be written side by side.
    ///
    /// What stays the same all through a segment is noted as differences and summed up over the cuts afterwards.
    func addFacilities(_ piece: Int, _ segments: [FacilitySegment], enrolments: Table<Int32>, to counts: Counts.Cells) {
        switch counts {
        case .narrow(let counts): addFacilities(piece, segments, enrolments: enrolments, to: counts)
        case .wide(let counts): addFacilities(piece, segments, enrolments: enrolments, to: counts)
        }
    }

    private func addFacilities<Number: FixedWidthInteger & SIMDScalar>(
        _ piece: Int, _ segments: [FacilitySegment], enrolments: Table<Int32>, to counts: UnsafeMutableBufferPointer<Number>
    ) {
        func rows(_ counter: Counter) -> UnsafeMutableBufferPointer<Number> {
            UnsafeMutableBufferPointer(rebasing: counts[counter.rawValue * cuts * width..<(counter.rawValue + 1) * cuts * width])
        }
        segments.withUnsafeBufferPointer { segments in
            if piece < stretches {
                let some = piece * Self.stretch..<min((piece + 1) * Self.stretch, cuts)
                return addChanging(segments, enrolments, some, to: Self.changing.map(rows))
            }
            let counter = Self.lasting[piece - stretches]
            let rows = rows(counter)
            rows.initialize(repeating: 0)
            switch counter {
            case .m0To5, .m6To11, .m12To23, .m24To35, .enrolledResidents, .waitlistedResidents: break
            case .enrolled, .enrolledOverAge, .vacant, .overfull: break
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
            case .served:
                addLasting(segments, to: rows) { $0.isFiled && $0.places > 0 ? 1 : 0 }
                for place in rows.indices { rows[place] = min(1, rows[place]) }
            }
        }
    }

    /// The counters that follow from a facility's places, enrolled and over age at each cut, as ``addChanging(_:_:_:to:)`` takes them.
    private static let changing: [Counter] = [.enrolled, .enrolledOverAge, .vacant, .overfull]
    /// The cuts for which these are counted at once: so few that the sums of two thousand columns stay in a core's own cache.
    private static let stretch = 24
    private var stretches: Int { (cuts + Self.stretch - 1) / Self.stretch }
    /// The other counters of facilities.
    private static let lasting = Counter.allCases.filter {
        $0.rawValue > Counter.waitlistedResidents.rawValue && !changing.contains($0)
    }

    /// Adds a number that a facility keeps throughout a segment.
    @inline(__always)
    private func addLasting<Number: FixedWidthInteger>(
        _ segments: UnsafeBufferPointer<FacilitySegment>, to rows: UnsafeMutableBufferPointer<Number>, _ number: (FacilitySegment) -> Int
    ) {
        for segment in segments where segment.fromCut < segment.toCut {
            let added = Number(truncatingIfNeeded: number(segment))
            rows[Int(segment.fromCut) &* width &+ Int(segment.column)] &+= added
            if Int(segment.toCut) < cuts { rows[Int(segment.toCut) &* width &+ Int(segment.column)] &-= added }
        }
        guard let start = rows.baseAddress else { return }
        for cut in 1..<max(1, cuts) {
            let (row, before) = (start + cut &* width, start + (cut &- 1) &* width)
            for column in 0..<width { row[column] &+= before[column] }
        }
    }

    /// Writes the counters that are ``changing``, at some cuts: enrolled, over age, vacant places, and children over the number of places.
    private func addChanging<Number: FixedWidthInteger & SIMDScalar>(
        _ segments: UnsafeBufferPointer<FacilitySegment>, _ enrolments: Table<Int32>, _ stretch: Range<Int>,
        to rows: [UnsafeMutableBufferPointer<Number>]
    ) {
        // A segment's cuts lie together while they are counted, and are turned into rows afterwards.
        let (start, length) = (stretch.lowerBound, stretch.count)
        withUnsafeTemporaryAllocation(of: SIMD4<Number>.self, capacity: max(1, width &* length)) { sums in
            guard let sums = sums.baseAddress else { return }
            sums.initialize(repeating: SIMD4(), count: width &* length)
            for segment in segments {
                let (first, end) = (max(start, Int(segment.fromCut)), min(stretch.upperBound, Int(segment.toCut)))
                guard first < end else { continue }
                let places = segment.places
                let (cells, column) = (enrolments.base + Int(segment.facility) &* cuts &* 2, sums + Int(segment.column) &* length)
                for cut in first..<end {
                    let (enrolled, overAge) = (Int(cells[cut &* 2]), Int(cells[cut &* 2 &+ 1]))
                    column[cut &- start] &+= SIMD4(
                        Number(truncatingIfNeeded: enrolled), Number(truncatingIfNeeded: overAge),
                        Number(truncatingIfNeeded: max(0, places &- enrolled)), Number(truncatingIfNeeded: max(0, enrolled &- places)))
                }
            }
            for first in stride(from: 0, to: width, by: 8) {
                let some = first..<min(first &+ 8, width)
                for cut in stretch {
                    for column in some {
                        let sum = sums[column &* length &+ cut &- start]
                        for place in 0..<4 { rows[place][cut &* width &+ column] = sum[place] }
                    }
                }
            }
        }
    }
}

/// The differences that ranges make, by group, column or facility, cut and counter: what was counted of them before all were noted.
struct CountedRanges: @unchecked Sendable {
    // Each group's cells are one thread's at a time.
    fileprivate let stays: Table<Int32>
    fileprivate let enrolled: Table<Int32>
}

/// The cells of the group that a worker counts, with what was counted of it before.
private struct Scratch {
    private let size: Int
    private let counted: Table<Int32>?
    private let cells: [Table<Int32>]

    init(_ threads: Int, _ size: Int, behind counted: Table<Int32>?) {
        self.size = size
        self.counted = counted
        cells = (0..<threads).map { _ in Table<Int32>(repeating: 0, count: size) }
    }

    func cells(_ worker: Int, _ group: Int) -> UnsafeMutablePointer<Int32> {
        let cells = cells[worker].base
        if let counted {
            cells.update(from: counted.base + group * size, count: size)
        } else {
            cells.update(repeating: 0, count: size)
        }
        return cells
    }
}
