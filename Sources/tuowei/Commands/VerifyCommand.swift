import ArgumentParser
import Audit
import EventStore
import Events
import Pipelines

/// `tuowei verify`: the store's integrity, and the replay of a report.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every file of the store from the raw bytes of its log; with a report, replay it and compare every byte.",
        discussion: """
            A log cut back whole, or rewritten and signed again with its own key, looks sound by itself: only what was kept elsewhere \
            (--seen, --vkey) or the archives (--archives) show it.
            """)

    @OptionGroup var options: PipelineOptions
    @Option(name: .long, help: ArgumentHelp("The folder of a report to replay.", valueName: "folder"))
    var report: String?
    @Option(
        name: .long, help: ArgumentHelp("A checkpoint, or a report's manifest, kept earlier: the log must extend it.", valueName: "file"))
    var seen: [String] = []
    @Option(
        name: .long, help: ArgumentHelp("The verifier key, or its file, that must have signed the log and the report.", valueName: "key"))
    var vkey: String?
    @Option(name: .long, help: ArgumentHelp("Rebuild the log from the archives below this folder.", valueName: "folder"))
    var archives: String?
    @Option(name: .long, help: ArgumentHelp("Check the store in this folder in place of the pipeline's.", valueName: "folder"))
    var store: String?
    @Flag(name: .long, help: "Answer with one JSON object.") var json = false

    func run() throws {
        let pipeline = try options.read()
        let key = try refusing { try vkey.map { try KeptFiles.verifierKey($0) } }
        let kept = try refusing { try seen.map { try KeptFiles.checkpoint($0) } }
        if report != nil { _ = try refusing { try pipeline.reference() } }
        if let archives, !ReportFiles.isFolder(archives) { throw Refusal("--archives \(shown(archives)): no folder of that name") }
        let folder = Stages.cleaned(store ?? pipeline.store)
        let progress = Progress("verify")
        defer { progress.finish() }
        let work = progress.work
        // How much there is to rebuild or to replay is known when it comes to that.
        work.isComplete = archives == nil && report == nil
        var answer = VerifyAnswer(
            store: StoreCheck(
                at: folder, derived: DerivedFolders.all(threads: options.threadCount, work), seen: kept, verifier: key,
                threads: options.threadCount
            ) { toRead, read in
                work.expect(.checkedBytes, toRead)
                work.add(.checkedBytes, read)
            }.run())
        // A damaged log proves nothing about reports or archives.
        answer.isLeftOut = !answer.store.isSound && (archives != nil || report != nil)
        if answer.store.isSound {
            try refusing(as: .checkFailed) {
                let log = try EventStore.open(at: folder)
                let temporary = archives == nil && report == nil ? nil : try WorkFolder.temporary()
                defer { temporary?.remove() }
                let place = temporary?.path ?? ""
                if !place.isEmpty { Interruption.removeWhenStopped(place) }
                work.isComplete = report == nil
                if let archives { answer.rebuild = try rebuild(archives, pipeline, log, place, work) }
                work.isComplete = true
                if let report {
                    answer.report = try ReportCheck(
                        folder: report, store: log, pipeline: pipeline, program: programVersion, verifier: key,
                        threads: options.threadCount, temporaryFolder: place, work: work
                    ).run()
                }
            }
        }
        progress.finish()
        if json {
            printLine(answer.json)
        } else {
            answer.lines.forEach(printLine)
            answer.complaints.forEach { printError(shown($0)) }
        }
        guard answer.isSound else { throw ExitStatus.checkFailed }
    }

    private func rebuild(
        _ folder: String, _ pipeline: Pipeline, _ log: EventStore, _ place: String, _ work: WorkCounter
    ) throws -> ArchiveRebuild.Outcome {
        try ArchiveRebuild(log, threads: options.threadCount, work: work).run(ReportFiles.paths(below: folder), temporaryFolder: place) {
            path, name in
            try pipeline.input(copyOf: path, name: name)
        }
    }
}

/// What other rooms keep in a store, with how each is checked.
enum DerivedFolders {
    static func all(threads: Int, _ work: WorkCounter = WorkCounter()) -> [DerivedFiles] {
        [HistoryKeeper.derivedFiles(threads: threads, work: work)]
    }
}

