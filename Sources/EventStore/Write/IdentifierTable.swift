import CKernel
import Events

/// The identifiers of one namespace: their bytes, and their numbers by hash.
///
/// Each has a record of 32 bytes, so that a comparison costs one access to memory: its length, then its bytes; of one longer than
/// 31 bytes, its length and where its bytes lie. Records lie in order of *places*. Where the table holds every identifier, a place is
/// the number. Where a little comes into a large store it holds a few of those stored, and these in the order in which they came: records
/// at their numbers would lie one to a page, and fresh pages cost more than all the rest of such a run.
final class IdentifierTable {
    static let recordBytes = 32
    /// How many identifiers there are, stored ones that the table does not hold included.
    // Asked for once an identifier, by one thread: without a check each time.
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var slots: SlotTable
    @exclusivity(unchecked) private var records = Pages<UInt8>(capacity: 1024 * recordBytes)
    @exclusivity(unchecked) private var long = Pages<UInt8>(capacity: 4096)
    @exclusivity(unchecked) private var longEnd = 0
    /// How many records there are.
    @exclusivity(unchecked) private var held = 0
    /// The number of each record, where the table is partial.
    @exclusivity(unchecked) private var numbers = Pages<UInt32>(capacity: 1024)

    /// How many identifiers were stored before; those that the table holds are `loaded`.
    let base: Int
    /// Whether stored identifiers may be missing from the table.
    @exclusivity(unchecked) private(set) var isPartial: Bool
    /// A bit for each stored identifier: whether the table holds it.
    private var loaded: [UInt64] = []
    /// The passes made over the side file.
    var scans = 0

    /// A table that knows of `stored` identifiers, and holds none of them.
    ///
    /// Where a little comes into a large store, only the stored identifiers that it could name are put in: ``load(_:_:)``. Putting
    /// everything in costs more than all the rest of such a run.
    init(stored: Int) {
        base = stored
        count = stored
        isPartial = stored > 0
        slots = SlotTable()
    }

    /// Makes room for `more` stored identifiers that ``load(_:_:)`` will put in.
    func reserve(loading more: Int) {
        slots.reserve(more)
        records.grow(to: (held + more) * Self.recordBytes)
        records.populate(to: (held + more) * Self.recordBytes, nil)
        numbers.grow(to: held + more)
        numbers.populate(to: held + more, nil)
    }

    /// The hashes of identifiers: `bytes[starts[i]..<starts[i + 1]]` is one.
    static func hashes(_ texts: (starts: [Int], bytes: [UInt8])) -> [UInt64] {
        texts.bytes.withUnsafeBufferPointer { text in
            zip(texts.starts, texts.starts.dropFirst()).map { start, end in
                text.baseAddress.map { IdentifierHash.hash($0 + start, count: end - start) } ?? 0
            }
        }
    }

    /// Puts in stored identifiers by their numbers: `bytes[starts[i]..<starts[i + 1]]` is that of `numbers[i]`, and `hashes[i]` its hash.
    func load(_ more: ArraySlice<UInt32>, _ texts: (starts: [Int], bytes: [UInt8]), hashes: [UInt64]) {
        guard isPartial, texts.starts.count == more.count + 1, hashes.count == more.count else { return }
        if loaded.isEmpty { loaded = Array(repeating: 0, count: (base + 63) / 64) }
        reserve(loading: more.count)
        texts.bytes.withUnsafeBufferPointer { text in
            guard let text = text.baseAddress else { return }
            // There is room, so nothing moves. Each slot is asked for some steps before it is needed.
            let (view, ahead) = (slots.view, 16)
            for place in hashes.indices.prefix(ahead) { view.ask(hashes[place]) }
            for (place, number) in more.enumerated() {
                if place &+ ahead < hashes.count { view.ask(hashes[place &+ ahead]) }
                guard loaded[Int(number >> 6)] >> UInt64(number & 63) & 1 == 0 else { continue }
                loaded[Int(number >> 6)] |= 1 << UInt64(number & 63)
                let start = text + texts.starts[place]
                let length = texts.starts[place + 1] - texts.starts[place]
                slots.insert(UInt32(truncatingIfNeeded: held), hash: hashes[place])
                put(start, count: length)
                numbers.start[held - 1] = number
            }
        }
    }

    /// Puts in every stored identifier, in order of numbers: `bytes[starts[n]..<starts[n + 1]]`.
    func complete(starts: [UInt32], bytes: [UInt8]) {
        guard isPartial, starts.count == base + 1 else { return }
        // What is new is put behind the stored ones.
        let new = (0..<held).filter { numbers.start[$0] >= base }.map { Array(view.bytes($0)) }
        var hashes: [UInt64] = []
        hashes.reserveCapacity(count)
        (held, longEnd) = (0, 0)
        records.grow(to: (count + count / 8) * Self.recordBytes)
        bytes.withUnsafeBufferPointer { text in
            guard let text = text.baseAddress else { return }
            for number in 0..<base {
                let start = text + Int(starts[number])
                let length = Int(starts[number + 1] &- starts[number])
                hashes.append(IdentifierHash.hash(start, count: length))
                put(start, count: length)
            }
        }
        for text in new {
            text.withUnsafeBufferPointer { text in
                guard let start = text.baseAddress else { return }
                hashes.append(IdentifierHash.hash(start, count: text.count))
                put(start, count: text.count)
            }
        }
        slots = SlotTable(expecting: count + count / 8)
        hashes.withUnsafeBufferPointer { slots.insertAll($0) }
        loaded = []
        numbers = Pages(capacity: 1)
        isPartial = false
    }

