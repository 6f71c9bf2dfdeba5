import ArgumentParser
import EventStore
import Events
import Pipelines

/// `tuowei rejects`: the rejected lines that the store keeps.
struct RejectsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects", abstract: "List the rejected lines that the store keeps, as NDJSON.")

    @OptionGroup var options: PipelineOptions

    func run() throws {
        let pipeline = try options.read()
        let store = try Stages.store(of: pipeline)
        try refusing(as: .checkFailed) {
            for (archive, reject) in try store.batches.flatMap({ batch in try store.rejects(of: batch).map { (batch.archive, $0) } }) {
                let members = [
                    "\"archive\": \(jsonText(archive))", "\"entry\": \(jsonText(reject.entry))", "\"line\": \(reject.line)",
                    "\"field\": \(jsonText(reject.field))", "\"reason\": \"\(reject.reason.name)\"",
                ]
                printLine("{" + members.joined(separator: ", ") + "}")
            }
        }
    }
}
