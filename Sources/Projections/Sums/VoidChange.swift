import Events

/// Which events of a log had no effect when sums were made, and which of the events they know lost theirs since.
struct VoidChange {
    /// Events with smaller ordinals are in the sums.
    let counted: UInt32
    let before: VoidedEvents
    let since: VoidedEvents

    init(_ voids: [ResolvedVoid], _ log: Log, _ events: [Int]) {
        let count = events[Int(log.rawValue)]
        var (before, since): ([UInt32], [UInt32]) = ([], [])
        for void in voids where void.log == log && !void.targetIsVoid {
            guard let target = void.target, Int(target) < count else { continue }
            if Int(void.ordinal) < count { before.append(target) } else { since.append(target) }
        }
        counted = UInt32(truncatingIfNeeded: count)
        self.before = VoidedEvents(before, of: count)
        self.since = VoidedEvents(since, of: count)
    }
}
