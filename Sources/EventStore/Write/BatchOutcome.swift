public import Events

/// What came of a batch's events, once each was compared with what the log holds.
public struct BatchOutcome: Sendable, Hashable {
    /// The events that are new, a count a log by ``Log``'s raw value.
    public var events: [Int] = [0, 0, 0, 0]
    /// The events that were accepted before with the same content.
    public var duplicates = 0
    /// The number of events whose identifier was accepted before with other content.
    public var conflictCount = 0
    /// Those events as rejects, in order of reading; at most as many as the batch was begun with.
    public var conflicts: [Conflict] = []
    /// Whether identifiers came whose hashes are alike far beyond chance: they were chosen so, and comparing each with each would never
    /// end. What came after them was not taken in; the batch must be rolled back.
    public var isFlooded = false

    /// Counts a conflict and lists it. More than are to be kept are listed for a while, since they are not found in order of reading.
    mutating func note(_ conflict: Conflict, keeping kept: Int) {
        conflictCount += 1
        conflicts.append(conflict)
        if conflicts.count / 2 > max(kept, 32) { putInOrder(keeping: kept) }
    }

    /// Puts the conflicts in order of reading, and keeps the first ones.
    mutating func putInOrder(keeping kept: Int) {
        conflicts.sort { ($0.block, $0.reject.line) < ($1.block, $1.reject.line) }
        if conflicts.count > kept { conflicts.removeLast(conflicts.count - kept) }
    }

    /// An event whose identifier was accepted before with other content.
    public struct Conflict: Sendable, Hashable {
        /// Which of the batch's blocks held it, counted from 0 in the order in which they were appended.
        public var block: Int
        /// Its line, as it is listed.
        public var reject: Reject
    }
}
