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
}
