import Archives
import Audit
import Dispatch
import EventStore
import Events
import Figures
import Glibc
import Ingest
import Pipelines
import Projections
import Reports

/// The stages of the main job, as the verbs call them: ingest, fold, report.
enum Stages {
    /// What the stages of one run know already and need not read again.
    struct Known: Sendable {
        /// The pipeline's reference data, made when it is first asked for.
        var reference: Once<ReferenceData>?
        /// The store as it stood when it was read or written last.
        var store: EventStore?
        /// What was read of the store's histories and sums.
        var histories: HistoriesAhead?
    }

    /// Settles how the program has memory, and starts the library of threads. Where the store holds events, all threads share one memory,
    /// in large pages; a large ingest into an empty one is quicker where each thread has its own.
    static func begin(on pipeline: Pipeline) throws {
        if case .some(.some) = try? EventStore.head(at: pipeline.store) { Memory.preferLargePages(bytes: memory(forEvents: 0)) }
        try ThreadLibrary.start()
    }

    // MARK: Ingest

    /// Archives that are to be ingested.
    struct Archives {
        let inputs: [ArchiveInput]
        let ahead: ArchivesAhead
    }

    /// The pipeline's archives, or the ones named. What can be decoded ahead of ``ingest(_:_:knowing:signer:threads:closing:onAnswer:)`` is
    /// so from now on: nothing of the store is needed for it, and all that comes behind waits for it.
    static func archives(of pipeline: Pipeline, _ named: [String], threads: Int) throws -> Archives {
        Memory.keepFreed()
        let inputs = try pipeline.inputs(named)
        let ahead = ArchivesAhead(inputs)
        ahead.begin(threads: threads)
        return Archives(inputs: inputs, ahead: ahead)
    }

    /// Ingests archives; the answers, and the store as it is then. Refused archives are complained of on standard error.
    ///
    /// - Parameter closing: Is given what lets the store go, once all is published: to call it before anybody else writes to the store.
    static func ingest(
        _ pipeline: Pipeline, _ archives: Archives, knowing known: Known = Known(), signer: SigningKey?, threads: Int,
        closing: (_ close: @escaping () -> Void) -> Void = { close in close() }, onAnswer: @escaping (ArchiveAnswer) -> Void
    ) throws -> (answers: [ArchiveAnswer], store: EventStore) {
        // To open a log with a key may mean to sign it.
        if signer != nil { _ = try known.reference?.value() }
        return try refusing {
            try Interruption.whileCleaning {
                let writer = try StoreWriter.open(
                    at: pipeline.store, origin: pipeline.logOrigin, signer: signer, knowing: known.store, threads: threads)
                var isDone = false
                defer { if !isDone { writer.close() } }
                if let signer, writer.resigned > 0 {
                    printError(
                        "the log was unsigned: its \(grouped(writer.resigned)) kept checkpoints are now signed by \(signer.verifier)")
                }
                let progress = Progress("ingest")
                defer { progress.finish() }
                // A file may have any size, and hold nothing.
                let bytes = archives.inputs.reduce(0) { sum, input in
                    let (larger, overflow) = sum.addingReportingOverflow(fileSize(input.path) ?? 0)
                    return overflow ? .max : larger
                }
                progress.work.expect(.archiveBytes, bytes)
                // Reference data by which the report turns out to be impossible are refused before anything is stored.
                let (reference, store, histories) = (known.reference, known.store, known.histories)
                let answers = try IngestRun(archives.ahead, into: writer).run(threads: threads) {
                    _ = try reference?.value()
                    // Publishing, which comes next, is waiting for the disk.
                    histories?.begin()
                } beside: {
                    // Only where the stages behind it will ask.
                    guard let store else { return }
                    store.holdIdentifiers()
                    Manifest.prepare()
                } besideAbsorbing: {
                    _ = try? reference?.value()
                } onAnswer: { answer in
                    onAnswer(answer)
                    if let complaint = answer.complaint { printError(complaint) }
                } onProgress: { bytes, events in
                    progress.work.reach(.archiveBytes, bytes)
                    progress.work.reach(.eventsAppended, events)
                    try Interruption.check()
                }
                let published = try writer.published()
                isDone = true
                closing { writer.close() }
                return (answers, published)
            }
        }
    }

