import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore
@testable import Ingest

/// How the bytes of an entry come in, and how many events are handed on at once, changes nothing in the log.
struct ChunkLawTests {
    /// The root of a log made of these entries, and the rejected lines; pieces of `cut` bytes and blocks of `block` events.
    private func log(_ entries: [(log: Log, format: EntryFormat, content: [UInt8])], cut: Int, block: Int) throws -> [String] {
        let folder = try TemporaryFolder()
        let writer = try StoreWriter.open(at: folder.url.path + "/store", origin: "tuowei/test")
        defer { writer.close() }
        try writer.beginBatch()
        var rejects: [String] = []
        for entry in entries {
            let reader = EntryReader(entry: "e", log: entry.log, format: entry.format, rules: SourceRules(), eventsPerBlock: block)
            func take() throws {
                for block in reader.takeBlocks() { try writer.append(block, entry: "e") }
                rejects += reader.takeRejects().map { "\($0)" }
            }
            let padded = entry.content + [UInt8](repeating: 0x22, count: Word.padding)
            for start in stride(from: 0, to: entry.content.count, by: cut) {
                padded.withUnsafeBytes { bytes in
                    reader.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + cut, entry.content.count)]))
                }
                try take()
            }
            reader.finish()
            try take()
        }
        let outcome = try writer.settleBatch()
        let conflicts = outcome.conflicts.map { "\($0.reject)" }
        try writer.commitBatch(BatchRecord(archive: "a", sha256: TreeHasher.emptyRoot, size: 1), rejects: [])
        try writer.publish()
        let store = try EventStore.open(at: folder.url.path + "/store")
        return ["\(store.root)", "\(outcome.events)", "\(outcome.duplicates)"] + rejects + conflicts
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func piecesChangeNoByte(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var entries: [(log: Log, format: EntryFormat, content: [UInt8])] = []
        let events = (0..<4).flatMap { RandomWorld(seed: seed * 100 + $0 % 3).events }
        for log in Log.allCases {
            let own = events.filter { $0.log == log }
            // Some lines are spoilt: a piece may end within one.
            let lines = own.map { event -> String in
                let line = event.json(numbersAsText: Bool.random(using: &generator))
                return Int.random(in: 0..<30, using: &generator) == 0 ? String(line.dropLast(9)) : line
            }
            entries.append((log, .ndjson, Array(lines.map { $0 + "\n" }.joined().utf8)))
            entries.append((log, .csv, Array(MemoryEvent.csv(own, of: log, lineEnd: "\r\n").utf8)))
        }
        let whole = try self.log(entries, cut: 1 << 20, block: 4096)
        #expect(whole.count > 5, "some lines are rejected")
        for (cut, block) in [(1, 1), (63, 4096), (997, 3), (4096, 100), (1 << 20, 7)] {
            #expect(try self.log(entries, cut: cut, block: block) == whole, "pieces of \(cut) bytes, blocks of \(block) events")
        }
    }
}
