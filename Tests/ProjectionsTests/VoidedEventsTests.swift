import TestSupport
import Testing

@testable import Projections

/// The filter in front of the bitmap of voided events passes no event by.
@Suite struct VoidedEventsTests {
    @Test(arguments: [0, 1, 7, 1_000, 40_000])
    func tellsVoidedEventsFromOthers(voids: Int) throws {
        var random = SeededGenerator(seed: UInt64(voids) + 1)
        let count = 200_000
        let voided = Set((0..<voids).map { _ in UInt32.random(in: 0..<UInt32(count), using: &random) })
        let events = VoidedEvents(Array(voided), of: count)
        let filter = RecordFilter(
            asOf: .max, knownAt: .max, voided: events.words?.base, voidedFilter: events.filter?.base, voidedShift: events.filterShift,
            ordinals: UInt32(count), locals: 1, shape: try RecordShape(MemorySource(MemoryEvent.lines(TinyTests.record))))
        #expect((0..<UInt32(count)).allSatisfy { filter.isVoided($0) == voided.contains($0) })
    }
}
