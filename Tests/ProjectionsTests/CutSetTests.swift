import Events
import TestSupport
import Testing

@testable import Projections

/// A set of cuts against a set of numbers.
@Suite("Sets of cuts")
struct CutSetTests {
    @Test("runs are those of the ranges put in, whatever was in it before", arguments: [1, 63, 64, 65, 128, 200] as [Int])
    func holdsWhatWasInserted(cuts: Int) {
        var random = SeededGenerator(seed: UInt64(cuts))
        let (words, otherWords) = (CutSet.words(forCuts: cuts), CutSet.words(forCuts: cuts))
        defer { withExtendedLifetime((words, otherWords)) {} }
        var (one, other) = (CutSet(in: words), CutSet(in: otherWords))
        func range() -> Range<Int> {
            let from = Int.random(in: 0..<cuts, using: &random)
            return from..<Int.random(in: from + 1...cuts, using: &random)
        }
        func runs(_ numbers: Set<Int>, _ within: Range<Int>) -> [Range<Int>] {
            var runs: [Range<Int>] = []
            for cut in within where numbers.contains(cut) {
                if let last = runs.last, last.upperBound == cut {
                    runs[runs.count - 1] = last.lowerBound..<cut + 1
                } else {
                    runs.append(cut..<cut + 1)
                }
            }
            return runs
        }
        for _ in 0..<2_000 {
            one.removeAll()
            other.removeAll()
            var (ones, others): (Set<Int>, Set<Int>) = ([], [])
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let range = range()
                one.insert(range.lowerBound, range.upperBound)
                ones.formUnion(range)
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let range = range()
                other.insert(range.lowerBound, range.upperBound)
                others.formUnion(range)
            }
            let within = range()
            func found(_ set: CutSet) -> [Range<Int>] {
                var found: [Range<Int>] = []
                set.forEachRun(within.lowerBound, within.upperBound) { found.append($0..<$1) }
                return found
            }
            #expect(found(one) == runs(ones, within))
            #expect(found(other) == runs(others, within))
            #expect(one.mayMeet(other) == other.mayMeet(one))
            #expect(one.mayMeet(other) || ones.isDisjoint(with: others))
            one.spread()
            other.spread()
            #expect(found(one) == runs(ones, within))
            #expect(found(other) == runs(others, within))
            var left: [Range<Int>] = []
            CutSet.forEachRun(within.lowerBound, within.upperBound, { one.words[$0] & ~other.words[$0] }) { left.append($0..<$1) }
            #expect(left == runs(ones.subtracting(others), within))
        }
    }
}
