import Events
import TestSupport
import Testing

@testable import Projections

/// The bits of subjects in front of the bitmap of voided events pass no event by.
@Suite struct VoidedEventsTests {
    /// A record of which nothing but its size is asked.
    private struct Sizes: EventSource {
        let events: Int
        let subjects: Int

        func eventCount(of log: Log) -> Int { events }
        func identifierCount(of namespace: Namespace) -> Int { subjects }
        func blockCount(of log: Log) -> Int { 0 }
        func firstOrdinal(ofBlock block: Int, of log: Log) -> Int { 0 }
        func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws {}
        func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8] { [] }
        func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8]) { ([0], []) }
    }

    @Test(arguments: [0, 1, 7, 1_000, 40_000], [0, 3, 12] as [UInt32])
    func tellsVoidedEventsFromOthers(voids: Int, shift: UInt32) throws {
        var random = SeededGenerator(seed: UInt64(voids) + 1)
        let (count, subjects) = (200_000, 30_000)
        let shape = try RecordShape(Sizes(events: count, subjects: subjects))
        let subjectOf = (0..<count).map { _ in UInt32.random(in: 0..<UInt32(subjects), using: &random) }
        let voided = Set((0..<voids).map { _ in UInt32.random(in: 0..<UInt32(count), using: &random) })
        let plan = PartitionPlan(subjects: subjects, shift: shift)
        let source = RecordSource<BirthRecord>(
            .births, plan, Histories(), [], .everything, shape,
            without: VoidedEvents(voided.map { ($0, subjectOf[Int($0)]) }, of: .births, shape))
        for ordinal in 0..<UInt32(count) {
            let subject = subjectOf[Int(ordinal)]
            let record = BirthRecord(
                key: FoldKey.pack(local: plan.local(of: subject), day: 0, type: 0, payload: 0), recordedAt: 0, community: 0,
                ordinal: ordinal)
            guard source.filter(plan.partition(of: subject)).isVoided(record) == voided.contains(ordinal) else {
                Issue.record("event \(ordinal)")
                return
            }
        }
    }
}
