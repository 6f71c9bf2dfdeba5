import Audit
import EventStore
import Events
import Foundation
import Pipelines
import Reports
import TestSupport

/// One of the contract's cases, ingested and reported with the built program, for a test to check and to spoil.
final class PublishedReport: Sendable {
    let folder: TemporaryFolder
    let pipeline: Pipeline

    /// What went wrong in preparing a test.
    struct Failed: Error, CustomStringConvertible { let description: String }

    /// A copy of a case, with a report of `asOf` in the folder `report`; signed where asked.
    init(_ name: String = "tiny", asOf: String = "2024-06-30", isSigned: Bool = false, tables: String? = nil) throws {
        let cases = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("CommandLineTests/Conformance")
        folder = try TemporaryFolder(copyOf: cases.appendingPathComponent(name))
        pipeline = try Pipeline.read(folder.url.path + "/pipeline.yaml")
        var arguments = ["run", "--pipeline", "pipeline.yaml", "--as-of", asOf, "--out", "report"]
        if let tables { arguments = ["report", "--pipeline", "pipeline.yaml", "--as-of", asOf, "--out", "report", "--tables", tables] }
        if isSigned {
            try run(["key", "new", "--pipeline", "pipeline.yaml", "--out", "key"])
            arguments += ["--key", "key"]
        }
        if tables != nil { try run(["ingest", "--pipeline", "pipeline.yaml"], allowing: [0, 3]) }
        try run(arguments, allowing: [0, 3])
    }

    @discardableResult
    func run(_ arguments: [String], allowing: [Int32] = [0]) throws -> Program.Outcome {
        let outcome = try Program.run(arguments, in: folder.url)
        guard allowing.contains(outcome.status) else { throw Failed(description: "\(arguments): \(outcome.status): \(outcome.errors)") }
        return outcome
    }

    var report: String { folder.url.path + "/report" }

    /// The files of the report.
    func files() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for path in ReportFiles.paths(below: report) {
            files[String(path.dropFirst(report.count + 1))] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return files
    }

    /// Its manifest.
    func manifest() throws -> Manifest {
        guard let bytes = try files()[Manifest.name], let manifest = Manifest(bytes) else { throw Failed(description: "no manifest") }
        return manifest
    }

    func write(_ name: String, _ bytes: Data) throws {
        try bytes.write(to: URL(fileURLWithPath: report + "/" + name))
    }

    /// Checks the report as `verify --report` does.
    func check(verifier: VerifierKey? = nil, pipeline other: Pipeline? = nil) throws -> ReportCheck.Outcome {
        let temporary = try TemporaryFolder()
        defer { withExtendedLifetime(temporary) {} }
        return try ReportCheck(
            folder: report, store: try EventStore.open(at: pipeline.store), pipeline: other ?? pipeline, program: "0.1.0",
            verifier: verifier, threads: 1, temporaryFolder: temporary.url.path
        ).run()
    }
}
