import Events

/// Which events of a log are known: their hashes by ordinal, and their ordinals by hash.
///
/// Where a little comes into a large store, the table holds the new events only (`base` is then the number of stored ones), and
/// the stored ones that a batch of new events could meet are found by one pass over the side file: `hits`. Building the table of
/// everything costs ten such passes, so it is built once the run has grown enough.
final class EventTable {
    let log: Log
    /// The ordinal from which on events are in the table.
    private(set) var base: Int
    /// The number of events, stored and new.
    @exclusivity(unchecked) private(set) var count: Int
    @exclusivity(unchecked) private var slots = SlotTable()
    @exclusivity(unchecked) private var memory = Pages<UInt64>(capacity: 4096)
    /// The ordinals of stored events, by hash, that share their hash with an event about to be appended.
    var hits: [UInt64: [UInt32]] = [:]
    /// The passes made over the side file.
    var scans = 0

    /// A table that knows of `stored` events, and holds none of them.
    init(log: Log, stored: Int) {
        self.log = log
        base = stored
        count = stored
    }

    /// The hashes from `base` on.
    var hashes: UnsafeMutablePointer<UInt64> { memory.start }

    /// The table as plain pointers, valid until it grows.
    var view: EventView { EventView(slots: slots.view, hashes: memory.start, base: base) }

    /// Makes sure that `more` events can be appended without moving anything.
    func reserve(_ more: Int) {
        slots.reserve(more)
        memory.grow(to: count - base + more)
    }

    /// Counts events that were put into the view.
    func noteAppended(_ more: Int) {
        slots.noteInserted(more)
        count += more
    }

    /// Whether stored events have to be looked for elsewhere.
    var isPartial: Bool { base > 0 }

    /// Takes in the stored events: all `base` hashes in order.
    func complete(with stored: UnsafeBufferPointer<UInt64>) {
        var all = Pages<UInt64>(capacity: count + count / 8)
        if let start = stored.baseAddress { all.start.update(from: start, count: base) }
        (all.start + base).update(from: hashes, count: count - base)
        swap(&all, &memory)
        base = 0
        hits = [:]
        slots = SlotTable(expecting: count + count / 8)
        slots.insertAll(UnsafeBufferPointer(start: hashes, count: count))
    }

    /// Forgets the events from `size` on; `size` at least `base`.
    func truncate(to size: Int) {
        while count > size {
            count -= 1
            slots.remove(UInt32(truncatingIfNeeded: count), hash: hashes[count - base])
        }
    }
}

/// An ``EventTable`` as plain pointers.
struct EventView {
    let slots: SlotView
    let hashes: UnsafeMutablePointer<UInt64>
    let base: Int

    /// Notes a new event's hash and ordinal at the slot where a search missed it. There is room.
    @inline(__always)
    func append(_ hash: UInt64, ordinal: Int, at slot: Int) {
        hashes[ordinal &- base] = hash
        slots.insert(UInt32(truncatingIfNeeded: ordinal), hash: hash, at: slot)
    }
}

/// Finds which of a list of hashes occur in a long column: words of 64 bits that stay in the cache, with three bits for each hash
/// in one word, say no for nearly all; a table of the hashes themselves decides the rest.
struct HashFilter: ~Copyable {
    private let bits: UnsafeMutableBufferPointer<UInt64>
    private let bitShift: UInt64
    private let exact: UnsafeMutableBufferPointer<UInt64>
    private let exactShift: UInt64
    /// Odd, and unknown to whoever chose the identifiers: without it they could be chosen to crowd one place of `exact`.
    private let salt = UInt64.random(in: 0...UInt64.max) | 1
    private var hasZero = false

    init(_ hashes: [UInt64]) {
        var words = 64
        while words * 4 < hashes.count { words *= 2 }
        bitShift = UInt64(64 - words.trailingZeroBitCount)
        bits = .allocate(capacity: words)
        bits.initialize(repeating: 0)
        var places = 64
        while places < hashes.count * 2 { places *= 2 }
        exactShift = UInt64(64 - places.trailingZeroBitCount)
        exact = .allocate(capacity: places)
        exact.initialize(repeating: 0)
        for hash in hashes {
            bits[Int(truncatingIfNeeded: hash >> bitShift)] |= Self.mask(hash)
            // 0 marks an empty place, so the hash 0 is kept apart.
            if hash == 0 { hasZero = true }
            var place = Int(truncatingIfNeeded: (hash &* salt) >> exactShift)
            while exact[place] != 0, exact[place] != hash { place = (place + 1) & (places - 1) }
            exact[place] = hash
        }
    }

    deinit {
        bits.deallocate()
        exact.deallocate()
    }

    @inline(__always)
    private static func mask(_ hash: UInt64) -> UInt64 { 1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63) }

    private func holds(_ hash: UInt64) -> Bool {
        if hash == 0 { return hasZero }
        var place = Int(truncatingIfNeeded: (hash &* salt) >> exactShift)
        while exact[place] != 0 {
            if exact[place] == hash { return true }
            place = (place + 1) & (exact.count - 1)
        }
        return false
    }

    /// Adds the places of `column`, counted from `first`, that hold one of the hashes.
    func scan(_ column: UnsafeBufferPointer<UInt64>, first: Int, into hits: inout [UInt64: [UInt32]]) {
        for place in 0..<column.count {
            let hash = column[place]
            let mask = Self.mask(hash)
            if bits[Int(truncatingIfNeeded: hash >> bitShift)] & mask == mask, holds(hash) {
                hits[hash, default: []].append(UInt32(truncatingIfNeeded: first + place))
            }
        }
    }
}
