import Foundation
import TestSupport
import Testing

/// What `run` refuses, in whole runs of the built program.
@Suite struct RunTests {
    @Test("Reference data that make the report impossible are refused before a store that has events takes more", arguments: [1, 2])
    func badReferenceDataLeaveTheStore(threads: Int) throws {
        let folder = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("mixed"))
        let population = folder.url.appendingPathComponent("population.csv")
        let good = try Data(contentsOf: population)
        let line = """
            {"event_id": "one-more", "type": "birth_registered", "occurred_on": "2024-01-10", "recorded_at": "2024-01-10T12:00:00+08:00", \
            "child": "one-more", "community": "320612101001"}
            """
        try Data(line.utf8).write(to: folder.url.appendingPathComponent("births-more.ndjson"))
        let run = "tuowei run --threads \(threads) --pipeline pipeline.yaml --as-of 2024-06-30"
        func shell(_ script: String) throws -> Program.Outcome { try Program.shell("set -eu; " + script, in: folder.url) }

        #expect(try shell("\(run) --out first > /dev/null || [ $? = 3 ]; cp -r out/store before").status == 0)
        try (good + Data("320612101001,no year,5\n".utf8)).write(to: population)
        for archives in ["births-more.ndjson", "births-more.ndjson nowhere-else.ndjson", ""] {
            let refused = try shell("touch nowhere-else.ndjson; \(run) --out second \(archives)")
            #expect(refused.status == 2, "\(archives): \(refused.errors)")
            #expect(refused.errors.contains("population.csv") && refused.errors.contains("a year from 1 to 9999"), "\(refused.errors)")
            #expect(refused.output.isEmpty)
            let same = try shell("diff -r -x lock before out/store; [ ! -e second ]")
            #expect(same.status == 0, "\(archives): \(same.output)\(same.errors)")
        }
        // A key would sign the log's checkpoints anew.
        let signed = try shell(
            "tuowei key new --pipeline pipeline.yaml --out key > /dev/null; \(run) --out second --key key births-more.ndjson")
        #expect(signed.status == 2 && signed.errors.contains("population.csv"), "\(signed.errors)")
        #expect(try shell("diff -r -x lock before out/store").status == 0)

        try good.write(to: population)
        let mended = try shell(
            """
            \(run) --out second births-more.ndjson > /dev/null; tuowei verify --pipeline pipeline.yaml > /dev/null
            rm -r out/store/histories; tuowei report --pipeline pipeline.yaml --as-of 2024-06-30 --out plain > /dev/null; diff -r second plain
            """)
        #expect(mended.status == 0, "\(mended.output)\(mended.errors)")
    }
}
