import Foundation
import TestSupport
import Testing

/// The pencil case: every figure of `sample-data/by-hand/README.md` is the one that a run prints.
@Suite struct ByHandTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The two folders that the pipeline needs, side by side as in the project.
    private func copy() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for part in ["pipelines", "sample-data"] {
            try FileManager.default.createDirectory(at: folder.url.appendingPathComponent(part), withIntermediateDirectories: true)
        }
        for part in ["pipelines/by-hand.yaml", "sample-data/by-hand"] {
            try FileManager.default.copyItem(at: Self.root.appendingPathComponent(part), to: folder.url.appendingPathComponent(part))
        }
        return folder
    }

    private func run(_ more: [String] = []) throws -> (folder: TemporaryFolder, report: URL) {
        let folder = try copy()
        let outcome = try Program.run(
            ["run", "--pipeline", "pipelines/by-hand.yaml", "--as-of", "2024-06-30"] + more, in: folder.url)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        return (folder, folder.url.appendingPathComponent("build/by-hand/reports/2024-06-30"))
    }

    private func rows(_ report: URL, _ table: String) throws -> [[String]] {
        let text = String(decoding: try Data(contentsOf: report.appendingPathComponent(table)), as: UTF8.self)
        return text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// The rows of the README's table of figures: the figure, and its cells for the two villages and the district.
    private func worked() throws -> [String: [String]] {
        let page = try Data(contentsOf: Self.root.appendingPathComponent("sample-data/by-hand/README.md"))
        var worked: [String: [String]] = [:]
        for line in String(decoding: page, as: UTF8.self).split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(cells.count == 7, "\(line)")
            worked[cells[1].trimmingCharacters(in: ["`"])] = Array(cells[3...5])
        }
        return worked
    }

    @Test func everyFigureIsTheOneWorkedOut() throws {
        let made = try run()
        let coverage = try rows(made.report, "coverage.csv")
        let worked = try worked()
        #expect(coverage.count == 5, "the district, its town and two villages")
        let (district, town, first, second) = (coverage[1], coverage[2], coverage[3], coverage[4])
        for (place, column) in coverage[0].enumerated() where !["as_of", "level", "code", "name"].contains(column) {
            let cells = try #require(worked[column], "the README works out no \(column)")
            #expect(cells == [first[place], second[place], district[place]], "\(column)")
            #expect(town[place] == district[place], "\(column) of the only town")
        }
        #expect(worked.count == coverage[0].count - 4)
    }

    @Test func theOtherTablesSayWhatTheReadmeSays() throws {
        let made = try run()
        #expect(
            try rows(made.report, "targets.csv").dropFirst().map { [$0[0], $0[3], $0[7], $0[8], $0[9]].joined(separator: " ") } == [
                "普惠备案 320612000000 1 yes 2023-05-31", "千人托位 320612000000 9.5000 yes 2023-01-31",
                "各村有备案托位 320612001201 18 yes 2023-03-31", "各村有备案托位 320612001202 0 pending ", "入托率 320612000000 0.5000 no 2024-03-31",
            ])
        #expect(
            try rows(made.report, "findings.csv").dropFirst().map { $0[0] + " " + $0[2] } == [
                "enrolled_not_resident e04", "enrolled_over_age e03", "grant_to_unfiled_facility s06", "not_applicable b07",
                "over_capacity f11",
            ])
        #expect(
            try rows(made.report, "flows.csv").dropFirst().map { $0.joined(separator: " ") } == [
                "320612001201 320612001201 2", "320612001202 320612001202 1", "elsewhere 320612001202 1",
            ])
        #expect(try rows(made.report, "access.csv").dropFirst().map { $0[3] } == ["4.5", "4.5"])
    }

    @Test func aMonthLaterRecordIsNotKnownThen() throws {
        let made = try run(["--known-at", "2024-06-30"])
        let coverage = try rows(made.report, "coverage.csv")
        let columns = try ["under3", "coverage_rate"].map { try #require(coverage[0].firstIndex(of: $0)) }
        #expect(columns.map { coverage[1][$0] } == ["3", "6.0000"])
        #expect(columns.map { coverage[4][$0] } == ["0", ""])
    }
}
