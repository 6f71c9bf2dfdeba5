import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

/// A little comes into a large store: the tables then hold only what it could meet.
@Suite struct LittleIntoMuchTests {
    /// A random event whose identifiers come from large pools, some of them long.
    private static func event(_ generator: inout SeededGenerator) -> SyntheticEvent {
        let log = Log.allCases[Int.random(in: 0..<4, using: &generator)]
        var event = SyntheticEvent.random(log, ids: 1 << 24, using: &generator)
        func text(_ letter: String, _ number: Int) -> String {
            "\(letter)\(number)" + (number % 7 == 0 ? String(repeating: "y", count: 20 + number % 30) : "")
        }
        if !event.subject.isEmpty { event.subject = text("s", Int.random(in: 0..<40_000, using: &generator)) }
        if !event.object.isEmpty { event.object = text("o", Int.random(in: 0..<20_000, using: &generator)) }
        return event
    }

    /// What a batch of a run sends, and whether it is kept.
    private struct Sent {
        let events: [SyntheticEvent]
        let keep: Bool
        let publish: Bool
        let blockSize: Int
    }

    /// Batches of new events, of such as were sent before, and of such as were sent with other content.
    private static func batches(_ generator: inout SeededGenerator, _ base: [SyntheticEvent]) -> [Sent] {
        var sent = base
        return (0..<12).map { number in
            var events: [SyntheticEvent] = []
            for _ in 0..<Int.random(in: 1..<150, using: &generator) {
                var event = event(&generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: event = sent.randomElement(using: &generator) ?? event
                case 1:
                    let other = event
                    event = sent.randomElement(using: &generator) ?? event
                    // The subject of another event: known perhaps, but not this one's.
                    if other.log == event.log, !event.subject.isEmpty, !other.subject.isEmpty { event.subject = other.subject }
                    if Bool.random(using: &generator) { event.value &+= 1 }
                default: break
                }
                events.append(event)
            }
            // As archives have them as a rule: log by log.
            if number % 2 == 0 { events.sort { $0.log.rawValue < $1.log.rawValue } }
            sent += events
            let keep = number % 3 != 1
            return Sent(
                events: events, keep: keep, publish: keep && Bool.random(using: &generator),
                blockSize: Int.random(in: 1..<60, using: &generator))
        }
    }

