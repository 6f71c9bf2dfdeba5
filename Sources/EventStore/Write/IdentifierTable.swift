import Events

/// The identifiers of one namespace: their bytes by number, and their numbers by hash.
final class IdentifierTable {
    /// Where each identifier begins; one more than identifiers.
    @exclusivity(unchecked) private(set) var starts: UnsafeMutablePointer<UInt32>
    @exclusivity(unchecked) private(set) var text: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) private(set) var count = 0
    let slots: SlotTable
    private var startsCapacity: Int
    private var textCapacity: Int

    /// The namespace's present identifiers, in order of numbers.
    init(starts known: [UInt32], bytes: [UInt8]) {
        count = known.count - 1
        startsCapacity = max(1024, known.count * 5 / 4)
        textCapacity = max(16_384, bytes.count * 5 / 4)
        starts = .allocate(capacity: startsCapacity)
        text = .allocate(capacity: textCapacity)
        starts.update(from: known, count: known.count)
        text.update(from: bytes, count: bytes.count)
        slots = SlotTable(expecting: count)
        for number in 0..<count {
            slots.insert(UInt32(number), hash: IdentifierHash.hash(text + Int(starts[number]), count: length(number)))
        }
    }

    deinit {
        starts.deallocate()
        text.deallocate()
    }

    @inline(__always)
    private func length(_ number: Int) -> Int { Int(starts[number + 1] &- starts[number]) }

    /// The identifier of a number.
    func bytes(_ number: UInt32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text + Int(starts[Int(number)]), count: length(Int(number)))
    }

    /// The number of an identifier, or the empty slot where it belongs.
    @inline(__always)
    func find(_ start: UnsafePointer<UInt8>, count: Int, hash: UInt64) -> (number: UInt32?, slot: Int) {
        let tag = SlotTable.tag(hash)
        var slot = slots.home(hash)
        while true {
            let held = slots.slots[slot]
            if held == 0 { return (nil, slot) }
            if SlotTable.tag(held) == tag {
                let number = Int(truncatingIfNeeded: held & 0xFFFF_FFFF) &- 1
                if length(number) == count, equal(text + Int(starts[number]), start, count) {
                    return (UInt32(truncatingIfNeeded: number), slot)
                }
            }
            slot = slots.after(slot)
        }
    }

    /// Gives a new identifier the next number, at the slot where ``find(_:count:hash:)`` missed it.
    func append(_ start: UnsafePointer<UInt8>, count length: Int, hash: UInt64, at slot: Int) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: count)
        let from = Int(starts[count])
        if count + 2 > startsCapacity { (starts, startsCapacity) = grown(starts, count + 1, startsCapacity) }
        if from + length > textCapacity { (text, textCapacity) = grown(text, from, textCapacity) }
        (text + from).update(from: start, count: length)
        starts[count + 1] = UInt32(truncatingIfNeeded: from + length)
        count += 1
        slots.insert(number, hash: hash, at: slot)
        return number
    }

    /// Whether one more identifier of `length` bytes can be numbered.
    func hasRoom(for length: Int) -> Bool { Int(starts[count]) + length <= Int(UInt32.max) && count < Int(UInt32.max) - 1 }

    /// Forgets the identifiers from `size` on.
    func truncate(to size: Int) {
        while count > size {
            count -= 1
            slots.remove(UInt32(count), hash: IdentifierHash.hash(text + Int(starts[count]), count: length(count)))
        }
    }
}

/// Whether two runs of `count` bytes are equal; a few bytes, so a loop over words beats a call.
@inline(__always)
func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let left = UnsafeRawPointer(left)
    let right = UnsafeRawPointer(right)
    if count >= 8 {
        var offset = 0
        while offset &+ 8 <= count {
            if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self) != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) {
                return false
            }
            offset &+= 8
        }
        return left.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            == right.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
    for offset in 0..<count where left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self) {
        return false
    }
    return true
}

/// A buffer twice as large with the same first `count` values.
func grown<Value: BitwiseCopyable>(
    _ old: UnsafeMutablePointer<Value>, _ count: Int, _ capacity: Int
) -> (UnsafeMutablePointer<Value>, Int) {
    let new = UnsafeMutablePointer<Value>.allocate(capacity: capacity * 2)
    new.update(from: old, count: count)
    old.deallocate()
    return (new, capacity * 2)
}