/// What `verify` found, in words and as JSON.
struct VerifyAnswer {
    var store: StoreOutcome
    var rebuild: ArchiveRebuild.Outcome?
    var report: ReportCheck.Outcome?
    /// Whether archives or a report were to be checked and were not, because the log is not sound.
    var isLeftOut = false

    init(store: StoreOutcome) { self.store = store }

    /// Checks made.
    var checks: Int { store.total + (rebuild?.entries ?? 0) + (report?.files ?? 0) }

    var isSound: Bool {
        store.isSound && rebuild?.problems.isEmpty ?? true && report?.differences.isEmpty ?? true && checks > 0
    }

    /// What is wrong, one line each, the first thing first.
    var complaints: [String] {
        store.faults.map(\.description) + (rebuild?.problems.map { "archives: \($0)" } ?? [])
            + (report?.differences.map { "report: \($0)" } ?? [])
    }

    /// What an auditor should know although it is no fault.
    var notes: [String] {
        var notes: [String] = []
        if let writer = store.writer { notes.append("a writer is at work on the store, or was interrupted (\(writer))") }
        notes += store.leftovers.map { "left by it: \($0)" }
        if isLeftOut { notes.append("archives and reports are not compared with a log that is not sound") }
        return notes + (report?.notes ?? [])
    }

    /// The answer in lines for people.
    var lines: [String] {
        var lines: [String] = []
        if let checkpoint = store.checkpoint, let root = store.root {
            lines.append("log      \(shown(checkpoint.origin)): \(grouped(checkpoint.size)) entries, root \(root)")
            lines.append("key      " + (store.verifier?.description ?? "none: the log is unsigned"))
        }
        let counts = StoreOutcome.Check.allCases.compactMap { check in
            store.counts[check].map { "\(grouped($0)) \(check.rawValue)" }
        }
        lines.append("store    " + counts.joined(separator: ", "))
        if let rebuild {
            let unused = rebuild.unused > 0 ? "; \(grouped(rebuild.unused)) files are no archives of the log" : ""
            lines.append(
                "archives \(grouped(rebuild.archives)) ingested anew give \(grouped(rebuild.entries)) entries, root \(rebuild.root.map { "\($0)" } ?? "unknown")\(unused)"
            )
        }
        if let report {
            let state = report.checkpoint.map { ", at the log's first \(grouped($0.size)) entries" } ?? ""
            lines.append(
                "report   \(grouped(report.files)) files, \(grouped(report.bytes)) bytes compared\(state); "
                    + (report.isSigned ? "signed" : "unsigned"))
        }
        lines += notes.map { "note     \(shown($0))" }
        lines.append(
            "\(grouped(checks)) checks, \(complaints.isEmpty && isSound ? "nothing wrong" : "\(grouped(max(1, complaints.count))) wrong")")
        return lines
    }

    /// The answer as one JSON object.
    var json: String {
        func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }
        let counts = StoreOutcome.Check.allCases.compactMap { check in store.counts[check].map { "\(jsonText(check.rawValue)): \($0)" } }
        let faults = store.faults.map { fault in
            "{\"file\": \(jsonText(fault.file))" + (fault.offset.map { ", \"offset\": \($0)" } ?? "")
                + ", \"problem\": \(jsonText(fault.problem))}"
        }
        var members = ["\"ok\": \(isSound)", "\"checks\": \(checks)"]
        if let checkpoint = store.checkpoint {
            members += ["\"origin\": \(jsonText(checkpoint.origin))", "\"entries\": \(checkpoint.size)"]
        }
        if let root = store.root { members.append("\"root\": \"\(root)\"") }
        if let key = store.verifier { members.append("\"signed_by\": \(jsonText(key.description))") }
        members += ["\"counts\": {" + counts.joined(separator: ", ") + "}", "\"faults\": " + list(faults)]
        if let rebuild {
            members.append("\"archives\": \(rebuild.archives)")
            members.append("\"archive_problems\": " + list(rebuild.problems.map(jsonText)))
        }
        if let report {
            members += ["\"files\": \(report.files)", "\"bytes\": \(report.bytes)", "\"report_signed\": \(report.isSigned)"]
            members.append(
                "\"differences\": "
                    + list(
                        report.differences.map { "{\"file\": \(jsonText($0.file)), \"problem\": \(jsonText($0.words))}" }))
        }
        members.append("\"notes\": " + list(notes.map(jsonText)))
        return "{" + members.joined(separator: ", ") + "}"
    }
}
