import Events

/// The identifiers of one namespace: their bytes by number, and their numbers by hash.
///
/// Each has a record of 32 bytes, so that a comparison costs one access to memory: its length, then its bytes; of one longer than
/// 31 bytes, its length and where its bytes lie.
final class IdentifierTable {
    static let recordBytes = 32
    // Asked for once an identifier, by one thread: without a check each time.
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var slots: SlotTable
    @exclusivity(unchecked) private var records: Pages<UInt8>
    @exclusivity(unchecked) private var long: Pages<UInt8>
    @exclusivity(unchecked) private var longEnd = 0

    /// How many identifiers were stored before; those that the table holds are `loaded`.
    let base: Int
    /// Whether stored identifiers may be missing from the table.
    private(set) var isPartial: Bool
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
        records = Pages(capacity: max(1024, stored + stored / 8) * Self.recordBytes)
        long = Pages(capacity: 4096)
        slots = SlotTable()
    }

    /// Puts in stored identifiers by their numbers: `bytes[starts[i]..<starts[i + 1]]` is that of `numbers[i]`.
    func load(_ numbers: [UInt32], _ texts: (starts: [Int], bytes: [UInt8])) {
        if loaded.isEmpty { loaded = Array(repeating: 0, count: (base + 63) / 64) }
        slots.reserve(numbers.count)
        texts.bytes.withUnsafeBufferPointer { text in
            guard let text = text.baseAddress else { return }
            for (place, number) in numbers.enumerated() where loaded[Int(number >> 6)] >> UInt64(number & 63) & 1 == 0 {
                loaded[Int(number >> 6)] |= 1 << UInt64(number & 63)
                let start = text + texts.starts[place]
                let length = texts.starts[place + 1] - texts.starts[place]
                slots.insert(number, hash: IdentifierHash.hash(start, count: length))
                put(start, count: length, at: Int(number))
            }
        }
    }

    /// Puts in every stored identifier, in order of numbers: `bytes[starts[n]..<starts[n + 1]]`.
    func complete(starts: [UInt32], bytes: [UInt8]) {
        guard isPartial, starts.count == base + 1 else { return }
        var hashes: [UInt64] = []
        hashes.reserveCapacity(count)
        bytes.withUnsafeBufferPointer { text in
            guard let text = text.baseAddress else { return }
            for number in 0..<base {
                let start = text + Int(starts[number])
                let length = Int(starts[number + 1] &- starts[number])
                hashes.append(IdentifierHash.hash(start, count: length))
                if loaded.isEmpty || loaded[number >> 6] >> UInt64(number & 63) & 1 == 0 { put(start, count: length, at: number) }
            }
        }
        for number in base..<max(base, count) { hashes.append(hash(number)) }
        slots = SlotTable(expecting: count + count / 8)
        hashes.withUnsafeBufferPointer { slots.insertAll($0) }
        loaded = []
        isPartial = false
    }

    /// The hash of an identifier that the table holds.
    func hash(_ number: Int) -> UInt64 {
        let text = view.bytes(number)
        return text.baseAddress.map { IdentifierHash.hash($0, count: text.count) } ?? 0
    }

    /// Makes sure that `more` identifiers can be appended without moving anything.
    func reserve(_ more: Int) {
        slots.reserve(more)
        records.grow(to: (count + more) * Self.recordBytes)
        long.grow(to: longEnd + more * 64)
    }

    /// The table as plain pointers, valid until it grows.
    var view: IdentifierView { IdentifierView(slots: slots.view, records: records.start, long: long.start) }

    /// Gives a new identifier the next number, at the slot of the view where a search missed it. There is room.
    @inline(__always)
    func append(_ start: UnsafePointer<UInt8>, count length: Int, hash: UInt64, at slot: Int, _ view: IdentifierView) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: count)
        append(start, count: length)
        view.slots.insert(number, hash: hash, at: slot)
        slots.noteInserted(1)
        return number
    }

    private func append(_ start: UnsafePointer<UInt8>, count length: Int) {
        records.grow(to: (count + 1) * Self.recordBytes)
        put(start, count: length, at: count)
        count += 1
    }

    private func put(_ start: UnsafePointer<UInt8>, count length: Int, at number: Int) {
        let record = records.start + number * Self.recordBytes
        record[0] = UInt8(truncatingIfNeeded: length)
        if length < Self.recordBytes {
            (record + 1).update(from: start, count: length)
        } else {
            long.grow(to: longEnd + length)
            (long.start + longEnd).update(from: start, count: length)
            UnsafeMutableRawPointer(record).storeBytes(of: longEnd, toByteOffset: 8, as: Int.self)
            longEnd += length
        }
    }

    /// The identifier of a number.
    func bytes(_ number: UInt32) -> UnsafeBufferPointer<UInt8> { view.bytes(Int(number)) }

    /// Whether more identifiers can be numbered.
    var hasRoom: Bool { count < Int(UInt32.max) - 2 }

    /// Forgets the identifiers from `size` on.
    func truncate(to size: Int) {
        while count > size {
            let text = view.bytes(count - 1)
            if text.count >= Self.recordBytes { longEnd -= text.count }
            count -= 1
            slots.remove(UInt32(count), hash: text.baseAddress.map { IdentifierHash.hash($0, count: text.count) } ?? 0)
        }
    }
}

