import Archives
import ArgumentParser
import Events
import Figures
import Glibc
import Ingest
import Pipelines

/// The pipeline and the machine's share: what every verb is given.
struct PipelineOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The pipeline file (YAML).", valueName: "file"))
    var pipeline: String

    @Option(name: .long, help: ArgumentHelp("Threads to use; the results do not depend on it.", valueName: "count"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads takes a whole number from 1 to 1024") }
    }

    /// The pipeline, read and checked; its warnings go to standard error.
    func read() throws -> Pipeline {
        let pipeline = try refusing { try Pipeline.read(self.pipeline) }
        for warning in pipeline.warnings { printError(warning) }
        return pipeline
    }

    /// The number of threads: as said, else the processors this process may use.
    var threadCount: Int {
        threads ?? PipelineOptions.processors
    }

    /// The processors this process may use.
    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// The day of a report, and the moment as known at which.
struct MomentOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The day of the figures, YYYY-MM-DD; events to its end count.", valueName: "day"))
    var asOf: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only events recorded by then exist: a day (its end at +08:00) or an RFC 3339 instant with its offset.", valueName: "moment"))
    var knownAt: String?

    /// D.
    func day() throws -> Day { try Self.day(asOf) }

    /// The day of an option `--as-of`.
    static func day(_ asOf: String) throws -> Day {
        guard let day = Day(asOf) else { throw Refusal("--as-of \(shown(asOf)): not a real day of the form YYYY-MM-DD") }
        return day
    }

    /// K.
    func instant() throws -> Instant? {
        guard let knownAt else { return nil }
        if let day = Day(knownAt) { return Instant(endOf: day) }
        guard let instant = Instant(knownAt) else {
            throw Refusal(
                "--known-at \(shown(knownAt)): neither a day (YYYY-MM-DD) nor an instant with its offset (2025-07-20T08:00:00+08:00)")
        }
        return instant
    }
}

/// What, when it comes about, makes the exit status 3.
enum FailOn: String, ExpressibleByArgument, CaseIterable {
    /// A rejected line.
    case rejects
    /// A skipped entry or file.
    case skipped
    /// A target that is missed; a pending one is not.
    case targets
}

/// The conditions of `--fail-on`.
struct FailOnOptions: ParsableArguments {
    @Option(name: .long, help: "Exit with 3 where there are rejects, skipped entries, or missed targets; may be repeated.")
    var failOn: [FailOn] = []
}

extension Pipeline {
    /// The rules under which an archive's lines are read.
    func rules(of file: ArchiveFile) -> SourceRules {
        var values: [String: [String: String]] = [:]
        for value in self.values { values[value.field, default: [:]][value.cell] = value.value }
        return SourceRules(
            encoding: file.encoding == .gb18030 ? .gb18030 : .utf8,
            logs: Dictionary(logs.map { ($0.name, $0.log) }) { first, _ in first },
            fields: Dictionary(fields.map { ($0.column, $0.field) }) { first, _ in first }, values: values)
    }

    /// The safety limits: the program's, with what the pipeline says of its own.
    var archiveLimits: ArchiveLimits {
        var result = ArchiveLimits()
        result.entries = limits.entries ?? result.entries
        result.entryBytes = limits.entryBytes ?? result.entryBytes
        result.archiveBytes = limits.archiveBytes ?? result.archiveBytes
        result.expansionRatio = limits.expansionRatio ?? result.expansionRatio
        result.ratioFloor = limits.ratioFloor ?? result.ratioFloor
        result.nameBytes = limits.nameBytes ?? result.nameBytes
        result.allNameBytes = limits.allNameBytes ?? result.allNameBytes
        result.decoderMemory = limits.decoderMemory ?? result.decoderMemory
        return result
    }

    /// A copy of an archive that the log knows by `name`, wherever the copy lies, with the rules for the original.
    func input(copyOf path: String, name: String) throws -> ArchiveInput {
        let file = try refusing { try archiveFile(copy: path, name: name) }
        return ArchiveInput(path: path, name: name, rules: rules(of: file), rejectLimit: .max, limits: archiveLimits)
    }

    /// The archives to ingest, those named or the pipeline's own, with the rules for each.
    func inputs(_ named: [String]) throws -> [ArchiveInput] {
        let files = try refusing { named.isEmpty ? try archiveFiles() : try archiveFiles(named: named) }
        let limits = archiveLimits
        return files.map {
            ArchiveInput(path: $0.path, name: $0.name, rules: rules(of: $0), rejectLimit: rejectLimit, limits: limits)
        }
    }
}
