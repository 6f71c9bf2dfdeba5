import EventStore
import Events
import Foundation
import TestSupport
import Testing

/// The log rebuilt from the archives, by the built program.
@Suite struct ArchiveRebuildTests {
    @Test("The archives give the same root, from copies elsewhere too, in the encodings of the pipeline", arguments: ["gb18030", "mixed"])
    func sameRoot(name: String) throws {
        let folder = try TemporaryFolder(copyOf: cases.appendingPathComponent(name))
        let ingest = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: folder.url)
        #expect([0, 3].contains(ingest.status))
        let copy = try TemporaryFolder(copyOf: cases.appendingPathComponent(name))
        for place in [".", copy.url.path] {
            let outcome = try Program.run(["verify", "--pipeline", "pipeline.yaml", "--archives", place, "--json"], in: folder.url)
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.contains("\"archive_problems\": []"))
        }
    }

    private var cases: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("CommandLineTests/Conformance")
    }

    @Test("A replaced archive is missed by its digest")
    func replaced() throws {
        let folder = try TemporaryFolder(copyOf: cases.appendingPathComponent("tiny"))
        #expect([0, 3].contains(try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: folder.url).status))
        func verify() throws -> Program.Outcome {
            try Program.run(["verify", "--pipeline", "pipeline.yaml", "--archives", "archives"], in: folder.url)
        }
        #expect(try verify().status == 0)
        let archives = folder.url.appendingPathComponent("archives")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: archives.path).sorted().first)
        let original = try Data(contentsOf: archives.appendingPathComponent(name))
        var changed = original
        changed[changed.count / 2] ^= 1
        try changed.write(to: archives.appendingPathComponent(name))
        let outcome = try verify()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no file is the archive \(name) of the log (SHA-256 "))
        try original.write(to: archives.appendingPathComponent(name))
        #expect(try verify().status == 0)
    }
}
