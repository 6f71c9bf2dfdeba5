import Foundation
import TestSupport
import Testing

/// Progress is for people at a terminal: a line that is written over, for what takes over a second; nothing of it when piped.
@Suite struct ProgressTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A folder in which the sample's pipeline can be run.
    private func sample() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        // The pipeline's paths go up from its own folder, so that is copied; the data are linked.
        try FileManager.default.copyItem(
            at: Self.root.appendingPathComponent("pipelines"), to: folder.url.appendingPathComponent("pipelines"))
        try FileManager.default.createSymbolicLink(
            at: folder.url.appendingPathComponent("sample-data"), withDestinationURL: Self.root.appendingPathComponent("sample-data"))
        return folder
    }

    @Test("bytes, events a second and time left on a terminal; the answer follows on a clean line", .timeLimit(.minutes(5)))
    func terminal() throws {
        let folder = try sample()
        for verb in ["ingest", "report --as-of 2025-12-31"] {
            let start = Date()
            // One thread of a machine that others use too: what is slower shows more.
            let outcome = try Program.shell(
                "script -qefc 'tuowei \(verb) --pipeline pipelines/tongzhou.yaml --threads 1' /dev/null", in: folder.url)
            let seconds = Date().timeIntervalSince(start)
            #expect(outcome.status == 0, "\(outcome.output)")
            let pieces = outcome.output.components(separatedBy: "\u{1B}[2K\r")
            let answer = try #require(pieces.last)
            #expect(answer.contains(verb == "ingest" ? "filings-2019.tar.zst: " : "The report as of 2025-12-31 is in "))
            #expect(!answer.contains("\u{1B}"))
            // Quick machines and optimised builds end before the first line is due.
            guard seconds > 2.5 else { continue }
            let shown = pieces.dropFirst().dropLast().filter { !$0.isEmpty }
            #expect(!shown.isEmpty, "\(verb) took \(seconds) s and showed nothing")
            for line in shown {
                if verb == "ingest" {
                    #expect(try /ingest: [\d,]+ of [\d,]+ KiB, [\d,]+ events\/s(, \d+ s left)?/.wholeMatch(in: line) != nil, "\(line)")
                } else {
                    #expect(
                        try /report: (folding [\d,]+ events|[\d,]+ files, [\d,]+ MiB written), \d+ s/.wholeMatch(in: line) != nil, "\(line)"
                    )
                }
            }
        }
    }

    @Test("nothing when piped", .timeLimit(.minutes(5))) func piped() throws {
        let folder = try sample()
        let outcome = try Program.run(
            ["run", "--pipeline", "pipelines/tongzhou.yaml", "--as-of", "2025-12-31", "--threads", "1", "--tables", "coverage"],
            in: folder.url)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(!outcome.output.contains("\u{1B}"))
        #expect(outcome.output.split(separator: "\n").count == 3)
    }
}