    /// The state of the log in one line, and whether it is signed.
    static func logLine(_ pipeline: Pipeline) throws -> String {
        try refusing(as: .checkFailed) {
            guard let (checkpoint, key) = try EventStore.head(at: pipeline.store) else { return "The log is empty" }
            let signed = key.map { "signed by \($0)" } ?? "unsigned (`tuowei key new` makes a key to sign it with)"
            return "The log \(shown(checkpoint.origin)) has \(grouped(checkpoint.size)) entries, root \(checkpoint.root), \(signed)"
        }
    }

    /// Throws the exit status that the answers call for, and says why where it is `--fail-on`.
    static func status(of answers: [ArchiveAnswer], failOn: [FailOn]) throws {
        let rejects = answers.reduce(0) { $0 + $1.rejects.reduce(0, +) }
        let skipped = answers.reduce(0) { $0 + $1.skipped.count }
        if failOn.contains(.rejects), rejects > 0 {
            printError("--fail-on rejects: \(grouped(rejects)) rejected; `tuowei rejects` lists those that the store keeps")
        }
        if failOn.contains(.skipped), skipped > 0 {
            let archives = answers.filter { !$0.skipped.isEmpty }.map { shown($0.archive) }
            printError("--fail-on skipped: \(grouped(skipped)) skipped, in \(archives.prefix(5).joined(separator: ", "))")
        }
        let failed = failOn.contains(.rejects) && rejects > 0 || failOn.contains(.skipped) && skipped > 0
        if failed || answers.contains(where: { $0.status == .refused }) { throw ExitStatus.doneWithRefusals }
    }

    /// The pipeline's store as it stands, for reading.
    ///
    /// - Throws: ``Refusal`` where nothing was ever ingested: an empty report of a mistyped path would look like an empty district.
    static func store(of pipeline: Pipeline, threads: Int = 1) throws -> EventStore {
        guard access(pipeline.store, F_OK) == 0 || errno != ENOENT else {
            throw Refusal(
                "\(shown(pipeline.store)): there is no store here; call `tuowei ingest` first, or correct `store` in the pipeline")
        }
        return try refusing { try EventStore.open(at: pipeline.store, threads: threads) }
    }

    /// What can be known before the archives are ingested: the reference data, by which the report may turn out to be impossible, and the
    /// store as it stands. Where there are threads and a store, the reference data are read while the last archive's events are absorbed, its
    /// histories and sums while what came is published, and either sooner where it is asked for.
    static func beforehand(_ pipeline: Pipeline, _ moment: MomentOptions, _ options: ReportOptions, threads: Int) throws -> Known {
        let listsFindings = Report.lists(of: try options.chosen()).contains(.findings)
        let isAllKnown = try moment.instant() == nil
        let reference = Once { try self.reference(of: pipeline) }
        // What is wrong with the store its writer says.
        guard let store = try? EventStore.open(at: pipeline.store, threads: threads), store.size > 0 else {
            _ = try reference.value()
            return Known(reference: reference, histories: HistoriesAhead())
        }
        // What the ingest frees serves the stages behind it.
        Memory.preferLargePages(bytes: memory(forEvents: Log.allCases.reduce(0) { $0 + store.eventCount(of: $1) }))
        guard threads > 1 else {
            _ = try reference.value()
            return Known(reference: reference, store: store)
        }
        return Known(
            reference: reference, store: store, histories: HistoriesAhead(store, withSums: isAllKnown, listsFindings: listsFindings))
    }

