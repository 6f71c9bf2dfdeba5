import Foundation
import TestSupport
import Testing

/// How a report takes its place, in whole runs of the built program: what it keeps, what it refuses, what it clears away, its modes.
@Suite struct ReportFolderTests {
    private let report = "tuowei report --pipeline pipeline.yaml --as-of 2024-06-30"

    /// A copy of the smallest case with its archives ingested.
    private func ingested() throws -> TemporaryFolder {
        let folder = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        try #require(try Program.shell("tuowei ingest --pipeline pipeline.yaml", in: folder.url).status == 0)
        return folder
    }

    private func shell(_ script: String, _ folder: TemporaryFolder) throws -> String {
        let outcome = try Program.shell("set -eu; " + script, in: folder.url)
        #expect(outcome.status == 0, "\(script): \(outcome.errors)")
        return outcome.output
    }

    @Test("An analyst's own files, folders and modes outlive a new report, and a town that is gone leaves no folder")
    func keepsWhatIsNoReports() throws {
        let folder = try ingested()
        _ = try shell(
            """
            \(report); cd out/reports/2024-06-30; echo mine > notes.txt; mkdir -m 0700 private empty; echo more > private/more.txt
            echo beside > towns/beside.txt
            """, folder)
        _ = try shell(report, folder)
        let kept = try shell(
            "cd out/reports/2024-06-30; cat notes.txt private/more.txt towns/beside.txt; stat -c %a private; test -d empty; ls -a ..",
            folder)
        #expect(kept == "mine\nmore\nbeside\n700\n.\n..\n2024-06-30\n")
    }

    @Test("A file that no report made is not replaced by one of the same name")
    func refusesToReplace() throws {
        let folder = try ingested()
        _ = try shell("mkdir mine; echo precious > mine/coverage.csv", folder)
        let outcome = try Program.shell(report + " --out mine", in: folder.url)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("mine holds coverage.csv, which no report made"))
        #expect(try shell("cat mine/coverage.csv; ls -a mine; ls -a | grep new- || true", folder) == "precious\n.\n..\ncoverage.csv\n")
    }

    @Test("What a dead writer left goes although its number lives again; what a living one is at work on stays")
    func clearsUpAfterTheDead() throws {
        let folder = try ingested()
        let left = try shell(
            """
            mkdir -p out/reports; cd out/reports; mkdir .2024-06-30.new-$$ .2024-06-30.new-1; echo x > .2024-06-30.new-1/x
            exec 9<.2024-06-30.new-1; flock -x 9; cd ../..; \(report) > /dev/null; ls -a out/reports
            """, folder)
        #expect(left == ".\n..\n.2024-06-30.new-1\n2024-06-30\n")
        _ = try shell(report, folder)
        #expect(try shell("ls -a out/reports", folder) == ".\n..\n2024-06-30\n")
    }

    @Test("A report of the empty log replays when the log has grown")
    func emptyLog() throws {
        let folder = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try shell("mkdir -p out/store; \(report); tuowei ingest --pipeline pipeline.yaml", folder)
        _ = try shell("tuowei verify --pipeline pipeline.yaml --report out/reports/2024-06-30", folder)
    }

    @Test("The store is open to its owner alone whatever the umask; reports and the folders above the store follow it")
    func modes() throws {
        let folder = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try shell("umask 002; tuowei run --pipeline pipeline.yaml --as-of 2024-06-30", folder)
        #expect(try shell("stat -c %a out; find out/store -printf '%m %y\\n' | sort -u", folder) == "775\n600 f\n700 d\n")
        #expect(try shell("find out/reports -printf '%m %y\\n' | sort -u", folder) == "664 f\n775 d\n")
        _ = try shell("umask 077; \(report) --out out/closed", folder)
        #expect(try shell("find out/closed -printf '%m %y\\n' | sort -u", folder) == "600 f\n700 d\n")
    }

    @Test("Reports into one folder at once leave one of them whole and nothing beside it")
    func manyAtOnce() throws {
        let folder = try ingested()
        _ = try shell("for i in 1 2 3 4 5 6; do \(report) > /dev/null & done; wait", folder)
        #expect(try shell("ls -a out/reports", folder) == ".\n..\n2024-06-30\n")
        _ = try shell("tuowei verify --pipeline pipeline.yaml --report out/reports/2024-06-30", folder)
    }
}
