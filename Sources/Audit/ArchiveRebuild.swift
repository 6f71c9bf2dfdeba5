import Archives
public import EventStore
public import Events
import Foundation
public import Ingest

/// Rebuilds a log from the archives, in a temporary store, and compares it with the log that is published.
public struct ArchiveRebuild {
    /// What came of it.
    public struct Outcome: Sendable {
        /// The archives ingested again.
        public var archives = 0
        /// Files that the log has no batch of.
        public var unused = 0
        /// The entries compared.
        public var entries = 0
        /// The root of the log made anew.
        public var root = Digest?.none
        /// What differs.
        public var problems: [String] = []
    }

    private let store: EventStore
    private let threads: Int
    private let work: WorkCounter

    /// A rebuild of this state of a log; it tells `work` what it does.
    public init(_ store: EventStore, threads: Int, work: WorkCounter = WorkCounter()) {
        self.store = store
        self.threads = threads
        self.work = work
    }

    /// Ingests the archives among `files` in the order in which the log's batch records name them, by digest. The temporary store
    /// is made in `temporaryFolder`, an existing one, and removed.
    ///
    /// - Parameter input: How a file is to be read; its name is the one that the log has for the archive.
    /// - Throws: what cannot be read or written of the temporary store.
    public func run(_ files: [String], temporaryFolder: String, input: (_ path: String, _ name: String) throws -> ArchiveInput) throws
        -> Outcome
    {
        var outcome = Outcome()
        let batches = try store.batches
        let sizes = Set(batches.map(\.size))
        var paths: [Digest: String] = [:]
        for file in files {
            let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? -1
            // A file of a size that no batch has is none of the archives.
            if sizes.contains(size), let digest = try? sha256(ofFileAt: file), batches.contains(where: { $0.sha256 == digest }) {
                paths[digest] = paths[digest] ?? file
            } else {
                outcome.unused += 1
            }
        }
        var inputs: [ArchiveInput] = []
        for batch in batches {
            guard let path = paths[batch.sha256] else {
                outcome.problems.append("no file is the archive \(batch.archive) of the log (SHA-256 \(batch.sha256))")
                continue
            }
            inputs.append(try input(path, batch.archive))
        }
        guard outcome.problems.isEmpty else { return outcome }
        let folder = temporaryFolder + "/store"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let origin = store.checkpoint?.origin ?? ""
        let writer = try StoreWriter.open(at: folder, origin: origin)
        work.expect(.archiveBytes, batches.reduce(0) { $0 + $1.size })
        let answers = try IngestRun(inputs, into: writer).run(threads: threads) { _ in
        } onProgress: { [work] bytes, events in
            work.reach(.archiveBytes, bytes)
            work.reach(.eventsAppended, events)
        }
        writer.close()
        work.finish(.archiveBytes)
        outcome.archives = answers.count
        for answer in answers where answer.status != .appended {
            outcome.problems.append("the archive \(answer.archive) is not taken in: \(answer.message ?? answer.status.rawValue)")
        }
        let made = try EventStore.open(at: folder)
        outcome.root = made.root
        outcome.entries = made.size
        if made.root != store.root, outcome.problems.isEmpty { outcome.problems.append(try difference(made, batches)) }
        return outcome
    }

    /// The first entry in which the two logs differ, by its archive.
    private func difference(_ made: EventStore, _ batches: [BatchRecord]) throws -> String {
        let common = min(made.size, store.size)
        var place = 0
        while place < common, try made.entry(place) == store.entry(place) { place += 1 }
        let batch = batches.first { $0.entry >= place }
        return "entry \(place) of the log is not what the archive \(batch?.archive ?? "") gives: the log was changed, or the pipeline's "
            + "fields, values, logs or encoding are not those under which the archive was appended"
    }
}
