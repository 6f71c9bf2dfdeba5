import Foundation
import TestSupport
import Testing

/// The contract's cases, run with the built program: every answer, every reject, every cell.
@Suite struct ConformanceTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Conformance")
    static let cases = ["tiny", "edges", "mixed", "gb18030", "corrections", "unassigned", "access"]

    @Test(arguments: cases) func everyCellIsEqual(name: String) throws {
        let source = Self.folder.appendingPathComponent(name)
        let copy = try TemporaryFolder(copyOf: source)
        let expected = source.appendingPathComponent("expected")

        let ingest = try Program.run(["ingest", "--pipeline", "pipeline.yaml", "--json"], in: copy.url)
        let answers = try objects(ingest.output)
        let expectedAnswers = try objects(text(expected.appendingPathComponent("ingest.json")))
        #expect(ingest.status == (answers.contains { $0["status"] as? String == "refused" } ? 3 : 0), "\(ingest.errors)")
        #expect(answers.map(comparable) == expectedAnswers.map(comparable))

        let rejects = try Program.run(["rejects", "--pipeline", "pipeline.yaml"], in: copy.url)
        #expect(rejects.status == 0)
        let expectedRejects = try objects(text(expected.appendingPathComponent("rejects.ndjson")))
        #expect(try objects(rejects.output).map(\.description).count == expectedRejects.count)
        #expect(try Set(objects(rejects.output).map(rejectKey)) == Set(expectedRejects.map(rejectKey)))

        var cells = 0
        for run in try rows(source.appendingPathComponent("runs.csv")).dropFirst() {
            var arguments = ["run", "--pipeline", "pipeline.yaml", "--as-of", run[0], "--out", "out/\(run[2])"]
            if !run[1].isEmpty { arguments += ["--known-at", run[1]] }
            let outcome = try Program.run(arguments, in: copy.url)
            #expect([0, 3].contains(outcome.status), "\(run): \(outcome.errors)")
            cells += try compareTables(expected.appendingPathComponent(run[2]), copy.url.appendingPathComponent("out/\(run[2])"))
        }
        #expect(cells > 100, "a comparison of nothing proves nothing")
    }

    /// Compares every table of a report; the number of cells compared.
    private func compareTables(_ expected: URL, _ actual: URL) throws -> Int {
        var cells = 0
        for table in try FileManager.default.contentsOfDirectory(atPath: expected.path).sorted() {
            let wanted = try Data(contentsOf: expected.appendingPathComponent(table))
            let made = try? Data(contentsOf: actual.appendingPathComponent(table))
            cells += wanted.count { $0 == 0x2C || $0 == 0x0A }
            if table == "access.csv" {
                try compareAccess(expected.appendingPathComponent(table), actual.appendingPathComponent(table))
            } else if wanted != made {
                let lines = zip(lines(wanted), lines(made ?? Data())).first { $0 != $1 }
                Issue.record(
                    "\(expected.lastPathComponent)/\(table): expected \(lines?.0 ?? "(more lines)"), got \(lines?.1 ?? "(other lines)")")
            }
        }
        return cells
    }

    private func compareAccess(_ expected: URL, _ actual: URL) throws {
        let (wanted, made) = (try rows(expected), try rows(actual))
        #expect(wanted.count == made.count)
        for (wantedRow, madeRow) in zip(wanted, made) {
            for (left, right) in zip(wantedRow, madeRow) where left != right {
                let (a, b) = (try #require(Double(left)), try #require(Double(right)))
                #expect(abs(a - b) <= 1e-7 * max(abs(a), abs(b)), "\(wantedRow[1])")
            }
        }
    }

    // MARK: Reading what is compared

    private func text(_ url: URL) throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }

    private func lines(_ data: Data) -> [String] {
        String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The rows of a table without quoted cells.
    private func rows(_ url: URL) throws -> [[String]] {
        try text(url).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func rejectKey(_ reject: [String: Any]) -> String {
        ["archive", "entry", "line", "field", "reason"].map { "\(reject[$0] ?? "")" }.joined(separator: "\u{1}")
    }

    /// What the contract fixes of an answer of `ingest --json`, as one text.
    private func comparable(_ answer: [String: Any]) -> String {
        func counts(_ key: String) -> String {
            let counts = (answer[key] as? [String: Int] ?? [:]).filter { $0.value != 0 }
            return counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
        let skipped = (answer["skipped"] as? [String] ?? []).sorted()
        var status = answer["status"] as? String ?? ""
        let why = answer["why"] as? String ?? ""
        let archive = answer["archive"] as? String ?? ""
        let duplicates = answer["duplicates"] as? Int ?? 0
        // A plain file that fits no log is answered with its own name; its status is free as long as it is not refused.
        if status != "refused", counts("events").isEmpty, skipped == [archive] { status = "skipped" }
        var parts = [archive, answer["sha256"] as? String ?? "", status, why]
        switch (status, why) {
        case ("appended", _): parts += [counts("events"), "\(duplicates)", counts("rejects"), skipped.joined(separator: "|")]
        case ("refused", "rejects"), ("refused", "no_event_entry"):
            parts += ["\(duplicates)", counts("rejects"), skipped.joined(separator: "|")]
        default: break
        }
        return parts.joined(separator: "; ")
    }
}
