import ArgumentParser
import Pipelines

/// `tuowei run`: ingest, fold and report in one.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Ingest, fold and report in one.")

    @OptionGroup var options: PipelineOptions
    @OptionGroup var moment: MomentOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var failOn: FailOnOptions

    func run() throws {
        let pipeline = try options.read()
        _ = try moment.day()
        _ = try moment.instant()
        _ = try report.chosen()
        let threads = options.threadCount
        let signer = try key.signer(pipeline)
        let answers = try Stages.ingest(pipeline, [], signer: signer, threads: threads) { _ in }
        let written = try Stages.report(pipeline, moment, report, signer: signer, threads: threads)
        written.summary.forEach(printLine)
        if failOn.failOn.contains(.targets), written.hasUnmetTargets { throw ExitStatus.doneWithRefusals }
        try Stages.status(of: answers, failOn: failOn.failOn)
    }
}
