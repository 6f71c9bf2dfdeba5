import CKernel

/// An open-addressing table from hashes to numbers: 8 bytes a slot, number + 1 below and the hash's upper half above. Eight slots
/// are a line, as long as a line of the cache; a hash's top bits tell its home line, so the slot alone is enough to grow and to
/// delete. A line is filled from its front; one that is full overflows into the next.
///
/// It only finds candidates: whoever asks compares what the number stands for.
struct SlotTable: ~Copyable {
    private(set) var count = 0
    private var memory: Pages<UInt64>
    private var capacity: Int

    /// A table with room for `expected` numbers.
    init(expecting expected: Int = 0, _ sideBySide: SideBySide? = nil) {
        capacity = 1024
        while SlotTable.limit(capacity) < expected { capacity *= 2 }
        memory = Pages(capacity: capacity)
        // A search reads a place, and only then is something put there.
        memory.populate(to: capacity, sideBySide)
    }

    private static func limit(_ capacity: Int) -> Int { capacity / 10 * 7 }

    /// The slots, valid until the table grows.
    var view: SlotView { SlotView(slots: memory.start, capacity: capacity) }

    /// Makes sure that `more` numbers can be put in without growing; memory to grow into is made ready side by side.
    @inline(__always)
    mutating func reserve(_ more: Int, _ sideBySide: SideBySide? = nil) {
        if count == 0, more > SlotTable.limit(capacity) { self = SlotTable(expecting: more, sideBySide) }
        while count + more > SlotTable.limit(capacity) { grow(sideBySide) }
    }

    /// Counts numbers that were put into a view.
    @inline(__always)
    mutating func noteInserted(_ more: Int) { count += more }

    /// Doubles the table where it stands: half as much fresh memory as a new table would take, and memory is what growing costs.
    ///
    /// A home moves from line h to line 2h or 2h + 1, so lines are emptied from the last one down, a stretch at a time. A stretch begins
    /// behind a line that is not full: nothing in it overflowed from before it, so nothing of it goes to a line that is still to be emptied.
    @inline(never)
    private mutating func grow(_ sideBySide: SideBySide?) {
        var end = capacity / SlotView.width
        memory.grow(to: capacity * 2)
        capacity *= 2
        memory.populate(to: capacity, sideBySide)
        let view = view
        while end > 0 {
            var start = max(0, end - 512)
            // What overflowed from the last line to the first is in the last stretch, when nothing is left to be emptied.
            while start > 0, view.isFull(start - 1) { start -= 1 }
            let count = (end - start) * SlotView.width
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { stretch in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * (end - start)) { filled in
                    guard let stretch = stretch.baseAddress, let filled = filled.baseAddress else { return }
                    filled.initialize(repeating: 0, count: 2 * (end - start))
                    stretch.initialize(from: view.slots + start * SlotView.width, count: count)
                    (view.slots + start * SlotView.width).update(repeating: 0, count: count)
                    SlotTable.spread(stretch, start..<end, filled, to: view)
                }
            }
            end = start
        }
    }

    /// Puts the slots of some lines of a table half as large, `lines`, to their new lines; `filled` counts what stands in these.
    private static func spread(
        _ stretch: UnsafePointer<UInt64>, _ lines: Range<Int>, _ filled: UnsafeMutablePointer<UInt8>, to view: SlotView
    ) {
        let first = 2 * lines.lowerBound
        let reach = UInt(2 * lines.count)
        for start in stride(from: 0, to: lines.count * SlotView.width, by: SlotView.width) {
            var slot = start
            while slot < start + SlotView.width, stretch[slot] != 0 {
                let held = stretch[slot]
                let line = view.home(held) &- first
                slot &+= 1
                if UInt(bitPattern: line) < reach, filled[line] < SlotView.width {
                    view.slots[(first &+ line) &* SlotView.width &+ Int(filled[line])] = held
                    filled[line] &+= 1
                    continue
                }
                let gap = view.gap(held)
                view.slots[gap] = held
                let other = gap / SlotView.width &- first
                if UInt(bitPattern: other) < reach { filled[other] &+= 1 }
            }
        }
    }

    /// Puts in a number whose hash is not searched for first.
    mutating func insert(_ number: UInt32, hash: UInt64) {
        reserve(1)
        let view = view
        view.insert(number, hash: hash, at: view.gap(hash))
        count += 1
    }

    /// Puts in the numbers from 0 on, whose hashes these are, asking for each line some steps before it is needed.
    mutating func insertAll(_ hashes: UnsafeBufferPointer<UInt64>) {
        reserve(hashes.count)
        let view = view
        let ahead = 16
        for number in 0..<hashes.count {
            if number &+ ahead < hashes.count { view.ask(hashes[number &+ ahead]) }
            view.insert(UInt32(truncatingIfNeeded: number), hash: hashes[number], at: view.gap(hashes[number]))
        }
        count += hashes.count
    }

    /// Takes a number out again, and fills its place with what overflowed from there.
    mutating func remove(_ number: UInt32, hash: UInt64) {
        let view = view
        let wanted = SlotView.tag(hash) | (UInt64(number) &+ 1)
        var line = view.home(hash)
        var slot = 0
        while true {
            slot = line * SlotView.width
            let end = slot + SlotView.width
            while slot < end, view.slots[slot] != wanted, view.slots[slot] != 0 { slot += 1 }
            if slot < end {
                if view.slots[slot] == 0 { return }
                break
            }
            line = view.after(line)
        }
        count -= 1
        var other = line
        while view.isFull(other) {
            other = view.after(other)
            // What stands in `other` may move to `line` unless its home lies behind that.
            let reach = view.distance(line, other)
            let first = other * SlotView.width
            let found = (first..<first + SlotView.width).first { slot in
                view.slots[slot] != 0 && view.distance(view.home(view.slots[slot]), other) >= reach
            }
            guard let moved = found else { continue }
            view.slots[slot] = view.slots[moved]
            (line, slot) = (other, moved)
        }
        // The place is closed by the last slot of its own line.
        var last = line * SlotView.width + SlotView.width - 1
        while view.slots[last] == 0 { last -= 1 }
        view.slots[slot] = view.slots[last]
        view.slots[last] = 0
    }
}

