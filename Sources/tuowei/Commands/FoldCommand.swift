import ArgumentParser
import Pipelines

/// `tuowei fold`: brings the projections up to the log.
struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold", abstract: "Bring the projections up to the log; only what is new is read.")

    @OptionGroup var options: PipelineOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Keep also what children and grants add up to at a day, YYYY-MM-DD: its next reports fold only what changed.",
            valueName: "day"))
    var asOf: String?

    func run() throws {
        let day = try asOf.map(MomentOptions.day)
        let summary = try Stages.fold(options.read(), sumsOf: day, threads: options.threadCount)
        printLine(summary)
    }
}
