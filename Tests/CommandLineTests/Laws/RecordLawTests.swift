import Events
import Foundation
import TestSupport
import Testing

/// What must not matter to any figure: how events came, in which order, and in how many steps (`events.md`, section 3).
@Suite struct RecordLawTests {
    @Test("any order and any packing of conflict-free archives gives the same bytes in every table", arguments: LawWorld.seeds(0, 8))
    func packing(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        var first: [String: Data]?
        for packing in 0..<3 as Range<UInt64> {
            let folder = try world.makeFolder()
            try world.pack(world.events, as: packing, overlap: packing == 0 ? 0 : 30, into: folder.url)
            let tables = try world.tables(in: folder.url)
            #expect(first.flatMap { LawWorld.difference($0, tables) } == nil, "seed \(seed), packing \(packing)")
            first = first ?? tables
        }
        #expect((first?["findings"]?.count ?? 0) > 0)
    }

    @Test(
        "archive by archive, with folds and reports between, equals all at once; again changes nothing",
        arguments: LawWorld.seeds(100_000, 6))
    func steps(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        let whole = try world.makeFolder()
        try world.pack(world.events, as: 0, overlap: 10, into: whole.url)
        let expected = try world.tables(in: whole.url)
        let again = try world.tables(in: whole.url)
        #expect(LawWorld.difference(expected, again) == nil, "seed \(seed): run again")

        let stepwise = try world.makeFolder()
        try world.pack(world.events, as: 1, overlap: 10, into: stepwise.url)
        let archives = try FileManager.default.contentsOfDirectory(atPath: stepwise.url.appendingPathComponent("archives").path)
        for (number, archive) in archives.sorted().reversed().enumerated() {
            try world.run(["ingest", "archives/\(archive)"], in: stepwise.url)
            if number % 2 == 0 { try world.run(["fold"] + (number % 4 == 0 ? ["--as-of", "\(world.asOf)"] : []), in: stepwise.url) }
            // Another day and moment in between must leave nothing behind.
            try world.run(["report"] + world.question(Day(rawValue: world.asOf.rawValue - 200), world.knownAt), in: stepwise.url)
        }
        try world.run(["report"] + world.question(nil, nil), in: stepwise.url)
        let tables = try LawWorld.read(stepwise.url.appendingPathComponent("out/report"))
        #expect(LawWorld.difference(expected, tables) == nil, "seed \(seed)")
    }

    @Test(
        "a report as known at K equals the report of a store that only saw what was recorded by K", arguments: LawWorld.seeds(200_000, 10))
    func knowledge(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        let full = try world.makeFolder()
        try world.pack(world.events, as: 0, into: full.url)
        let asKnown = try world.tables(in: full.url, knownAt: world.knownAt)

        let early = try world.makeFolder()
        try world.pack(world.events.filter { $0.recordedAt.rawValue <= world.knownAt.rawValue }, as: 1, into: early.url)
        let seen = try world.tables(in: early.url)
        #expect(LawWorld.difference(asKnown, seen) == nil, "seed \(seed), D \(world.asOf), K \(world.knownAt)")
    }
}
