import EventStore
import Events
import Foundation
import Pipelines
import TestSupport
import Testing

/// Known-at is real: when archives have come one by one, the report as known at each earlier moment, made from the final store, is
/// byte by byte the one of a store into which only the events recorded by then were ever put.
@Suite struct KnownAtLawTests {
    @Test("known-at over small worlds, archive by archive", arguments: LawWorld.seeds(500_000, 4)) func worlds(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        let folder = try world.makeFolder()
        try world.pack(world.events, as: 0, overlap: 10, into: folder.url)
        let archives = try FileManager.default.contentsOfDirectory(atPath: folder.url.appendingPathComponent("archives").path).sorted()
        let compared = try compareEachMoment(
            in: folder.url, pipeline: "pipeline.yaml", archives: archives.map { "archives/\($0)" },
            days: [world.asOf, Day(rawValue: 40_000)])
        #expect(compared > 8, "a comparison of nothing proves nothing")
    }

    @Test(
        "known-at over the sample, archive by archive",
        .enabled(if: ProcessInfo.processInfo.environment["TUOWEI_SAMPLE"] != nil, "`make known-at` runs it"))
    func sample() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").standardizedFileURL
        let folder = try TemporaryFolder()
        for name in ["sample-data", "pipelines"] {
            try FileManager.default.copyItem(at: root.appendingPathComponent(name), to: folder.url.appendingPathComponent(name))
        }
        let pipeline = try Pipeline.read(folder.url.appendingPathComponent("pipelines/tongzhou.yaml").path)
        let archives = try pipeline.archiveFiles().map(\.path)
        #expect(archives.count > 20)
        let days = ["2021-12-31", "2024-02-29", "2025-12-31"].compactMap { Day($0) }
        let compared = try compareEachMoment(in: folder.url, pipeline: "pipelines/tongzhou.yaml", archives: archives, days: days)
        #expect(compared > 9 * 20 * days.count / 2)
    }

    /// Ingests archives one by one, and compares every table of the days as known at the last moment that each of them brought; the
    /// number of tables compared.
    private func compareEachMoment(in folder: URL, pipeline file: String, archives: [String], days: [Day]) throws -> Int {
        let pipeline = try Pipeline.read(folder.appendingPathComponent(file).path)
        var moments: Set<Instant> = []
        var counts = Log.allCases.map { _ in 0 }
        for archive in archives {
            let outcome = try Program.run(["ingest", "--pipeline", file, archive], in: folder)
            #expect([0, 3].contains(outcome.status), "\(outcome.errors)")
            let store = try EventStore.open(at: pipeline.store)
            var last: Int64?
            try forEachEvent(store) { columns, row in
                if columns.firstOrdinal + row >= counts[Int(columns.log.rawValue)] { last = max(last ?? .min, columns.recordedAt[row]) }
            }
            counts = Log.allCases.map { store.eventCount(of: $0) }
            if let last { moments.insert(Instant(rawValue: last)) }
        }
        var compared = 0
        for (number, moment) in moments.sorted().enumerated() {
            let early = try earlyStore(of: try EventStore.open(at: pipeline.store), at: moment, folder, file, number)
            for day in days {
                let late = try tables(folder, file, "late-\(number)", day, moment)
                let seen = try tables(folder, early, "early-\(number)", day, nil)
                #expect(LawWorld.difference(late, seen) == nil, "D \(day), K \(moment)")
                compared += late.count
            }
        }
        return compared
    }

    private func tables(_ folder: URL, _ pipeline: String, _ name: String, _ day: Day, _ knownAt: Instant?) throws -> [String: Data] {
        let known = knownAt.map { ["--known-at", "\($0)"] } ?? []
        let outcome = try Program.run(
            [
                "report", "--pipeline", pipeline, "--as-of", "\(day)", "--out", "out/\(name)", "--tables",
                LawWorld.tables.joined(separator: ","),
            ]
                + known, in: folder)
        guard outcome.status == 0 else { throw LawFailure(description: "\(name): \(outcome.errors)") }
        return try LawWorld.read(folder.appendingPathComponent("out/\(name)"))
    }

    /// Puts the events that were recorded by a moment, and no others, into a store of their own; its pipeline.
    private func earlyStore(of store: EventStore, at moment: Instant, _ folder: URL, _ file: String, _ number: Int) throws -> String {
        let place = folder.appendingPathComponent("early-\(number)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        var lines: [[UInt8]] = Log.allCases.map { _ in [] }
        var names: [Namespace: (starts: [UInt32], bytes: [UInt8])] = [:]
        for space in Namespace.allCases { names[space] = try store.identifiers(of: space) }
        func name(_ number: UInt32, _ space: Namespace?) -> [UInt8] {
            guard let space, let table = names[space], Int(number) + 1 < table.starts.count else { return [] }
            return Array(table.bytes[Int(table.starts[Int(number)])..<Int(table.starts[Int(number) + 1])])
        }
        try forEachEvent(store) { columns, row in
            guard columns.recordedAt[row] <= moment.rawValue, let type = EventType.of(columns.log, code: columns.type[row]) else { return }
            var (subject, object): (Namespace?, Namespace?) = (nil, nil)
            for field in type.fields {
                switch field.slot {
                case .subject(let space): subject = space
                case .object(let space):
                    if columns.log != .subsidies || (space == .child) == (columns.code[row] & payeeIsChildBit != 0) { object = space }
                case .value, .code, .detail: break
                }
            }
            let text = CanonicalEvent.text(
                columns, row: row, subject: name(columns.subject[row], subject), object: name(columns.object[row], object))
            lines[Int(columns.log.rawValue)] += (text ?? []) + [0x0A]
        }
        var archives: [String] = []
        for log in Log.allCases where !lines[Int(log.rawValue)].isEmpty {
            let archive = place.appendingPathComponent("\(log.name).ndjson")
            try Data(lines[Int(log.rawValue)]).write(to: archive)
            archives.append(archive.path)
        }
        // The same pipeline with a store of its own.
        var text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        text = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("store:") ? "store: \(place.path)/store" : String($0) }.joined(separator: "\n")
        let pipeline = folder.appendingPathComponent(file).deletingLastPathComponent().appendingPathComponent("early-\(number).yaml")
        try Data(text.utf8).write(to: pipeline)
        let outcome = try Program.run(["ingest", "--pipeline", pipeline.path] + archives, in: folder)
        guard outcome.status == 0 else { throw LawFailure(description: "K \(moment): \(outcome.errors)") }
        return pipeline.path
    }

    private func forEachEvent(_ store: EventStore, _ body: (EventColumns, Int) -> Void) throws {
        let columns = EventColumns()
        for log in Log.allCases {
            for block in 0..<store.blockCount(of: log) {
                try store.readBlock(block, of: log, texts: true, into: columns)
                for row in 0..<columns.count { body(columns, row) }
            }
        }
    }
}
