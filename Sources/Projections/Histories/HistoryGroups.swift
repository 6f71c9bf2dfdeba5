/// How the records of each partition of a log are divided in a file of histories: those of 64 neighbouring subjects are a group with a
/// checksum of its own, so that it can be read alone. A partition of few records is one group.
struct HistoryGroups: Sendable {
    /// A group has 2^6 subjects: as many as a word of marks has bits.
    static let subjectShift = 6
    /// With fewer records than this a partition is read at once anyhow.
    private static let leastRecords = 1 << 11

    /// By partition: the place of its first group among all; behind the last, how many groups there are.
    private let firsts: [Int]
    /// By group: where its records end among those of its partition.
    var ends: [UInt32]
    /// By group: the ``Checksum`` of its records.
    var sums: [UInt64]

    /// Groups of partitions with so many records, each of 2^`shift` subjects; where they end, and their checksums, are to be filled in.
    init(_ counts: [Int], shift: Int) {
        var firsts = [0]
        firsts.reserveCapacity(counts.count + 1)
        for count in counts { firsts.append(firsts[firsts.count - 1] + Self.number(count, shift)) }
        self.firsts = firsts
        ends = []
        sums = []
    }

    private static func number(_ records: Int, _ shift: Int) -> Int {
        records < leastRecords || shift <= subjectShift ? 1 : 1 << (shift - subjectShift)
    }

    /// The number of groups of all partitions.
    var count: Int { firsts[firsts.count - 1] }
    /// The words that they take in a head: two ends a word, and a checksum each.
    var wordCount: Int { count + (count + 1) / 2 }

    /// The places of a partition's groups among all.
    func groups(_ partition: Int) -> Range<Int> { firsts[partition]..<firsts[partition + 1] }

    /// The records of one of a partition's groups.
    func records(_ group: Int, _ partition: Int) -> Range<Int> {
        let place = firsts[partition] + group
        return (group == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place])
    }

    /// Their checksums and then their ends, as words.
    var words: [UInt64] {
        sums
            + stride(from: 0, to: count, by: 2).map { UInt64(ends[$0]) | ($0 + 1 < count ? UInt64(ends[$0 + 1]) << 32 : 0) }
    }

    /// Takes over checksums and ends; false where the ends are none that groups of so many records have.
    mutating func take(_ words: ArraySlice<UInt64>, _ counts: [Int]) -> Bool {
        guard words.count == wordCount else { return false }
        sums = Array(words.prefix(count))
        ends = words.dropFirst(count).flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] }
        if ends.count > count { ends.removeLast() }
        return counts.indices.allSatisfy { partition in
            var last: UInt32 = 0
            for group in groups(partition) {
                guard ends[group] >= last else { return false }
                last = ends[group]
            }
            return Int(last) == counts[partition]
        }
    }
}
