import EventStore
import Events
import Foundation
import TestSupport
import Testing

@testable import Audit

/// Programs that others wrote agree: Go's packages for transparency logs, and pymerkle. `make test` brings them and asks for these tests;
/// elsewhere they are passed over where the programs are missing.
@Suite(.enabled(if: Foreign.isThere || Foreign.isRequired, "Go, golang.org/x/mod or .venv is missing: call `make test`"))
struct ForeignClientTests {
    /// The sample's archives, ingested a few at a time under a key: a log of many checkpoints, with tiles full and partial.
    private static let sample = Result { try SignedSample() }

    final class SignedSample: Sendable {
        let folder: TemporaryFolder
        let key: String
        let log: String

        init() throws {
            folder = try TemporaryFolder()
            let pipeline = Foreign.root.appendingPathComponent("pipelines/tongzhou.yaml")
            let text = try String(contentsOf: pipeline, encoding: .utf8)
                .replacingOccurrences(of: "../sample-data", with: Foreign.root.appendingPathComponent("sample-data").path)
                .replacingOccurrences(of: "../build/tongzhou/", with: "")
                .replacingOccurrences(of: "holidays: ", with: "holidays: " + Foreign.root.appendingPathComponent("pipelines/").path + "/")
            try Data(text.utf8).write(to: folder.url.appendingPathComponent("pipeline.yaml"))
            let made = try Program.run(["key", "new", "--pipeline", "pipeline.yaml", "--out", "key"], in: folder.url)
            key = made.output.trimmingCharacters(in: .newlines)
            let archives = try FileManager.default.contentsOfDirectory(
                atPath: Foreign.root.appendingPathComponent("sample-data/archives").path
            )
            .sorted().map { Foreign.root.appendingPathComponent("sample-data/archives/\($0)").path }
            for start in stride(from: 0, to: archives.count, by: 7) {
                let some = Array(archives[start..<min(start + 7, archives.count)])
                _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml", "--key", "key"] + some, in: folder.url)
            }
            // A fraction of a second, signs that JSON escapes, and letters beyond ASCII.
            let odd = [
                #"{"event_id":"odd-1","type":"child_moved_out","occurred_on":"1999-12-31","recorded_at":"2024-01-06T08:00:00.05+08:00","child":"odd"}"#,
                #"{"event_id":"odd-2","type":"event_voided","occurred_on":"2024-01-05","recorded_at":"2024-01-06T08:00:00Z","target":"odd-1","reason":"a \"b\" \\ 误 𠀀/"}"#,
            ]
            try Data((odd.joined(separator: "\n") + "\n").utf8).write(to: folder.url.appendingPathComponent("births-odd.ndjson"))
            _ = try Program.run(["ingest", "--pipeline", "pipeline.yaml", "--key", "key", "births-odd.ndjson"], in: folder.url)
            log = folder.url.path + "/store/log"
        }
    }

    @Test("Go checks signatures, the root, the inclusion of every entry and the consistency of every two checkpoints of the sample's log")
    func goChecksLog() throws {
        let sample = try Self.sample.get()
        let outcome = try Foreign.go(["log", sample.log, "-vkey", sample.key])
        #expect(outcome.status == 0, "\(outcome.output)")
        let store = try EventStore.open(at: sample.folder.url.path + "/store")
        let points = try store.checkpointSizes().count
        #expect(points > 5)
        #expect(outcome.output.contains("\(points) checkpoints (signed), root \(store.root), \(store.size) entries included"))
        #expect(outcome.output.contains("\(points * (points - 1) / 2) pairs consistent"))
    }

