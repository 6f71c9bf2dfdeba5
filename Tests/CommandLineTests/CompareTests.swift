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

    /// Adds up what an answer says; the number of figures that differ.
    private func expectSums(_ answer: String, _ place: String) throws -> Int {
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
            for (cause, amount) in causes {
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
}
