import TestSupport
import Testing

@testable import Archives

@Suite struct TarSourceTests {
    private let one = HandMade.tarEntry(Array("births-1.ndjson".utf8), Array(lines.utf8))
    private let two = HandMade.tarEntry(Array("births-2.ndjson".utf8), Array("x\n".utf8))

    /// gzip hides from the bytes' own length where a tar was cut, so each case is tried plain and packed.
    private func damage(_ tar: [UInt8]) throws -> ArchiveDamage? {
        let plain = try ArchivesTests.damage(tar)
        let packed = try ArchivesTests.damage(Packing(format: .raw, filter: .gzip).pack([("x", tar)]))
        #expect(plain == packed)
        return plain
    }

    @Test func wantsItsEnd() throws {
        #expect(try damage(one + two + HandMade.tarEnd) == nil)
        #expect(try damage(one + two + HandMade.tarEnd + HandMade.tarEnd) == nil)
        #expect(try damage(one) == .truncated, "cut exactly between two entries")
        #expect(try damage(one + two) == .truncated)
        #expect(try damage(one + two + HandMade.tarEnd.prefix(512)) == .truncated, "half of the end")
        #expect(try damage(one + two + HandMade.tarEnd + [0]) == .truncated)
        #expect(try damage(Array(one.dropLast(512))) == .truncated)
        // Zeros of the last entry's content are no end.
        let zeros = HandMade.tarEntry(Array("zeros".utf8), [UInt8](repeating: 0, count: 4_096))
        #expect(try damage(one + zeros) == .truncated)
        #expect(try damage(one + zeros + HandMade.tarEnd) == nil)
        // A volume's label is told as no entry.
        let label = HandMade.tarEntry(Array("label".utf8), type: "V")
        #expect(try damage(label + HandMade.tarEnd) == nil)
        #expect(try damage(label + HandMade.tarEnd.prefix(512)) == .truncated)
        #expect(try damage(label + one + label) == .truncated)
    }

    @Test func refusesWhatStandsBehindItsEnd() throws {
        #expect(try damage(one + HandMade.tarEnd + two + HandMade.tarEnd) == .trailing, "a second tar would be lost in silence")
        #expect(try damage(one + HandMade.tarEnd + [1]) == .trailing)
        #expect(try damage(one + HandMade.tarEnd.prefix(512) + two + HandMade.tarEnd) == .trailing)
    }

    @Test func readsAnEmptyOne() throws {
        let reading = try Reading([UInt8](repeating: 0, count: 10_240))
        #expect(reading.entries.isEmpty)
        #expect(reading.summary?.kind == ArchiveKind(compression: .none, container: .tar))
        // Zeros that are no whole blocks are a file of zeros.
        #expect(try Reading([UInt8](repeating: 0, count: 1_025)).summary?.kind.isPlainFile == true)
    }

    @Test func refusesDamagedHeaders() throws {
        var damaged = two
        damaged[3] ^= 1
        #expect(try damage(one + damaged + HandMade.tarEnd) != nil)
        #expect(try damage(one + HandMade.tarEntry(Array("a".utf8), size: 1 << 32) + HandMade.tarEnd) != nil, "a size that is not there")
    }

    @Test func namesWhatIsNoFile() throws {
        let content = Array("not read".utf8)
        var tar = HandMade.tarEntry(Array("link".utf8), type: "2", link: "/etc/passwd")
        tar += HandMade.tarEntry(Array("hard".utf8), type: "1", link: "births-1.ndjson")
        tar += HandMade.tarEntry(Array("device".utf8), type: "3")
        tar += HandMade.tarEntry(Array("pipe".utf8), type: "6")
        tar += HandMade.tarEntry(Array("folder/".utf8), type: "5")
        tar += HandMade.tarEntry(Array("../../etc/x".utf8), content) + HandMade.tarEnd
        let reading = try Reading(tar)
        #expect(reading.names == ["link", "hard", "device", "pipe", "folder/", "../../etc/x"])
        #expect(reading.entries.map(\.kind) == [.other, .other, .other, .other, .directory, .file])
        #expect(reading.contents.last == content)
        #expect(reading.entries.last?.baseName == "x")
    }

