import Events
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import EventStore

/// That hashes are found in stored columns by however many threads, and that what follows a search begins with all its hits.
@Suite struct HashSearchTests {
    private let folder = TemporaryStore()
    private let paths: StorePaths

    init() throws {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        paths = StorePaths(folder.path)
        try Folder.make(paths.index)
    }

    /// A column in several chunks, of different lengths.
    private func column(_ list: HashedList, _ hashes: [UInt64]) throws -> HashColumn {
        var column = HashColumn.empty(paths, list)
        var (start, length) = (0, 3)
        while start < hashes.count {
            let end = min(hashes.count, start + length)
            try column.append(Array(hashes[start..<end]), logSize: end, root: TreeHasher.emptyRoot)
            (start, length) = (end, length * 4)
        }
        return column
    }

    @Test(arguments: [1, 2, 5])
    func findsAndFollows(threads: Int) throws {
        var random = SeededGenerator(seed: 7)
        let lists = [HashedList.identifiers(.child), .identifiers(.grant), .events(.births), .events(.filings)]
        let hashes = [20_000, 500, 40_000, 2].map { count in (0..<count).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) } }
        let wanted = hashes.map { hashes in (0..<300).map { _ in hashes.randomElement(using: &random) ?? 0 } + [1, 2, 3] }
        var searches: [(column: HashColumn?, filter: HashFilter)] = []
        for (place, list) in lists.enumerated() { searches.append((try column(list, hashes[place]), HashFilter(wanted[place]))) }
        let expected = zip(hashes, wanted).map { hashes, wanted in
            let wanted = Set(wanted)
            return hashes.indices.filter { wanted.contains(hashes[$0]) }.map { UInt32($0) }
        }
        let followed = Mutex<[Int: [[UInt32]]]>([:])
        func run() -> [[UInt32]?] {
            HashSearch.run(searches, onThreads(threads), first: 0..<2) { search, hits in
                followed.withLock { $0[search, default: []].append(hits.map(\.ordinal)) }
            }.map { $0?.map(\.ordinal) }
        }
        #expect(run() == expected)
        #expect(followed.withLock { $0 } == [0: [expected[0]], 1: [expected[1]]])
        // A chunk that is not what was written: nothing is found and nothing follows; the others go on.
        let path = lists[0].path(paths)
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[bytes.count - 9] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        searches.append((nil, HashFilter(wanted[3])))
        followed.withLock { $0 = [:] }
        #expect(run() == [nil, expected[1], expected[2], expected[3], nil])
        #expect(followed.withLock { $0 } == [1: [expected[1]]])
    }
}
