import Events

/// The further cells of one field (`values` of the pipeline): a look-up from a cell's bytes to the bytes it stands for.
final class ValueMap {
    private let slots: UnsafeMutablePointer<(cell: Span, value: Span)?>
    private let mask: Int
    private let bytes: UnsafeMutablePointer<UInt8>

    /// A table at most half full. The texts are copied, padded, and freed with the map.
    init(_ values: [String: String]) {
        var count = 8
        while count < 2 * values.count { count *= 2 }
        mask = count - 1
        slots = .allocate(capacity: count)
        slots.initialize(repeating: nil, count: count)
        let total = values.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        bytes = .allocate(capacity: total + Word.padding)
        bytes.initialize(repeating: 0, count: total + Word.padding)
        var used = 0
        func kept(_ text: String) -> Span {
            let start = used
            for byte in text.utf8 {
                bytes[used] = byte
                used += 1
            }
            return Span(start: UnsafePointer(bytes + start), count: used - start)
        }
        for (cell, value) in values {
            let key = kept(cell)
            var slot = Int(truncatingIfNeeded: IdentifierHash.hash(key.start, count: key.count)) & mask
            while slots[slot] != nil { slot = (slot + 1) & mask }
            slots[slot] = (key, kept(value))
        }
    }

    deinit {
        slots.deallocate()
        bytes.deallocate()
    }

    /// What a cell stands for: the mapped value, or itself.
    func value(of cell: Span) -> Span {
        var slot = Int(truncatingIfNeeded: IdentifierHash.hash(cell.start, count: cell.count)) & mask
        while let entry = slots[slot] {
            if entry.cell.count == cell.count, Word.equal(entry.cell.start, cell.start, cell.count) { return entry.value }
            slot = (slot &+ 1) & mask
        }
        return cell
    }
}
