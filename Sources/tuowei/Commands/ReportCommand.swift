import ArgumentParser
import Events
import Pipelines
import Reports

/// What a report writes and where.
struct ReportOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The folder to write the report into.", valueName: "folder"))
    var out: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Write only these tables, separated by commas, and no readable report.", valueName: "names"))
    var tables: String?

    @Option(name: .long, help: "The language of the pages and the workbook: zh or en.")
    var lang = "zh"

    /// The language.
    func language() throws -> Language {
        guard let language = Language(rawValue: lang) else { throw Refusal("--lang \(shown(lang)): not zh or en") }
        return language
    }

    /// The tables to write; nil: the whole report.
    func chosen() throws -> [Table]? {
        guard let tables else { return nil }
        return try tables.split(separator: ",").map { name in
            guard let table = Report.table(named: String(name)) else {
                let known = Report.tables.map(\.name).joined(separator: ", ")
                throw Refusal("--tables \(shown(String(name))): no such table; there are \(known)")
            }
            return table
        }
    }
}

/// `tuowei report`: writes every table and the readable reports.
struct ReportCommand: ParsableCommand, StartsThreads {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write the report of a day, as known at a moment, from the store.")

    @OptionGroup var options: PipelineOptions
    @OptionGroup var moment: MomentOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var key: KeyOptions
    @OptionGroup var failOn: FailOnOptions

    func run() throws {
        let pipeline = try options.read()
        try Stages.begin(on: pipeline)
        let written = try Stages.report(
            pipeline, moment, report, signer: try key.signer(pipeline), threads: options.threadCount)
        written.summary.forEach(printLine)
        try written.check(failOn.failOn)
    }
}
