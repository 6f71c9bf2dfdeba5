import Audit
import Foundation
import TestSupport
import Testing

/// Proofs of figures: they are made for cells of every kind, hold without the store, and fail once anything in them is another.
@Suite struct FigureProofTests {
    private static let cells = [
        ("places_filed", "320612000000"), ("coverage_rate", "320612101"), ("under3", "320612101001"), ("enrolled_residents", "320612101"),
        ("gap", "320612101001"), ("paid", "320612000000"), ("net_paid_per_place", "320612101"), ("communities_served", "320612000000"),
        ("vacant", "320612101"), ("enrolled_over_age", "320612000000"), ("places_per_1000", "320612101"),
    ]

    @Test func holdsWithoutTheStore() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        for (place, (figure, code)) in Self.cells.enumerated() {
            let known = place % 2 == 0 ? [] : ["--known-at", "2024-06-30"]
            let made = try Program.run(
                [
                    "prove", "--pipeline", "pipeline.yaml", "--figure", figure, "--code", code, "--as-of", "2024-06-30", "--out",
                    "\(place).json",
                ]
                    + known, in: copy.url)
            #expect(made.status == 0, "\(figure): \(made.errors)")
        }
        try FileManager.default.moveItem(
            at: copy.url.appendingPathComponent("out/store/log/checkpoint"), to: copy.url.appendingPathComponent("kept"))
        try FileManager.default.removeItem(at: copy.url.appendingPathComponent("out"))
        for (place, (figure, code)) in Self.cells.enumerated() {
            let checked = try Program.run(["prove", "--check", "\(place).json", "--seen", "kept"], in: copy.url)
            #expect(checked.status == 0 && checked.output.contains("\(figure) of \(code) as of 2024-06-30"), "\(figure): \(checked.errors)")
        }
    }

    /// Cells of a case full of corrections and refusals: making a proof checks that its events alone give the cell.
    @Test func isMadeAmongRefusals() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("mixed"))
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        let codes = try String(contentsOf: copy.url.appendingPathComponent("communities.csv"), encoding: .utf8).split(separator: "\n")
            .dropFirst().compactMap { $0.split(separator: ",").first.map(String.init) }
        for code in codes.prefix(4) + ["unassigned", "320612000000"] {
            for figure in ["under3", "demand_expressed", "places_filed", "granted"] {
                let made = try Program.run(
                    [
                        "prove", "--pipeline", "pipeline.yaml", "--figure", figure, "--code", code, "--as-of", "2023-08-15", "--out",
                        "p.json",
                    ], in: copy.url)
                let isEmpty = made.status == 2 && made.errors.contains("no event is behind")
                #expect(made.status == 0 || isEmpty, "\(figure) of \(code): \(made.errors)")
            }
        }
    }

    @Test func failsOnceAnythingIsAnother() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: copy.url)
        let made = try Program.run(
            [
                "prove", "--pipeline", "pipeline.yaml", "--figure", "enrolment_rate", "--code", "320612101", "--as-of", "2024-06-30",
                "--out",
                "proof.json",
            ], in: copy.url)
        #expect(made.status == 0, "\(made.errors)")
        let whole = try Data(contentsOf: copy.url.appendingPathComponent("proof.json"))
        let proof = try #require(try JSONSerialization.jsonObject(with: whole) as? [String: Any])
        func check(_ changed: [String: Any], _ trust: [String] = ["--seen", "out/store/log/checkpoint"]) throws -> Int32 {
            // As the program spells it: what is refused is what the proof says, not how.
            let bytes = try JSONSerialization.data(
                withJSONObject: changed, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
            try (bytes + [0x0A]).write(to: copy.url.appendingPathComponent("changed.json"))
            return try Program.run(["prove", "--check", "changed.json"] + trust, in: copy.url).status
        }
        #expect(try check(proof) == 0)
        var other = proof
        other["printed"] = "0.9999"
        #expect(try check(other) == 1)
        other = proof
        other["asOf"] = "2021-06-30"
        #expect(try check(other) == 1)
        let events = try #require(proof["events"] as? [[Int]])
        for place in events.indices {
            other = proof
            other["events"] = Array(events[..<place] + events[(place + 1)...]) + [[0, 1_000_000]]
            #expect(try check(other) == 1)
            other["events"] = events + [events[place]]
            #expect(try check(other) == 1)
        }
        let entries = try #require(proof["entries"] as? [[String: String]])
        for place in entries.indices {
            var data = try #require(Data(base64Encoded: entries[place]["entry"] ?? ""))
            data[data.count / 2] ^= 1
            var changed = entries
            changed[place]["entry"] = data.base64EncodedString()
            other = proof
            other["entries"] = changed
            #expect(try check(other) == 1)
        }
        other = proof
        other["entries"] = entries + [entries[entries.count - 1]]
        #expect(try check(other) == 1, "an entry given twice")
        try (whole + [0x0A]).write(to: copy.url.appendingPathComponent("longer.json"))
        #expect(try Program.run(["prove", "--check", "longer.json", "--seen", "out/store/log/checkpoint"], in: copy.url).status == 1)
        let cut = try Program.run(["prove", "--check", "pipeline.yaml", "--seen", "out/store/log/checkpoint"], in: copy.url)
        #expect(cut.status == 1)
    }

    /// What a figure needs beside events is held against the files where they are at hand, and their digests against a report's.
    @Test func takesNothingAsGivenWithThePipeline() throws {
        let copy = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("tiny"))
        _ = try Program.run(["run", "--pipeline", "pipeline.yaml", "--as-of", "2024-06-30", "--out", "report"], in: copy.url)
        let seen = ["--seen", "report/manifest.json"]
        let made = try Program.run(
            [
                "prove", "--pipeline", "pipeline.yaml", "--figure", "places_per_1000", "--code", "320612101", "--as-of", "2024-06-30",
                "--out", "proof.json",
            ] + seen, in: copy.url)
        #expect(made.status == 0, "\(made.errors)")
        let whole = try String(contentsOf: copy.url.appendingPathComponent("proof.json"), encoding: .utf8)
        func check(_ text: String, _ more: [String]) throws -> Program.Outcome {
            try text.write(to: copy.url.appendingPathComponent("changed.json"), atomically: true, encoding: .utf8)
            return try Program.run(["prove", "--check", "changed.json"] + seen + more, in: copy.url)
        }
        let given = try check(whole, [])
        #expect(given.status == 0 && given.output.contains("Taken as given, not checked"), "\(given.errors)")
        let checked = try check(whole, ["--pipeline", "pipeline.yaml"])
        #expect(checked.status == 0 && !checked.output.contains("Taken as given"), "\(checked.errors)")
        // Residents changed, and the cell with them so that it adds up: only the files themselves tell.
        let residents = try #require(whole.firstMatch(of: /"population" : (\d+)/)).1
        let ten = whole.replacing("\"population\" : \(residents)", with: "\"population\" : \(residents)0")
        let told = try check(ten, [])
        let sum = try #require(told.errors.firstMatch(of: /add up to ([0-9.]+),/)).1
        let forged = ten.replacing(/"printed" : "[^"]*"/, with: "\"printed\" : \"\(sum)\"")
        #expect(try check(forged, []).output.contains("Taken as given, not checked"))
        let found = try check(forged, ["--pipeline", "pipeline.yaml"])
        #expect(found.status == 1 && found.errors.contains("its population differ"), "\(found.errors)")
        let digest = try #require(whole.firstMatch(of: /"sha256" : "([0-9a-f]{64})"/)).1
        let inputs = try check(whole.replacing(digest, with: String(digest.reversed())), [])
        #expect(inputs.status == 1 && inputs.errors.contains("it was made with another"), "\(inputs.errors)")
    }
}
