import ArgumentParser
import Audit
import Figures
import Pipelines

/// `tuowei compare`: why the figures of one report are others in another.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Say, for every figure that differs between two reports, how much each cause and event changed it.",
        discussion: """
            Causes: reference (data or settings), corrected, voided, late, aged_in, aged_out, new. They always add up to the difference. \
            Both reports must come from the pipeline's store, at any two days, moments or checkpoints.
            """)

    @OptionGroup var options: PipelineOptions
    @Option(name: .long, help: ArgumentHelp("Only this figure and what it is made of; all its events are named.", valueName: "name"))
    var figure: String?
    @Option(name: .long, help: ArgumentHelp("Only the area of this code, or `unassigned`.", valueName: "code"))
    var code: String?
    @Flag(name: .long, help: "Answer with one JSON object a line: each event with what it changed, then each figure.") var json = false
    @Argument(help: "The folder of the first report.") var reportA: String
    @Argument(help: "The folder of the second one.") var reportB: String

    func run() throws {
        let pipeline = try options.read()
        let reference = try refusing { try pipeline.reference() }
        var question = ReportComparison.Question()
        question.json = json
        let district = reference.areas.all[0].code
        if figure != nil || code != nil {
            let cell = try refusing {
                try Cell(figure: figure ?? FigureCatalog.all[0].name, code: code ?? district, areas: reference.areas)
            }
            if figure != nil {
                question.figure = cell.figure
                question.named = nil
            }
            if code != nil { question.area = cell.area }
        }
        let store = try Stages.store(of: pipeline)
        let progress = Progress("compare")
        defer { progress.finish() }
        let comparison = try refusing {
            try ReportComparison(
                reportA, reportB, store: store, pipeline: pipeline, reference: reference,
                threads: options.threadCount, work: progress.work)
        }
        let outcome = try refusing(as: .checkFailed) { try comparison.run(question, to: progress.thenPrint) }
        guard outcome.faults.isEmpty else {
            for fault in outcome.faults.prefix(10) { printError(shown(fault)) }
            throw ExitStatus.checkFailed
        }
    }
}
