import TestSupport
import Testing

@testable import EventStore

/// That a filter finds every hash it was made of, and no other, however many there are.
@Suite struct HashFilterTests {
    @Test(arguments: [0, 1, 64, 5_000, 1 << 17, 1 << 17 + 1])
    func findsItsHashesAlone(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        var own = (0..<count).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
        if count > 1 { own[1] = 0 }
        let filter = HashFilter(own + own.prefix(3))
        let others = (0..<30_000).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
        // Some that differ from one of them in a single bit.
        let near = own.prefix(500).enumerated().map { $1 ^ 1 << UInt64($0 % 64) }
        let column = (own.prefix(2_000) + others + near).shuffled(using: &random)
        let set = Set(own)
        var found: [Int] = []
        column.withUnsafeBufferPointer { column in filter.scan(column) { found.append($0) } }
        #expect(found == column.indices.filter { set.contains(column[$0]) })
        #expect(column.prefix(3_000).allSatisfy { filter.contains($0) == set.contains($0) })
    }
}