    /// The hashes of the identifiers from a number on, none of which was stored before the table was made.
    func hashes(from number: Int) -> [UInt64] {
        let view = view
        return ((isPartial ? 0 : number)..<held).filter { view.number($0) >= number }.map { hash($0, view) }
    }

    private func hash(_ place: Int, _ view: IdentifierView) -> UInt64 {
        let text = view.bytes(place)
        return text.baseAddress.map { IdentifierHash.hash($0, count: text.count) } ?? 0
    }

    /// Makes sure that `more` identifiers can be appended without moving anything.
    func reserve(_ more: Int, _ sideBySide: SideBySide? = nil) {
        slots.reserve(more, sideBySide)
        records.grow(to: (held + more) * Self.recordBytes)
        records.populate(to: (held + more) * Self.recordBytes, sideBySide)
        long.grow(to: longEnd + more * 64)
        if isPartial {
            numbers.grow(to: held + more)
            numbers.populate(to: held + more, nil)
        }
    }

    /// The table as plain pointers, valid until it grows.
    var view: IdentifierView {
        IdentifierView(slots: slots.view, records: records.start, long: long.start, numbers: isPartial ? numbers.start : nil)
    }

    /// Gives a new identifier the next number, at the slot of the view where a search missed it. There is room.
    @inline(__always)
    func append(_ start: UnsafePointer<UInt8>, count length: Int, hash: UInt64, at slot: Int, _ view: IdentifierView) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: count)
        view.slots.insert(UInt32(truncatingIfNeeded: held), hash: hash, at: slot)
        slots.noteInserted(1)
        append(start, count: length, number)
        return number
    }

    private func append(_ start: UnsafePointer<UInt8>, count length: Int, _ number: UInt32) {
        put(start, count: length)
        if isPartial { numbers.start[held - 1] = number }
        count += 1
    }

    /// Writes the next record.
    private func put(_ start: UnsafePointer<UInt8>, count length: Int) {
        records.grow(to: (held + 1) * Self.recordBytes)
        let record = records.start + held * Self.recordBytes
        held += 1
        record[0] = UInt8(truncatingIfNeeded: length)
        if length < Self.recordBytes {
            copyText(start, to: record + 1, length)
        } else {
            long.grow(to: longEnd + length)
            copyText(start, to: long.start + longEnd, length)
            UnsafeMutableRawPointer(record).storeBytes(of: longEnd, toByteOffset: 8, as: Int.self)
            longEnd += length
        }
    }

    /// Whether more identifiers can be numbered.
    var hasRoom: Bool { count < Int(UInt32.max) - 2 }

    /// Forgets the identifiers from the number `size` on, which were not stored before the table was made; stored ones that were put in
    /// behind the first of them go too, until they are put in again.
    func truncate(to size: Int) {
        guard count > size else { return }
        let view = view
        while count > size {
            let text = view.bytes(held - 1)
            let number = view.number(held - 1)
            if text.count >= Self.recordBytes { longEnd -= text.count }
            held -= 1
            slots.remove(UInt32(truncatingIfNeeded: held), hash: hash(held, view))
            if number < base { loaded[number >> 6] &= ~(1 << UInt64(number & 63)) } else { count -= 1 }
        }
    }
}

/// An ``IdentifierTable`` as plain pointers.
struct IdentifierView {
    let slots: SlotView
    let records: UnsafeMutablePointer<UInt8>
    let long: UnsafeMutablePointer<UInt8>
    /// The number of each record; nil: it is its place.
    let numbers: UnsafeMutablePointer<UInt32>?

    /// The number of the identifier at a place.
    @inline(__always)
    func number(_ place: Int) -> Int { numbers.map { Int($0[place]) } ?? place }

    @inline(__always)
    func record(_ place: Int) -> UnsafeMutablePointer<UInt8> { records + place &* IdentifierTable.recordBytes }

    /// Asks for the record at a place and for its number, to have them in the cache soon.
    @inline(__always)
    func ask(_ place: Int) {
        tuowei_prefetch(record(place))
        if let numbers { tuowei_prefetch(numbers + place) }
    }

    /// The identifier at a place.
    @inline(__always)
    func bytes(_ place: Int) -> UnsafeBufferPointer<UInt8> {
        let record = record(place)
        let length = Int(record[0])
        if length < IdentifierTable.recordBytes { return UnsafeBufferPointer(start: record + 1, count: length) }
        return UnsafeBufferPointer(start: long + UnsafeRawPointer(record).load(fromByteOffset: 8, as: Int.self), count: length)
    }

    /// Whether the identifier at a place is exactly this one.
    @inline(__always)
    func isIdentifier(_ place: Int, _ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        let known = bytes(place)
        guard known.count == count, let base = known.baseAddress else { return false }
        return equal(base, start, count)
    }

    /// The number of an identifier, or -1 and the empty slot where it belongs; -2 where too many others are like it.
    @inline(__always)
    func find(
        _ start: UnsafePointer<UInt8>, count: Int, hash: UInt64, mostAlike: Int = SlotView.mostAlike
    ) -> (number: Int, slot: Int) {
        var line = slots.home(hash)
        var met = 0
        while true {
            let (found, empty) = slots.look(line, hash)
            var alike = found
            while alike != 0 {
                let held = slots.slots[line &* SlotView.width &+ alike.trailingZeroBitCount]
                let place = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) &- 1
                if isIdentifier(place, start, count: count) { return (number(place), 0) }
                met &+= 1
                if met > mostAlike { return (-2, 0) }
                alike &= alike &- 1
            }
            if empty >= 0 { return (slots.isTooFar(empty, hash) ? -2 : -1, empty) }
            line = slots.after(line)
        }
    }
}