    @Test("It gives what a naive model gives, and the same files however many threads are lent", arguments: 0..<8)
    func agreesWithModel(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(31 + seed))
        let base = (0..<12_000).map { _ in Self.event(&generator) }
        let batches = Self.batches(&generator, base)
        let folder = TemporaryStore()
        var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        var model = NaiveStore()
        for start in stride(from: 0, to: base.count, by: 4000) {
            _ = model.batch(Array(base[start..<start + 4000]), keep: true)
            try appendBatch(Array(base[start..<start + 4000]), to: writer, name: "base\(start)")
            // Several pieces a side file.
            try writer.publish()
        }
        writer.close()
        if seed % 4 == 3 { try remove(folder.path + "/index/children.hashes") }
        if seed % 4 == 2 {
            var bytes = try #require(try folder.files(below: "index")["births.hashes"])
            bytes[bytes.count / 2] ^= 4
            try rewrite(folder.path + "/index/births.hashes", bytes)
        }
        let copy = try folder.copy()
        writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        let other = try StoreWriter.open(at: copy.path, origin: "tuowei/test", threads: 3)
        other.sideBySide = onThreads(3)
        other.besideReading = { onThreads(3) }
        other.fewestAhead = 1
        for (number, sent) in batches.enumerated() {
            let expected = model.batch(sent.events, keep: sent.keep)
            for writer in [writer, other] {
                let outcome = try appendBatch(
                    sent.events, to: writer, name: "a\(number)", blockSize: sent.blockSize, keep: sent.keep)
                #expect(outcome.events.reduce(0, +) == expected.new)
                #expect(outcome.duplicates == expected.duplicates)
                #expect(outcome.conflictCount == expected.conflicts)
                if sent.publish { try writer.publish() }
            }
        }
        for writer in [writer, other] {
            try writer.publish()
            writer.close()
        }
        #expect(try storedEvents(try EventStore.open(at: folder.path)) == model.ordered)
        #expect(try folder.files() == copy.files())
        #expect(StoreCheck(at: folder.path).run().isSound)
        let store = try EventStore.open(at: folder.path, threads: 2)
        let some = model.accepted.filter { $0.log == .births }.shuffled(using: &generator).prefix(50).map { Array($0.id.utf8) }
        let found = try #require(
            try store.find(some + [Array("nobody's".utf8)], in: .births, below: store.eventCount(of: .births), threads: 2))
        let births = model.ordered.filter { $0.log == .births }.map { Array($0.id.utf8) }
        #expect(found == some.map { id in births.firstIndex(of: id).map { UInt32($0) } } + [nil])
        // How long each list was at any size is what the entries up to there say. One table forgets entry after entry, and for some sizes
        // another forgets all at once: for each size that would take the square of their number.
        func expectCounts(of earlier: EntryTable, at size: Int) {
            for list in HashedList.all {
                #expect(list.count(store.reader.table, below: size) == list.count(earlier), "\(list) at \(size)")
            }
        }
        var earlier = store.reader.table
        for size in (0...store.size).reversed() {
            earlier.truncate(to: size)
            expectCounts(of: earlier, at: size)
            if size % 61 == 0 {
                var atOnce = store.reader.table
                atOnce.truncate(to: size)
                expectCounts(of: atOnce, at: size)
            }
        }
    }

    /// What an ingest found of the targets of its voids in its own pass over the hashes is what a store opened anew finds: of targets among
    /// what was stored, of some among what came, and of some nowhere.
    @Test(arguments: [1, 2, 3])
    func targetsOfVoidsAreFoundOnTheWay(threads: Int) throws {
        let folder = TemporaryStore()
        let base = (0..<9000).map { SyntheticEvent(id: "b\($0)", subject: "c\($0)", object: "o\($0 % 50)") }
        var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        try appendBatch(base, to: writer, name: "base")
        try writer.publish()
        writer.close()
        writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test", threads: threads)
        writer.sideBySide = threads > 1 ? onThreads(threads) : nil
        // With three, they are found before all of the archive is read.
        if threads == 3 { writer.besideReading = { onThreads(3) } }
        writer.fewestAhead = 1
        let targets = ["b0", "b8999", "b4000", "n1", "nobody's", "b77"]
        for (number, pair) in [targets[0..<3], targets[3..<6]].enumerated() {
            let voids = pair.map { target -> SyntheticEvent in
                var detail: [UInt8] = []
                Detail.append(target.utf8, to: &detail)
                return SyntheticEvent(id: "v-\(target)", type: EventType.voidCode, detail: detail)
            }
            let others = [
                SyntheticEvent(id: "n\(number)", subject: "c1", object: "o1"),
                SyntheticEvent(log: .enrollments, id: "e\(number)", subject: "c1", object: "o1"),
            ]
            try appendBatch(voids + others, to: writer, name: "voids\(number)")
        }
        try writer.publish()
        let (known, store) = (try writer.published(), try EventStore.open(at: folder.path))
        writer.close()
        #expect(known.root == store.root)
        #expect(known.lookedFor.contains { $0.ordinals.count >= targets.count })
        let texts = targets.map { Array($0.utf8) }
        for below in [base.count, base.count + 8, 5000] {
            let found = try #require(try known.find(texts, in: .births, below: below))
            #expect(try store.find(texts, in: .births, below: below) == found, "below \(below)")
        }
        #expect(try known.find(texts, in: .births, below: base.count) == [0, 8999, 4000, nil, nil, 77])
    }

    @Test("What a log could repeat is found while more is read, once for all that waits, and is of use where no more of the log comes")
    func findsAhead() throws {
        let folder = TemporaryStore()
        func events(_ log: Log, _ numbers: Range<Int>) throws -> ParsedBlock {
            let events = numbers.map { SyntheticEvent(log: log, id: "\(log)\($0)", subject: "c\($0)", object: "o\($0)") }
            return try #require(parsedBlocks(events, size: 1000).first)
        }
        var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        for log in Log.allCases {
            try appendBatch(
                (0..<9000).map { SyntheticEvent(log: log, id: "\(log)\($0)", subject: "c\($0)", object: "o\($0)") }, to: writer,
                name: "\(log)")
        }
        try writer.publish()
        writer.close()
        writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test", threads: 2)
        defer { writer.close() }
        var lent = 0
        writer.besideReading = {
            lent += 1
            return lent == 5 ? nil : onThreads(2)
        }
        writer.fewestAhead = 20
        func settle(_ blocks: [ParsedBlock], isFound: [Bool?]) throws -> BatchOutcome {
            try writer.beginBatch()
            for (block, isFound) in zip(blocks, isFound) {
                if let last = writer.waiting.last?.block.log, last != block.log { writer.findAhead(last) }
                try writer.append(block, entry: "entry")
                if let isFound { #expect(writer.foundAhead.contains { $0 != nil } == isFound) }
            }
            let outcome = try writer.settleBatch()
            #expect(writer.foundAhead.allSatisfy { $0 == nil })
            try writer.rollbackBatch()
            return outcome
        }
        let all = try [
            events(.births, 8990..<9020), events(.births, 0..<5), events(.enrollments, 8000..<8019), events(.filings, 8999..<9001),
        ]
        // Two blocks of one log, and too few of another.
        let outcome = try settle(all, isFound: [false, false, true, true])
        #expect(outcome.duplicates == 10 + 5 + 19 + 1)
        #expect(outcome.events == [20, 0, 1, 0])
        // A log that comes again: what was found for its first block does not do.
        let again = try settle([all[0], all[2], all[1], all[3]], isFound: [false, true, true, true])
        #expect(again.duplicates == outcome.duplicates)
        #expect(again.events == outcome.events)
        // Where the archive is at its end, nothing is found ahead; nor where nobody lends threads.
        #expect(lent == 2)
        lent = 4
        #expect(try settle(all, isFound: [false, false, false, false]).events == outcome.events)
        writer.besideReading = nil
        #expect(try settle(all, isFound: [false, false, false, false]).events == outcome.events)
        // What was found for a batch that is taken back is forgotten.
        writer.besideReading = { onThreads(2) }
        try writer.beginBatch()
        for block in all { try writer.append(block, entry: "entry") }
        writer.findAhead(.births)
        #expect(writer.foundAhead[0] != nil)
        try writer.rollbackBatch()
        #expect(writer.foundAhead[0] == nil)
        #expect(try settle([all[1]], isFound: [false]).duplicates == 5)
    }

    @Test("A batch that brings nothing leaves nothing behind, at the end of a full bundle too", arguments: [256, 252], [1, 2])
    func leavesNothingBehind(published: Int, threads: Int) throws {
        let folder = TemporaryStore()
        let base = (0..<9000).map { SyntheticEvent(id: "b\($0)", subject: "c\($0)", object: "o\($0)") }
        var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        try appendBatch(base, to: writer, name: "base")
        func fill(to size: Int) throws {
            // Each of these is a block and a record; one with a name that was skipped has an entry more.
            while writer.size < size {
                try appendBatch(
                    [SyntheticEvent(id: "x\(writer.size)", subject: "c1", object: "o1")], to: writer, name: "x\(writer.size)",
                    skipped: writer.size % 2 == 1 ? ["readme.txt"] : [])
            }
            try #require(writer.size == size)
        }
        try fill(to: published)
        try writer.publish()
        writer.close()
        writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        writer.sideBySide = threads > 1 ? onThreads(threads) : nil
        // Before anything is appended too: what the bundle holds may be under way to its copy by then.
        try appendBatch(Array(base[5..<25]), to: writer, name: "before", keep: false)
        try fill(to: 256)
        try appendBatch(Array(base[5..<25]), to: writer, name: "again", keep: false)
        try writer.publish()
        writer.close()
        #expect(try folder.files(below: "pending").isEmpty)
        #expect(StoreCheck(at: folder.path).run().isSound)
    }
}
