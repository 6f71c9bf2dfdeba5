import Archives
public import EventStore
public import Events
public import Figures
import Foundation
public import Pipelines
public import Projections
public import Reports

/// Makes every file of a report from a state of the log. `report` writes them, `verify` compares them: there is one path.
public struct ReportMaker: Sendable {
    /// The version of the program that makes the report, named in its manifest.
    public let program: String
    /// The state of the log.
    public let store: EventStore
    /// The pipeline.
    public let pipeline: Pipeline
    /// Its reference data.
    public let reference: ReferenceData
    /// D.
    public let asOf: Day
    /// K; nil: everything is known.
    public let knownAt: Instant?
    /// The language of the pages and the workbook.
    public let language: Language
    /// Threads to use; the bytes do not depend on it.
    public let threads: Int
    /// Hears of what is done.
    public let work: WorkCounter

    /// A report of a day, as known at a moment, from a state of the log.
    public init(
        program: String, store: EventStore, pipeline: Pipeline, reference: ReferenceData, asOf: Day, knownAt: Instant?,
        language: Language = .chinese, threads: Int, work: WorkCounter = WorkCounter()
    ) {
        self.program = program
        self.store = store
        self.pipeline = pipeline
        self.reference = reference
        self.asOf = asOf
        self.knownAt = knownAt
        self.language = language
        self.threads = threads
        self.work = work
    }

    /// The pipeline's part of what the figures need.
    public var settings: ReportSettings { ReportSettings(pipeline, reference) }

    /// The figures.
    ///
    /// - Parameter keeper: The keeper of the store's histories, to read them instead of the log as far as they go; nil: the log
    ///   alone. The figures are the same: histories that turn out to be damaged are not used.
    /// - Parameter tables: The tables that are to be written; nil: the whole report. ``work`` is told so, and only what
    ///   one of these shows is listed (``Table/lists``).
    /// - Parameter damaged: Called where the histories turned out to be damaged, once the figures were made from the log.
    /// - Throws: what the store or the folds throw.
    public func figures(
        from keeper: HistoryKeeper? = nil, for tables: [Table]? = nil, damaged: () -> Void = {}
    ) throws -> ReportFigures {
        var request = request
        request.lists = Report.lists(of: tables)
        return ReportFigures(try projected(request, keeper, tables, damaged), plan: plan, settings: settings, threads: threads)
    }

    private var plan: ReportPlan { ReportPlan(asOf: asOf, from: pipeline.from, targets: pipeline.targets) }

    /// What is asked of the events.
    public var request: ProjectionRequest { settings.request(plan, knownAt: knownAt, threads: threads) }

    private func projected(
        _ request: ProjectionRequest, _ keeper: HistoryKeeper?, _ tables: [Table]?, _ damaged: () -> Void
    ) throws -> Projected {
        let histories = (try? keeper?.usable()) ?? Histories()
        expectWork(histories, tables)
        let source = CountedSource(store: store, work: work)
        let folded: @Sendable (Int) -> Void = { [work] events in work.add(.eventsFolded, events) }
        guard let keeper, histories.entryCount > 0 else { return try project(source, request, folded: folded) }
        do {
            let sums: SumsSource = { [program] in try? keeper.sums(for: request, by: program) }
            return try project(source, request, histories: histories, find: keeper.find, sums: sums, sharing: keeper.shared, folded: folded)
        } catch {
            // Derived files are never a reason to fail: the log has everything.
            let projected = try project(source, request, folded: folded)
            damaged()
            return projected
        }
    }

    /// What is to be read and folded, for the figures and for those without what came late, and made of it.
    private func expectWork(_ histories: Histories, _ tables: [Table]?) {
        let events = Log.allCases.reduce(0) { $0 + store.eventCount(of: $1) }
        work.events = events
        work.expect(.eventsFolded, events)
        work.expect(.eventsRead, events - histories.eventCounts.reduce(0, +))
        if let tables { return expectFiles(tables: tables.count) }
        expectFiles(tables: Report.tables.count, pages: pagesAbout, others: Self.otherFiles)
        guard hasLateRecords else { return }
        work.expect(.eventsFolded, events)
        work.expect(.eventsRead, 2 * events)
    }

