import ArgumentParser
import Pipelines

/// `tuowei fold`: brings the projections up to the log.
struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold", abstract: "Bring the projections up to the log; only what is new is read.")

    @OptionGroup var options: PipelineOptions

    func run() throws {
        let summary = try Stages.fold(options.read(), threads: options.threadCount)
        printLine(summary)
    }
}
