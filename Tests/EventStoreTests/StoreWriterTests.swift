import Events
import Foundation
import TestSupport
import Testing

@testable import EventStore

@Suite struct StoreWriterTests {
    @Test("Two births and a duplicate, worked by hand")
    func byHand() throws {
        let folder = TemporaryStore()
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        let first = SyntheticEvent(id: "B1", subject: "child-1", object: "320612000001")
        var second = SyntheticEvent(id: "B2", subject: "child-2", object: "320612000001")
        second.recordedAt += 5_000_000
        var other = first
        other.occurredOn += 1
        let reject = Reject(entry: "births.ndjson", line: 9, field: "community", reason: .missingField)
        try writer.beginBatch()
        for block in parsedBlocks([first, second, first, other]) { try writer.append(block, entry: "births.ndjson") }
        let outcome = try writer.settleBatch()
        #expect(outcome.events == [2, 0, 0, 0])
        #expect(outcome.duplicates == 1)
        #expect(outcome.conflicts.map(\.reject) == [Reject(entry: "births.ndjson", line: 4, field: "event_id", reason: .conflictingID)])
        let record = try writer.commitBatch(
            BatchRecord(archive: "2019.tar.gz", sha256: TreeHasher.emptyRoot, size: 77, skipped: ["readme.txt"]),
            rejects: outcome.conflicts.map(\.reject) + [reject])
        #expect(try EventStore.open(at: folder.path).size == 0, "nothing is visible before it is published")
        try writer.publish()

        let store = try EventStore.open(at: folder.path)
        #expect(store.size == 4, "a block, the rejects, the skipped names, the record")
        #expect(try store.batches == [record])
        #expect(record.rejects == [0, 0, 1, 0, 0, 1])
        #expect(record.skipped == ["readme.txt"])
        #expect(try store.rejects(of: record) == outcome.conflicts.map(\.reject) + [reject])
        #expect(try storedEvents(store) == [first, second])
        #expect(store.eventCount(of: .births) == 2)
        #expect(store.identifierCount(of: .child) == 2)
        #expect(store.identifierCount(of: .community) == 1)
        #expect(try store.identifiers(of: .child).bytes == Array("child-1child-2".utf8))
        #expect(writer.contains(archive: TreeHasher.emptyRoot))
        #expect(writer.archivesHeld.sizes == [77])
        #expect(try store.rederivedRoot() == store.root)
    }

