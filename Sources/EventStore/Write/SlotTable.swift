import CKernel

/// An open-addressing table from hashes to numbers: 8 bytes a slot, number + 1 below and the hash's upper half above. A slot's
/// home is told by the hash's top bits, so the slot alone is enough to grow and to delete.
///
/// It only finds candidates: whoever asks compares what the number stands for.
struct SlotTable: ~Copyable {
    private(set) var count = 0
    private var memory: Pages<UInt64>
    private var capacity: Int

    /// A table with room for `expected` numbers.
    init(expecting expected: Int = 0) {
        capacity = 1024
        while SlotTable.limit(capacity) < expected { capacity *= 2 }
        memory = Pages(capacity: capacity)
    }

    private static func limit(_ capacity: Int) -> Int { capacity / 10 * 7 }

    /// The slots, valid until the table grows.
    var view: SlotView { SlotView(slots: memory.start, capacity: capacity) }

    /// Makes sure that `more` numbers can be put in without growing.
    mutating func reserve(_ more: Int) {
        while count + more > SlotTable.limit(capacity) { grow() }
    }

    /// Counts numbers that were put into a view.
    mutating func noteInserted(_ more: Int) { count += more }

    private mutating func grow() {
        let oldCapacity = capacity
        capacity *= 2
        var old = Pages<UInt64>(capacity: capacity)
        swap(&old, &memory)
        let view = view
        // Homes keep their order, so both tables are walked from end to end once.
        for place in 0..<oldCapacity where old.start[place] != 0 {
            var slot = view.home(old.start[place])
            while view.slots[slot] != 0 { slot = view.after(slot) }
            view.slots[slot] = old.start[place]
        }
    }

    /// Puts in a number whose hash is not searched for first.
    mutating func insert(_ number: UInt32, hash: UInt64) {
        reserve(1)
        let view = view
        var slot = view.home(hash)
        while view.slots[slot] != 0 { slot = view.after(slot) }
        view.insert(number, hash: hash, at: slot)
        count += 1
    }

    /// Puts in the numbers from 0 on, whose hashes these are, asking for each slot some steps before it is needed.
    mutating func insertAll(_ hashes: UnsafeBufferPointer<UInt64>) {
        reserve(hashes.count)
        let view = view
        let ahead = 16
        for number in 0..<hashes.count {
            if number &+ ahead < hashes.count { tuowei_prefetch(view.slots + view.home(hashes[number &+ ahead])) }
            let hash = hashes[number]
            var slot = view.home(hash)
            while view.slots[slot] != 0 { slot = view.after(slot) }
            view.insert(UInt32(truncatingIfNeeded: number), hash: hash, at: slot)
        }
        count += hashes.count
    }

    /// Takes a number out again, and closes the gap by what stands behind it.
    mutating func remove(_ number: UInt32, hash: UInt64) {
        let view = view
        let wanted = SlotView.tag(hash) | (UInt64(number) &+ 1)
        var gap = view.home(hash)
        while view.slots[gap] != wanted {
            if view.slots[gap] == 0 { return }
            gap = view.after(gap)
        }
        count -= 1
        var slot = view.after(gap)
        while view.slots[slot] != 0 {
            // What stands at `slot` may move to the gap unless its home lies behind the gap.
            let home = view.home(view.slots[slot])
            if view.distance(home, slot) >= view.distance(gap, slot) {
                view.slots[gap] = view.slots[slot]
                gap = slot
            }
            slot = view.after(slot)
        }
        view.slots[gap] = 0
    }
}

/// The slots of a ``SlotTable`` as plain pointers, for loops that ask for every event.
struct SlotView {
    let slots: UnsafeMutablePointer<UInt64>
    private let mask: Int
    private let shift: UInt64

    init(slots: UnsafeMutablePointer<UInt64>, capacity: Int) {
        self.slots = slots
        mask = capacity - 1
        shift = UInt64(64 - capacity.trailingZeroBitCount)
    }

    /// How far from its home a number may come to stand. A table at most 70 % full passes this by chance once in 10^25 numbers; identifiers
    /// chosen for their hashes pass it at once, and every search would walk past all of them.
    static let farthest = 1024
    /// How many others of its tag, or of its whole hash, a search may meet. Chance gives a dozen at a thousand million identifiers.
    static let mostAlike = 64

    /// Whether a number of this hash would come to stand too far from its home here.
    @inline(__always)
    func isTooFar(_ slot: Int, _ hash: UInt64) -> Bool { distance(home(hash), slot) > SlotView.farthest }

    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt64 { hash & 0xFFFF_FFFF_0000_0000 }

    @inline(__always)
    func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift) }

    @inline(__always)
    func after(_ slot: Int) -> Int { (slot &+ 1) & mask }

    @inline(__always)
    func distance(_ from: Int, _ to: Int) -> Int { (to &- from) & mask }

    /// The number + 1 that a search would look at first, or 0 where there is none.
    @inline(__always)
    func candidate(_ hash: UInt64) -> UInt32 {
        var slot = home(hash)
        while true {
            let held = slots[slot]
            if held == 0 || SlotView.tag(held) == SlotView.tag(hash) { return UInt32(truncatingIfNeeded: held) }
            slot = after(slot)
        }
    }

    /// Puts a number into a slot that a search for its hash found empty; the table has room.
    @inline(__always)
    func insert(_ number: UInt32, hash: UInt64, at slot: Int) { slots[slot] = SlotView.tag(hash) | (UInt64(number) &+ 1) }
}
