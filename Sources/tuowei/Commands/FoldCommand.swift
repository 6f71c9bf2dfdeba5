import ArgumentParser
import Pipelines

/// `tuowei fold`: brings the projections up to the log.
struct FoldCommand: ParsableCommand, StartsThreads {
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
        let pipeline = try options.read()
        try Stages.begin(on: pipeline)
        let summary = try Stages.fold(pipeline, sumsOf: day, threads: options.threadCount)
        printLine(summary)
    }
}
