import Glibc

/// An open-addressing table from hashes to numbers: 8 bytes a slot, number + 1 below and the hash's upper half above. A slot's
/// home is told by the hash's top bits, so the slot alone is enough to grow and to delete.
///
/// It only finds candidates: whoever asks compares what the number stands for. Its memory is asked of the system in huge pages:
/// an event costs a random access here, and with small pages a second one for its address.
final class SlotTable {
    // The writer's loop reads these for every event; the run-time's check for overlapping access would cost as much as the work.
    @exclusivity(unchecked) private(set) var slots: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) private(set) var capacity: Int
    @exclusivity(unchecked) private(set) var shift: UInt64
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var limit: Int

    /// A table with room for `expected` numbers.
    init(expecting expected: Int = 0) {
        var capacity = 1024
        while SlotTable.limit(capacity) < expected { capacity *= 2 }
        self.capacity = capacity
        limit = SlotTable.limit(capacity)
        shift = SlotTable.shift(capacity)
        slots = SlotTable.allocate(capacity)
    }

    deinit { SlotTable.free(slots, capacity) }

    private static func limit(_ capacity: Int) -> Int { capacity / 10 * 7 }
    private static func shift(_ capacity: Int) -> UInt64 { UInt64(64 - capacity.trailingZeroBitCount) }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt64> {
        let bytes = capacity * 8
        guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), memory != MAP_FAILED else {
            // As any other allocation of the program would.
            preconditionFailure("no memory for a table of \(bytes) bytes")
        }
        if bytes >= 1 << 21 { madvise(memory, bytes, MADV_HUGEPAGE) }
        return memory.bindMemory(to: UInt64.self, capacity: capacity)
    }

    private static func free(_ slots: UnsafeMutablePointer<UInt64>, _ capacity: Int) { munmap(slots, capacity * 8) }

    @inline(__always)
    static func tag(_ hash: UInt64) -> UInt64 { hash & 0xFFFF_FFFF_0000_0000 }

    @inline(__always)
    func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> shift) }

    @inline(__always)
    func after(_ slot: Int) -> Int { (slot &+ 1) & (capacity &- 1) }

    /// Puts a number into `slot`, which a search for this hash found empty, and grows where it must.
    @inline(__always)
    func insert(_ number: UInt32, hash: UInt64, at slot: Int) {
        slots[slot] = SlotTable.tag(hash) | (UInt64(number) &+ 1)
        count &+= 1
        if count > limit { grow() }
    }

    /// Puts in a number whose hash is not searched for first.
    @inline(__always)
    func insert(_ number: UInt32, hash: UInt64) {
        var slot = home(hash)
        while slots[slot] != 0 { slot = after(slot) }
        insert(number, hash: hash, at: slot)
    }

    private func grow() {
        let old = slots
        let oldCapacity = capacity
        capacity *= 2
        limit = SlotTable.limit(capacity)
        shift = SlotTable.shift(capacity)
        slots = SlotTable.allocate(capacity)
        // Homes keep their order, so both tables are walked from end to end once.
        for place in 0..<oldCapacity where old[place] != 0 {
            var slot = home(old[place])
            while slots[slot] != 0 { slot = after(slot) }
            slots[slot] = old[place]
        }
        SlotTable.free(old, oldCapacity)
    }

    /// Takes a number out again, and closes the gap by what stands behind it.
    func remove(_ number: UInt32, hash: UInt64) {
        let wanted = SlotTable.tag(hash) | (UInt64(number) &+ 1)
        var gap = home(hash)
        while slots[gap] != wanted {
            if slots[gap] == 0 { return }
            gap = after(gap)
        }
        count -= 1
        var slot = after(gap)
        while slots[slot] != 0 {
            // What stands at `slot` may move to the gap unless its home lies behind the gap.
            let home = home(slots[slot])
            if (slot &- home) & (capacity &- 1) >= (slot &- gap) & (capacity &- 1) {
                slots[gap] = slots[slot]
                gap = slot
            }
            slot = after(slot)
        }
        slots[gap] = 0
    }
}
