import Events

/// Which events of a log had no effect when sums were made, and whose events lost theirs since.
struct VoidChange {
    /// Events with smaller ordinals are in the sums.
    let counted: UInt32
    let before: VoidedEvents
    /// The subjects of the events that the sums know and that were voided since, ascending.
    let subjects: [UInt32]

    /// - Parameters:
    ///   - voids: Whose targets are of subjects of the record, see ``RecordShape/hasTarget(_:)``.
    ///   - events: How many events of each log are in the sums.
    init(_ voids: [ResolvedVoid], _ log: Log, _ events: [Int], _ shape: RecordShape) {
        let count = events[Int(log.rawValue)]
        var (before, subjects): ([(ordinal: UInt32, subject: UInt32)], [UInt32]) = ([], [])
        for void in voids where void.log == log && !void.targetIsVoid {
            guard let target = void.target, Int(target) < count else { continue }
            if Int(void.ordinal) < count { before.append((target, void.targetSubject)) } else { subjects.append(void.targetSubject) }
        }
        counted = UInt32(truncatingIfNeeded: count)
        self.before = VoidedEvents(before, of: log, shape)
        self.subjects = subjects.sorted()
    }

    /// Those of them with numbers in a range.
    func subjects(_ numbers: Range<UInt32>) -> ArraySlice<UInt32> {
        func first(from number: UInt32) -> Int {
            var (low, high) = (0, subjects.count)
            while low < high {
                let middle = (low + high) / 2
                if subjects[middle] < number { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let start = first(from: numbers.lowerBound)
        return subjects[start..<max(start, first(from: numbers.upperBound))]
    }
}
