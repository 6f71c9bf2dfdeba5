import Events

/// Events whose hash an event of the log has that would have to be read to compare the two.
///
/// The duplicates of an archive are scattered over what the log held months before. Compared as they come, each reads a block for a row of
/// it; put aside and compared in the log's order, all of an archive's read each block once.
struct LikelyDuplicates {
    struct Row {
        let log: Log
        /// The ordinal of the event that has its hash.
        let ordinal: Int
        /// The event, its texts in the common arena.
        let event: ParsedEvent
        /// Its place in `sources`.
        let source: Int
    }

    private(set) var rows: [Row] = []
    private var arena: [UInt8] = []
    /// The blocks that the events came in, by number, with the names of their entries.
    private var sources: [(number: Int, entry: String)] = []

    /// The bytes of rows and texts from which on a batch had better not put aside more.
    private static let limit = 16 << 20

    var isEmpty: Bool { rows.isEmpty }

    var isFull: Bool { rows.count * MemoryLayout<Row>.stride + arena.count >= Self.limit }

    /// Puts an event of a batch's block aside.
    mutating func add(
        _ event: ParsedEvent, _ texts: UnsafePointer<UInt8>, of log: Log, alike ordinal: Int, _ number: Int, _ entry: String
    ) {
        if sources.last?.number != number { sources.append((number, entry)) }
        let kept = Self.copy(event, texts, into: &arena)
        rows.append(Row(log: log, ordinal: ordinal, event: kept, source: sources.count - 1))
    }

    /// Copies an event's texts to the end of an arena; the event with its texts there.
    private static func copy(_ event: ParsedEvent, _ texts: UnsafePointer<UInt8>, into arena: inout [UInt8]) -> ParsedEvent {
        var event = event
        func copy(_ start: inout UInt32, _ count: Int) {
            guard count > 0 else { return }
            let place = UInt32(truncatingIfNeeded: arena.count)
            arena.append(contentsOf: UnsafeBufferPointer(start: texts + Int(start), count: count))
            start = place
        }
        copy(&event.idStart, Int(event.idCount))
        copy(&event.subjectStart, Int(event.subjectCount))
        copy(&event.objectStart, Int(event.objectCount))
        copy(&event.detailStart, Int(event.detailCount))
        return event
    }

    /// The rows' places in the order in which what they are alike to stands in the log; of one such event, in order of reading.
    func inOrderOfLog() -> [Int] {
        rows.indices.sorted { left, right in
            (rows[left].log.rawValue, rows[left].ordinal, left) < (rows[right].log.rawValue, rows[right].ordinal, right)
        }
    }

    /// The number of the block that a row came in, and the name of its entry.
    func source(of place: Int) -> (number: Int, entry: String) { sources[rows[place].source] }

    /// Hands over a row's event and the arena its texts lie in.
    func withEvent<Value>(
        _ place: Int, _ body: (UnsafePointer<ParsedEvent>, UnsafePointer<UInt8>) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let result = withUnsafePointer(to: rows[place].event) { event in
            arena.withUnsafeBufferPointer { arena in
                // Every event has an identifier, so the arena is not empty.
                Result { () throws(StoreError) in try body(event, arena.baseAddress.unsafelyUnwrapped) }
            }
        }
        return try result.get()
    }

    /// A block of a row alone.
    func block(_ place: Int) -> ParsedBlock {
        let block = ParsedBlock(log: rows[place].log)
        arena.withUnsafeBufferPointer { arena in
            block.events = [Self.copy(rows[place].event, arena.baseAddress.unsafelyUnwrapped, into: &block.arena)]
        }
        return block
    }
}
