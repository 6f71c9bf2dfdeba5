import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// No changed bit and no cut passes a check, in any file of a store.
@Suite struct TamperTests {
    private static let key = try? SigningKey.generate(name: "tuowei/test")

    @Test("Every flipped bit of every file is found", arguments: [false, true])
    func everyFlip(isSigned: Bool) throws {
        let store = try smallStore(key: isSigned ? Self.key : nil)
        #expect(StoreCheck(at: store.path).run().isSound)
        var flips = 0
        for (name, original) in try store.files() {
            for bit in Sweep.bits(original.count, every: 13) {
                var bytes = original
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                try bytes.write(to: URL(fileURLWithPath: store.path + "/" + name))
                flips += 1
                let outcome = StoreCheck(at: store.path).run()
                if outcome.isSound { Issue.record("\(name): bit \(bit) was flipped and nothing was found") }
            }
            try original.write(to: URL(fileURLWithPath: store.path + "/" + name))
        }
        #expect(StoreCheck(at: store.path).run().isSound)
        #expect(flips > 1000)
        print("tamper: \(flips) flipped bits of a\(isSigned ? " signed" : "n unsigned") store, each found")
    }

    @Test("Every truncation of every file is found", arguments: [false, true])
    func everyTruncation(isSigned: Bool) throws {
        let store = try smallStore(key: isSigned ? Self.key : nil)
        var cuts = 0
        for (name, original) in try store.files() {
            for length in Sweep.lengths(original.count, every: 5) {
                try original.prefix(length).write(to: URL(fileURLWithPath: store.path + "/" + name))
                cuts += 1
                if StoreCheck(at: store.path).run().isSound { Issue.record("\(name): cut to \(length) bytes and nothing was found") }
            }
            try (original + Data([0])).write(to: URL(fileURLWithPath: store.path + "/" + name))
            if StoreCheck(at: store.path).run().isSound { Issue.record("\(name): made longer by a byte and nothing was found") }
            try original.write(to: URL(fileURLWithPath: store.path + "/" + name))
        }
        #expect(cuts > 300)
        print("tamper: \(cuts) truncations of a\(isSigned ? " signed" : "n unsigned") store, each found")
    }

    @Test("Each file that is missing is named, and each that is too many")
    func missingAndStray() throws {
        let store = try longStore(batches: 140, states: [3, 60, 135], key: Self.key)
        #expect(StoreCheck(at: store.path).run().isSound)
        for (name, original) in try store.files() {
            // Of a state whose tiles are full since, the kept checkpoint is all that is left: without a copy elsewhere it can go unseen.
            if name == "log/checkpoints/6" || name == "log/checkpoints/120" { continue }
            try remove(store.path + "/" + name)
            let outcome = StoreCheck(at: store.path).run()
            #expect(!outcome.isSound, "\(name) was removed")
            try original.write(to: URL(fileURLWithPath: store.path + "/" + name))
        }
        for name in [
            "log/tile/0/000.p/7", "log/tile/0/000.p/07", "log/tile/0/001.p/255", "log/tile/5/000", "log/tile/entries/777", "log/x", "stray",
            "index/notes.txt", "pending/entries-0", "log/checkpoints/6", "log/checkpoints/06", "log/tile/0/x000/001",
        ] {
            let url = URL(fileURLWithPath: store.path + "/" + name)
            let isNew = !FileManager.default.fileExists(atPath: url.path)
            guard isNew else { continue }
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("x".utf8).write(to: url)
            let outcome = StoreCheck(at: store.path).run()
            #expect(outcome.faults.contains { $0.file == url.path }, "\(name) was added: \(outcome.faults)")
            try remove(url.path)
        }
        try FileManager.default.createSymbolicLink(atPath: store.path + "/link", withDestinationPath: "lock")
        // The folders in which those files stood are empty now, and no store has them either; that of a writer's work may be.
        let faults = StoreCheck(at: store.path).run().faults.map { "\($0.file.dropFirst(store.path.count + 1)): \($0.problem)" }
        let empty = ["log/tile/0/000.p", "log/tile/0/x000", "log/tile/5"].map { "\($0): it is an empty folder, which no store has" }
        #expect(Set(faults) == Set(empty + ["link: it is no regular file"]))
    }

    @Test("The first thing wrong is named with its file and offset")
    func places() throws {
        let store = try smallStore()
        func fault(_ name: String, _ change: (inout Data) -> Void) throws -> StoreFault? {
            let url = URL(fileURLWithPath: store.path + "/" + name)
            let original = try Data(contentsOf: url)
            var bytes = original
            change(&bytes)
            try bytes.write(to: url)
            defer { try? original.write(to: url) }
            return StoreCheck(at: store.path).run().faults.first
        }
        let size = try EventStore.open(at: store.path).size
        let tile = try #require(try fault("log/tile/0/000.p/\(size)") { $0[70] ^= 1 })
        #expect(tile.file.hasSuffix("log/tile/0/000.p/\(size)") && tile.offset == 70)
        let entry = try #require(try fault("log/tile/entries/000.p/\(size)") { $0[$0.count - 1] ^= 1 })
        #expect(entry.file.hasSuffix("log/tile/entries/000.p/\(size)"))
        #expect(entry.problem == "entry \(size - 1) is not the one that the log's tree holds" || entry.problem.contains("batch"))
        let cut = try #require(try fault("log/tile/entries/000.p/\(size)") { $0.removeLast(3) })
        #expect(cut.problem == "the bundle is cut short" && cut.offset != nil)
        let index = try #require(try fault("index/births.hashes") { $0[80] ^= 1 })
        #expect(index.offset == 80)
        let kept = try #require(try fault("log/checkpoints/\(size)") { $0[$0.count - 3] ^= 1 })
        #expect(kept.file.hasSuffix("checkpoints/\(size)"))
    }

    @Test("Nothing to check is no success")
    func nothing() throws {
        let folder = TemporaryStore()
        #expect(!StoreCheck(at: folder.path).run().isSound)
        try FileManager.default.createDirectory(atPath: folder.path + "/log", withIntermediateDirectories: true)
        #expect(!StoreCheck(at: folder.path).run().isSound)
    }
}
