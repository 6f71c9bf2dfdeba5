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
            Both reports must come from the pipeline's store, at any two days, moments or checkpoints. Each is made anew with what it was \
            made with; where that is not what the pipeline gives now, say with --pipeline-a or --pipeline-b where it is kept.
            """)

    @OptionGroup var options: PipelineOptions
    @Option(
        name: .long, help: ArgumentHelp("The pipeline file that the first report was made with, if another.", valueName: "file"))
    var pipelineA: String?
    @Option(
        name: .long, help: ArgumentHelp("The pipeline file that the second report was made with, if another.", valueName: "file"))
    var pipelineB: String?
    @Option(name: .long, help: ArgumentHelp("Only this figure and what it is made of; all its events are named.", valueName: "name"))
    var figure: String?
    @Option(name: .long, help: ArgumentHelp("Only the area of this code, or `unassigned`.", valueName: "code"))
    var code: String?
    @Flag(name: .long, help: "Answer with one JSON object a line: each event with what it changed, then each figure.") var json = false
    @Argument(help: "The folder of the first report.") var reportA: String
    @Argument(help: "The folder of the second one.") var reportB: String

    func run() throws {
        let pipeline = try options.read()
        let first = try inputs(pipelineA, pipeline)
        let second = try inputs(pipelineB, pipeline)
        var question = ReportComparison.Question()
        question.json = json
        if figure != nil || code != nil {
            // An area may be in the register of one report only.
            let areas = [second, first].map(\.reference.areas)
            let known = areas.first { areas in code.map { areas.number(ofCode: $0) != nil } ?? true } ?? areas[0]
            let cell = try refusing {
                try Cell(figure: figure ?? FigureCatalog.all[0].name, code: code ?? known.all[0].code, areas: known)
            }
            if figure != nil {
                question.figure = cell.figure
                question.named = nil
            }
            question.code = code
        }
        let store = try Stages.store(of: pipeline)
        let progress = Progress("compare")
        defer { progress.finish() }
        let comparison = try refusing {
            do {
                return try ReportComparison(
                    reportA, made: first, reportB, made: second, store: store, threads: options.threadCount, work: progress.work)
            } catch let error as ComparisonError where error.isDoubt {
                throw Refusal(shown(error.description), status: .checkFailed)
            }
        }
        let outcome = try refusing(as: .checkFailed) { try comparison.run(question, to: progress.thenPrint) }
        guard outcome.faults.isEmpty else {
            for fault in outcome.faults.prefix(10) { printError(shown(fault)) }
            throw ExitStatus.checkFailed
        }
    }

    private func inputs(_ named: String?, _ pipeline: Pipeline) throws -> ReportInputs {
        try refusing {
            let pipeline = try named.map { try Pipeline.read($0) } ?? pipeline
            return ReportInputs(pipeline, try pipeline.reference())
        }
    }
}
