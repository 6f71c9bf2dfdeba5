import Events
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import EventStore

/// Entries that are written beside the thread that appends them, and files that go past the system's cache.
@Suite struct WriteBehindTests {
    /// What was done with pieces behind their writing.
    private final class Used: Sendable {
        let pieces = Mutex<[[UInt8]]>([])
    }

    private func folder() throws -> TemporaryStore {
        let folder = TemporaryStore()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        return folder
    }

    @Test("Pieces come to stand where they belong, whoever writes them", arguments: [false, true])
    func placesPieces(beside: Bool) throws {
        var generator = SeededGenerator(seed: 7)
        let folder = try folder()
        let behind = WriteBehind()
        var expected = [[UInt8]](repeating: [], count: 3)
        let files = try (0..<3).map { try OpenFile.writing(folder.path + "/\($0)") }
        let used = Used()
        var pieces: [[UInt8]] = []
        for _ in 0..<60 {
            let file = Int.random(in: 0..<3, using: &generator)
            let piece = (0..<Int.random(in: 1...9000, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let place = expected[file].count
            expected[file] += piece
            let number = used.pieces.withLock { $0.count }
            try behind.put(piece, into: files[file], at: place, beside: beside) { piece in used.pieces.withLock { $0.append(piece) } }
            pieces.append(piece)
            #expect(beside || used.pieces.withLock { $0.count } == number + 1)
        }
        try behind.wait()
        #expect(used.pieces.withLock { $0 } == pieces)
        for file in 0..<3 { #expect(try files[file].present(atMost: 1 << 20).prefix(expected[file].count + 1) == expected[file][...]) }
    }

    @Test("What cannot be written is told at the latest when it is waited for, and nothing is written after it")
    func keepsTheFailure() throws {
        let folder = try folder()
        let good = try OpenFile.writing(folder.path + "/good")
        let bad = try #require(try OpenFile.reading(folder.path + "/good"))
        let behind = WriteBehind()
        let used = Used()
        try behind.put([1], into: bad, at: 0, beside: true) { piece in used.pieces.withLock { $0.append(piece) } }
        #expect(throws: StoreError.self) { try behind.wait() }
        #expect(throws: StoreError.self) {
            try behind.put([2], into: good, at: 0, beside: true) { piece in used.pieces.withLock { $0.append(piece) } }
        }
        #expect(used.pieces.withLock { $0.isEmpty })
        #expect(throws: StoreError.self) { try behind.wait() }
        #expect(try good.size() == 0)
    }

    @Test(
        "A log of many pieces is the same with entries written beside, with duplicates of what was just handed over and batches taken back")
    func sameLog() throws {
        var generator = SeededGenerator(seed: 11)
        let stores = (TemporaryStore(), TemporaryStore())
        let writers = [
            try StoreWriter.open(at: stores.0.path, origin: "tuowei/test"), try StoreWriter.open(at: stores.1.path, origin: "tuowei/test"),
        ]
        writers[1].sideBySide = onThreads(2)
        var sent: [SyntheticEvent] = []
        for batch in 0..<6 {
            var events: [SyntheticEvent] = []
            for number in 0..<6000 {
                if number % 10 == 9 {
                    let recent = sent.suffix(20_000) + events.suffix(5000)
                    if let same = recent.randomElement(using: &generator) { events.append(same) }
                } else {
                    var event = SyntheticEvent(id: "b\(batch)-\(number)", subject: "c\(number % 500)", object: "320612000001")
                    event.detail = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
                    events.append(event)
                }
            }
            let outcomes = try writers.map { try appendBatch(events, to: $0, name: "a\(batch)", keep: batch != 3) }
            #expect(outcomes[0].duplicates > 500)
            #expect(outcomes[0].duplicates == outcomes[1].duplicates && outcomes[0].events == outcomes[1].events)
            #expect(outcomes.allSatisfy { $0.conflictCount == 0 })
            if batch != 3 { sent += events }
        }
        for writer in writers {
            try writer.publish()
            writer.close()
        }
        let size = try stores.0.files(below: "log").values.reduce(0) { $0 + $1.count }
        #expect(size > 2 * WriteBehind.most * PendingLog.bufferSize)
        #expect(try stores.0.files() == stores.1.files())
        #expect(StoreCheck(at: stores.1.path).run().isSound)
    }

    @Test("What is written and read past the system's cache is what was given")
    func pastTheCache() throws {
        var generator = SeededGenerator(seed: 3)
        let folder = try folder()
        let bytes = (0..<300_001).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let file = try OpenFile.writing(folder.path + "/file")
        var place = 0
        while place < bytes.count {
            let end = min(bytes.count, place + Int.random(in: 1...40_000, using: &generator))
            let result = bytes[place..<end].withUnsafeBytes { piece in
                Result { () throws(StoreError) in try file.write(piece, at: place, pastCache: true) }
            }
            try result.get()
            place = end
        }
        try file.synchronize()
        for _ in 0..<50 {
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            let count = Int.random(in: 1...min(50_000, bytes.count - start), using: &generator)
            var read = [UInt8](repeating: 0, count: count)
            try read.withUnsafeMutableBytes { try file.readPassing(into: $0, at: start) }
            #expect(read[...] == bytes[start..<start + count])
        }
        var more = [UInt8](repeating: 0, count: 2)
        #expect(throws: StoreError.self) { try more.withUnsafeMutableBytes { try file.readPassing(into: $0, at: bytes.count - 1) } }
    }
}
