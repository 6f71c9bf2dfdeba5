import Archives
import ArgumentParser
import EventStore
import Events
import Ingest
import Pipelines

/// `tuowei ingest`: checks and appends archives.
struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Check and append archives to the store: those of the pipeline, or the ones named.")

    @OptionGroup var options: PipelineOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var failOn: FailOnOptions
    @Flag(name: .long, help: "Answer with one JSON object a line and archive.") var json = false
    @Argument(help: "Archives instead of the pipeline's.") var archives: [String] = []

    func run() throws {
        let pipeline = try options.read()
        let signer = try key.signer(pipeline)
        let threads = options.threadCount
        let archives = try Stages.archives(of: pipeline, archives, threads: threads)
        let answers = try Stages.ingest(pipeline, archives, signer: signer, threads: threads) { answer in
            if json { printLine(answer.json) }
        }.answers
        if !json {
            for answer in answers { printLine(answer.line) }
            printLine(try Stages.logLine(pipeline))
        }
        try Stages.status(of: answers, failOn: failOn.failOn)
    }
}

extension ArchiveAnswer {
    /// The answer as one JSON object (`interfaces.md`); counts of 0 are left out.
    var json: String {
        func object(_ counts: [(String, Int)]) -> String {
            "{" + counts.filter { $0.1 != 0 }.map { "\(jsonText($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
        }
        var members = ["\"archive\": \(jsonText(archive))"]
        if let sha256 { members.append("\"sha256\": \"\(sha256)\"") }
        members.append("\"status\": \"\(status.rawValue)\"")
        if let why { members.append("\"why\": \"\(why.rawValue)\"") }
        members.append("\"events\": " + object(Log.allCases.map { ($0.name, events[Int($0.rawValue)]) }))
        members.append("\"duplicates\": \(duplicates)")
        members.append("\"rejects\": " + object(RejectReason.allCases.map { ($0.name, rejects[Int($0.rawValue)]) }))
        members.append("\"skipped\": [" + skipped.map(jsonText).joined(separator: ", ") + "]")
        return "{" + members.joined(separator: ", ") + "}"
    }

    /// The answer as a line for people.
    var line: String {
        let name = shown(archive)
        switch status {
        case .unchanged: return "\(name): unchanged, in the store already"
        case .skipped: return "\(name): skipped, a file of no log"
        case .refused: return "\(name): refused (\(why?.rawValue ?? "unreadable"))"
        case .appended:
            var parts = ["\(grouped(events.reduce(0, +))) events"]
            if duplicates > 0 { parts.append("\(grouped(duplicates)) duplicates") }
            let rejected = rejects.reduce(0, +)
            if rejected > 0 { parts.append("\(grouped(rejected)) rejects") }
            if !skipped.isEmpty { parts.append("skipped: \(skipped.map(shown).joined(separator: ", "))") }
            return "\(name): \(parts.joined(separator: ", "))"
        }
    }

    /// What is wrong with a refused archive, for standard error: the reason, and the first rejected lines.
    var complaint: String? {
        guard status == .refused else { return nil }
        var lines = ["\(shown(archive)): refused (\(why?.rawValue ?? "unreadable")): \(message ?? "")"]
        if why == .rejects {
            for reject in firstRejects {
                let field = reject.field.isEmpty ? "" : ", field \(reject.field)"
                lines.append("  \(shown(reject.entry)), line \(reject.line)\(field): \(reject.reason.name)")
            }
            let rest = rejects.reduce(0, +) - firstRejects.count
            if rest > 0 { lines.append("  and \(grouped(rest)) more") }
        }
        return lines.joined(separator: "\n")
    }
}
