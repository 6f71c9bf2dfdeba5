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

    /// A record whose births name a child that it does not have, where a reader asks for identifiers.
    private struct Strayed: EventSource {
        let whole: MemorySource
        let subject: UInt32

        func eventCount(of log: Log) -> Int { whole.eventCount(of: log) }
        func identifierCount(of namespace: Namespace) -> Int { whole.identifierCount(of: namespace) }
        func blockCount(of log: Log) -> Int { whole.blockCount(of: log) }
        func firstOrdinal(ofBlock block: Int, of log: Log) -> Int { whole.firstOrdinal(ofBlock: block, of: log) }
        func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws {
            try whole.readBlock(block, of: log, texts: texts, into: columns)
        }
        func readIdentifiers(ofBlock block: Int, of log: Log, into columns: EventColumns) throws {
            try whole.readBlock(block, of: log, texts: true, into: columns)
            for row in 0..<columns.count where columns.type[row] != EventType.voidCode { columns.subject[row] = subject }
        }
        func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8] { try whole.identifier(number, in: namespace) }
        func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8]) { try whole.identifiers(of: namespace) }
    }

    /// The folds index by the subject of a void's target.
    @Test func refusesATargetOfASubjectThatThereIsNot() throws {
        let whole = try MemorySource(
            MemoryEvent.lines(
                """
                births b1 birth_registered 2024-01-01 child=K1 community=\(RandomWorld.registered[0])
                births b2 birth_registered 2024-01-02 child=K2 community=\(RandomWorld.registered[0])
                births v1 event_voided 2024-01-03 target=b1 reason=twice
                """))
        let request = ProjectionRequest(
            cuts: [], asOf: Day(rawValue: 20_000), communities: RandomWorld.registered.sorted(), threads: 1)
        #expect(try project(Strayed(whole: whole, subject: 1), request).knownEvents.reduce(0, +) > 0)
        for subject in [2, UInt32.max] {
            #expect {
                try project(Strayed(whole: whole, subject: subject), request)
            } throws: {
                guard case .inconsistentBlock(.births, _) = $0 as? ProjectionError else { return false }
                return true
            }
        }
    }
}
