import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// A log that was cut back, rewritten or signed by somebody else.
@Suite struct RollbackTests {
    private func seen(_ store: TemporaryStore) throws -> SeenCheckpoint {
        let note = try #require(SignedNote(Array(try Data(contentsOf: URL(fileURLWithPath: store.path + "/log/checkpoint")))))
        return SeenCheckpoint(file: "kept", checkpoint: try #require(Checkpoint(text: note.text)), note: note)
    }

    @Test("A head that was set back to an earlier one is found by what is beyond it")
    func headSetBack() throws {
        let store = try longStore(batches: 10, states: [4])
        let sizes = try EventStore.open(at: store.path).checkpointSizes()
        try remove(store.path + "/log/checkpoint")
        try FileManager.default.copyItem(atPath: store.path + "/log/checkpoints/\(sizes[0])", toPath: store.path + "/log/checkpoint")
        let first = StoreCheck(at: store.path).run().faults.first
        #expect(first?.problem.hasSuffix("it was set back") == true)
        // Without the kept copy of the later head, its tiles still stand beyond the earlier one.
        try remove(store.path + "/log/checkpoints/\(sizes[1])")
        #expect(StoreCheck(at: store.path).run().faults.contains { $0.problem.hasPrefix("it is beyond the head") })
    }

    @Test("A log cut back whole is sound by itself, and is found by a checkpoint that was kept")
    func cutBackWhole() throws {
        let now = try longStore(batches: 10, states: [4])
        let kept = try seen(now)
        let earlier = try longStore(batches: 4, states: [])
        #expect(StoreCheck(at: earlier.path).run().isSound)
        let outcome = StoreCheck(at: earlier.path, seen: [kept]).run()
        #expect(outcome.faults.first?.problem.contains("it was cut back") == true)
        #expect(StoreCheck(at: now.path, seen: [try seen(earlier), kept]).run().isSound)
    }

    @Test("A log rewritten and signed again with its own key is found by a checkpoint that was kept")
    func rewritten() throws {
        let key = try SigningKey.generate(name: "tuowei/test")
        let now = try longStore(batches: 10, states: [4], key: key)
        let kept = try seen(now)
        let other = TemporaryStore()
        let writer = try StoreWriter.open(at: other.path, origin: "tuowei/test", signer: key)
        for batch in 0..<12 {
            try appendBatch([SyntheticEvent(id: "X\(batch)", subject: "c", object: "320612000001")], to: writer, name: "a\(batch)")
        }
        try writer.publish()
        writer.close()
        #expect(StoreCheck(at: other.path, verifier: key.verifier).run().isSound)
        let outcome = StoreCheck(at: other.path, seen: [kept], verifier: key.verifier).run()
        #expect(outcome.faults.first?.problem.contains("the log was rewritten") == true)
    }

    @Test("Another key, or none, is found by the key that was kept")
    func otherKey() throws {
        let (key, other) = (try SigningKey.generate(name: "tuowei/test"), try SigningKey.generate(name: "tuowei/test"))
        let forged = try longStore(batches: 3, states: [], key: other)
        #expect(StoreCheck(at: forged.path).run().isSound)
        #expect(StoreCheck(at: forged.path, verifier: key.verifier).run().faults.first?.problem.contains("another key") == true)
        let bare = try longStore(batches: 3, states: [])
        #expect(StoreCheck(at: bare.path, verifier: key.verifier).run().faults.first?.problem.contains("unsigned") == true)
        let forgedNote = try seen(forged)
        let genuine = try longStore(batches: 3, states: [], key: key)
        #expect(!StoreCheck(at: genuine.path, seen: [forgedNote], verifier: key.verifier).run().isSound)
    }

    @Test("What an interrupted writer left is told apart by the line in the lock file, and the next writer removes it")
    func leftovers() throws {
        let store = try longStore(batches: 10, states: [4])
        let size = try EventStore.open(at: store.path).size
        try FileManager.default.createDirectory(atPath: store.path + "/pending", withIntermediateDirectories: true)
        try rewrite(store.path + "/pending/entries-0", Data("half".utf8))
        try rewrite(store.path + "/log/tile/0/000.p/\(size + 2)", Data(repeating: 7, count: 32 * (size + 2)))
        try remove(store.path + "/log/checkpoints/\(size)")
        #expect(StoreCheck(at: store.path).run().faults.count == 3)
        try rewrite(store.path + "/lock", Data(LockLine(process: 17, host: "desk", since: Instant(rawValue: 1_700_000_000_000_000)).bytes))
        let outcome = StoreCheck(at: store.path).run()
        #expect(outcome.isSound && outcome.leftovers.count == 3)
        #expect(outcome.writer == "process 17 on desk, since 2023-11-14T22:13:20Z")
        try rewrite(store.path + "/lock", Data("process 17".utf8))
        #expect(!StoreCheck(at: store.path).run().isSound)
        let writer = try StoreWriter.open(at: store.path, origin: "tuowei/test")
        try appendBatch([SyntheticEvent(id: "B0", subject: "c1", object: "320612000001")], to: writer, name: "again", keep: false)
        try writer.publish()
        writer.close()
        let clean = StoreCheck(at: store.path).run()
        #expect(clean.isSound)
        #expect(clean.leftovers.isEmpty && clean.writer == nil, "\(clean.leftovers)")
    }

    @Test("A log in which two entries were exchanged, one was removed, or one was added is found")
    func entriesMoved() throws {
        let store = try smallStore()
        let size = try EventStore.open(at: store.path).size
        let url = URL(fileURLWithPath: store.path + "/log/tile/entries/000.p/\(size)")
        let original = try Data(contentsOf: url)
        var entries: [Data] = []
        var place = 0
        while place < original.count {
            let length = Int(original[place]) << 8 | Int(original[place + 1])
            entries.append(original[place..<place + 2 + length])
            place += 2 + length
        }
        for change in 0..<3 {
            var changed = entries
            switch change {
            case 0: changed.swapAt(0, 1)
            case 1: changed.remove(at: 2)
            default: changed.append(entries[0])
            }
            try changed.reduce(Data(), +).write(to: url)
            #expect(!StoreCheck(at: store.path).run().isSound)
        }
        try original.write(to: url)
        #expect(StoreCheck(at: store.path).run().isSound)
    }
}
