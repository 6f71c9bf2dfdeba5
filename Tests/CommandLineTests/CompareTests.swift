import Audit
import Foundation
import TestSupport
import Testing

/// Comparisons of the contract's cases: between any two reports of one log the causes add up to the difference, and the events to the
/// causes.
@Suite struct CompareTests {
    @Test(arguments: [("corrections", 7), ("mixed", 5), ("unassigned", 3), ("tiny", 2)])
    func causesAddUpToEachDifference(name: String, reports: Int) throws {
        let source = ConformanceTests.folder.appendingPathComponent(name)
        let copy = try TemporaryFolder(copyOf: source)
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        let runs = try String(contentsOf: source.appendingPathComponent("runs.csv"), encoding: .utf8).split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(runs.count == reports)
        for run in runs {
            let known = run[1].isEmpty ? [] : ["--known-at", run[1]]
            let outcome = try Program.run(
                ["report", "--pipeline", "pipeline.yaml", "--as-of", run[0], "--out", "out/\(run[2])", "--tables", "coverage"] + known,
                in: copy.url)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        var changed = 0
        for (first, second) in zip(runs, runs.dropFirst() + [runs[0]]) {
            let place = "\(name): \(first[2]) to \(second[2])"
            let outcome = try Program.run(
                ["compare", "--pipeline", "pipeline.yaml", "--json", "out/\(first[2])", "out/\(second[2])"], in: copy.url)
            #expect(outcome.status == 0, "\(place): \(outcome.errors)")
            changed += try expectSums(outcome.output, place)
            let text = try Program.run(["compare", "--pipeline", "pipeline.yaml", "out/\(first[2])", "out/\(second[2])"], in: copy.url)
            #expect(text.status == 0 && text.output.contains("every difference is the sum of its causes"), "\(place)")
        }
        #expect(changed > 20, "a comparison of nothing proves nothing")
    }

    /// Adds up what an answer says; the number of figures that differ. Only where the registers differ may a plain sum change without an
    /// event.
    private func expectSums(_ answer: String, _ place: String, otherRegister: Bool = false) throws -> Int {
        let lines = try answer.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        /// Hundredths of hundredths, exact.
        func units(_ value: Any?) throws -> Int { Int((try #require(value as? NSNumber).doubleValue * 10_000).rounded()) }
        var events: [String: Int] = [:]
        for line in lines {
            for change in line["changes"] as? [[String: Any]] ?? [] {
                let key = ["figure", "code", "cause"].map { change[$0] as? String ?? "" }.joined(separator: " ")
                events[key, default: 0] += try units(change["change"])
            }
        }
        var figures = 0
        for line in lines where line["before"] != nil {
            figures += 1
            let figure = try #require(line["figure"] as? String)
            let causes = try (line["causes"] as? [String: Any] ?? [:]).mapValues(units)
            let (before, after) = (line["before"] as? String ?? "", line["after"] as? String ?? "")
            if !before.isEmpty, !after.isEmpty {
                let difference = try units(line["difference"])
                #expect(abs((Double(after) ?? 0) - (Double(before) ?? 0) - Double(difference) / 10_000) < 0.000_01, "\(place): \(line)")
                #expect(causes.values.reduce(0, +) == difference, "\(place): \(line)")
            }
            // Events are told by community; what is a part by itself can be compared.
            guard line["level"] as? String == "community", ["m12_23", "places", "enrolled", "vacant", "paid"].contains(figure) else {
                continue
            }
            for (cause, amount) in causes where !(otherRegister && cause == "reference") {
                #expect(events["\(figure) \(line["code"] ?? "") \(cause)", default: 0] == amount, "\(place): \(cause) of \(line)")
            }
        }
        #expect(lines.last?["adds_up"] as? Bool == true)
        #expect(lines.last?["changed"] as? Int == figures)
        return figures
    }

    @Test func saysWhatIsNoReport() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try Program.run(["run", "--pipeline", "pipeline.yaml", "--as-of", "2024-06-30", "--out", "out/a"], in: copy.url)
        let missing = try Program.run(["compare", "--pipeline", "pipeline.yaml", "out/a", "archives"], in: copy.url)
        #expect(missing.status == 2 && missing.output.isEmpty && missing.errors.contains("archives/manifest.json"))

        let table = copy.url.appendingPathComponent("out/a/coverage.csv")
        try (String(contentsOf: table, encoding: .utf8) + "x\n").write(to: table, atomically: true, encoding: .utf8)
        let changed = try Program.run(["compare", "--pipeline", "pipeline.yaml", "out/a", "out/a"], in: copy.url)
        #expect(changed.status == 2 && changed.errors.contains("coverage.csv"))
    }

    /// Two reports of one day: `a` with the case's pipeline, `b` with `p2.yaml`, which has other intents, another population and one
    /// community less.
    private func twoPipelines() throws -> TemporaryFolder {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        func text(_ name: String) throws -> String { try String(contentsOf: copy.url.appendingPathComponent(name), encoding: .utf8) }
        func write(_ name: String, _ text: String) throws {
            try text.write(to: copy.url.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        let other = try text("pipeline.yaml").replacing("m12_23: 0.3", with: "m12_23: 0.9")
            .replacing("communities.csv", with: "communities-2.csv").replacing("population.csv", with: "population-2.csv")
        try write("p2.yaml", other)
        let communities = try text("communities.csv").split(separator: "\n")
        try write("communities-2.csv", communities.dropLast().joined(separator: "\n") + "\n")
        let last = try #require(communities.last?.prefix(12))
        let rows = try text("population.csv").split(separator: "\n").filter { !$0.hasPrefix(last) }
        try write("population-2.csv", rows.joined(separator: "\n").replacing("2000", with: "2400") + "\n")
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        for (pipeline, out) in [("pipeline.yaml", "a"), ("p2.yaml", "b")] {
            let made = try Program.run(
                ["report", "--pipeline", pipeline, "--as-of", "2024-06-30", "--out", out, "--tables", "coverage"], in: copy.url)
            #expect(made.status == 0, "\(made.errors)")
        }
        return copy
    }

    @Test func makesEachReportAnewWithItsOwnInputs() throws {
        let copy = try twoPipelines()
        func compare(_ arguments: [String]) throws -> Program.Outcome {
            try Program.run(["compare", "--pipeline", "pipeline.yaml"] + arguments, in: copy.url)
        }
        // Where it is not said what a report was made with, nothing is vouched for.
        let unsaid = try compare(["a", "b"])
        #expect(unsaid.status == 1 && unsaid.output.isEmpty && unsaid.errors.contains("--pipeline-b"))
        let turned = try compare(["b", "a"])
        #expect(turned.status == 1 && turned.errors.contains("--pipeline-a"))

        for arguments in [["a", "b", "--pipeline-b", "p2.yaml"], ["b", "a", "--pipeline-a", "p2.yaml"]] {
            let answer = try compare(arguments + ["--json"])
            #expect(answer.status == 0, "\(answer.errors)")
            #expect(try expectSums(answer.output, "\(arguments)", otherRegister: true) > 10)
            // The events are the same: all that differs is what the reports were made with.
            for line in answer.output.split(separator: "\n").dropLast() {
                #expect(line.firstMatch(of: #/"causes": \{(?:"reference": -?[0-9.]+)?\}/#) != nil, "\(line)")
            }
        }
        // Each side's arithmetic is by its own rules, and gives its own figure.
        let text = try compare(["a", "b", "--pipeline-b", "p2.yaml", "--figure", "demand", "--code", "320612000000"]).output
        let change = try #require(
            text.firstMatch(of: #/demand  (\d+) → (\d+) .*\n +(⌈.*) = (\d+)\n +(⌈.*) = (\d+)\n/#))
        #expect(change.1 == change.4 && change.2 == change.6 && change.1 != change.2)
        #expect(change.3.contains("× 0.3 ") && change.5.contains("× 0.9 "))
    }

    /// Figures raised in the table, with a manifest to fit: the events do not give them, whatever the report was made with.
    @Test(arguments: ["under3", "places_filed", "population", "demand", "gap"]) func findsForgedFigures(figure: String) throws {
        let copy = try twoPipelines()
        let table = copy.url.appendingPathComponent("b/coverage.csv")
        var rows = try String(contentsOf: table, encoding: .utf8).split(separator: "\n").map { row in
            row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let column = try #require(rows[0].firstIndex(of: figure))
        rows[1][column] = String(try #require(Int(rows[1][column])) + 100)
        let bytes = Array((rows.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n").utf8)
        try Data(bytes).write(to: table)
        let place = copy.url.appendingPathComponent("b/manifest.json")
        var manifest = try #require(Manifest(Data(contentsOf: place)))
        let digest = try Program.shell("sha256sum b/coverage.csv | cut -c -64", in: copy.url).output.trimmingCharacters(in: .newlines)
        manifest.files = [Manifest.File(path: "coverage.csv", size: bytes.count, sha256: digest)]
        try Data(manifest.encoded()).write(to: place)
        let found = try Program.run(["compare", "--pipeline", "pipeline.yaml", "a", "b", "--pipeline-b", "p2.yaml"], in: copy.url)
        let words = "\(figure) of 320612000000: b does not say what its events give"
        #expect(found.status == 1 && found.errors.contains(words), "\(found.errors)")
    }
}
