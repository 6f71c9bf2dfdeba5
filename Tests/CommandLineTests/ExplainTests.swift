import Audit
import EventStore
import Events
import Figures
import Foundation
import Pipelines
import TestSupport
import Testing

/// Explanations of the contract's cases: every numeric cell of every `coverage.csv` is what its events add up to.
@Suite struct ExplainTests {
    /// `make test` explains a cell in so many; `make explain-cases` each one.
    static let stride = ProcessInfo.processInfo.environment["TUOWEI_EVERY_CELL"] == nil ? 97 : 1

    @Test(arguments: ConformanceTests.cases) func everyCellIsWhatItsEventsAddUpTo(name: String) throws {
        let source = ConformanceTests.folder.appendingPathComponent(name)
        let copy = try TemporaryFolder(copyOf: source)
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        let pipeline = try Pipeline.read(copy.url.appendingPathComponent("pipeline.yaml").path)
        let (reference, store) = (try pipeline.reference(), try EventStore.open(at: pipeline.store))
        var (cells, explained) = (0, 0)
        for run in try rows(source.appendingPathComponent("runs.csv")).dropFirst() {
            let knownAt = run[1].isEmpty ? nil : Day(run[1]).map { Instant(endOf: $0) } ?? Instant(run[1])
            let maker = ReportMaker(
                program: "test", store: store, pipeline: pipeline, reference: reference, asOf: try #require(Day(run[0])),
                knownAt: knownAt, threads: 1)
            let table = try rows(source.appendingPathComponent("expected/\(run[2])/coverage.csv"))
            let figures = try maker.figuresOfDay()
            for row in table.dropFirst() {
                for (column, figure) in table[0].enumerated().dropFirst(4) {
                    cells += 1
                    guard cells % Self.stride == 0 else { continue }
                    explained += 1
                    let place = "\(run[2]): \(figure) of \(row[2])"
                    let cell = try Cell(figure: figure, code: row[2], areas: reference.areas)
                    var lines: [UInt8] = []
                    let outcome = try FigureExplanation(maker, cell: cell, figures: figures).run { lines += $0 }
                    #expect(outcome.addsUp, "\(place)")
                    let last = try #require(objects(lines).last)
                    // A name may hold commas; no numeric cell does.
                    let expected = row[row.count - table[0].count + column]
                    #expect(last["printed"] as? String == expected, "\(place)")
                    #expect(outcome.sum?.text ?? "" == expected, "\(place)")
                    if cells % 5 == 0 { try expectLinesAddUp(objects(lines), place) }
                }
            }
        }
        #expect(cells > 100 && explained > 1, "an explanation of nothing proves nothing")
        print("explain: \(explained) of \(cells) cells of \(name), each is what its events add up to")
    }

    /// The lines, read by themselves, give the parts that the last one names.
    private func expectLinesAddUp(_ lines: [[String: Any]], _ place: String) throws {
        let last = try #require(lines.last)
        #expect(last["lines"] as? Int == lines.count - 1)
        var sums: [String: Double] = [:]
        for line in lines.dropLast() {
            sums[try #require(line["figure"] as? String), default: 0] += try #require((line["change"] as? NSNumber)?.doubleValue)
        }
        let total = try #require(last["total"] as? String)
        let parts = last["parts"] as? [String: Any] ?? [total: last["sum"] ?? 0]
        for (name, value) in parts {
            guard let value = (value as? NSNumber)?.doubleValue else { continue }
            #expect(abs(sums[name, default: 0] - value) < 0.005, "\(place), \(name)")
        }
    }

    @Test func numbersChildrenUnlessAsked() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        let arguments = [
            "explain", "--pipeline", "pipeline.yaml", "--as-of", "2024-06-30", "--figure", "enrolled", "--code", "320612000000",
        ]
        let plain = try Program.run(arguments, in: copy.url)
        #expect(plain.status == 0, "\(plain.errors)")
        let children = try objects(Array(plain.output.utf8)).compactMap { $0["child"] }
        #expect(!children.isEmpty && children.allSatisfy { $0 is Int })
        #expect(plain.output == (try Program.run(arguments + ["--threads", "2"], in: copy.url)).output)

        let open = try Program.run(arguments + ["--show-children"], in: copy.url)
        let names = Set(try objects(Array(open.output.utf8)).compactMap { $0["child"] as? String })
        #expect(!names.isEmpty)
        for name in names { #expect(!plain.output.contains("\"\(name)\"")) }
    }

    @Test func refusesWhatDoesNotExist() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        func ask(_ figure: String, _ code: String) throws -> Program.Outcome {
            try Program.run(
                ["explain", "--pipeline", "pipeline.yaml", "--as-of", "2024-06-30", "--figure", figure, "--code", code], in: copy.url)
        }
        let figure = try ask("coverage_rat", "320612000000")
        #expect(figure.status == 2 && figure.output.isEmpty && figure.errors.contains("coverage_rate"))
        let code = try ask("coverage_rate", "320612000001")
        #expect(code.status == 2 && code.output.isEmpty && code.errors.contains("320612000000"))
        #expect(try ask("under3", "unassigned").status == 0)
    }

    // MARK: Reading

    private func rows(_ url: URL) throws -> [[String]] {
        String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private func objects(_ bytes: [UInt8]) throws -> [[String: Any]] {
        try bytes.split(separator: 0x0A).map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        }
    }
}
