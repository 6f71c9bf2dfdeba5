import Events
import Glibc

/// What one worker has counted while folding children. Tallies add up, in any order, to the same sums.
///
/// Counters over cuts are differences: +1 at the first cut at which something holds, -1 at the first at which it no longer does;
/// ``Totals`` sums them up once at the end. Memory is raw and zeroed by the system page by page, because most of it may stay so.
final class ChildTally {
    /// Counters of a community and cut that follow from children alone: ``Counter`` 0 to 5, padded to a power of two.
    static let counters = 8

    let cuts: Int
    let columns: Int
    let facilities: Int
    /// `(column * (cuts + 1) + cut) * counters + counter`: differences.
    let cells: UnsafeMutablePointer<Int32>
    /// `(facility * (cuts + 1) + cut) * 2`: differences of enrolled, and of those over age.
    let facilityCells: UnsafeMutablePointer<Int32>
    /// `facility * 4 + class`: enrolled at D.
    let classes: UnsafeMutablePointer<Int32>
    /// `column * 2`: newborns at D, and those visited.
    let newborns: UnsafeMutablePointer<Int32>
    /// An enrolment active at D in an open facility each: `home << 32 | place`, both as in ``Flow``.
    var flows: [UInt64] = []
    var findings: [RawFinding] = []

    init(cuts: Int, columns: Int, facilities: Int) {
        self.cuts = cuts
        self.columns = columns
        self.facilities = facilities
        cells = Self.zeroed(columns * (cuts + 1) * Self.counters)
        facilityCells = Self.zeroed(facilities * (cuts + 1) * 2)
        classes = Self.zeroed(facilities * 4)
        newborns = Self.zeroed(columns * 2)
    }

    deinit {
        free(cells)
        free(facilityCells)
        free(classes)
        free(newborns)
    }

    /// The bytes one tally may come to touch.
    static func bytes(cuts: Int, columns: Int, facilities: Int) -> Int {
        4 * (columns * (cuts + 1) * counters + facilities * ((cuts + 1) * 2 + 4) + columns * 2)
    }

    private static func zeroed(_ count: Int) -> UnsafeMutablePointer<Int32> {
        guard let memory = calloc(max(1, count), MemoryLayout<Int32>.stride) else {
            // As Swift's own allocations do where the system has no memory left.
            return UnsafeMutablePointer<Int32>.allocate(capacity: .max / 8)
        }
        return memory.bindMemory(to: Int32.self, capacity: max(1, count))
    }
}
