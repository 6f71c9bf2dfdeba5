import Foundation
import TestSupport
import Testing

/// What becomes of damaged histories, in whole runs of the built program.
@Suite struct HistoryTests {
    private func shell(_ script: String, _ folder: TemporaryFolder) throws -> Program.Outcome {
        let outcome = try Program.shell("set -eu; " + script, in: folder.url)
        #expect(outcome.status == 0, "\(script): \(outcome.errors)")
        return outcome
    }

    /// A store whose one file of histories is damaged, an archive with one more event beside it, and that file with its name.
    private func damaged() throws -> (folder: TemporaryFolder, file: URL, name: String, bytes: Data) {
        let folder = try TemporaryFolder(copyOf: ConformanceTests.folder.appendingPathComponent("mixed"))
        let line = """
            {"event_id": "one-more", "type": "birth_registered", "occurred_on": "2024-01-10", "recorded_at": "2024-01-10T12:00:00+08:00", \
            "child": "one-more", "community": "320612101001"}
            """
        let name = try shell(
            """
            tuowei ingest --pipeline pipeline.yaml > /dev/null || [ $? = 3 ]; tuowei fold --pipeline pipeline.yaml > /dev/null
            ls out/store/histories
            """, folder
        ).output.trimmingCharacters(in: .newlines)
        try #require(!name.contains("\n"))
        let file = folder.url.appendingPathComponent("out/store/histories/" + name)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 9] ^= 1
        try bytes.write(to: file)
        try Data(line.utf8).write(to: folder.url.appendingPathComponent("births-more.ndjson"))
        return (folder, file, name, bytes)
    }

    @Test("A report passes over damaged histories and says so; the next fold with nothing new mends them")
    func damagedHistoriesAreMended() throws {
        let (folder, base, _, bad) = try damaged()
        let report = "tuowei report --pipeline pipeline.yaml --as-of 2024-06-30"
        let added = try shell(
            """
            tuowei ingest --pipeline pipeline.yaml births-more.ndjson > /dev/null
            tuowei fold --pipeline pipeline.yaml; ls out/store/histories | wc -l
            """, folder)
        #expect(added.output.contains("; 1 folded now\n2\n"), "what stands there is not read to add one event")
        #expect(try Data(contentsOf: base) == bad)
        let told = try shell("\(report) --out damaged > /dev/null", folder)
        let words = "out/store: its histories are damaged; the report was made from the log, and `tuowei fold` makes them anew\n"
        #expect(told.errors.contains(words))
        let mended = try shell(
            "tuowei fold --pipeline pipeline.yaml; ls out/store/histories | wc -l; \(report) --out mended > /dev/null", folder)
        #expect(!mended.output.contains("up to date") && mended.output.hasSuffix("\n1\n"))
        #expect(!mended.errors.contains(words))
        let again = try shell(
            """
            diff -r damaged mended; tuowei fold --pipeline pipeline.yaml; tuowei verify --pipeline pipeline.yaml > /dev/null
            rm -r out/store/histories; \(report) --out plain > /dev/null; diff -r damaged plain
            """, folder)
        #expect(again.output.contains("the histories are up to date"))
    }

    @Test("A fold that adds to damaged histories and makes the sums of a day from them makes both anew", arguments: ["fold", "run"])
    func damagedHistoriesAreMendedForSums(verb: String) throws {
        let (folder, _, name, _) = try damaged()
        let day = "--pipeline pipeline.yaml --as-of 2024-06-30"
        let mending =
            verb == "fold"
            ? "tuowei ingest --pipeline pipeline.yaml births-more.ndjson > /dev/null; tuowei fold \(day)"
            : "tuowei run \(day) --out run births-more.ndjson > /dev/null"
        let mended = try shell("\(mending); tuowei verify --pipeline pipeline.yaml > /dev/null", folder)
        let files = try shell("ls out/store/histories", folder).output.split(separator: "\n")
        #expect(files.count == 2 && files.last == "sums" && files.first.map { $0 != name } == true, "\(files)")
        if verb == "fold" { #expect(mended.output.contains(" folded now, and the sums of 2024-06-30 made\n")) }
        #expect(!mended.errors.contains("damaged"))
        let same = try shell(
            """
            tuowei report \(day) --out mended > /dev/null; rm -r out/store/histories; tuowei report \(day) --out plain > /dev/null
            diff -r mended plain; if [ -e run ]; then diff -r run plain; fi
            """, folder)
        #expect(!same.errors.contains("damaged"))
    }
}