    @Test("A writer agrees with a naive model over batches, refusals, conflicts and reopenings", arguments: 0..<16)
    func agreesWithModel(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let folder = TemporaryStore()
        var model = NaiveStore()
        var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        for number in 0..<8 {
            var events: [SyntheticEvent] = []
            for _ in 0..<Int.random(in: 0..<300, using: &generator) {
                let log = Log.allCases[Int.random(in: 0..<4, using: &generator)]
                for _ in 0..<Int.random(in: 1..<40, using: &generator) {
                    if let old = model.accepted.randomElement(using: &generator), Int.random(in: 0..<9, using: &generator) == 0 {
                        events.append(old)
                    } else {
                        events.append(.random(log, ids: 1 << Int.random(in: 4..<20, using: &generator), using: &generator))
                    }
                }
            }
            let keep = Int.random(in: 0..<3, using: &generator) > 0
            let expected = model.batch(events, keep: keep)
            let outcome = try appendBatch(
                events, to: writer, name: "a\(number)", blockSize: Int.random(in: 1..<2000, using: &generator), keep: keep)
            #expect(outcome.events.reduce(0, +) == expected.new)
            #expect(outcome.duplicates == expected.duplicates)
            #expect(outcome.conflictCount == expected.conflicts)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: try writer.publish()
            case 1:
                try writer.publish()
                writer = try reopened(writer, folder)
            default: break
            }
        }
        try writer.publish()
        let store = try EventStore.open(at: folder.path)
        #expect(try storedEvents(store) == model.ordered)
        #expect(try store.rederivedRoot() == store.root)
        #expect(try store.root(ofSize: store.size) == store.root)
        try readsSomeTextsAsAll(store, using: &generator)
    }

    /// What is read of single rows and numbers is what is read of whole blocks.
    private func readsSomeTextsAsAll(_ store: EventStore, using generator: inout SeededGenerator) throws {
        func some(_ count: Int) -> [Int] {
            (0..<count).filter { _ in Int.random(in: 0..<5, using: &generator) == 0 }
        }
        func parts(_ texts: (starts: [Int], bytes: [UInt8])) -> [[UInt8]] {
            zip(texts.starts, texts.starts.dropFirst()).map { Array(texts.bytes[$0..<$1]) }
        }
        let columns = EventColumns()
        let told = EventColumns()
        for log in Log.allCases {
            for block in 0..<store.blockCount(of: log) {
                try store.readBlock(block, of: log, texts: true, into: columns)
                try store.readIdentifiers(ofBlock: block, of: log, into: told)
                #expect((told.log, told.firstOrdinal, told.count) == (columns.log, columns.firstOrdinal, columns.count))
                #expect((told.type, told.recordedAt, told.subject) == (columns.type, columns.recordedAt, columns.subject))
                #expect((told.idStart, told.idBytes) == (columns.idStart, columns.idBytes))
                let rows = some(columns.count).flatMap { $0 % 3 == 0 ? [$0, $0] : [$0] }
                #expect(try parts(store.eventDetails(rows, ofBlock: block, of: log)) == rows.map { Array(columns.detail($0)) })
                #expect(try parts(store.eventIdentifiers(rows, ofBlock: block, of: log)) == rows.map { Array(columns.id($0)) })
                #expect(throws: StoreError.self) { try store.eventDetails([columns.count], ofBlock: block, of: log) }
                #expect(throws: StoreError.self) { try store.eventDetails([-1], ofBlock: block, of: log) }
            }
        }
        for space in Namespace.allCases {
            let count = store.identifierCount(of: space)
            let numbers = some(count).map { UInt32($0) }
            let expected = try numbers.map { try store.identifier($0, in: space) }
            let beyond = numbers + [UInt32(count)]
            #expect(try parts(store.identifiers(numbers[...], in: space)) == expected)
            #expect(throws: StoreError.self) { try store.identifiers(beyond[...], in: space) }
            let all = try store.identifiers(of: space)
            #expect(numbers.map { Array(all.bytes[Int(all.starts[Int($0)])..<Int(all.starts[Int($0) + 1])]) } == expected)
            // Those that are held by now.
            #expect(try parts(store.identifiers(numbers[...], in: space)) == expected)
            #expect(throws: StoreError.self) { try store.identifiers(beyond[...], in: space) }
        }
    }

    /// A writer that was let go and opened again.
    private func reopened(_ writer: consuming StoreWriter, _ folder: TemporaryStore) throws -> StoreWriter {
        // The lock goes with the old writer; a second one before that is refused.
        #expect(throws: StoreError.self) { try StoreWriter.open(at: folder.path, origin: "tuowei/test") }
        writer.close()
        return try StoreWriter.open(at: folder.path, origin: "tuowei/test")
    }

    @Test("Events of one hash are told apart by their identifiers, whatever was written when they came", arguments: 0..<6)
    func sharedHashes(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(500 + seed))
        var model = NaiveStore()
        var archives: [[SyntheticEvent]] = []
        for _ in 0..<5 {
            archives.append(
                (0..<2000).map { row in
                    if let old = archives.randomElement(using: &generator)?.randomElement(using: &generator), row % 9 == 0 { return old }
                    var event = SyntheticEvent.random(Log.allCases[(row / 250) % 4], ids: 300, using: &generator)
                    event.id += String(repeating: "'", count: Int.random(in: 0..<3, using: &generator))
                    return event
                })
        }
        let folders = [TemporaryStore(), TemporaryStore()]
        let writers = try folders.map { try StoreWriter.open(at: $0.path, origin: "tuowei/test") }
        for (number, events) in archives.enumerated() {
            let expected = model.batch(events, keep: true)
            for (writer, blockSize) in zip(writers, [7 + seed, 900]) {
                let outcome = try appendBatch(events, to: writer, name: "a\(number)", blockSize: blockSize, primesShareHashes: true)
                #expect(outcome.events.reduce(0, +) == expected.new)
                #expect(outcome.duplicates == expected.duplicates)
                #expect(outcome.conflictCount == expected.conflicts)
                #expect(!outcome.isFlooded)
            }
        }
        for writer in writers { try writer.publish() }
        let stores = try folders.map { try EventStore.open(at: $0.path) }
        let stored = try storedEvents(stores[0])
        #expect(Set(stored) == Set(model.accepted))
        #expect(stored.count == model.accepted.count)
        #expect(stored != model.ordered, "some came behind others of their batch")
        #expect(stores[0].root == stores[1].root, "blocks of lines do not matter")
    }

    @Test("Chosen identifiers make the same log, and are refused at the same one, in one run and in many", arguments: [30, 40])
    func chosenIdentifiers(alike: Int) throws {
        func event(_ id: String) -> SyntheticEvent { SyntheticEvent(id: id, subject: "s\(id.utf8.count)", object: "o") }
        let chosen = ChosenIdentifiers.alike(2 * alike).map(event)
        var changed = chosen[3]
        changed.value = 9
        let archives = [
            (0..<20_000).map { event("e\($0)") }, Array(chosen[..<alike]) + [event("x")],
            [chosen[1], event("y"), changed] + chosen[alike...] + [chosen[2], chosen[alike], event("y")] + [event("z")],
        ]
        var outcomes: [[BatchOutcome]] = []
        var stores: [EventStore] = []
        for isReopened in [false, true] {
            let folder = TemporaryStore()
            var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
            var found: [BatchOutcome] = []
            for (number, events) in archives.enumerated() {
                let isKept = number < 2 || 2 * alike <= 64
                found.append(try appendBatch(events, to: writer, name: "a\(number)", blockSize: isReopened ? 9 : 500, keep: isKept))
                if isReopened {
                    try writer.publish()
                    writer = try reopened(writer, folder)
                }
            }
            try writer.publish()
            outcomes.append(found)
            stores.append(try EventStore.open(at: folder.path))
        }
        #expect(outcomes.map { $0.map(\.isFlooded) } == Array(repeating: [false, false, 2 * alike > 64], count: 2))
        #expect(stores[0].root == stores[1].root)
        for outcome in outcomes.compactMap(\.last) where !outcome.isFlooded {
            #expect(outcome.events == [alike + 2, 0, 0, 0])
            #expect(outcome.duplicates == 4, "two of the store, two of this batch")
            #expect(outcome.conflicts.map(\.reject.line) == [3])
        }
    }

    @Test("An archive with too many identifiers of hashes that the store holds is refused, and leaves nothing behind")
    func tooManyUnlike() throws {
        let folder = TemporaryStore()
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        func events(_ suffix: String, _ count: Int) -> [SyntheticEvent] {
            (0..<count).map { SyntheticEvent(id: "e\($0)" + suffix, subject: "s", object: "o") }
        }
        try appendBatch(events("", 3000), to: writer, name: "first", primesShareHashes: true)
        let refused = try appendBatch(
            events("'", StoreWriter.mostUnlike + 1), to: writer, name: "no", keep: false, primesShareHashes: true)
        #expect(refused.isFlooded)
        let taken = try appendBatch(
            events("'", StoreWriter.mostUnlike) + events("", 5), to: writer, name: "second", primesShareHashes: true)
        #expect(!taken.isFlooded)
        #expect(taken.events == [StoreWriter.mostUnlike, 0, 0, 0])
        #expect(taken.duplicates == 5)
    }

    @Test("Conflicts are listed in order of reading, the first ones where only some are kept", arguments: [0, 1, 3, 40, 500])
    func conflictsInOrder(kept: Int) throws {
        let folder = TemporaryStore()
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        let events = (0..<300).map { SyntheticEvent(id: "e\($0)", subject: "s", object: "o") }
        try appendBatch(events, to: writer, name: "first")
        var generator = SeededGenerator(seed: UInt64(kept))
        // Of six rows four are of what is in the log, in any order; one is new, and one of the new one's identifier.
        var others = events.shuffled(using: &generator)
        for row in others.indices where row % 3 == 0 { others[row].id = "new\(row / 6)" }
        for row in others.indices { others[row].value = Int64(row) + 1 }
        let outcome = try appendBatch(others, to: writer, name: "second", blockSize: 11, keepingConflicts: kept)
        let all = others.indices.filter { $0 % 6 != 0 }.map { $0 + 1 }
        #expect(outcome.conflictCount == all.count)
        #expect(outcome.conflicts.map(\.reject.line) == Array(all.prefix(kept)))
        #expect(outcome.events == [50, 0, 0, 0])
        #expect(outcome.duplicates == 0)
    }

    @Test("The log does not depend on how lines came in, on refusals between, or on the runs it took", arguments: 0..<5)
    func sameArchivesSameRoot(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(1000 + seed))
        var archives: [[SyntheticEvent]] = []
        for _ in 0..<6 {
            archives.append(
                (0..<3000).map { row in
                    .random(Log.allCases[(row / 500) % 4], ids: 1 << 16, using: &generator)
                })
        }
        let one = TemporaryStore()
        let writer = try StoreWriter.open(at: one.path, origin: "tuowei/test")
        for (number, events) in archives.enumerated() { try appendBatch(events, to: writer, name: "a\(number)") }
        try writer.publish()
        let other = TemporaryStore()
        for (number, events) in archives.enumerated() {
            let writer = try StoreWriter.open(at: other.path, origin: "tuowei/test")
            try appendBatch(archives[(number + 3) % 6].shuffled(using: &generator), to: writer, name: "no", blockSize: 333, keep: false)
            try appendBatch(events, to: writer, name: "a\(number)", blockSize: 1 + seed * 37)
            try writer.publish()
            writer.close()
        }
        let left = try EventStore.open(at: one.path)
        let right = try EventStore.open(at: other.path)
        #expect(left.root == right.root)
        #expect(left.size == right.size)
        for entry in 0..<left.size { #expect(try left.entry(entry) == right.entry(entry)) }
        for size in 0...right.size where size % 7 == 0 || size == right.size {
            let earlier = try right.atSize(size)
            #expect(try earlier.rederivedRoot() == earlier.root)
        }
    }

    @Test("The side files are rebuilt where they are missing, stale or wrong", arguments: 0..<6)
    func sideFilesAreOnlyHelp(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(77 + seed))
        let folder = TemporaryStore()
        let stored = (0..<40_000).map { SyntheticEvent(id: "id-\($0)", subject: "c\($0 % 999)", object: "o\($0 % 7)") }
        var writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        try appendBatch(Array(stored[..<30_000]), to: writer, name: "a")
        try writer.publish()
        let early = try folder.files(below: "index")["births.hashes"]
        try appendBatch(Array(stored[30_000...]), to: writer, name: "b")
        try writer.publish()
        writer.close()
        let path = folder.path + "/index/births.hashes"
        let good = try folder.files(below: "index")["births.hashes"]
        switch seed {
        case 0: break
        case 1: try remove(path)
        case 2: try rewrite(path, early ?? .init())
        case 3: try rewrite(path, good?.dropLast(11) ?? .init())
        default:
            var wrong = good ?? .init()
            wrong[Int.random(in: 0..<wrong.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try rewrite(path, wrong)
        }
        writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        var changed = stored[17]
        changed.value = 3
        let small = try appendBatch(
            [stored[5], stored[39_999], changed, SyntheticEvent(id: "new", subject: "c1", object: "o1")], to: writer, name: "c")
        #expect(small.duplicates == 2)
        #expect(small.conflictCount == 1)
        #expect(small.events == [1, 0, 0, 0])
        let large = try appendBatch(Array(stored[..<20_000]), to: writer, name: "d")
        #expect(large.duplicates == 20_000)
        try writer.publish()
        writer.close()
        // Content is what counts; how many chunks it took depends on the history.
        let column = HashColumn(paths: StorePaths(folder.path), list: .events(.births)) { size in
            (try? EventStore.open(at: folder.path).atSize(size)).map { ($0.root, $0.eventCount(of: .births)) }
        }
        #expect(column.count == 40_001)
        var hashes: [UInt64] = []
        #expect(column.scan { piece, _ in hashes += piece })
        let same = hashes == (stored.map(\.id) + ["new"]).map { testHash(Array($0.utf8)) }
        #expect(same)
    }
}
