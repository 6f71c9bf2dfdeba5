import ArgumentParser
import Audit
import EventStore
import Events
import Foundation
import Pipelines
import Reports

/// `tuowei verify`: the store's integrity, and the replay of a report.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the store's integrity; with a report, replay it from the log alone and compare every byte.")

    @OptionGroup var options: PipelineOptions
    @Option(name: .long, help: ArgumentHelp("The folder of a report to replay.", valueName: "folder"))
    var report: String?
    @Flag(name: .long, help: "Answer with one JSON object.") var json = false

    func run() throws {
        let pipeline = try options.read()
        var found: [String] = []
        let store = try refusing(as: .checkFailed) { try EventStore.open(at: pipeline.store) }
        guard let checkpoint = store.checkpoint else {
            throw Refusal("\(shown(pipeline.store)): holds no log; ingest archives first", status: .checkFailed)
        }
        let root = try refusing(as: .checkFailed) { try store.rederivedRoot() }
        if root != checkpoint.root { found.append("log: the entries give the root \(root), the checkpoint says \(checkpoint.root)") }
        let events = try refusing(as: .checkFailed) { try readEveryBlock(store) }
        var replay: ReportReplay.Outcome?
        if let report {
            replay = try self.replay(report, pipeline, store)
            found += replay?.differences.map(\.description) ?? []
        }
        if json {
            let members = [
                "\"ok\": \(found.isEmpty)", "\"entries\": \(store.size)", "\"root\": \"\(root)\"", "\"events\": \(events)",
                "\"files\": \(replay?.files ?? 0)", "\"differences\": [" + found.map(jsonText).joined(separator: ", ") + "]",
            ]
            printLine("{" + members.joined(separator: ", ") + "}")
        } else if found.isEmpty {
            printLine("The log of \(grouped(store.size)) entries and \(grouped(events)) events is whole; its root is \(root)")
            if let replay {
                printLine("The report replays: \(grouped(replay.files)) files, \(grouped(replay.bytes)) bytes, no difference")
            }
        }
        guard found.isEmpty else {
            if !json { found.forEach { printError(shown($0)) } }
            throw ExitStatus.checkFailed
        }
    }

    /// Decodes every event that the log holds; their number.
    private func readEveryBlock(_ store: EventStore) throws -> Int {
        let columns = EventColumns()
        var events = 0
        for log in Log.allCases {
            for block in 0..<store.blockCount(of: log) {
                try store.readBlock(block, of: log, texts: true, into: columns)
                events += columns.count
            }
            guard events >= store.eventCount(of: log) else {
                throw Refusal("log \(log.name): blocks hold fewer events than the batches say", status: .checkFailed)
            }
        }
        return events
    }

    /// Replays the report in a folder at the checkpoint that its manifest names.
    private func replay(_ folder: String, _ pipeline: Pipeline, _ store: EventStore) throws -> ReportReplay.Outcome {
        let path = "\(folder)/\(Manifest.name)"
        guard let data = FileManager.default.contents(atPath: path), let manifest = Manifest(data) else {
            throw Refusal("\(shown(path)): missing, or no manifest of a report; nothing can be replayed", status: .checkFailed)
        }
        guard let day = Day(manifest.asOf), manifest.knownAt.map({ Instant($0) != nil }) ?? true else {
            throw Refusal("\(shown(path)): as_of or known_at is damaged", status: .checkFailed)
        }
        return try refusing(as: .checkFailed) {
            let maker = ReportMaker(
                program: programVersion, store: try store.atSize(manifest.checkpoint.size), pipeline: pipeline,
                reference: try pipeline.reference(), asOf: day, knownAt: manifest.knownAt.flatMap { Instant($0) },
                language: Language(rawValue: manifest.language) ?? .chinese,
                threads: options.threadCount)
            return try ReportReplay(maker, folder: folder).run(manifest)
        }
    }
}
