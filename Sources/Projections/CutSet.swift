/// A set of cuts: one range by its ends, which is all that most children have, and several as a bit for each cut.
struct CutSet {
    /// A bit for each cut, where there were several ranges or the set was spread since it was empty.
    let words: UnsafeMutablePointer<UInt64>
    private let wordCount: Int
    /// All cuts lie from here to before `to`; they are all of these while there is one range.
    private var from = 0
    private var to = 0
    private var ranges = 0
    private var isSpread = false

    /// No cuts, in a table of ``words(forCuts:)``, which whoever holds the set holds too: to hold it here would count its references for
    /// each child.
    init(in table: Table<UInt64>) { (words, wordCount) = (table.base, table.count) }

    /// Room for a set of some of so many cuts.
    static func words(forCuts cuts: Int) -> Table<UInt64> { Table(repeating: 0, count: (cuts + 63) / 64) }

    @inline(__always)
    mutating func removeAll() { (ranges, isSpread) = (0, false) }

    /// Adds a range, which is not empty.
    @inline(__always)
    mutating func insert(_ from: Int, _ to: Int) {
        ranges &+= 1
        if ranges == 1 {
            (self.from, self.to) = (from, to)
        } else {
            insertFurther(from, to)
        }
    }

    private mutating func insertFurther(_ from: Int, _ to: Int) {
        spread()
        for word in from >> 6...(to &- 1) >> 6 { words[word] |= Self.mask(word, from, to) }
        (self.from, self.to) = (min(self.from, from), max(self.to, to))
    }

    /// Has the bits say what the set holds.
    mutating func spread() {
        guard !isSpread else { return }
        isSpread = true
        for word in 0..<wordCount { words[word] = 0 }
        guard ranges > 0 else { return }
        for word in from >> 6...(to &- 1) >> 6 { words[word] |= Self.mask(word, from, to) }
    }

    /// Whether the two may have a cut in common.
    @inline(__always)
    func mayMeet(_ other: CutSet) -> Bool { ranges > 0 && other.ranges > 0 && from < other.to && other.from < to }

    /// Calls `body` for each run of cuts of the set within a range that is not empty.
    @inline(__always)
    func forEachRun(_ from: Int, _ to: Int, _ body: (_ from: Int, _ to: Int) -> Void) {
        guard ranges > 0, self.from < to, from < self.to else { return }
        if ranges == 1 { body(max(from, self.from), min(to, self.to)) } else { Self.forEachRun(from, to, { words[$0] }, body) }
    }

    /// The same of a set whose words of 64 cuts `bits` gives; those of a set that is spread are its own.
    @inline(__always)
    static func forEachRun(_ from: Int, _ to: Int, _ bits: (Int) -> UInt64, _ body: (_ from: Int, _ to: Int) -> Void) {
        var start = -1
        for word in from >> 6...(to &- 1) >> 6 {
            let set = bits(word) & mask(word, from, to)
            var bit = 0
            while bit < 64 {
                let rest = (start < 0 ? set : ~set) >> UInt64(bit)
                guard rest != 0 else { break }
                bit &+= rest.trailingZeroBitCount
                if start < 0 {
                    start = word &* 64 &+ bit
                } else {
                    body(start, word &* 64 &+ bit)
                    start = -1
                }
            }
        }
        if start >= 0 { body(start, to) }
    }

    /// The bits of a word of 64 cuts that lie in a range of cuts, which the word meets.
    @inline(__always)
    private static func mask(_ word: Int, _ from: Int, _ to: Int) -> UInt64 {
        let low = max(from &- word &* 64, 0)
        let high = min(to &- word &* 64, 64)
        return (~0 as UInt64) << UInt64(low) & (~0 as UInt64) >> UInt64(64 &- high)
    }
}
