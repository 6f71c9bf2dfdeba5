import Foundation
import TestSupport
import Testing

/// Archives of many entries, which one thread reads while another appends what was read of them. Where the two touch the same memory,
/// ThreadSanitizer says so (`make sanitize SANITIZERS=thread`); without it a race shows hardly ever.
@Suite struct ManyEntriesTests {
    /// Writes an archive of 4,000 entries, 14 MB of events and so several steps of reading, with one bad line in each fourth entry.
    private static let archive = """
        import io, tarfile
        with tarfile.open("archives/zz-many.tar.gz", "w:gz", compresslevel=1) as archive:
            for number in range(4000):
                lines = [
                    '{"event_id": "e%d-%d", "type": "birth_registered", "occurred_on": "2023-05-10", '
                    '"recorded_at": "2023-05-10T12:00:00+08:00", "child": "k%d-%d", "community": "320612101001"}' % (number, row, number, row)
                    for row in range(20)
                ]
                if number % 4 == 0: lines.insert(number % 20, "bad")
                data = "\\n".join(lines).encode()
                entry = tarfile.TarInfo("births-%04d.ndjson" % number)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        """

    @Test("gives the same log and the same rejects for any number of threads, each reject with its entry")
    func sameForAnyNumberOfThreads() throws {
        let folder = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        try Self.archive.write(to: folder.url.appendingPathComponent("make.py"), atomically: true, encoding: .utf8)
        let made = try Program.shell("python3 make.py && echo 'reject_limit: 1000' >> pipeline.yaml", in: folder.url)
        try #require(made.status == 0, "\(made.errors)")
        var logs: Set<String> = []
        for threads in [1, 2, 2, 7] {
            let outcome = try Program.shell(
                """
                rm -rf out && tuowei ingest --pipeline pipeline.yaml --threads \(threads) >/dev/null && cat out/store/log/checkpoint &&
                tuowei rejects --pipeline pipeline.yaml
                """, in: folder.url)
            #expect(outcome.status == 0, "\(threads) threads: \(outcome.errors)")
            let rejects = outcome.output.split(separator: "\n").filter { $0.contains("zz-many") }
            #expect(rejects.count == 1000)
            let entries = Set(rejects.compactMap { $0.firstMatch(of: /births-[0-9]{4}/).map { String($0.0) } })
            #expect(entries.count == 1000)
            logs.insert(outcome.output)
        }
        #expect(logs.count == 1)
    }
}