    @Test("Go finds a changed entry, tile and checkpoint")
    func goFinds() throws {
        let sample = try Self.sample.get()
        let copy = try TemporaryFolder(copyOf: URL(fileURLWithPath: sample.log))
        let width = try EventStore.open(at: sample.folder.url.path + "/store").size % 256
        for name in ReportFiles.names(in: copy.url.path) where name != "vkey" {
            let url = copy.url.appendingPathComponent(name)
            let original = try Data(contentsOf: url)
            var bytes = original
            bytes[bytes.count * 3 / 4] ^= 2
            try bytes.write(to: url)
            // A partial tile of an earlier state is not read by a client of the head.
            let isRead = !name.contains(".p/") || name.hasSuffix(".p/\(width)")
            if isRead { #expect(try Foreign.go(["log", copy.url.path]).status == 1, "\(name)") }
            try original.write(to: url)
        }
        #expect(try Foreign.go(["log", copy.url.path]).status == 0)
    }

    @Test("pymerkle gives the same root at every checkpoint")
    func pymerkle() throws {
        let sample = try Self.sample.get()
        let outcome = try Foreign.python("check_log.py", [sample.log])
        #expect(outcome.status == 0, "\(outcome.output)")
        let store = try EventStore.open(at: sample.folder.url.path + "/store")
        #expect(outcome.output.contains("root \(store.root), \(store.size) entries"))
    }

    @Test("Go accepts proofs, and Python reads the same event from the block's bytes, for each type of event")
    func proofs() throws {
        let sample = try Self.sample.get()
        let store = try EventStore.open(at: sample.folder.url.path + "/store")
        let columns = EventColumns()
        var seen: Set<String> = []
        for log in Log.allCases {
            for block in 0..<store.blockCount(of: log) {
                try store.readBlock(block, of: log, texts: true, into: columns)
                for row in 0..<columns.count {
                    guard let type = EventType.of(log, code: columns.type[row]), seen.insert("\(log) \(type.name)").inserted else {
                        continue
                    }
                    let id = String(decoding: columns.id(row), as: UTF8.self)
                    let made = try Program.run(
                        ["prove", id, "--log", log.name, "--pipeline", "pipeline.yaml", "--out", "proof"], in: sample.folder.url)
                    #expect(made.status == 0, "\(made.errors)")
                    let path = sample.folder.url.path + "/proof"
                    #expect(try Foreign.go(["proof", path, "-vkey", sample.key]).status == 0)
                    let python = try Foreign.python("check_proof.py", [path, sample.key])
                    #expect(python.status == 0, "\(type.name): \(python.output)")
                }
            }
        }
        #expect(seen.count > 20)
        for (id, part) in [("odd-1", "2024-01-06T00:00:00.050000Z"), ("odd-2", #"a \"b\" \\ 误 𠀀/"#)] {
            let made = try Program.run(
                ["prove", id, "--log", "births", "--pipeline", "pipeline.yaml", "--out", "proof"], in: sample.folder.url)
            #expect(made.status == 0, "\(made.errors)")
            let python = try Foreign.python("check_proof.py", [sample.folder.url.path + "/proof", sample.key])
            #expect(python.status == 0 && python.output.contains(part), "\(python.output)")
        }
    }

    @Test("Go opens the signature of a report's manifest")
    func report() throws {
        let sample = try Self.sample.get()
        let made = try Program.run(
            ["report", "--pipeline", "pipeline.yaml", "--as-of", "2025-12-31", "--tables", "coverage", "--out", "r", "--key", "key"],
            in: sample.folder.url)
        #expect(made.status == 0, "\(made.errors)")
        let path = sample.folder.url.path + "/r"
        #expect(try Foreign.go(["report", path, "-vkey", sample.key]).status == 0)
        let manifest = URL(fileURLWithPath: path + "/manifest.json")
        var bytes = try Data(contentsOf: manifest)
        bytes[9] ^= 1
        try bytes.write(to: manifest)
        #expect(try Foreign.go(["report", path, "-vkey", sample.key]).status == 1)
    }
}

/// The programs of others.
enum Foreign {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let isRequired = ProcessInfo.processInfo.environment["TUOWEI_FOREIGN"] == "required"
    static let isThere =
        FileManager.default.fileExists(atPath: "/usr/share/gocode/src/golang.org/x/mod/sumdb")
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/go")
        && FileManager.default.isExecutableFile(atPath: root.path + "/.venv/bin/python")

    private static let isBuilt = Result { try run("/bin/bash", ["scripts/tlogcheck.sh"]) }

    static func go(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let built = try isBuilt.get()
        guard built.status == 0 else { return built }
        return try run(root.path + "/build/tlogcheck", arguments)
    }

    static func python(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try run(root.path + "/.venv/bin/python", ["Tests/Foreign/python/" + script] + arguments)
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = root
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
