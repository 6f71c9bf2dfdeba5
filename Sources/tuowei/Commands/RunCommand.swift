import ArgumentParser
import Ingest
import Pipelines

/// `tuowei run`: ingest, fold and report in one.
struct RunCommand: ParsableCommand, StartsThreads {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Ingest, fold and report in one: the archives of the pipeline, or the ones named.")

    @OptionGroup var options: PipelineOptions
    @OptionGroup var moment: MomentOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var failOn: FailOnOptions
    @Argument(help: "Archives instead of the pipeline's.") var archives: [String] = []

    func run() throws {
        let pipeline = try options.read()
        try Stages.begin(on: pipeline)
        let day = try moment.day()
        _ = try moment.instant()
        _ = try (report.chosen(), report.language())
        let threads = options.threadCount
        // What is wrong with them is said behind what is wrong with all else.
        let inputs = Result { try Stages.archives(of: pipeline, archives, threads: threads) }
        // Whatever makes the report impossible is refused before the store is touched.
        var known = try Stages.beforehand(pipeline, moment, report, threads: threads)
        let signer = try key.signer(pipeline)
        // What is published is durable; what remains to be done for the next writer is done beside the report.
        var close: (() -> Void)?
        defer { close?() }
        let (answers, store) = try Stages.ingest(
            pipeline, inputs.get(), knowing: known, signer: signer, threads: threads, closing: { close = $0 }, onAnswer: { _ in })
        known.store = store
        Memory.keepToTheEnd(known)
        // A run that appends nothing leaves the store as it is.
        let isAppended = answers.contains { $0.status == .appended }
        let written = try Stages.report(pipeline, moment, report, knowing: known, signer: signer, threads: threads) { [known] shared in
            try Interruption.whileCleaning {
                close?()
                close = nil
            }
            if isAppended { _ = try Stages.fold(pipeline, sumsOf: day, knowing: known, sharing: shared, threads: threads) }
        }
        written.summary.forEach(printLine)
        var failure: ExitStatus?
        do { try written.check(failOn.failOn) } catch let status as ExitStatus { failure = status }
        try Stages.status(of: answers, failOn: failOn.failOn)
        if let failure { throw failure }
    }
}
