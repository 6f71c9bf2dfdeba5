import Foundation
import TestSupport
import Testing

/// The gallery of messages: each folder of `Cases/errors` provokes one refusal of the built program and holds its exact words and exit
/// status. `cmd` is run by bash in a fresh copy of `Cases/world`, whose archives stand in the store already; `setup`, where there is one,
/// runs before. Where there is a `stdout`, it must be the answer. The store must be as it was, unless the case has a file `changes` that
/// says why it is not.
///
/// `make goldens` rewrites the expected words; read the difference before it is committed.
@Suite struct GalleryTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    /// All of them, but for those whose end the environment names (`TUOWEI_WITHOUT`): see `scripts/sanitize.sh`.
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("errors").path)) ?? [])
        .filter { name in ProcessInfo.processInfo.environment["TUOWEI_WITHOUT"].map { !name.hasSuffix($0) } ?? true }.sorted()
    private static let isRewriting = ProcessInfo.processInfo.environment["TUOWEI_GOLDENS"] == "rewrite"
    /// `Cases/world` after its archives were ingested.
    private static let world = Result { () throws -> TemporaryFolder in
        let world = try TemporaryFolder(copyOf: folder.appendingPathComponent("world"))
        _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml"], in: world.url)
        return world
    }

    @Test func thereIsAGallery() { #expect(Self.names.count > 60) }

    @Test(arguments: names) func message(name: String) throws {
        let place = Self.folder.appendingPathComponent("errors/\(name)")
        let here = try TemporaryFolder(copyOf: try Self.world.get().url)
        func text(_ file: String) -> String? {
            (try? Data(contentsOf: place.appendingPathComponent(file))).map { String(decoding: $0, as: UTF8.self) }
        }
        if let setup = text("setup") {
            let prepared = try Program.shell(setup, in: here.url)
            try #require(prepared.status == 0, "\(name): setup: \(prepared.errors)")
        }
        let before = try Self.digest(here.url.appendingPathComponent("store"))
        let outcome = try Program.shell(try #require(text("cmd")), in: here.url)
        let after = try Self.digest(here.url.appendingPathComponent("store"))
        func plain(_ words: String) -> String {
            words.replacing(here.url.path, with: "{here}").replacing(/\.new-\d+/, with: ".new-{pid}")
                .replacing(/process \d+ on [A-Za-z0-9._-]+, since [0-9T:.+Z-]+/, with: "process {pid} on {host}, since {time}")
                .replacing(/\+[0-9a-f]{8}(?:\+[A-Za-z0-9+\/=]+)?/, with: "+{key}")
                // Every new option changes the parser's own line.
                .replacing(/(?m)^Usage: tuowei (\S+) .*$/) { "Usage: tuowei \($0.1) …" }
        }
        var made = ["stderr": plain(outcome.errors), "exit": "\(outcome.status)\n"]
        if outcome.status == 2 { #expect(outcome.output.isEmpty, "\(name): a refusal is no answer") }
        if text("stdout") != nil { made["stdout"] = plain(outcome.output) }
        for (file, words) in made.sorted(by: { $0.key < $1.key }) {
            if Self.isRewriting {
                let url = place.appendingPathComponent(file)
                if words.isEmpty { try? FileManager.default.removeItem(at: url) } else { try Data(words.utf8).write(to: url) }
            }
            #expect(words == text(file) ?? "", "\(name): \(file)")
        }
        #expect((before == after) == (text("changes") == nil), "\(name): the store")
        // The children of the world, by their pseudonyms.
        for word in ["kid-one", "kid-two", "kid-three"] {
            #expect(!(outcome.output + outcome.errors).contains(word), "\(name) names a child")
        }
    }

    /// What a store holds, by path; without the line that says which process held it last, and what an unfinished batch left behind, which
    /// is no part of the record and goes with the next one.
    private static func digest(_ folder: URL) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for path in (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        where path != "lock" && !path.hasPrefix("pending") {
            let url = folder.appendingPathComponent(path)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
                found[path] = try Data(contentsOf: url)
            }
        }
        return found
    }
}