    @Test func takesNamesAsTheyStand() throws {
        // Decomposed, so that a normalising library would show; and GB18030, which tar does not mark.
        let decomposed = "e\u{301}/出生.csv"
        #expect(try Reading(HandMade.tarEntry([]) + HandMade.tarEnd).summary?.kind.container == .tar, "a header without a name is one")
        let tar =
            HandMade.tarEntry(Array(decomposed.utf8)) + HandMade.tarEntry([0xB3, 0xF6, 0xC9, 0xFA] + Array(".csv".utf8)) + HandMade.tarEnd
        let names = try Reading(tar).names
        #expect(names.count == 2)
        #expect(names.first?.unicodeScalars.elementsEqual(decomposed.unicodeScalars) == true)
        #expect(names.last == "出生.csv")
        for format in [Packing.Format.pax, .gnu, .sevenZip, .zip] {
            let long = String(repeating: "长", count: 90) + "/" + decomposed
            let name = try #require(try Reading(Packing(format: format).pack([(long, [0x0A])])).names.first)
            #expect(name.unicodeScalars.elementsEqual(long.unicodeScalars), "\(format)")
        }
    }

    @Test(arguments: [Packing.Format.pax, .gnu]) func limitsLongNames(_ format: Packing.Format) throws {
        let name = String(repeating: "a/", count: 2_500) + "births.csv"
        let bytes = try Packing(format: format).pack([(name, [0x0A])])
        let error = #expect(throws: ArchiveError.self) { try Reading(bytes) }
        #expect(error == .limit(archive: archive(error), entry: nil, limit: .nameBytes, allowed: 4_096))
        var limits = ArchiveLimits()
        limits.nameBytes = 6_000
        #expect(try Reading(bytes, limits: limits).names == [name])
    }

    private func archive(_ error: ArchiveError?) -> String {
        if case .limit(let archive, _, _, _) = error { archive } else { "" }
    }

    /// Headers at every edge of the reader's own pieces, with long names that must be put together across them.
    @Test(arguments: [Packing.Format.tar, .pax, .gnu], [Packing.Filter.none, .gzip]) func readsAcrossEdges(
        _ format: Packing.Format, _ filter: Packing.Filter
    ) throws {
        var generator = SeededGenerator(seed: 3)
        let files = (0..<1_000).map { index in
            let folder = String(repeating: "f", count: format == .tar ? 20 : Int.random(in: 1..<700, using: &generator))
            let content = [UInt8](repeating: UInt8(index & 0x7F), count: Int.random(in: 0..<3_000, using: &generator))
            return (name: "\(folder)/births-\(index).csv", content: content)
        }
        let reading = try Reading(Packing(format: format, filter: filter).pack(files))
        #expect(reading.names == files.map(\.name))
        #expect(reading.contents == files.map(\.content))
    }

    /// A GNU sparse header: one stretch of data at an offset, in a file of a size.
    private func sparse(offset: Int, data: [UInt8], size: Int) -> [UInt8] {
        var block = Array(HandMade.tarEntry(Array("births-s.csv".utf8), data, type: "S").prefix(512))
        func octal(_ value: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: 11 - text.count) + text).utf8) + [0]
        }
        block.replaceSubrange(257..<265, with: Array("ustar  ".utf8) + [0])
        block.replaceSubrange(386..<410, with: octal(offset) + octal(data.count))
        block.replaceSubrange(483..<495, with: octal(size))
        block.replaceSubrange(148..<156, with: Array(repeating: 0x20, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20])
        return block + data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512) + HandMade.tarEnd
    }

    @Test func fillsHolesWithinTheLimits() throws {
        let data = Array("x\n".utf8)
        let reading = try Reading(sparse(offset: 1_024, data: data, size: 4_096))
        #expect(reading.contents == [[UInt8](repeating: 0, count: 1_024) + data + [UInt8](repeating: 0, count: 3_070)])
        let bytes = sparse(offset: 7 << 30, data: data, size: 8 << 30 - 1)
        let error = #expect(throws: ArchiveError.self) { try Reading(bytes) }
        #expect(try #require(error).why == "limit")
    }
}
