import Archives
public import EventStore
public import Events
public import Figures
public import Pipelines
import Projections
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
    /// Threads to use; the bytes do not depend on it.
    public let threads: Int

    /// A report of a day, as known at a moment, from a state of the log.
    public init(
        program: String, store: EventStore, pipeline: Pipeline, reference: ReferenceData, asOf: Day, knownAt: Instant?, threads: Int
    ) {
        self.program = program
        self.store = store
        self.pipeline = pipeline
        self.reference = reference
        self.asOf = asOf
        self.knownAt = knownAt
        self.threads = threads
    }

    /// The pipeline's part of what the figures need.
    public var settings: ReportSettings {
        ReportSettings(
            areas: reference.areas, population: reference.population, demand: pipeline.demand, catchment: pipeline.catchment,
            targets: pipeline.targets)
    }

    /// The figures.
    ///
    /// - Throws: what the store or the folds throw.
    public func figures() throws -> ReportFigures {
        let plan = ReportPlan(asOf: asOf, from: pipeline.from, targets: pipeline.targets)
        let projected = try project(store, settings.request(plan, knownAt: knownAt, threads: threads))
        return ReportFigures(projected, plan: plan, settings: settings)
    }

    /// One file: its path in the report, and what gives its bytes in order to a sink.
    public struct File {
        /// The path in the report.
        public let path: String
        /// Gives the bytes in order.
        public let write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    }

    /// The files of the report but its manifest, in a fixed order: the tables, or those chosen, and the readable reports.
    public func files(_ figures: ReportFigures, tables: [Table]? = nil) -> [File] {
        (tables ?? Report.tables).map { table in
            File(path: table.fileName) { sink in try table.writeCSV(figures, threads: threads, to: sink) }
        }
    }

    /// The manifest of these files.
    public func manifest(of files: [Manifest.File]) throws -> Manifest {
        func input(_ path: String, _ bytes: [UInt8]) -> Manifest.File {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return Manifest.File(path: name, size: bytes.count, sha256: "\(SHA256.digest(of: bytes))")
        }
        return Manifest(
            program: program, pipeline: pipeline.name, asOf: asOf, knownAt: knownAt,
            checkpoint: Manifest.Checkpoint(origin: store.checkpoint?.origin ?? "", size: store.size, root: "\(store.root)"),
            inputs: [
                input(pipeline.file, pipeline.source), input(pipeline.communities, reference.communitiesSource),
                input(pipeline.population, reference.populationSource),
            ],
            archives: try store.batches.map(Manifest.Archive.init), files: files)
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
