import Events
import Projections
import TestSupport
import Testing

@Suite struct LateEventsTests {
    /// Of eleven events those count that occurred by D and were recorded after `from`, by K; voids too.
    @Test func countsWhatCameLate() throws {
        let record = """
            births b1 birth_registered 2024-01-10 child=c1 community=320612101001
            births b2 birth_registered 2024-06-29 @2024-07-03T08:00:00+08:00 child=c2 community=320612101001
            births b3 birth_registered 2024-07-02 @2024-07-03T08:00:00+08:00 child=c3 community=320612101001
            births b4 birth_registered 2024-06-30 @2024-06-30T23:59:59+08:00 child=c4 community=320612101001
            births b5 birth_registered 2024-06-30 @2024-07-01T00:00:00+08:00 child=c5 community=320612101001
            births b6 event_voided 2024-06-01 @2024-08-01T08:00:00+08:00 target=b1 reason=重复
            subsidies s1 subsidy_granted 2024-01-20 @2025-02-01T08:00:00+08:00 grant=G1 scheme=operating facility=F1 amount=12000
            """
        let day = try #require(Day("2024-06-30"))
        let end = Instant(endOf: day)
        for blockSize in [1, 2, 100] {
            for threads in [1, 3] {
                let source = try MemorySource(MemoryEvent.lines(record), blockSize: blockSize)
                func late(_ knownAt: Instant?) throws -> [Int] {
                    try lateEvents(source, occurredBy: day, recordedAfter: end, knownAt: knownAt, threads: threads)
                }
                func expected(_ births: Int, _ subsidies: Int) -> [Int] {
                    Log.allCases.map { $0 == .births ? births : $0 == .subsidies ? subsidies : 0 }
                }
                #expect(try late(nil) == expected(3, 1))
                #expect(try late(Instant("2024-07-31T00:00:00+08:00")) == expected(2, 0))
                #expect(try late(end) == expected(0, 0))
            }
        }
    }
}
