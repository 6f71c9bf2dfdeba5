import Events

/// Blocks of the log lately compared with duplicates.
///
/// Duplicates that come scattered are alone in their block, and to keep that costs more than to read it; those of an archive sent again,
/// or of a quarter's corrections, ask for the same blocks over and over. So a block is kept when it is asked for again, and at once while
/// most of the others were.
struct ComparedBlocks {
    /// The block compared last.
    var last: StoredBlock?
    /// By the entry's place modulo their number.
    private var slots = [Slot](repeating: Slot(), count: 1024)
    private var asked = 0
    private var askedAgain = 0

    private struct Slot {
        var entry = -1
        var block: StoredBlock?
        var isAskedAgain = false
    }

    /// The block of an entry where it is kept.
    mutating func block(of entry: Int) -> StoredBlock? {
        let slot = entry % slots.count
        guard slots[slot].entry == entry else { return nil }
        if !slots[slot].isAskedAgain {
            slots[slot].isAskedAgain = true
            askedAgain += 1
        }
        return slots[slot].block
    }

    /// Notes a block that had to be read.
    mutating func note(_ block: StoredBlock, of entry: Int) {
        let slot = entry % slots.count
        let isAskedAgain = slots[slot].entry == entry
        if !isAskedAgain { asked += 1 }
        let isKept = isAskedAgain || askedAgain > asked / 2
        slots[slot] = Slot(entry: entry, block: isKept ? block : nil, isAskedAgain: isAskedAgain)
    }
}
