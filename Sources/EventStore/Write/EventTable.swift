import Events

/// Which events of a log are known: their hashes by ordinal, and their ordinals by hash.
///
/// Where a little comes into a large store, the table holds the new events only (`base` is then the number of stored ones), and
/// the stored ones that a batch of new events could meet are found by one pass over the side file: `hits`. Building the table of
/// everything costs ten such passes, so it is built once the run has grown enough.
final class EventTable {
    let log: Log
    /// The ordinal from which on events are in the table.
    @exclusivity(unchecked) private(set) var base: Int
    /// The number of events, stored and new.
    @exclusivity(unchecked) private(set) var count: Int
    @exclusivity(unchecked) private var slots = SlotTable()
    @exclusivity(unchecked) private var memory = Pages<UInt64>(capacity: 4096)
    /// The ordinals of stored events, by hash, that share their hash with an event about to be appended.
    @exclusivity(unchecked) private var hits: [UInt64: [UInt32]] = [:]
    /// Their hashes: nearly every event about to be appended has none of them, and a dictionary takes long to say so.
    @exclusivity(unchecked) private var hitHashes: HashFilter?
    /// Stored events among the hits, by ordinal, where there are so few of them that they were taken out of their blocks.
    @exclusivity(unchecked) var rows: [UInt32: StoredRow] = [:]
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
    func reserve(_ more: Int, _ sideBySide: SideBySide? = nil) {
        slots.reserve(more, sideBySide)
        memory.grow(to: count - base + more)
        memory.populate(to: count - base + more, sideBySide)
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
        forgetHits()
        slots = SlotTable(expecting: count + count / 8)
        slots.insertAll(UnsafeBufferPointer(start: hashes, count: count))
    }

    /// Notes the stored events that share their hash with one about to be appended.
    func note(_ found: [HashSearch.Hit]) {
        for hit in found { hits[hit.hash, default: []].append(hit.ordinal) }
        hitHashes = hits.isEmpty ? nil : HashFilter(Array(hits.keys))
    }

    /// The ordinals of stored events with a hash, of those that were noted.
    @inline(__always)
    func hits(_ hash: UInt64) -> [UInt32]? {
        guard let hitHashes, hitHashes.contains(hash) else { return nil }
        return hits[hash]
    }

    /// Forgets what was found for events about to be appended.
    func forgetHits() {
        hits = [:]
        hitHashes = nil
        rows = [:]
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
