import Archives
import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore
@testable import Ingest

/// An archive that goes from log to log comes alone into a larger store: what its first logs could repeat is looked for while the others
/// are read.
@Suite struct FindingAheadTests {
    /// Some events of a world of their own.
    private static func events(_ world: UInt64) -> [MemoryEvent] {
        RandomWorld(seed: 900 + world).events.map { event in
            var event = event
            event.id = "w\(world)-\(event.id)"
            return event
        }
    }

    private static func entry(_ name: String, _ events: [MemoryEvent]) -> (name: String, content: [UInt8]) {
        (name + ".ndjson", Array(events.map { $0.json() + "\n" }.joined().utf8))
    }

    /// The store's files, and what came of an archive, with so many threads.
    private func store(_ threads: Int, _ base: [MemoryEvent], _ entries: [(name: String, content: [UInt8])]) throws -> (
        files: [String: Data], answer: [Int]
    ) {
        let folder = try TemporaryFolder()
        func archive(_ name: String, _ entries: [(name: String, content: [UInt8])]) throws -> ArchivesAhead {
            let path = folder.url.appendingPathComponent(name).path
            try Data(Packing(format: .tar, filter: .gzip).pack(entries)).write(to: URL(fileURLWithPath: path))
            let input = ArchiveInput(path: path, name: name, rules: SourceRules(), rejectLimit: 1000, limits: ArchiveLimits())
            return ArchivesAhead([input])
        }
        func run(_ archives: ArchivesAhead) throws -> ArchiveAnswer {
            let writer = try StoreWriter.open(at: folder.url.path + "/store", origin: "tuowei/test", threads: threads)
            defer { writer.close() }
            writer.fewestAhead = 1
            for job in archives.jobs { job.fewestBeforeLeaving = 1 }
            let answers = try IngestRun(archives, into: writer).run(threads: threads, onAnswer: { _ in }, onProgress: { _, _ in })
            return try #require(answers.first)
        }
        _ = try run(archive("base", Log.allCases.map { log in Self.entry(log.name, base.filter { $0.log == log }) }))
        let answer = try run(archive("more", entries))
        try #require(answer.status == .appended)
        var files: [String: Data] = [:]
        let store = folder.url.appendingPathComponent("store")
        for name in try FileManager.default.subpathsOfDirectory(atPath: store.path) where name != "lock" {
            let url = store.appendingPathComponent(name)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            files[name] = try Data(contentsOf: url)
        }
        #expect(StoreCheck(at: store.path).run().isSound)
        return (files, answer.events + [answer.duplicates])
    }

    @Test(
        "The store is the same however many threads there are, and whether the archive comes back to a log or not",
        arguments: [false, true])
    func sameStore(comesBack: Bool) throws {
        let base = (0..<40 as Range<UInt64>).flatMap(Self.events)
        let again = base.enumerated().filter { $0.offset % 50 == 7 }.map(\.element)
        let more = (40..<42 as Range<UInt64>).flatMap(Self.events) + again
        var entries = Log.allCases.map { log in Self.entry(log.name, more.filter { $0.log == log }) }
        if comesBack {
            let last = Self.events(42).filter { $0.log == .births } + again.filter { $0.log == .births }
            entries.append(Self.entry("births_again", last))
        }
        let one = try store(1, base, entries)
        #expect(one.answer.last ?? 0 >= again.count)
        for threads in [2, 3, 2, 3] {
            let other = try store(threads, base, entries)
            #expect(other.answer == one.answer)
            #expect(other.files == one.files)
        }
    }
}
