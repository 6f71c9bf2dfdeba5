import Events
import Foundation
import TestSupport
import Testing

/// The surroundings of a run change no byte of anything it writes: not the time zone, the locale, the number of threads or the folder.
@Suite struct SurroundingsLawTests {
    @Test(arguments: LawWorld.seeds(400_000, 2)) func bytes(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        let folder = try world.makeFolder()
        try world.pack(world.events, as: 0, overlap: 20, into: folder.url)
        let file = folder.url.appendingPathComponent("pipeline.yaml").path
        func everything(_ name: String, _ arguments: [String], _ environment: [String: String], from place: URL, pipeline: String) throws
            -> [String: Data]
        {
            try? FileManager.default.removeItem(at: folder.url.appendingPathComponent("out"))
            let out = folder.url.appendingPathComponent("out/\(name)")
            let all = ["run", "--pipeline", pipeline, "--as-of", "\(world.asOf)", "--out", out.path] + arguments
            let outcome = try Program.run(all, in: place, environment: environment)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try Self.files(out).merging(Self.files(folder.url.appendingPathComponent("out/store/log"))) { $1 }
        }
        let here = try everything("r", ["--threads", "1"], [:], from: folder.url, pipeline: "pipeline.yaml")
        #expect(here.count > 20)
        let elsewhere = FileManager.default.temporaryDirectory
        for (threads, environment, place, pipeline) in [
            ("2", ["TZ": "Pacific/Kiritimati", "LC_ALL": "C"], folder.url, "./pipeline.yaml"),
            ("7", ["TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8", "LC_ALL": ""], elsewhere, file),
            ("3", ["TZ": "", "LC_ALL": "zh_CN.GB18030", "LANG": "zh_CN.GB18030"], URL(fileURLWithPath: "/"), file),
        ] {
            let there = try everything("r", ["--threads", threads], environment, from: place, pipeline: pipeline)
            #expect(here.keys.sorted() == there.keys.sorted())
            for (name, bytes) in here { #expect(there[name] == bytes, "seed \(seed): \(name) under \(environment), \(threads) threads") }
        }
    }

    /// Every file under a folder by its path.
    private static func files(_ folder: URL) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(path)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
                found[path] = try Data(contentsOf: url)
            }
        }
        return found
    }
}
