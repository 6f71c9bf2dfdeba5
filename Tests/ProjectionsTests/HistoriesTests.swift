import Events
import Synchronization
import TestSupport
import Testing

@testable import Projections

/// A file of histories in memory.
final class MemoryHistory: Sendable {
    let bytes = Mutex<[UInt8]>([])

    var write: Histories.Write {
        { [self] part, offset in
            bytes.withLock { bytes in
                if bytes.count < offset + part.count { bytes += Array(repeating: 0, count: offset + part.count - bytes.count) }
                for (place, byte) in part.enumerated() { bytes[offset + place] = byte }
            }
        }
    }

    var read: HistoryFile.Read {
        { [self] buffer, offset in
            try bytes.withLock { bytes in
                guard offset + buffer.count <= bytes.count else { throw ProjectionError.damagedHistories }
                for place in buffer.indices { buffer[place] = bytes[offset + place] }
            }
        }
    }

    func opened() -> HistoryFile? { HistoryFile(size: bytes.withLock { $0.count }, read: read) }
}

/// Two projections are the same in all that they hold.
func expect(_ left: Projected, equals right: Projected, _ place: String) {
    #expect(left.counts == right.counts, "\(place)")
    #expect(left.details == right.details, "\(place)")
    #expect(left.money == right.money, "\(place)")
    #expect(left.supply == right.supply, "\(place)")
    if left.lists.contains(.facilities) { #expect(left.facilities == right.facilities, "\(place)") }
    if left.lists.contains(.flows) { #expect(left.flows == right.flows, "\(place)") }
    #expect(left.yearlyGrants == right.yearlyGrants, "\(place)")
    #expect(left.findings.lines(by: left.findings.count) == right.findings.lines(by: 5), "\(place)")
    #expect(left.knownEvents == right.knownEvents, "\(place)")
}

/// That histories change how long a projection takes, and nothing else.
@Suite struct HistoriesTests {
    private static let root = Digest(Array(repeating: 7, count: 32))

    /// A record's first events as histories of several files: the events before each of `ends`.
    private func histories(_ events: [MemoryEvent], ends: [Int], blockSize: Int, shift: UInt32?, threads: Int) throws -> Histories {
        var histories = Histories()
        for end in ends where end > histories.entryCount {
            let source = try MemorySource(Array(events.prefix(end)), blockSize: blockSize)
            let memory = MemoryHistory()
            let root = try #require(Self.root)
            try histories.makeNext(
                from: source, size: end, root: root, find: nil, threads: threads, partitionShift: shift, write: memory.write)
            let file = try #require(memory.opened())
            #expect(file.isDerived(from: root))
            histories = try #require(histories.adding(file))
        }
        return histories
    }

    @Test(arguments: 0..<30)
    func projectAsTheLogDoes(group: Int) throws {
        for seed in group * 8..<(group + 1) * 8 {
            var world = RandomWorld(seed: UInt64(1_000 + seed))
            let count = world.events.count
            let (blockSize, shift) = (1 + seed % 9, seed % 2 == 0 ? nil : UInt32(seed % 3))
            let source = try MemorySource(world.events, blockSize: blockSize)
            // Everything, or all but a few that are read from the log; in one file or several.
            let ends = [[count], [count / 2, count], [count / 3, count / 2, count - 3], [count / 4, count / 2], [1, count]][seed % 5]
            let histories = try histories(world.events, ends: ends, blockSize: blockSize, shift: shift, threads: 1 + seed % 3)
            // As a store's index does: some questions are answered, others left to the blocks.
            let events = world.events
            let find: EventFinder = { identifiers, log, below in
                if seed % 4 == 0 { return nil }
                let all = events.filter { $0.log == log }.prefix(below).map { Array($0.id.utf8) }
                return identifiers.map { identifier in all.firstIndex(of: identifier).map { UInt32($0) } }
            }
            for question in 0..<4 {
                let (cuts, asOf, knownAt) = world.question()
                let request = ProjectionRequest(
                    cuts: cuts, asOf: asOf, knownAt: question == 0 ? nil : knownAt, communities: RandomWorld.registered,
                    threads: 1 + (seed + question) % 3)
                let plain = try project(source, request, partitionShift: shift)
                let quick = try project(source, request, histories: histories, find: find, partitionShift: shift)
                expect(quick, equals: plain, "seed \(seed), D \(asOf), K \(request.knownAt.map { "\($0)" } ?? "none"), files \(ends)")
            }
        }
    }

    /// The bytes are the log's alone: not the threads', nor the way in which its blocks lie.
    @Test func haveTheSameBytesAlways() throws {
        let world = RandomWorld(seed: 5)
        var files: Set<[UInt8]> = []
        for (threads, blockSize) in [(1, 1), (2, 3), (7, 50)] {
            let memory = MemoryHistory()
            try Histories().makeNext(
                from: MemorySource(world.events, blockSize: blockSize), size: 9, root: #require(Self.root), find: nil, threads: threads,
                partitionShift: 1, write: memory.write)
            files.insert(memory.bytes.withLock { $0 })
        }
        #expect(files.count == 1)
    }

    /// Every flipped bit and every cut is found: by whoever opens the file, by whoever reads it, and by the comparison with the log.
    @Test func damageIsFound() throws {
        let world = RandomWorld(seed: 11)
        let source = try MemorySource(world.events)
        let root = try #require(Self.root)
        let memory = MemoryHistory()
        try Histories().makeNext(from: source, size: 9, root: root, threads: 1, write: memory.write)
        let whole = memory.bytes.withLock { $0 }
        let request = ProjectionRequest(cuts: [], asOf: world.days.max() ?? Day(rawValue: 0), communities: RandomWorld.registered)
        func fault(_ bytes: [UInt8]) throws -> String? {
            memory.bytes.withLock { $0 = bytes }
            guard let file = memory.opened(), let histories = Histories().adding(file) else { return "opened" }
            #expect(try !histories.isWhole(threads: 2))
            let difference = try Histories().difference(of: file, from: source, root: root, threads: 1, read: memory.read)
            #expect(difference != nil)
            #expect(throws: ProjectionError.damagedHistories) { try project(source, request, histories: histories) }
            return difference
        }
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(place % 8)
            #expect(try fault(bytes) != nil, "byte \(place)")
        }
        for length in 0..<whole.count { #expect(try fault(Array(whole.prefix(length))) == "opened") }
        #expect(try fault(whole + [0]) == "opened")
        memory.bytes.withLock { $0 = whole }
        let file = try #require(memory.opened())
        #expect(try Histories().difference(of: file, from: source, root: root, threads: 1, read: memory.read) == nil)
        #expect(try #require(Histories().adding(file)).isWhole(threads: 1))
    }

    /// Files that do not follow each other, or were made for another record, are not put together.
    @Test func filesThatDoNotFollowAreRefused() throws {
        let world = RandomWorld(seed: 3)
        let count = world.events.count
        let first = try histories(world.events, ends: [count / 2], blockSize: 4, shift: nil, threads: 1)
        let both = try histories(world.events, ends: [count / 2, count], blockSize: 4, shift: nil, threads: 1)
        #expect(Histories().adding(both.files[1]) == nil)
        #expect(first.adding(first.files[0]) == nil)
        let other = try MemorySource(Array(world.events.prefix(1)))
        let request = ProjectionRequest(cuts: [], asOf: Day(rawValue: 20_000), communities: [])
        #expect(throws: ProjectionError.damagedHistories) { try project(other, request, histories: both) }
    }
}