    /// About how many files a report of these tables has, or the whole report; it is known for sure when the figures are.
    public func filesAbout(_ tables: [Table]?) -> Int {
        tables.map(\.count) ?? Report.tables.count + pagesAbout + Self.otherFiles
    }

    /// A page each area and facility, and a list of facilities each town.
    private var pagesAbout: Int {
        reference.areas.all.count + reference.areas.towns.count + store.identifierCount(of: .facility)
    }
    /// The workbook, the database and the description of the tables.
    private static let otherFiles = 3

    /// So many files are to be made in all.
    private func expectFiles(tables: Int, pages: Int = 0, others: Int = 0) {
        func expect(_ kind: WorkCounter.Kind, _ count: Int) { work.expect(kind, count - (work.amounts[kind]?.expected ?? 0)) }
        expect(.files, tables + pages + others)
        expect(.fileWork, tables * cost(of: .table) + pages * cost(of: .page) + (others > 0 ? 2 * cost(of: .whole) : 0))
    }

    private enum FileSort { case table, page, whole }

    /// The microseconds that a file takes, about, on two cores of 2025.
    private func cost(of file: FileSort) -> Int {
        switch file {
        case .table: 35 * reference.areas.all.count
        case .page: 2_000
        case .whole: 350 * reference.areas.all.count
        }
    }

    private func noteMade(_ file: FileSort) {
        work.add(.files, 1)
        work.add(.fileWork, cost(of: file))
    }

    /// Gives the bytes of one file in order to a sink.
    public typealias Contents = Table.Contents

    /// Gives every file of the report but its manifest to `emit`, by its path in the report: the tables, then the readable reports; or
    /// only the tables chosen. Where there are threads, `emit` is called with several tables at once; all else comes in a fixed order. Where there are threads, the workbook and the database, which no second thread can
    /// make faster, are made beside the rest.
    ///
    /// - Parameter temporaryFolder: An existing folder for the files that libraries write by their path; nothing stays in it.
    /// - Throws: what `emit`, the writers and the folder of temporary files throw.
    public func write(
        _ figures: ReportFigures, tables: [Table]? = nil, temporaryFolder: String,
        to emit: (_ path: String, _ contents: Contents) throws -> Void
    ) throws {
        if let tables {
            work.finish(.eventsRead, .eventsFolded)
            expectFiles(tables: tables.count)
            try Table.writeCSV(tables, figures, threads: threads) { place, contents in
                try withoutActuallyEscaping(contents) { contents in try emit(tables[place].fileName) { sink in try contents(sink) } }
                noteMade(.table)
            }
            return
        }
        let context = try context()
        work.finish(.eventsRead, .eventsFolded)
        let language = language
        let aside = MadeAside(in: temporaryFolder, onThreads: threads > 1)
        aside.make("report.xlsx") { path in try WorkbookReport.write(figures, context, language: language, to: path) }
        aside.make("report.sqlite") { path in try DatabaseReport.write(figures, context, to: path) }

        var described: [DataPackage.File] = []
        for (path, table) in Report.tables.map({ ($0.fileName, $0) })
            + Report.supplement(context).map({ ("supplement/" + $0.fileName, $0) })
        {
            let hash = SHA256()
            var size = 0
            try emit(path) { sink in
                try table.writeCSV(figures, threads: threads) { bytes in
                    hash.update(bytes)
                    size += bytes.count
                    try sink(bytes)
                }
            }
            noteMade(.table)
            described.append(DataPackage.File(path: path, digest: hash.finalize(), bytes: size))
        }
        func emitWhole(_ path: String, _ bytes: [UInt8]) throws {
            try emit(path) { sink in try bytes.withUnsafeBytes { try sink($0) } }
            noteMade(.page)
        }
        try emitWhole(DataPackage.name, DataPackage.bytes(figures, context, files: described))
        let options = ReadableReport.Options(language: language, threads: threads)
        // The pages come after the tables and before the workbook and the database.
        try ReadableReport.write(
            figures, context, options, onPages: { expectFiles(tables: described.count, pages: $0, others: Self.otherFiles) }, to: emitWhole)
        for name in ["report.xlsx", "report.sqlite"] {
            try emit(name) { sink in try aside.read(name, to: sink) }
            noteMade(.whole)
        }
    }

