import TestSupport
import Testing

@testable import Archives

/// Archives that somebody made to do harm, or that came to harm: each class, in each kind that can have it.
@Suite(.timeLimit(.minutes(10))) struct HostileArchiveTests {
    /// What a reader answers, in a word or two.
    private func answer(_ bytes: [UInt8], name: String = "archive", limits: ArchiveLimits = ArchiveLimits()) throws -> String {
        do {
            let reading = try Reading(bytes, name: name, limits: limits)
            return reading.entries.map { "\($0.name):\($0.kind)" }.joined(separator: " ")
        } catch ArchiveError.limit(_, _, let limit, _) {
            return "over \(limit.rawValue)"
        } catch ArchiveError.unreadable(_, _, let damage) {
            switch damage {
            case .truncated: return "truncated"
            case .checksum: return "checksum"
            case .encrypted: return "encrypted"
            case .trailing: return "trailing"
            case .disagreement: return "disagreement"
            case .unsupported: return "unsupported"
            case .damaged: return "damaged"
            }
        }
    }

    /// A tar as it is and under each layer of compression.
    private func packed(_ tar: [UInt8]) throws -> [[UInt8]] {
        try Packing.Filter.allCases.map { filter in
            filter == .none ? tar : try Packing(format: .raw, filter: filter).pack([("x", tar)])
        }
    }

    private func expect(_ tar: [UInt8], _ expected: String, limits: ArchiveLimits = ArchiveLimits()) throws {
        for bytes in try packed(tar) { #expect(try answer(bytes, limits: limits) == expected) }
    }

    private func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(bytes.count * count)
        for _ in 0..<count { all += bytes }
        return all
    }

    private let line = Array("event_id\n".utf8)
    private func file(_ name: String, _ content: [UInt8]? = nil) -> [UInt8] { HandMade.tarEntry(Array(name.utf8), content ?? line) }

    // MARK: Names

    static let names = [
        "../../../etc/births.csv", "/etc/births.csv", "C:\\Windows\\births.csv", "births\n.csv", "births\u{1B}[2J.csv",
        "births\u{202E}vsc.csv",
        "=cmd|'/c calc'!A1.csv", "<script>alert(1)</script>.csv", "%s%n.csv", "a" + String(repeating: "\u{301}", count: 40) + ".csv",
        "-rf", "con", "births.csv ", ".", "..",
    ]

    /// A name names; no part of it is ever a path, and messages spell out what moves a terminal.
    @Test(arguments: names) func namesNothingButTheEntry(_ name: String) throws {
        let expected = [ArchiveEntry(name: name, kind: .file)]
        for bytes in try packed(file(name) + HandMade.tarEnd) { #expect(try Reading(bytes).entries == expected) }
        #expect(try Reading(HandMade.zip([HandMade.ZipEntry(name)])).entries == expected)
        let directory = HandMade.sevenZipDirectory(packed: line.count, size: line.count, name: name, checksum: crc32(line[...]))
        #expect(try Reading(HandMade.sevenZip(directory, packed: line)).entries == expected)
        let message = "\(ArchiveError.unreadable(archive: "a", entry: name, damage: .truncated))"
        #expect(!message.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || $0.value == 0x202E })
    }

    @Test func givesBothOfTwoEntriesOfOneName() throws {
        try expect(file("births.csv") + file("births.csv") + HandMade.tarEnd, "births.csv:file births.csv:file")
        #expect(
            try answer(HandMade.zip([HandMade.ZipEntry("births.csv"), HandMade.ZipEntry("births.csv")]))
                == "births.csv:file births.csv:file")
    }

    @Test func hasNoRoomForNamesWithoutEnd() throws {
        let long = String(repeating: "x", count: 5_000)
        let directory = HandMade.sevenZipDirectory(packed: 9, size: 9, name: long, checksum: crc32(line[...]))
        #expect(try answer(HandMade.sevenZip(directory, packed: line)) == "over name_bytes")
        #expect(try answer(HandMade.zip([HandMade.ZipEntry(long)])) == "over name_bytes")
        // A pax header and a GNU long name of two megabytes; libarchive's own bound is one.
        let path = "path=" + String(repeating: "y", count: 2 << 20)
        for type: Character in ["x", "L"] {
            let header = HandMade.tarEntry(Array("h".utf8), Array("\(path.utf8.count + 9) \(path)\n".utf8), type: type)
            let answer = try answer(header + file("births.csv") + HandMade.tarEnd)
            #expect(["damaged", "over name_bytes"].contains(answer))
        }
        // Many names, each within the limit.
        var limits = ArchiveLimits()
        limits.allNameBytes = 1_000
        let many = (0..<30).flatMap { file("births-\($0)-" + String(repeating: "z", count: 50)) }
        try expect(many + HandMade.tarEnd, "over all_name_bytes", limits: limits)
    }

    // MARK: What is no file

    @Test func passesLinksAndDevicesByTheirNames() throws {
        var tar: [UInt8] = []
        for type: Character in ["1", "2", "3", "4", "6"] {
            tar += HandMade.tarEntry(Array("births-\(type).csv".utf8), type: type, link: type < "3" ? "/etc/passwd" : "")
        }
        try expect(
            tar + HandMade.tarEnd, "births-1.csv:other births-2.csv:other births-3.csv:other births-4.csv:other births-6.csv:other")
        // A pipe's mode is left out: `zip` gives it to what it read from a pipe, and that is a file.
        for mode in [0o120777, 0o020666, 0o060666, 0o140644] {
            var entry = HandMade.ZipEntry("births.csv", "/etc/passwd")
            entry.mode = mode
            let answer = try answer(HandMade.zip([entry]))
            #expect(answer == "births.csv:other", "\(String(mode, radix: 8)): \(answer)")
        }
    }

    /// Formats that libarchive's detection knows and the contract does not; an mtree names files of this machine.
    static let others: [(String, [UInt8])] = {
        let passwd = "./births.csv type=file mode=0644 contents=/etc/passwd\n"
        var iso = [UInt8](repeating: 0, count: 32_768) + [1] + Array("CD001".utf8) + [1, 0]
        iso += [UInt8](repeating: 0, count: 2_048)
        let cpio = "070707000001000002100644000000000000000001000000000000000000000001300000000004births.csv\0abcd"
        return [
            ("mtree", Array("#mtree\n\(passwd)".utf8)), ("mtree without a mark", Array("/set uid=0\n\(passwd)".utf8)),
            ("cpio", Array((cpio + "0707070000000000000000000000000000000000010000000000000000000001300000000000TRAILER!!!\0").utf8)),
            ("ar", Array("!<arch>\nbirths.csv/     0           0     0     100644  4         `\nabcd".utf8)),
            ("rar", [0x52, 0x61, 0x72, 0x21, 0x1A, 7, 1, 0] + [UInt8](repeating: 1, count: 600)),
            ("cab", Array("MSCF".utf8) + [UInt8](repeating: 0, count: 600)), ("iso", iso),
            ("warc", Array("WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n".utf8)),
            ("xar", Array("xar!".utf8) + [0, 28, 0, 1] + [UInt8](repeating: 0, count: 600)),
            ("lha", [30, 0] + Array("-lh0-".utf8) + [UInt8](repeating: 0, count: 600)),
            ("compress", [0x1F, 0x9D, 0x90, 0x61, 0xC4, 0x8C, 1]),
            ("lzip", Array("LZIP".utf8) + [1, 12] + [UInt8](repeating: 0, count: 30)),
            ("lz4", [0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7, 0, 0, 0, 0]),
            ("uuencode", Array("begin 644 births.csv\n#86)C\n`\nend\n".utf8)),
            ("rpm", [0xED, 0xAB, 0xEE, 0xDB] + [UInt8](repeating: 0, count: 600)),
        ]
    }()

    /// No other format and no other filter is tried, under any layer: the bytes are the one entry, as they stand.
    @Test(arguments: others) func looksForNoOtherFormat(_ what: String, _ content: [UInt8]) throws {
        for bytes in try packed(content) {
            let reading = try Reading(bytes, name: "births.csv")
            #expect(reading.names == ["births.csv"], "\(what)")
            #expect(reading.contents == [content], "\(what)")
            #expect(reading.summary?.kind.container == .single, "\(what)")
        }
    }

    // MARK: Lies

    @Test func believesNoSize() throws {
        // tar: more than there is, and so much less that content stands where a header should.
        try expect(HandMade.tarEntry(Array("births.csv".utf8), line, size: 5_000) + HandMade.tarEnd, "truncated")
        try expect(HandMade.tarEntry(Array("births.csv".utf8), line, size: 0o77777777777) + HandMade.tarEnd, "truncated")
        let short = HandMade.tarEntry(Array("births.csv".utf8), [UInt8](repeating: 0x78, count: 2_000), size: 10)
        try expect(short + HandMade.tarEnd, "damaged")
        // 7z: the directory's size is not the content's.
        for size in [8, 10, 1 << 40] {
            let directory = HandMade.sevenZipDirectory(packed: line.count, size: size, checksum: crc32(line[...]))
            #expect(try ["damaged", "truncated", "checksum"].contains(answer(HandMade.sevenZip(directory, packed: line))), "\(size)")
        }
        let beyond = HandMade.sevenZipDirectory(packed: 1 << 40, size: 1 << 40)
        #expect(try ["damaged", "truncated"].contains(answer(HandMade.sevenZip(beyond, packed: line))))
    }

    @Test func checksEveryChecksum() throws {
        let wrong = HandMade.sevenZipDirectory(packed: line.count, size: line.count, checksum: 7)
        #expect(try answer(HandMade.sevenZip(wrong, packed: line)) == "checksum")
        var start = HandMade.sevenZip(HandMade.sevenZipDirectory(packed: 9, size: 9), packed: line)
        start[13] ^= 1
        #expect(try answer(start) == "checksum")
        // What bzip2 ends in fills its last byte.
        for (filter, last) in [(Packing.Filter.gzip, 0), (.xz, 0), (.bzip2, 1)] {
            let bytes = try Packing(format: .raw, filter: filter).pack([("x", line)])
            var refused = 0
            for place in (bytes.count - 8 - last)..<(bytes.count - last) {
                var flipped = bytes
                flipped[place] ^= 0x10
                if try ["checksum", "damaged", "truncated", "trailing", "unsupported"].contains(answer(flipped, name: "births.csv.x")) {
                    refused += 1
                }
            }
            #expect(refused == 8, "\(filter)")
        }
    }

    @Test func findsDamageBehindTheFirstEntry() throws {
        var second = file("births-2.csv")
        second[150] ^= 1
        try expect(file("births-1.csv") + second + HandMade.tarEnd, "damaged")
        try expect(file("births-1.csv") + [UInt8](repeating: 0xAA, count: 512) + HandMade.tarEnd, "damaged")
        var zip = HandMade.zip([HandMade.ZipEntry("births-1.csv"), HandMade.ZipEntry("births-2.csv")])
        zip[2 * (30 + 12) + 9 + 2] ^= 1
        #expect(try answer(zip) == "checksum")
        // Within the first members all is well; the last one is cut.
        let member = try Packing(format: .raw, filter: .gzip).pack([("x", line)])
        #expect(try answer(member + member.dropLast(3), name: "births.csv.gz") == "truncated")
    }

    @Test func opensNothingEncrypted() throws {
        let key: [UInt8] = [0x06, 0xF1, 0x07, 0x01]
        let directory = HandMade.sevenZipDirectory(method: key, properties: [0x53, 0, 0], packed: line.count, size: line.count)
        #expect(try answer(HandMade.sevenZip(directory, packed: line)) == "encrypted")
        // Its directory is encrypted too.
        let packed: [UInt8] = [0x17, 6, 0, 1, 9, 9, 0, 7, 0x0B, 1, 0, 1, 0x24] + key + [1, 0x53, 0x0C, 40, 0, 0]
        #expect(try answer(HandMade.sevenZip(packed, packed: line)) == "encrypted")
    }

    // MARK: Bombs

    @Test func asksForNoMemoryThatAHeaderClaims() throws {
        let lzma: [UInt8] = [0x5D, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(try answer(HandMade.xz(dictionary: 40), name: "births.csv.xz") == "over decoder_bytes")
        for (method, properties) in [([0x03, 0x01, 0x01], lzma), ([0x21], [40]), ([0x03, 0x04, 0x01], [6, 0, 0, 0, 0xFF])]
            as [([UInt8], [UInt8])]
        {
            let directory = HandMade.sevenZipDirectory(method: method, properties: properties, packed: line.count, size: 100)
            #expect(try answer(HandMade.sevenZip(directory, packed: line)) == "over decoder_bytes")
        }
        var zip = HandMade.ZipEntry("births.csv")
        (zip.method, zip.content) = (14, [9, 20, 5, 0] + lzma + line)
        #expect(try answer(HandMade.zip([zip])) == "over decoder_bytes")
        (zip.method, zip.content) = (98, [0xF5, 0x0F] + line)
        #expect(try answer(HandMade.zip([zip])) == "over decoder_bytes")
        // Tables for files, folders and directories that are not there.
        #expect(
            try answer(HandMade.sevenZip(HandMade.sevenZipDirectory(packed: 9, size: 9, files: 100_000_000), packed: line))
                == "over entries")
        #expect(
            try answer(HandMade.sevenZip(HandMade.sevenZipDirectory(packed: 9, size: 9, folders: 1 << 40), packed: line)) == "over entries")
        let folded: [UInt8] = [0x17, 6, 0, 1, 9, 9, 0, 7, 0x0B, 1, 0, 1, 0x23, 3, 1, 1, 5, 0x5D, 0, 0, 1, 0, 0x0C]
        #expect(try answer(HandMade.sevenZip(folded + HandMade.seven(1 << 40) + [0, 0], packed: line)) == "over entries")
        #expect(try answer(HandMade.zip([HandMade.ZipEntry("births.csv")], count: 65_534)) == "disagreement")
    }

    @Test func endsChainsOfHeaders() throws {
        // Headers before any data: each speaks of the next one.
        let comment = Array("12 comment=\n".utf8)
        for type: Character in ["x", "g", "L", "K", "V"] {
            let header = HandMade.tarEntry(Array("h".utf8), type == "V" ? [] : comment, type: type)
            let chain = repeated(header, 5_000)
            let answer = try answer(chain + file("births.csv") + HandMade.tarEnd)
            #expect(
                ["damaged", "truncated", "births.csv:file", "comment=:file", "12 comment=\n:file"].contains(answer), "\(type): \(answer)")
        }
        // gzip: a name of a megabyte, and 20,000 members of nothing.
        let name = String(repeating: "n", count: 1 << 20)
        #expect(
            try answer(HandMade.gzip(HandMade.stored(line), of: line, flags: 8, name: name), name: "births.csv.gz") == "births.csv:file")
        let empty = HandMade.gzip([3, 0], of: [])
        #expect(try answer(repeated(empty, 20_000), name: "births.csv.gz") == "births.csv:file")
    }

    @Test func countsTinyEntries() throws {
        let tiny = HandMade.tarEntry(Array("t".utf8))
        let million = repeated(tiny, 100_001) + HandMade.tarEnd
        #expect(try answer(Packing(format: .raw, filter: .zstd).pack([("x", million)])) == "over entries")
        let entries = Array(repeating: HandMade.ZipEntry("t", ""), count: 3_000)
        var limits = ArchiveLimits()
        limits.entries = 2_000
        #expect(try answer(HandMade.zip(entries), limits: limits) == "over entries")
    }

    @Test func measuresLayersOnTheOuterBytes() throws {
        // A bomb in a bomb is content of the outer one; the outer one alone is measured.
        let inner = try Packing(format: .raw, filter: .gzip).pack([("x", [UInt8](repeating: 0x0A, count: 80 << 20))])
        for filter in Packing.Filter.allCases.dropFirst() {
            let outer = try Packing(format: .raw, filter: filter).pack([("x", inner)])
            #expect(try answer(outer, name: "births.ndjson.gz.gz") == "births.ndjson.gz:file")
        }
        #expect(try answer(inner, name: "births.ndjson.gz") == "over expansion_ratio")
        let nested = HandMade.zip([HandMade.ZipEntry("inner.zip", String(decoding: HandMade.zip([]), as: UTF8.self))])
        #expect(try answer(nested) == "inner.zip:file", "a zip in a zip is a file like any other")
    }

    /// A sparse map is text before any data; each of its lines costs the library a node.
    @Test func boundsSparseMaps() throws {
        let count = 2_000_000
        let map = Array("\(count)\n".utf8) + repeated(Array("0\n1\n".utf8), count)
        let pax = ["GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=births.csv", "GNU.sparse.realsize=100"]
        let records = pax.map { "\($0.utf8.count + 4) \($0)\n" }.joined()
        let header = HandMade.tarEntry(Array("h".utf8), Array(records.utf8), type: "x")
        let answer = try answer(header + file("births.csv", map) + HandMade.tarEnd)
        #expect(["damaged", "truncated", "over entry_bytes"].contains(answer), "\(answer)")
    }
}
