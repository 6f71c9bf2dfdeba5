import Events

/// Fills ``ParsedBlock``s, one at a time.
///
/// A block's arrays are made at their greatest size and cut when it is full, so that the readers write events and texts through
/// pointers, with no check and no growing an event. What has not been written is never read: `count` and `used` say how far.
struct BlockFiller {
    let log: Log
    /// The most events of a block.
    let greatest: Int
    private(set) var block: ParsedBlock?
    /// How many events stand in `block`.
    var count = 0
    /// How many bytes of its arena are used.
    var used = 0
    /// Full blocks.
    private(set) var finished: [ParsedBlock] = []
    private var next: Int

    /// How many bytes of arena a block has for each of its events; one that fills it sooner is handed on sooner.
    private static let bytesAnEvent = 96

    init(log: Log, greatest: Int) {
        self.log = log
        self.greatest = greatest
        // Most entries of a small archive are small.
        next = min(256, greatest)
    }

    /// The block to write to, with room for an event.
    mutating func open() -> ParsedBlock {
        if let block, count < block.events.count, used + ArenaEnd.reserve <= block.arena.count { return block }
        close()
        let block = ParsedBlock(log: log)
        block.events = Array(unsafeUninitializedCapacity: next) { _, count in count = next }
        let bytes = next * BlockFiller.bytesAnEvent + 2 * ArenaEnd.reserve
        block.arena = Array(unsafeUninitializedCapacity: bytes) { _, count in count = bytes }
        next = min(next * 8, greatest)
        self.block = block
        return block
    }

    /// Cuts the open block and puts it with the finished ones.
    mutating func close() {
        guard let block else { return }
        self.block = nil
        block.events.removeLast(block.events.count - count)
        block.arena.removeLast(block.arena.count - used)
        if count > 0 { finished.append(block) }
        (count, used) = (0, 0)
    }

    mutating func takeFinished() -> [ParsedBlock] {
        defer { finished = [] }
        return finished
    }
}
