import TestSupport
import Testing

@testable import Archives

@Suite struct ZipDirectoryTests {
    typealias Entry = HandMade.ZipEntry
    private let good = [Entry("births-1.csv"), Entry("births-2.csv", "other\n")]

    @Test func readsWhatIsRight() throws {
        let reading = try Reading(HandMade.zip(good))
        #expect(reading.names == ["births-1.csv", "births-2.csv"])
        #expect(reading.contents == good.map(\.content))
        #expect(try Reading(HandMade.zip(good, comment: Array("a comment PK".utf8))).names.count == 2)
        #expect(try Reading(HandMade.zip([])).entries.isEmpty)
        var late = good
        late[0].flags = 8
        #expect(try Reading(HandMade.zip(late)).contents == good.map(\.content), "sizes behind the data")
    }

    @Test func refusesHeadersThatDisagree() throws {
        func refuses(_ why: String, _ change: (inout [Entry]) -> Void) throws {
            var entries = good
            change(&entries)
            #expect(try damage(HandMade.zip(entries)) == .disagreement(why))
        }
        try refuses("the local header has another name") { $0[1].localName = Array("filings-2.csv".utf8) }
        try refuses("the local header has other sizes or another checksum") { $0[1].localSize = 5 }
        try refuses("the local header has another method") { $0[1].localMethod = 8 }
        try refuses("its entries overlap") { $0[1].offset = 0 }
        try refuses("an entry that its directory does not list") { $0[0].listed = false }
        try refuses("an entry that its directory does not list") { $0[1].listed = false }
        try refuses("no local header") { $0[0].offset = 1 }
        #expect(try damage(HandMade.zip(good, count: 1)) == .damaged("zip directory"))
        #expect(try damage(HandMade.zip(good, count: 3)) == .disagreement("its directory lists another number of entries"))
    }

    @Test func refusesWhatStandsAround() throws {
        #expect(try damage(HandMade.zip(good) + [0]) == .trailing)
        #expect(try damage(HandMade.zip(good, comment: Array("comment".utf8)).dropLast()) == .truncated)
        #expect(try damage(HandMade.zip(good) + HandMade.zip(good)) != nil)
        let bytes = HandMade.zip(good)
        #expect(try damage(Array(bytes[..<40]) + bytes[45...]) != nil, "bytes missing in the middle")
    }

    @Test func refusesEncrypted() throws {
        #expect(try damage(Packing(format: .zip, password: "1234").pack(twoFiles)) == .encrypted)
        var entries = good
        entries[1].flags = 1
        let error = #expect(throws: ArchiveError.self) { try Reading(HandMade.zip(entries)) }
        guard case .unreadable(_, let entry, .encrypted) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(entry == "births-2.csv")
    }

    @Test func refusesWrongContent() throws {
        var bytes = HandMade.zip(good)
        bytes[30 + 12] ^= 1
        #expect(try damage(bytes) == .checksum)
        var entries = good
        entries[0].method = 97
        #expect(try damage(HandMade.zip(entries)) != nil)
        entries[0].method = 95
        #expect(try damage(HandMade.zip(entries)) == .unsupported("xz inside zip"))
    }

    @Test func decodesEachNameByItself() throws {
        var entries = [Entry("a"), Entry("出生.csv"), Entry("c"), Entry("data\\births.csv"), Entry("data\\births.csv")]
        entries.append(Entry("e\u{301}.csv"))
        entries[0].name = [0xB3, 0xF6, 0xC9, 0xFA, 0x2D] + Array("1.csv".utf8)
        // A second byte 5C is no backslash: 0x81 0x5C is 乗.
        entries[2].name = [0x81, 0x5C] + Array(".csv".utf8)
        entries[2].host = 0
        entries[3].host = 0
        entries[5].flags = 0x800
        let names = try Reading(HandMade.zip(entries)).names
        #expect(names[..<5] == ["出生-1.csv", "出生.csv", "乗.csv", "data/births.csv", "data\\births.csv"])
        #expect(names[5].unicodeScalars.elementsEqual("e\u{301}.csv".unicodeScalars), "nothing is normalised")
    }

    @Test func takesInfoZipsUnicodeName() throws {
        var entry = Entry("x")
        entry.name = [0x8F, 0x6F, 0xFF]  // neither UTF-8 nor GB18030
        let unicode = Array("出生.csv".utf8)
        entry.extra = HandMade.little(0x7075, 2) + HandMade.little(5 + unicode.count, 2)
        entry.extra += [1] + HandMade.little(crc32(entry.name[...]), 4) + unicode
        #expect(try Reading(HandMade.zip([entry])).names == ["出生.csv"])
        entry.extra[5] ^= 1  // of another name: it does not count
        #expect(try Reading(HandMade.zip([entry])).names == ["\\x8Fo\\xFF"])
        entry.host = 0
        #expect(try Reading(HandMade.zip([entry])).names == ["\\x8Fo\\xFF"], "what is spelt out holds no folders")
    }
}
