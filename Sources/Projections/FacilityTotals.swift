/// What facilities add to the counters of each cut and column: all that follow those of children.
///
/// Some columns are counted at a time, in cells that stay in the processor's cache: what stays the same all through a segment is noted as
/// differences and summed up over the cuts, what changes at each cut is added there.
struct FacilityTotals {
    /// The counters, by lane: ``Counter`` from `facilities` to `placesMixed` and then `served` last long, the others change.
    private typealias Lasting = SIMD16<Int>
    private typealias Changing = SIMD4<Int>

    private static let lasting: [Counter] = [
        .facilities, .facilitiesFiled, .facilitiesInclusive, .facilitiesDemonstration, .places, .placesFiled, .placesInclusive,
        .placesInfant, .placesToddler, .placesPreschool, .placesMixed, .served,
    ]
    private static let changing: [Counter] = [.enrolled, .enrolledOverAge, .vacant, .overfull]
    /// Columns that are counted at a time.
    private static let portion = 16

    private let segments: [FacilitySegment]
    private let enrolments: Table<Int32>
    private let cuts: Int
    private let width: Int
    private let threads: Int
    /// The places of segments, by portion of columns, and where each portion's begin; one more than portions.
    private let order: [Int32]
    private let starts: [Int]

    /// `enrolments` as ``Totals/enrolments(_:)`` gives them.
    init(_ request: ProjectionRequest, _ segments: [FacilitySegment], _ enrolments: Table<Int32>) {
        self.segments = segments
        self.enrolments = enrolments
        (cuts, width, threads) = (request.cuts.count, request.columns, request.threads)
        let portions = (width + Self.portion - 1) / Self.portion
        var starts = [Int](repeating: 0, count: portions + 1)
        for segment in segments { starts[Int(segment.column) / Self.portion + 1] += 1 }
        for portion in 0..<portions { starts[portion + 1] += starts[portion] }
        var next = starts
        var order = [Int32](repeating: 0, count: segments.count)
        for (place, segment) in segments.enumerated() {
            let portion = Int(segment.column) / Self.portion
            order[next[portion]] = Int32(truncatingIfNeeded: place)
            next[portion] += 1
        }
        (self.order, self.starts) = (order, starts)
    }

    /// Writes the counters at every cut and column, each at `(counter * cuts + cut) * columns + column`.
    func add<Count: FixedWidthInteger>(to counts: UnsafeMutableBufferPointer<Count>) throws {
        precondition(counts.count == Counter.allCases.count * cuts * width, "room for every counter")
        guard let base = counts.baseAddress else { return }
        let cells = (0..<threads).map { _ in Cells(portion: Self.portion, cuts: cuts) }
        try segments.withUnsafeBufferPointer { segments in
            try order.withUnsafeBufferPointer { order in
                try Workers.run(threads, items: starts.count - 1) { worker, portion in
                    let first = portion * Self.portion
                    let cells = cells[worker]
                    cells.clear()
                    for place in order[starts[portion]..<starts[portion + 1]] { note(segments[Int(place)], first, cells) }
                    write(cells, first..<min(width, first + Self.portion), to: base)
                }
            }
        }
    }

    /// What one worker counts: by column and cut, differences of what lasts with a spare one behind the last cut, and what changes.
    private final class Cells {
        let lasting: Table<Lasting>
        let changing: Table<Changing>

        init(portion: Int, cuts: Int) {
            lasting = Table(count: portion * (cuts + 1))
            changing = Table(count: portion * cuts)
        }

        func clear() {
            lasting.base.initialize(repeating: Lasting(), count: lasting.count)
            changing.base.initialize(repeating: Changing(), count: changing.count)
        }
    }

    private func note(_ segment: FacilitySegment, _ first: Int, _ cells: Cells) {
        guard segment.fromCut < segment.toCut else { return }
        let (from, to) = (Int(segment.fromCut), Int(segment.toCut))
        let (column, places) = (Int(segment.column) &- first, segment.places)
        let filed = segment.isFiled ? 1 : 0
        let inclusive = segment.isFiled && segment.isInclusive ? 1 : 0
        let numbers = Lasting(
            1, filed, inclusive, segment.isProvincial ? 1 : 0, places, filed &* places, inclusive &* places, filed &* Int(segment.infant),
            filed &* Int(segment.toddler), filed &* Int(segment.preschool), filed &* Int(segment.mixed), places > 0 ? filed : 0, 0, 0, 0, 0)
        let lasting = cells.lasting.base + column &* (cuts &+ 1)
        lasting[from] &+= numbers
        lasting[to] &-= numbers
        let changing = cells.changing.base + column &* cuts
        let enrolments = enrolments.base + Int(segment.facility) &* cuts &* 2
        for cut in from..<to {
            let (enrolled, overAge) = (Int(enrolments[cut &* 2]), Int(enrolments[cut &* 2 &+ 1]))
            changing[cut] &+= Changing(enrolled, overAge, max(0, places &- enrolled), max(0, enrolled &- places))
        }
    }

    /// Columns that lie together are written together: a line of the cache holds some.
    private func write<Count: FixedWidthInteger>(_ cells: Cells, _ columns: Range<Int>, to counts: UnsafeMutablePointer<Count>) {
        let stride = cuts &* width
        let (lasting, changing) = (cells.lasting.base, cells.changing.base)
        let lastingRows = InlineArray<12, Int> { Self.lasting[$0].rawValue &* stride }
        let changingRows = InlineArray<4, Int> { Self.changing[$0].rawValue &* stride }
        let served = Self.lasting.count - 1
        withUnsafeTemporaryAllocation(of: Lasting.self, capacity: Self.portion) { sums in
            sums.initialize(repeating: Lasting())
            // One lane of a vector in memory is read as the number it is; by its place, all would be copied first.
            let numbers = UnsafeRawBufferPointer(sums)
            @inline(__always)
            func number(_ column: Int, _ lane: Int) -> Int {
                numbers.load(
                    fromByteOffset: column &* MemoryLayout<Lasting>.stride &+ lane &* MemoryLayout<Int>.stride, as: Int.self)
            }
            for cut in 0..<cuts {
                for column in 0..<columns.count { sums[column] &+= lasting[column &* (cuts &+ 1) &+ cut] }
                let row = counts + (cut &* width &+ columns.lowerBound)
                for lane in 0..<served {
                    let row = row + lastingRows[lane]
                    for column in 0..<columns.count { row[column] = Count(truncatingIfNeeded: number(column, lane)) }
                }
                let (servedRow, changed) = (row + lastingRows[served], changing + cut)
                for column in 0..<columns.count {
                    servedRow[column] = Count(truncatingIfNeeded: min(1, number(column, served)))
                    let numbers = changed[column &* cuts]
                    for lane in 0..<4 { row[changingRows[lane] &+ column] = Count(truncatingIfNeeded: numbers[lane]) }
                }
            }
        }
    }
}
