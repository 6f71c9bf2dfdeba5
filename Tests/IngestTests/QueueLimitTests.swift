import Testing

@testable import Ingest

/// How many bytes of parsed events may wait, by the size that an archive says it has.
@Suite struct QueueLimitTests {
    @Test func growsWithArchivesUpToABound() {
        let mebibyte = 1 << 20
        let limits: [(size: Int, limit: Int)] = [(0, 24), (1, 24), (20, 25), (64, 80), (128, 160), (1 << 20, 160)]
        for (size, limit) in limits {
            #expect(IngestRun.queueLimit(forArchiveOf: size * mebibyte) == limit * mebibyte, "\(size) MiB")
        }
        #expect(IngestRun.queueLimit(forArchiveOf: .max) == 160 * mebibyte)
    }
}
