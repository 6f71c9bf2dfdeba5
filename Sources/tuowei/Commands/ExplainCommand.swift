import ArgumentParser
import Audit
import Figures
import Pipelines

/// Which cell of `coverage.csv`.
struct CellOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The figure: a numeric column of coverage.csv.", valueName: "name"))
    var figure: String

    @Option(
        name: .long,
        help: ArgumentHelp("The area: the code of the district, a town or a community, or `unassigned`.", valueName: "code"))
    var code: String
}

/// `tuowei explain`: the events behind one figure.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "List the events behind one figure, as NDJSON; the last line adds them up to what is printed.")

    @OptionGroup var options: PipelineOptions
    @OptionGroup var moment: MomentOptions
    @OptionGroup var cell: CellOptions
    @Flag(name: .long, help: "Name children by their pseudonyms instead of numbers of this answer.") var showChildren = false

    func run() throws {
        let pipeline = try options.read()
        let (day, knownAt) = (try moment.day(), try moment.instant())
        let reference = try refusing { try pipeline.reference() }
        let cell = try refusing { try Cell(figure: self.cell.figure, code: self.cell.code, areas: reference.areas) }
        let store = try Stages.store(of: pipeline)
        let progress = Progress("explain")
        defer { progress.finish() }
        let outcome = try refusing(as: .checkFailed) {
            let maker = ReportMaker(
                program: programVersion, store: store, pipeline: pipeline, reference: reference,
                asOf: day, knownAt: knownAt, threads: options.threadCount, work: progress.work)
            return try FigureExplanation(maker, cell: cell, showChildren: showChildren).run(to: progress.thenPrint)
        }
        guard outcome.addsUp else {
            printError(
                "the events add up to \(outcome.sum?.text ?? "an empty cell"), printed is \(outcome.printed?.text ?? "an empty cell"): "
                    + "run `tuowei verify`; the program or the store is at fault")
            throw ExitStatus.checkFailed
        }
    }
}
