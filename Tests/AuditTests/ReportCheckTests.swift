import EventStore
import Events
import Foundation
import Pipelines
import TestSupport
import Testing

@testable import Audit

/// Replays of reports whose log went on, or whose inputs are not what they were.
@Suite struct ReportCheckTests {
    @Test("A report replays at the checkpoint that it names, however much was appended since")
    func appendedSince() throws {
        let published = try PublishedReport("corrections", asOf: "2024-12-31")
        let before = try EventStore.open(at: published.pipeline.store).size
        let line =
            #"{"event_id":"later-1","type":"birth_registered","occurred_on":"2024-01-05","recorded_at":"2024-01-06T08:00:00+08:00","child":"later-c","community":"\#(try community(published))"}"#
        try Data((line + "\n").utf8).write(to: published.folder.url.appendingPathComponent("births-later.ndjson"))
        try published.run(["ingest", "--pipeline", "pipeline.yaml", "births-later.ndjson"])
        #expect(try EventStore.open(at: published.pipeline.store).size > before)
        let outcome = try published.check()
        #expect(outcome.differences.isEmpty && outcome.checkpoint?.size == before)
        try published.run(["report", "--pipeline", "pipeline.yaml", "--as-of", "2024-12-31", "--out", "now"])
        let (then, now) = (
            try Data(contentsOf: URL(fileURLWithPath: published.report + "/coverage.csv")),
            try Data(contentsOf: published.folder.url.appendingPathComponent("now/coverage.csv"))
        )
        #expect(then != now, "the event that came later counts now")
    }

    private func community(_ published: PublishedReport) throws -> String {
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: published.pipeline.communities)), as: UTF8.self)
        let rows = text.split(separator: "\n")
        let column = try #require(rows[0].split(separator: ",").firstIndex { $0.hasSuffix("code") })
        return String(rows[1].split(separator: ",")[column])
    }

    @Test("Inputs that changed since are said plainly, and the files are still held against the manifest")
    func changedInputs() throws {
        let published = try PublishedReport()
        let file = published.folder.url.path + "/pipeline.yaml"
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        try Data((text + "\n# another word\n").utf8).write(to: URL(fileURLWithPath: file))
        let changed = try Pipeline.read(file)
        let outcome = try published.check(pipeline: changed)
        #expect(outcome.differences.map(\.file) == ["pipeline.yaml"])
        #expect(outcome.differences[0].words.hasPrefix("it is not the file with which the report was made (SHA-256 then "))
        var table = try #require(try published.files()["coverage.csv"])
        table[table.count - 2] ^= 1
        try published.write("coverage.csv", table)
        #expect(try published.check(pipeline: changed).differences.map(\.file) == ["pipeline.yaml", "coverage.csv"])
    }

    @Test("A report of another log, of a longer one, or of a rewritten one is refused before any replay")
    func otherLog() throws {
        let published = try PublishedReport()
        var manifest = try published.manifest()
        let right = manifest.checkpoint
        for (change, words) in [
            (Manifest.Checkpoint(origin: "tuowei/other", size: right.size, root: right.root), "is of the log"),
            (.init(origin: right.origin, size: right.size + 1, root: right.root), "it was cut back"),
            (.init(origin: right.origin, size: right.size - 1, root: right.root), "entries give"),
            (.init(origin: right.origin, size: right.size, root: String(right.root.reversed())), "entries give"),
            (.init(origin: right.origin, size: -1, root: right.root), "it was cut back"),
        ] {
            manifest.checkpoint = change
            try published.write(Manifest.name, Data(try manifest.encoded()))
            #expect(try published.check().differences.first?.words.contains(words) == true)
        }
    }

    @Test("A signature is asked for where the auditor kept a key, and must be that key's")
    func signatures() throws {
        let bare = try PublishedReport()
        let key = try SigningKey.generate(name: "tuowei/tiny")
        #expect(try bare.check().differences.isEmpty)
        #expect(try bare.check(verifier: key.verifier).differences.first?.words.contains("unsigned") == true)
        let signed = try PublishedReport(isSigned: true)
        #expect(try signed.check(verifier: try EventStore.open(at: signed.pipeline.store).verifierKey()).isSigned)
        // The whole report made again by somebody with another key.
        var manifest = try signed.manifest()
        manifest.signedBy = key.verifier.description
        let bytes = try manifest.encoded()
        try signed.write(Manifest.name, Data(bytes))
        try signed.write(ManifestSignature.name, Data(ManifestSignature.file(of: bytes, key)))
        #expect(try signed.check().differences.first?.words.contains("another key") == true)
    }

    @Test("A report that is named by a link is checked whole")
    func link() throws {
        let published = try PublishedReport()
        let real = published.report + "-real"
        try FileManager.default.moveItem(atPath: published.report, toPath: real)
        try FileManager.default.createSymbolicLink(atPath: published.report, withDestinationPath: real)
        #expect(try published.check().differences.isEmpty)
        try published.write("notes.txt", Data("x".utf8))
        #expect(try published.check().differences.map(\.file) == ["notes.txt"])
    }

    @Test("A report of chosen tables replays as one")
    func chosenTables() throws {
        let published = try PublishedReport("tiny", tables: "coverage,timeline")
        let outcome = try published.check()
        #expect(outcome.differences.isEmpty && outcome.files == 3)
    }
}
