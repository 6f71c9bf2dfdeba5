import Foundation
import TestSupport
import Testing

/// Runs of the built program that may open few files: each does its work or is refused with a message, and loses nothing.
@Suite struct FewFilesTests {
    /// From what no run can do with to what is plenty for the smallest case.
    private static let limits = 4...20

    private func folder() throws -> TemporaryFolder {
        try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
    }

    @Test("An ingest blames no archive for what the machine lacks, and the same command without the limit does it all", arguments: [1, 2])
    func ingests(threads: Int) throws {
        var (done, refused) = (0, 0)
        for limit in Self.limits {
            let folder = try folder()
            let ingest = "tuowei ingest --pipeline pipeline.yaml --threads \(threads)"
            let outcome = try Program.shell("ulimit -n \(limit); exec \(ingest)", in: folder.url)
            // Below some limit neither bash nor the loader of libraries can start the program.
            if outcome.status == 127 || outcome.status == 126 { continue }
            switch outcome.status {
            case 0: done += 1
            case 2: refused += 1
            default: Issue.record("\(limit) files: ends with \(outcome.status): \(outcome.errors)")
            }
            #expect(!outcome.output.contains("refused"), "\(limit) files: \(outcome.output)")
            let again = try Program.shell("\(ingest) && tuowei verify --pipeline pipeline.yaml", in: folder.url)
            #expect(again.status == 0, "\(limit) files: \(again.errors)")
        }
        #expect(done > 0 && refused > 0, "\(done) runs did their work, \(refused) were refused")
    }

    @Test("A report keeps what is no report's, and what was the old one's goes")
    func reports() throws {
        var (done, refused) = (0, 0)
        let report = "tuowei report --pipeline pipeline.yaml --as-of 2024-06-30"
        for limit in Self.limits {
            let folder = try folder()
            let prepared = try Program.shell(
                "tuowei ingest --pipeline pipeline.yaml && \(report) && echo mine > out/reports/2024-06-30/notes.txt", in: folder.url)
            try #require(prepared.status == 0, "\(prepared.errors)")
            let outcome = try Program.shell("ulimit -n \(limit); exec \(report) --tables coverage", in: folder.url)
            if outcome.status == 127 || outcome.status == 126 { continue }
            let left = try Program.shell("cd out/reports/2024-06-30 && cat notes.txt && ls", in: folder.url).output
            let isNew = !left.contains("timeline.csv")
            #expect(left.hasPrefix("mine\n"), "\(limit) files: \(left)")
            switch outcome.status {
            case 0: done += 1
            case 2: refused += 1
            default: Issue.record("\(limit) files: ends with \(outcome.status): \(outcome.errors)")
            }
            #expect(isNew == (outcome.status == 0), "\(limit) files: \(outcome.status): \(left)")
            // What a run could not list it could not clear away; the next one does.
            let again = try Program.shell("\(report) --tables coverage && ls -A out/reports && cat out/reports/*/notes.txt", in: folder.url)
            #expect(again.status == 0 && again.output.hasSuffix("\n2024-06-30\nmine\n"), "\(limit) files: \(again.output)\(again.errors)")
        }
        #expect(done > 0 && refused > 0, "\(done) reports were made, \(refused) were refused")
    }
}