    /// The state of the log that the report names. The empty log has no name yet, also when it is looked back to from a later state.
    private var checkpoint: Checkpoint? { store.size == 0 ? nil : store.checkpoint }

    /// What pages say beside the figures.
    private func context() throws -> ReportContext {
        let batches = try store.batches.map { batch in
            BatchSummary(
                archive: batch.archive, digest: batch.sha256, accepted: batch.events.reduce(0, +), duplicates: batch.duplicates,
                rejects: RejectReason.allCases.map { ($0.name, batch.rejects[Int($0.rawValue)]) }, skipped: batch.skipped)
        }
        return ReportContext(
            pipeline: pipeline.name, programVersion: program, isSynthetic: pipeline.synthetic,
            checkpoint: checkpoint.map { RecordCheckpoint(origin: $0.origin, size: UInt64(store.size), root: store.root) },
            batches: batches,
            thresholds: pipeline.thresholds, holidays: reference.holidays, late: try lateRecords())
    }

    /// Whether K is later than the end of D.
    private var hasLateRecords: Bool { knownAt.map { $0 > Instant(endOf: asOf) } ?? true }

    /// What came after the end of D, and the figures without it; nil where K is not later.
    private func lateRecords() throws -> LateRecords? {
        guard hasLateRecords else { return nil }
        let end = Instant(endOf: asOf)
        let source = CountedSource(store: store, work: work)
        let events = try lateEvents(source, occurredBy: asOf, recordedAfter: end, knownAt: knownAt, threads: threads)
        var request = ProjectionRequest(
            cuts: [asOf], asOf: asOf, knownAt: end, communities: reference.areas.communities.map(\.code), threads: threads)
        request.lists = []
        let figures = CutFigures(
            try project(source, request, folded: { [work] in work.add(.eventsFolded, $0) }), cut: 0, areas: reference.areas,
            residents: reference.population.residents(in: asOf.civil.year), demand: pipeline.demand)
        return LateRecords(after: end, events: events, figures: figures)
    }

    /// The manifest of these files; without them it says all else already.
    public func manifest(of files: [Manifest.File] = []) throws -> Manifest {
        Manifest(
            program: program, pipeline: pipeline.name, language: language.rawValue, asOf: asOf, knownAt: knownAt,
            checkpoint: Manifest.Checkpoint(origin: checkpoint?.origin ?? "", size: store.size, root: "\(store.root)"),
            inputs: Manifest.inputs(pipeline, reference), archives: try store.batches.map(Manifest.Archive.init), files: files)
    }
}

extension Manifest.Archive {
    /// What a batch of the log says of its archive.
    init(_ batch: BatchRecord) {
        let events = Log.allCases.map { ($0.name, batch.events[Int($0.rawValue)]) }.filter { $0.1 > 0 }
        let rejects = RejectReason.allCases.map { ($0.name, batch.rejects[Int($0.rawValue)]) }.filter { $0.1 > 0 }
        self.init(
            archive: batch.archive, sha256: "\(batch.sha256)", events: Dictionary(uniqueKeysWithValues: events),
            duplicates: batch.duplicates, rejects: Dictionary(uniqueKeysWithValues: rejects))
    }
}

extension Manifest {
    /// The pipeline file and the reference data, in the order of ``inputs``.
    public static func inputs(_ pipeline: Pipeline, _ reference: ReferenceData) -> [File] {
        func input(_ path: String, _ bytes: [UInt8]) -> File {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return File(path: name, size: bytes.count, sha256: "\(SHA256.digest(of: bytes))")
        }
        return [
            input(pipeline.file, pipeline.source), input(pipeline.communities, reference.communitiesSource),
            input(pipeline.population, reference.populationSource),
        ] + (pipeline.holidays.flatMap { path in reference.holidaysSource.map { [input(path, $0)] } } ?? [])
    }
}

extension ReportSettings {
    /// The pipeline's part of what the figures need.
    init(_ pipeline: Pipeline, _ reference: ReferenceData) {
        self.init(
            areas: reference.areas, population: reference.population, demand: pipeline.demand, catchment: pipeline.catchment,
            targets: pipeline.targets)
    }
}
