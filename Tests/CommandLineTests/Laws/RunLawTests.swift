import Events
import Foundation
import TestSupport
import Testing

/// `run` with archives named is `ingest`, `fold` and `report` of them, and both are the whole from nothing.
@Suite struct RunLawTests {
    @Test(
        "archive by archive, run in one gives the bytes of the three stages and of all archives from nothing, also table by table",
        arguments: LawWorld.seeds(400_000, 8))
    func archivesNamed(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        let whole = try world.makeFolder()
        try world.pack(world.events, as: 1, overlap: 10, into: whole.url)
        let archives = try FileManager.default.contentsOfDirectory(atPath: whole.url.appendingPathComponent("archives").path).sorted()
        let expected = try world.tables(in: whole.url)

        let (inOne, stages, single) = (
            try TemporaryFolder(copyOf: whole.url), try TemporaryFolder(copyOf: whole.url), try TemporaryFolder(copyOf: whole.url)
        )
        for folder in [inOne, stages, single] { try FileManager.default.removeItem(at: folder.url.appendingPathComponent("out")) }
        for (count, archive) in archives.enumerated() {
            let name = "archives/\(archive)"
            let tables = try world.tables(in: inOne.url, extra: [name])
            try world.run(["ingest", name], in: stages.url)
            try world.run(["fold", "--as-of", "\(world.asOf)"], in: stages.url)
            try world.run(["report"] + world.question(nil, nil), in: stages.url)
            let apart = try LawWorld.read(stages.url.appendingPathComponent("out/report"))
            #expect(LawWorld.difference(apart, tables) == nil, "seed \(seed), \(archive)")
            let manifests = try [inOne, stages].map { try Data(contentsOf: $0.url.appendingPathComponent("out/report/manifest.json")) }
            #expect(manifests[0] == manifests[1], "seed \(seed), \(archive)")
            // One table by itself is the same: what only others need is not made then.
            let table = LawWorld.tables[(Int(seed) + count) % LawWorld.tables.count]
            try world.run(["run", "--as-of", "\(world.asOf)", "--out", "out/report", "--tables", table, name], in: single.url)
            let file = single.url.appendingPathComponent("out/report/\(table).csv")
            #expect(try Data(contentsOf: file) == tables[table], "seed \(seed), \(archive), \(table)")
        }
        #expect(LawWorld.difference(try LawWorld.read(inOne.url.appendingPathComponent("out/report")), expected) == nil, "seed \(seed)")
        // What is kept beside the log is the same too, and the log says so.
        let kept = try [inOne, stages, single].map { folder in try Self.files(folder.url.appendingPathComponent("out/store")) }
        for other in kept.dropFirst() {
            #expect(kept[0].keys.sorted() == other.keys.sorted(), "seed \(seed)")
            for (name, bytes) in kept[0] where name != "lock" { #expect(other[name] == bytes, "seed \(seed), \(name)") }
        }
        try world.run(["verify", "--report", "out/report"], in: inOne.url)
    }

    private static func files(_ folder: URL) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(name)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            files[name] = try Data(contentsOf: url)
        }
        return files
    }
}