/// An ``IdentifierTable`` as plain pointers.
struct IdentifierView {
    let slots: SlotView
    let records: UnsafeMutablePointer<UInt8>
    let long: UnsafeMutablePointer<UInt8>

    @inline(__always)
    func record(_ number: Int) -> UnsafeMutablePointer<UInt8> { records + number &* IdentifierTable.recordBytes }

    @inline(__always)
    func bytes(_ number: Int) -> UnsafeBufferPointer<UInt8> {
        let record = record(number)
        let length = Int(record[0])
        if length < IdentifierTable.recordBytes { return UnsafeBufferPointer(start: record + 1, count: length) }
        return UnsafeBufferPointer(start: long + UnsafeRawPointer(record).load(fromByteOffset: 8, as: Int.self), count: length)
    }

    /// Whether a number's identifier is exactly this one.
    @inline(__always)
    func isIdentifier(_ number: Int, _ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        let known = bytes(number)
        guard known.count == count, let base = known.baseAddress else { return false }
        return equal(base, start, count)
    }

    /// The number of an identifier, or -1 and the empty slot where it belongs; -2 where too many others are like it.
    @inline(__always)
    func find(_ start: UnsafePointer<UInt8>, count: Int, hash: UInt64) -> (number: Int, slot: Int) {
        var line = slots.home(hash)
        var met = 0
        while true {
            let (found, empty) = slots.look(line, hash)
            var alike = found
            while alike != 0 {
                let held = slots.slots[line &* SlotView.width &+ alike.trailingZeroBitCount]
                let number = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) &- 1
                if isIdentifier(number, start, count: count) { return (number, 0) }
                met &+= 1
                if met > SlotView.mostAlike { return (-2, 0) }
                alike &= alike &- 1
            }
            if empty >= 0 { return (slots.isTooFar(empty, hash) ? -2 : -1, empty) }
            line = slots.after(line)
        }
    }
}

/// Whether two runs of `count` bytes are equal; a few bytes, so a loop over words beats a call.
@inline(__always)
func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let left = UnsafeRawPointer(left)
    let right = UnsafeRawPointer(right)
    @inline(__always) func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    if count >= 8 {
        var offset = 0
        while offset &+ 8 <= count {
            if word(left, offset) != word(right, offset) { return false }
            offset &+= 8
        }
        return word(left, count &- 8) == word(right, count &- 8)
    }
    for offset in 0..<count where left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self) {
        return false
    }
    return true
}
