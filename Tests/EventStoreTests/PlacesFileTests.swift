import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// The side file of the entries' places says what the bundles say, or is not used.
@Suite struct PlacesFileTests {
    private let stored = (0..<9_000).map { SyntheticEvent(id: "id-\($0)", subject: "c\($0 % 999)", object: "o\($0 % 7)") }

    /// A store of some 300 entries, published a few times.
    private func store() throws -> TemporaryStore {
        let folder = TemporaryStore()
        for part in 0..<3 {
            let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
            for batch in 0..<50 {
                let first = part * 3_000 + batch * 60
                try appendBatch(Array(stored[first..<first + 60]), to: writer, name: "a\(first)", skipped: batch % 2 == 0 ? ["x"] : [])
                if batch == 20 { try writer.publish() }
            }
            try writer.publish()
            writer.close()
        }
        return folder
    }

    /// What a table says of every entry.
    private func text(_ table: EntryTable) -> String {
        "\(table.offsets) \(table.encoded(0..<table.count)) \(table.blocksOfLog) \(table.batches) \(table.events)"
            + " \(table.blocks.map(\.entry)) \(table.known.indices.map { table.known[$0] })"
    }

    private func table(_ folder: TemporaryStore) throws -> EntryTable { try EventStore.open(at: folder.path, threads: 2).reader.table }

    @Test("What it holds is what the bundles say; missing, short, stale, foreign or damaged it is not used")
    func isOnlyHelp() throws {
        let folder = try store()
        let path = folder.path + "/index/places"
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        let size = try EventStore.open(at: folder.path).size
        #expect(size > 300 && size % tileWidth != 0)
        #expect(try table(folder).taken == size)
        try remove(path)
        let plain = try table(folder)
        #expect(plain.taken == 0 && plain.count == size)
        func expectSame(_ data: Data, taken: ClosedRange<Int>, _ what: String) throws {
            try rewrite(path, data)
            let table = try table(folder)
            #expect(text(table) == text(plain), "\(what)")
            #expect(taken.contains(table.taken), "\(what): \(table.taken)")
        }
        try expectSame(good, taken: size...size, "whole")
        // Cut within its last piece, the pieces before it still count; within the first, none does.
        try expectSame(good.dropLast(1), taken: 1...size - 1, "cut")
        try expectSame(good.prefix(100), taken: 0...0, "cut near its beginning")
        try expectSame(good + Data([1, 2, 3]), taken: size...size, "longer")
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<150 {
            var wrong = good
            let bit = Int.random(in: 0..<wrong.count * 8, using: &generator)
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            try expectSame(wrong, taken: 0...size - 1, "bit \(bit)")
        }
        let other = TemporaryStore()
        let writer = try StoreWriter.open(at: other.path, origin: "tuowei/test")
        for batch in 0..<200 {
            try appendBatch([SyntheticEvent(id: "x\(batch)", subject: "c", object: "o")], to: writer, name: "b\(batch)")
        }
        try writer.publish()
        writer.close()
        try expectSame(Data(contentsOf: URL(fileURLWithPath: other.path + "/index/places")), taken: 0...0, "of another log")
    }

    @Test("A writer completes it, and a check compares every byte of it")
    func completed() throws {
        let folder = try store()
        let path = folder.path + "/index/places"
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        var flipped = [good, good]
        flipped[0][100] ^= 1
        flipped[1][good.count - 1] ^= 1
        for wrong in [nil, good.prefix(50), good.dropLast(9), Data("TWPLAC01".utf8)] + flipped as [Data?] {
            if let wrong { try rewrite(path, wrong) } else { try remove(path) }
            #expect(StoreCheck(at: folder.path).run().faults.map(\.file) == [path])
            let before = try EventStore.open(at: folder.path).size
            let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
            try appendBatch([SyntheticEvent(id: "n\(before)", subject: "c1", object: "o1")], to: writer, name: "n\(before)")
            try writer.publish()
            writer.close()
            let after = try table(folder)
            #expect(after.taken == after.count && after.count > before)
            // Its bytes follow from the log, whatever became of it before.
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).starts(with: good))
            #expect(StoreCheck(at: folder.path).run().isSound)
        }
        // An archive that brings nothing completes it too.
        try remove(path)
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        try writer.beginBatch()
        _ = try writer.settleBatch()
        try writer.rollbackBatch()
        try writer.publish()
        writer.close()
        #expect(StoreCheck(at: folder.path).run().isSound)
    }

    @Test("An earlier state takes of it what it had")
    func earlierState() throws {
        let folder = try store()
        let whole = try EventStore.open(at: folder.path)
        for size in [0, 1, 255, 256, 257, whole.size - 1] {
            let table = try whole.atSize(size).reader.table
            #expect(table.count == size && table.taken == size)
        }
        // The head set back, as who reads it while another appends may see it: what lies beyond it is not taken.
        let sizes = try whole.checkpointSizes()
        let earlier = try #require(sizes.dropLast().last)
        let side = PlacesFile(paths: StorePaths(folder.path), size: earlier) { try? whole.root(ofSize: $0) }
        #expect(side.count == earlier)
        #expect(side.table()?.count == earlier)
    }

    @Test("A bundle that is missing, cut short, or has another header than the file is named")
    func damagedBundles() throws {
        let folder = try store()
        let size = try EventStore.open(at: folder.path).size
        let table = try table(folder)
        let name = folder.path + "/log/tile/entries/000"
        let good = try Data(contentsOf: URL(fileURLWithPath: name))
        try rewrite(name, good.dropLast(1))
        let cut = #expect(throws: StoreError.self) { _ = try EventStore.open(at: folder.path) }
        #expect("\(try #require(cut))".contains("the bundle is cut short"))
        try remove(name)
        let missing = #expect(throws: StoreError.self) { _ = try EventStore.open(at: folder.path) }
        #expect("\(try #require(missing))".contains("the bundle of entries is missing"))
        // The first block's header: its bytes are compared when the block is read.
        let block = table.blocks[0]
        let start = Int(table.offsets[block.entry])
        for place in [start + 2, start + 8, start + 60, start + BlockHeader.size - 1] {
            var wrong = good
            wrong[place] ^= 1
            try rewrite(name, wrong)
            let store = try EventStore.open(at: folder.path)
            #expect(store.size == size)
            let error = #expect(throws: StoreError.self) { try store.readBlock(0, of: .births, texts: false, into: EventColumns()) }
            #expect("\(try #require(error))".contains("the header of the block is not the one that was written"))
            // Who compares a duplicate with it reads its rows by that header.
            let log = store.reader
            #expect(throws: StoreError.self) { _ = try log.rows([0], of: .births) }
        }
        // Nothing is appended behind a last block that is not the one of the file.
        let last = table.blocks[table.blocks.count - 1]
        let bundle = folder.path + "/log/tile/entries/001.p/\(size % tileWidth)"
        let whole = try Data(contentsOf: URL(fileURLWithPath: bundle))
        var other = whole
        other[Int(table.offsets[last.entry]) + 30] ^= 1
        try rewrite(name, good)
        try rewrite(bundle, other)
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        #expect(throws: StoreError.self) { try writer.beginBatch() }
        writer.close()
        try rewrite(bundle, whole)
        try rewrite(name, good)
        try EventStore.open(at: folder.path).readBlock(0, of: .births, texts: true, into: EventColumns())
    }
}