    private static func fileSize(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// What folding takes at most, as a rule.
    private static func memory(forEvents events: Int) -> Int { 64 << 20 + events * 48 }

    /// A state that is the log's head still: files that another process has made since of a longer log are not to be taken for strays.
    private static func current(_ store: EventStore?, of pipeline: Pipeline) throws -> EventStore? {
        guard let store, let (head, _) = try EventStore.head(at: pipeline.store), head.size == store.size, head.root == store.root else {
            return nil
        }
        return store
    }

    // MARK: Fold

    /// Brings the histories up to the log, and the sums of a day where one is given; a line that says what was done.
    ///
    /// - Parameter shared: What reads new events for a report beside it too.
    static func fold(
        _ pipeline: Pipeline, sumsOf day: Day?, knowing known: Known = Known(), sharing shared: SharedRecords? = nil, threads: Int
    ) throws -> String {
        try refusing(as: .checkFailed) {
            let store = try current(known.store, of: pipeline) ?? store(of: pipeline, threads: threads)
            let events = Log.allCases.reduce(0) { $0 + store.eventCount(of: $1) }
            let progress = Progress("fold")
            defer { progress.finish() }
            var keeper = HistoryKeeper(store, threads: threads, work: progress.work, ahead: known.histories)
            keeper.shared = shared
            Memory.preferLargePages(bytes: memory(forEvents: events))
            var line = "\(grouped(events)) events in \(grouped(store.size)) entries of the log; "
            let once = known.reference ?? Once { try self.reference(of: pipeline) }
            let sums = day.map { day in
                WantedSums(by: programVersion) {
                    try ReportMaker(
                        program: programVersion, store: store, pipeline: pipeline, reference: once.value(), asOf: day, knownAt: nil,
                        threads: threads
                    ).request
                }
            }
            try Interruption.whileCleaning {
                let (_, update) = try sideBySide(
                    { if day != nil { _ = try once.value() } }, { try keeper.update(with: sums) { try Interruption.check() } },
                    threads: threads)
                line += update.folded == 0 ? "the histories are up to date" : "\(grouped(update.folded)) folded now"
                guard let day, events > 0 else { return }
                line += update.areSumsMade ? ", and the sums of \(day) made" : "; the sums of \(day) are kept"
            }
            return line
        }
    }

    // MARK: Report

    /// What a report says in three lines, and which targets are missed.
    struct Written {
        let summary: [String]
        let missedTargets: [String]

        /// Throws the exit status where a target is missed and `--fail-on targets` asks for it. A pending one is not missed.
        func check(_ failOn: [FailOn]) throws {
            guard failOn.contains(.targets), !missedTargets.isEmpty else { return }
            printError(
                "--fail-on targets: missed: \(missedTargets.prefix(5).map(shown).joined(separator: ", "))"
                    + (missedTargets.count > 5 ? " and \(missedTargets.count - 5) more" : ""))
            throw ExitStatus.doneWithRefusals
        }
    }

    /// Writes the report of a day from the store. What is to be folded is folded before anything is written.
    static func report(
        _ pipeline: Pipeline, _ moment: MomentOptions, _ options: ReportOptions, knowing known: Known = Known(), signer: SigningKey?,
        threads: Int, after fold: ((_ shared: SharedRecords?) throws -> Void)? = nil
    ) throws -> Written {
        let (day, knownAt, chosen) = (try moment.day(), try moment.instant(), try options.chosen())
        let (reference, store) = try sideBySide(
            { try known.reference?.value() ?? self.reference(of: pipeline) },
            { try known.store ?? self.store(of: pipeline, threads: threads) },
            threads: threads)
        let progress = Progress("report")
        defer { progress.finish() }
        let maker = ReportMaker(
            program: programVersion, store: store, pipeline: pipeline, reference: reference, asOf: day, knownAt: knownAt,
            language: try options.language(), threads: threads, work: progress.work)
        if let signer, try refusing({ try store.verifierKey() }) != signer.verifier {
            throw Refusal("the log is not signed by \(signer.verifier); give ingest the key first, so that log and report have one signer")
        }
        let events = Log.allCases.reduce(0) { $0 + store.eventCount(of: $1) }
        var keeper = HistoryKeeper(store, threads: threads, ahead: known.histories)
        // With sums little is folded, and little memory is needed for it: the figures take what is new from the log, and wait for no fold.
        // Sums that the fold makes anew it makes from everything: then the figures wait for them.
        let isBeside = fold != nil && ((try? keeper.seemToHaveGoodSums(for: maker.request, by: programVersion)) ?? false)
        if let fold, !isBeside { try fold(nil) }
        let shared = isBeside ? SharedRecords() : nil
        keeper.shared = shared
        let haveSums = isBeside || ((try? keeper.haveSums(for: maker.request, by: programVersion)) ?? false)
        Memory.preferLargePages(bytes: memory(forEvents: events), populating: haveSums ? 0 : memory(forEvents: events) / 4)
        progress.work.expect(.filesKept, maker.filesAbout(chosen))
        let (manifest, figures) = try refusing(as: .checkFailed) {
            try sideBySide(
                {
                    if isBeside { try fold?(shared) }
                    return try maker.manifest()
                },
                {
                    try maker.figures(from: keeper, for: chosen) {
                        printError(
                            "\(shown(pipeline.store)): its histories are damaged; the report was made from the log, and `tuowei fold` makes them anew"
                        )
                    }
                }, threads: threads)
        }
        Memory.keepToTheEnd(figures)
        let summary = summary(of: figures)
        let folder = try Interruption.whileCleaning {
            let folder = try ReportFolder(options.out ?? "\(pipeline.reports)/\(day)")
            do {
                try maker.write(figures, tables: chosen, temporaryFolder: folder.temporaryFolder) { path, contents in
                    progress.work.add(.fileBytes, try folder.write(path, contents))
                }
                var manifest = manifest
                manifest.put(folder.files.map { Manifest.File(path: $0.path, size: $0.size, sha256: "\($0.sha256)") })
                manifest.signedBy = signer?.verifier.description
                let bytes = try manifest.encoded()
                try folder.write(Manifest.name) { sink in try bytes.withUnsafeBytes { try sink($0) } }
                if let signer {
                    let signature = ManifestSignature.file(of: bytes, signer)
                    try folder.write(ManifestSignature.name) { sink in try signature.withUnsafeBytes { try sink($0) } }
                }
                progress.work.expect(.filesKept, folder.files.count - (progress.work.amounts[.filesKept]?.expected ?? 0))
                progress.work.finish(.files, .fileWork)
                try folder.finish { progress.work.add(.filesKept, 1) }
                return folder
            } catch {
                throw folder.abandon(after: error)
            }
        }
        return Written(
            summary: ["The report as of \(day) is in \(shown(cleaned(folder.target)))"] + summary.lines,
            missedTargets: summary.missedTargets)
    }

    /// The pipeline's reference data; what is passed over in it is said on standard error.
    static func reference(of pipeline: Pipeline) throws -> ReferenceData {
        let reference = try refusing { try pipeline.reference() }
        for warning in reference.warnings { printError(warning) }
        return reference
    }

    /// A path as people read it: absolute, without `..` or symbolic links.
    static func cleaned(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(validatingCString: resolved) ?? path
    }

    /// What a report says but where it is.
    private static func summary(of figures: ReportFigures) -> (lines: [String], missedTargets: [String]) {
        let district = figures.asOf
        func printed(_ name: String) -> String {
            guard let figure = FigureCatalog.figure(named: name), let value = district.printed(figure, of: 0) else { return "unknown" }
            // For people; tables print numbers without commas.
            return Int(value.text).map(grouped) ?? value.text
        }
        let targets = figures.targets
        let met = targets.count { $0.met == .yes }
        let pending = targets.count { $0.met == .pending }
        return (
            [
                "\(printed("places_filed")) filed places for \(printed("under3")) children under 3: coverage \(printed("coverage_rate")); "
                    + "demand \(printed("demand")), gap \(printed("gap")); \(printed("places_per_1000")) places per 1,000 residents",
                "Plan targets: \(met) of \(targets.count) met, \(targets.count - met - pending) missed, \(pending) pending",
            ],
            targets.filter { $0.met == .no }.map {
                "\(figures.settings.targets[$0.target].name) (\(figures.settings.areas.all[$0.area].code))"
            }
        )
    }
}

extension Pipeline {
    /// The log's origin: the name under which its checkpoints are signed.
    var logOrigin: String { Checkpoint.origin("tuowei/", name) }
}
