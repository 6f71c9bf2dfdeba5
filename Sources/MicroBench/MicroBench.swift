import ArgumentParser
import EventStore
import Events
import Foundation
import Ingest
import Projections

/// One kernel of the engine over a fixed small workload, some rounds of it: `scripts/bench-micro.sh` counts the instructions of two
/// numbers of rounds, and their difference is the kernel's own.
@main
struct MicroBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuowei-micro", abstract: "Run one kernel of the engine; for counting its instructions.")

    /// A kernel.
    enum Kernel: String, CaseIterable, ExpressibleByArgument {
        /// NDJSON lines to parsed events.
        case scan
        /// Parsed events to entries of the log: duplicates sought, identifiers numbered, blocks encoded and hashed.
        case intern
        /// The log to a projection: blocks decoded, events gathered, sorted and folded.
        case replay
        /// Histories to a projection with one cut.
        case fold
        /// The same with a cut a month: what the counting of cuts adds.
        case aggregate
    }

    @Argument(help: "The kernel: scan, intern, replay, fold or aggregate.") var kernel: Kernel
    @Option(name: .long, help: "Rounds.") var rounds = 1
    @Option(name: .long, help: "Events of the workload.") var events = 20_000

    func run() throws {
        let workload = Workload(events: events)
        var done = 0
        if kernel == .scan {
            for _ in 0..<rounds {
                for log in Log.allCases { done += workload.parsed(log).reduce(0) { $0 + $1.events.count } }
            }
        } else {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tuowei-micro-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let blocks = Log.allCases.map { workload.parsed($0) }
            done = kernel == .intern ? try intern(blocks, folder.path) : try project(blocks, folder.path)
        }
        print("\(done) events")
    }

    private func append(_ blocks: [[ParsedBlock]], _ path: String) throws -> StoreWriter {
        let writer = try StoreWriter.open(at: path, origin: "tuowei/micro")
        try writer.beginBatch()
        for block in blocks.joined() { try writer.append(block, entry: "lines") }
        _ = try writer.settleBatch()
        return writer
    }

    private func intern(_ blocks: [[ParsedBlock]], _ path: String) throws -> Int {
        var done = 0
        for round in 0..<rounds {
            let writer = try append(blocks, "\(path)/\(round)")
            done += Log.allCases.reduce(0) { $0 + writer.eventCount(of: $1) }
            writer.close()
        }
        return done
    }

    private func project(_ blocks: [[ParsedBlock]], _ path: String) throws -> Int {
        let writer = try append(blocks, path)
        guard let digest = Digest(Array(repeating: 1, count: 32)) else { return 0 }
        try writer.commitBatch(BatchRecord(archive: "micro", sha256: digest, size: 1), rejects: [])
        try writer.publish()
        writer.close()
        let store = try EventStore.open(at: path)
        var histories = Histories()
        if kernel != .replay {
            let editor = try store.histories.edit()
            let new = try editor.begin()
            try histories.makeNext(from: store, size: store.size, root: store.root, threads: 1) { bytes, offset in
                try new.write(bytes, at: offset)
            }
            try editor.finish(new, 0..<store.size)
            try editor.endWell()
            guard let stored = try store.histories.open(0..<store.size),
                let file = HistoryFile(size: stored.size, read: { buffer, offset in try stored.read(into: buffer, at: offset) }),
                let one = histories.adding(file)
            else { return 0 }
            histories = one
        }
        let last = Day(rawValue: 20_900)
        let cuts = kernel == .fold ? [] : (0..<96).map { Day(rawValue: 18_000 + 30 * Int32($0)) }
        let request = ProjectionRequest(cuts: cuts, asOf: last, communities: Workload.communities.sorted(), threads: 1)
        var done = 0
        for _ in 0..<rounds {
            done += try Projections.project(store, request, histories: histories).knownEvents.reduce(0, +)
        }
        return done
    }
}
