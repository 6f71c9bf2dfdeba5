import Synchronization
import Testing

@testable import Reports

@Suite struct OrderedPartsTests {
    private struct DiskFull: Error {}

    @Test(arguments: [1, 2, 3, 16], [0, 1, 2, 50])
    func emitsPartsInOrderWhateverTheThreads(threads: Int, parts: Int) throws {
        var text = ""
        try OrderedParts.write(parts, threads: threads) { part, writer in
            // Later parts are done sooner, so an emission out of order would show.
            for _ in 0..<(parts - part) * 200 { writer.integer(part) }
            writer.endRow()
            writer.removeAll()
            writer.integer(part)
            writer.endRow()
        } emit: { bytes in
            text += String(decoding: bytes, as: UTF8.self)
        }
        #expect(text == (0..<parts).map { "\($0)\n" }.joined())
    }

    @Test(arguments: [1, 2, 5]) func stopsAtTheFirstErrorAndThrowsIt(threads: Int) {
        var emitted = 0
        #expect(throws: DiskFull.self) {
            try OrderedParts.write(30, threads: threads) { part, writer in
                writer.integer(part)
            } emit: { _ in
                emitted += 1
                if emitted == 4 { throw DiskFull() }
            }
        }
        #expect(emitted == 4)
    }

    @Test(arguments: [1, 2, 5]) func writesTablesTogetherAsOneByOne(threads: Int) throws {
        let figures = try InventedDistrict.figures(seed: 4)
        let together = Mutex<[String: [UInt8]]>([:])
        try Table.writeCSV(Report.tables, figures, threads: threads) { place, contents in
            var bytes: [UInt8] = []
            try contents { bytes.append(contentsOf: $0) }
            together.withLock { $0[Report.tables[place].name] = bytes }
        }
        for table in Report.tables {
            var bytes: [UInt8] = []
            try table.writeCSV(figures) { bytes.append(contentsOf: $0) }
            #expect(together.withLock { $0[table.name] } == bytes, "\(table.name)")
        }
    }

    @Test(arguments: [1, 2, 5], [0, 1, 8]) func stopsWhereATableCannotBeWritten(threads: Int, failing: Int) throws {
        let figures = try InventedDistrict.figures(seed: 4)
        let begun = Mutex(0)
        #expect(throws: DiskFull.self, "before its first byte") {
            try Table.writeCSV(Report.tables, figures, threads: threads) { place, contents in
                begun.withLock { $0 += 1 }
                if place == failing { throw DiskFull() }
                try contents { _ in }
            }
        }
        if threads == 1 { #expect(begun.withLock { $0 } == failing + 1) }
        #expect(throws: DiskFull.self, "behind its header") {
            try Table.writeCSV(Report.tables, figures, threads: threads) { place, contents in
                var calls = 0
                try contents { _ in
                    calls += 1
                    if place == failing, calls == 2 { throw DiskFull() }
                }
            }
        }
    }
}
