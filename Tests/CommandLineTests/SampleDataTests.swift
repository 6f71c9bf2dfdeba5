import Foundation
import TestSupport
import Testing

/// The sample data: rewritten byte for byte by their generator, and what their README says of them.
@Suite struct SampleDataTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let sample = root.appendingPathComponent("sample-data")

    @Test("the generator rewrites every file byte for byte", .timeLimit(.minutes(5))) func generator() throws {
        let made = try TemporaryFolder()
        let outcome = try Program.run(program: "tuowei-sample", [made.url.path], in: made.url)
        #expect(outcome.status == 0, "\(outcome.errors)")
        func files(_ folder: URL) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.contains(".") && !$0.hasSuffix(".md") }
                .filter { !$0.hasPrefix("by-hand") }.sorted()
        }
        let kept = try files(Self.sample)
        #expect(kept.count > 50)
        #expect(try files(made.url) == kept)
        for file in kept {
            let bytes = try [Self.sample, made.url].map { try Data(contentsOf: $0.appendingPathComponent(file)) }
            #expect(bytes[0] == bytes[1], "\(file): call `make sample-data`")
        }
    }

    @Test("it is at most 8 MB") func size() throws {
        let bytes = try FileManager.default.subpathsOfDirectory(atPath: Self.sample.path).reduce(0) { sum, file in
            let attributes = try FileManager.default.attributesOfItem(atPath: Self.sample.appendingPathComponent(file).path)
            return sum + (attributes[.size] as? Int ?? 0)
        }
        #expect((1_000_000...8_000_000).contains(bytes))
    }

    /// The README's table of the district: its rows are figures, its columns days.
    private static let figures = [
        "children under 3": "under3", "open facilities": "facilities", "places": "places", "places per 1,000 residents": "places_per_1000",
        "filed and inclusive facilities": "facilities_inclusive", "enrolled": "enrolled",
    ]

    @Test("a run gives the numbers of its README", .timeLimit(.minutes(5))) func readme() throws {
        let page = String(decoding: try Data(contentsOf: Self.sample.appendingPathComponent("README.md")), as: UTF8.self)
        let work = try TemporaryFolder()
        try FileManager.default.copyItem(
            at: Self.root.appendingPathComponent("pipelines"), to: work.url.appendingPathComponent("pipelines"))
        try FileManager.default.createSymbolicLink(at: work.url.appendingPathComponent("sample-data"), withDestinationURL: Self.sample)
        let pipeline = ["--pipeline", "pipelines/tongzhou.yaml"]

        let ingest = try Program.run(["ingest", "--json"] + pipeline, in: work.url)
        #expect(ingest.status == 0 && ingest.errors.isEmpty, "no archive is refused: \(ingest.errors)")
        var (events, duplicates, rejects) = (0, 0, 0)
        var reasons: Set<String> = []
        for line in ingest.output.split(separator: "\n") {
            let answer = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            events += (answer["events"] as? [String: Int] ?? [:]).values.reduce(0, +)
            duplicates += answer["duplicates"] as? Int ?? 0
            rejects += (answer["rejects"] as? [String: Int] ?? [:]).values.reduce(0, +)
            reasons.formUnion((answer["rejects"] as? [String: Int] ?? [:]).keys)
        }
        #expect(page.contains("\(grouped(events)) events accepted"), "\(events) events, \(duplicates) duplicates, \(rejects) rejects")
        #expect(page.contains("(\(grouped(duplicates)) duplicates, \(rejects) rejects)"), "\(duplicates) duplicates, \(rejects) rejects")

        // An analyst can meet everything here once.
        #expect(reasons == ["malformed", "unknown_type", "missing_field", "invalid_field", "citizen_id", "conflicting_id"])

        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        let header = try #require(rows.first { $0.contains("2025-12-31") })
        var compared = 0
        for (column, day) in header.enumerated() where day.hasPrefix("20") {
            let arguments = ["report", "--as-of", day, "--out", "out/\(day)", "--tables", "coverage,findings"] + pipeline
            let report = try Program.run(arguments, in: work.url)
            #expect(report.status == 0)
            if day == "2025-12-31" {
                // The READMEs show what came out of the sample.
                for page in ["README.md", "README.zh-CN.md"] {
                    let text = String(decoding: try Data(contentsOf: Self.root.appendingPathComponent(page)), as: UTF8.self)
                    for line in report.output.split(separator: "\n").dropFirst() { #expect(text.contains(line), "\(page): \(line)") }
                }
            }
            let table = String(decoding: try Data(contentsOf: work.url.appendingPathComponent("out/\(day)/coverage.csv")), as: UTF8.self)
                .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            for (words, figure) in Self.figures {
                let row = try #require(rows.first { $0.first == words }, "\(words)")
                let said = row[column].prefix { $0 != " " }.filter { $0 != "," }
                if said.isEmpty { continue }
                let cell = table[1][try #require(table[0].firstIndex(of: figure))]
                let printed = cell.contains(".") ? String(format: "%.2f", Double(cell) ?? 0) : cell
                #expect(said == printed, "\(words) on \(day)")
                compared += 1
            }
        }
        #expect(compared >= 14)
        let findings = String(
            decoding: try Data(contentsOf: work.url.appendingPathComponent("out/2025-12-31/findings.csv")), as: UTF8.self)
        let codes = Set(findings.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "," }) })
        #expect(
            codes == [
                "accepted_without_submission", "born_on_mismatch", "duplicate_birth", "duplicate_grant", "duplicate_registration",
                "enrolled_at_closed_facility", "enrolled_not_resident", "enrolled_over_age", "enrolled_twice", "grant_to_unfiled_facility",
                "moved_in_while_resident", "not_applicable", "over_capacity", "overpaid", "overrecovered", "unknown_facility",
                "unknown_grant", "void_of_void", "void_without_target",
            ])
    }

    private func grouped(_ number: Int) -> String {
        number < 1_000 ? "\(number)" : "\(number / 1_000)," + String("\(number % 1_000 + 1_000)".dropFirst())
    }
}
