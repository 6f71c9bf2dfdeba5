import Audit
import Foundation
import TestSupport
import Testing

@testable import tuowei

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

    /// A stage's lines, whatever it is at.
    private static let line = try? NSRegularExpression(
        pattern:
            #"^(ingest|fold|report|verify|explain): ([\d,]+ events read, [\d,]+ events/s|[\d,]+ of [\d,]+ ([KM]iB, [\d,]+ events/s|[KM]iB checked|events, [\d,]+ events/s|"#
            + #"files( on the disk|, [\d,]+ MiB)?))(, \d+ s left|, finishing)?$"#)

    @Test("bytes or events or files, and the time left, on a terminal; the answer follows on a clean line", .timeLimit(.minutes(5)))
    func terminal() throws {
        let folder = try sample()
        let line = try #require(Self.line)
        for (verb, options, end) in [
            ("ingest", "", "filings-2019.tar.zst: "), ("fold", "", "folded now"), ("report", "--as-of 2025-12-31", "The report as of"),
            ("verify", "--report build/tongzhou/reports/2025-12-31", "nothing wrong"),
            ("explain", "--as-of 2025-12-31 --figure gap --code 320612000000 > explained", ""),
        ] {
            // Quick machines end before the first line is due, so the program is made to pause: time goes on for it all the same.
            let outcome = try Program.shell(
                """
                script -qefc 'tuowei \(verb) --pipeline pipelines/tongzhou.yaml --threads 1 \(options) & program=$!
                pauses=0
                for pause in 1 2 3; do
                    sleep 0.3; kill -STOP $program || break; sleep 1.1; kill -CONT $program; pauses=$pause
                done 2>/dev/null
                echo $pauses > pauses; wait $program' /dev/null
                """, in: folder.url)
            #expect(outcome.status == 0, "\(outcome.output)")
            let pieces = outcome.output.components(separatedBy: "\u{1B}[2K\r")
            let answer = try #require(pieces.last)
            #expect(end.isEmpty ? answer.isEmpty : answer.contains(end), "\(answer)")
            #expect(!answer.contains("\u{1B}"))
            let shown = pieces.dropFirst().dropLast().filter { !$0.isEmpty }
            for piece in shown {
                #expect(line.firstMatch(in: piece, range: NSRange(piece.startIndex..., in: piece)) != nil, "\(piece)")
                #expect(piece.hasPrefix(verb))
            }
            let pauses = try String(contentsOf: folder.url.appendingPathComponent("pauses"), encoding: .utf8)
            // An optimised build is done before the third pause.
            guard pauses.hasPrefix("3") else { continue }
            #expect(shown.contains { $0.contains(verb == "explain" ? " events read" : " s left") }, "\(verb): \(shown)")
        }
    }

    @Test("what a line says") func words() {
        func text(_ stage: String, _ seconds: Double, events: Int = 0, _ amounts: [WorkCounter.Kind: (Int, Int)]) -> String? {
            let work = WorkCounter()
            work.events = events
            for (kind, (done, expected)) in amounts {
                work.expect(kind, expected)
                work.reach(kind, done)
            }
            return ProgressLine.text(stage, work, seconds: seconds)
        }
        #expect(text("fold", 2, [:]) == nil)
        #expect(
            text("ingest", 2, [.archiveBytes: (10 << 20, 40 << 20), .eventsAppended: (3_000_000, 0)])
                == "ingest: 10,240 of 40,960 KiB, 1,500,000 events/s, 7 s left")
        #expect(
            text("ingest", 2, [.archiveBytes: (300 << 20, 400 << 20), .eventsAppended: (30, 0)])
                == "ingest: 300 of 400 MiB, 15 events/s, 1 s left")
        // All are read, which is less than half of the work.
        #expect(
            text("fold", 2, events: 700, [.eventsRead: (700, 700), .eventsFolded: (0, 700)])
                == "fold: 200 of 700 events, 100 events/s, 6 s left")
        #expect(
            text("fold", 2, events: 700, [.eventsRead: (700, 700), .eventsFolded: (700, 700)])
                == "fold: 700 of 700 events, 350 events/s, finishing")
        #expect(text("fold", 3, [.checkedBytes: (1 << 20, 4 << 20)]) == "fold: 1,024 of 4,096 KiB checked, 10 s left")
        // Some files are more work than others, and they are to be brought to the disk after that.
        let folded: [WorkCounter.Kind: (Int, Int)] = [.eventsFolded: (1000, 1000), .fileBytes: (3 << 20, 0)]
        #expect(
            text(
                "report", 4, events: 500,
                folded.merging([.files: (50, 200), .fileWork: (100_000, 300_000), .filesKept: (0, 200)]) { $1 })
                == "report: 50 of 200 files, 3 MiB, 16 s left")
        #expect(
            text(
                "report", 4, events: 500,
                folded.merging([.files: (200, 200), .fileWork: (300_000, 300_000), .filesKept: (100, 200)]) { $1 })
                == "report: 100 of 200 files on the disk, 1 s left")
        // From too little nothing can be foretold.
        #expect(text("ingest", 2, [.archiveBytes: (1024, 400 << 20)]) == "ingest: 0 of 400 MiB, 0 events/s")
        // How many passes over the log an explanation takes, nobody knows before.
        #expect(text("explain", 2, [.eventsRead: (5000, 0)]) == "explain: 5,000 events read, 2,500 events/s")
        // What cannot be known yet is not said.
        let work = WorkCounter()
        work.isComplete = false
        work.expect(.checkedBytes, 4096)
        work.add(.checkedBytes, 1024)
        #expect(ProgressLine.text("verify", work, seconds: 2) == "verify: 1 of 4 KiB checked")
    }

    @Test("work beyond what was expected counts nothing, and what was not needed is left out") func counter() {
        let work = WorkCounter()
        work.expect(.eventsRead, 100)
        work.add(.eventsRead, 70)
        work.add(.eventsRead, 70)
        work.expect(.files, 10)
        work.expect(.files, -4)
        work.add(.fileBytes, 5)
        work.reach(.eventsAppended, 9)
        work.expect(.checkedBytes, 8)
        work.finish(.checkedBytes)
        #expect(work.amounts[.eventsRead] == WorkCounter.Amount(done: 100, expected: 100))
        #expect(work.amounts[.files] == WorkCounter.Amount(done: 0, expected: 6))
        #expect(work.amounts[.fileBytes]?.done == 5)
        #expect(work.amounts[.eventsAppended]?.done == 9)
        #expect(work.amounts[.checkedBytes] == WorkCounter.Amount(done: 8, expected: 8))
        work.add(.eventsFolded, 3)
        #expect(work.amounts[.eventsFolded] == WorkCounter.Amount(done: 3, expected: 0))
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