/// The slots of a ``SlotTable`` as plain pointers, for loops that ask for every event.
struct SlotView {
    let slots: UnsafeMutablePointer<UInt64>
    private let mask: Int
    private let shift: UInt64

    init(slots: UnsafeMutablePointer<UInt64>, capacity: Int) {
        self.slots = slots
        let lines = capacity / SlotView.width
        mask = lines - 1
        shift = UInt64(64 - lines.trailingZeroBitCount)
    }

    /// The slots of a line.
    static let width = 8
    /// How many lines from its home a number may come to stand. A table at most 70 % full passes this by chance once in 10^25 numbers;
    /// identifiers chosen for their hashes pass it at once, and every search would walk past all of them.
    static let farthest = 128
    /// How many others of its tag, or of its whole hash, a search may meet. Chance gives a dozen at a thousand million identifiers.
    static let mostAlike = 64

    /// Whether a number of this hash would come to stand too far from its home in this slot.
    @inline(__always)
    func isTooFar(_ slot: Int, _ hash: UInt64) -> Bool { distance(home(hash), slot / SlotView.width) > SlotView.farthest }

    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt64 { hash & 0xFFFF_FFFF_0000_0000 }

    /// The line in which a search begins; a hash's upper half, or a slot, tells it as well as the hash.
    @inline(__always)
    func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift) }

    @inline(__always)
    func after(_ line: Int) -> Int { (line &+ 1) & mask }

    @inline(__always)
    func distance(_ from: Int, _ to: Int) -> Int { (to &- from) & mask }

    @inline(__always)
    func isFull(_ line: Int) -> Bool { slots[line &* SlotView.width &+ SlotView.width &- 1] != 0 }

    /// Asks for the home line of a hash.
    @inline(__always)
    func ask(_ hash: UInt64) { tuowei_prefetch(slots + home(hash) &* SlotView.width) }

    /// Asks for the line behind the home line of a hash where the search will go on there.
    @inline(__always)
    func askFurther(_ hash: UInt64) {
        let line = home(hash)
        if isFull(line) { tuowei_prefetch(slots + after(line) &* SlotView.width) }
    }

    /// Which slots of a line hold a hash's tag, a bit each, and the place of the line's first empty slot, or -1.
    @inline(__always)
    func look(_ line: Int, _ hash: UInt64) -> (alike: UInt32, empty: Int) {
        let first = line &* SlotView.width
        let marks = tuowei_line(slots + first, UInt32(truncatingIfNeeded: hash &>> 32))
        let empties = marks &>> 8
        return (marks & 255, empties == 0 ? -1 : first &+ empties.trailingZeroBitCount)
    }

    /// The number + 1 that a search would look at first, or 0 where there is none.
    @inline(__always)
    func candidate(_ hash: UInt64) -> UInt32 {
        var line = home(hash)
        while true {
            let (alike, empty) = look(line, hash)
            if alike != 0 { return UInt32(truncatingIfNeeded: slots[line &* SlotView.width &+ alike.trailingZeroBitCount]) }
            if empty >= 0 { return 0 }
            line = after(line)
        }
    }

    /// The slot where a number of this hash belongs, whatever else stands there.
    @inline(__always)
    func gap(_ hash: UInt64) -> Int {
        var line = home(hash)
        while true {
            let empty = look(line, hash).empty
            if empty >= 0 { return empty }
            line = after(line)
        }
    }

    /// Puts a number into a slot that a search for its hash found empty; the table has room.
    @inline(__always)
    func insert(_ number: UInt32, hash: UInt64, at slot: Int) { slots[slot] = SlotView.tag(hash) | (UInt64(number) &+ 1) }
}
