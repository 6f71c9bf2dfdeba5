import Testing

@testable import Archives

@Suite struct EntryNameTests {
    @Test func decodes() {
        let names = EntryNames()
        #expect(names.text(Array("births.csv".utf8)) == "births.csv")
        #expect(names.text(Array("出生.csv".utf8)) == "出生.csv")
        #expect(names.text([0xB3, 0xF6, 0xC9, 0xFA]) == "出生")
        #expect(names.text([0x81, 0x39, 0xEE, 0x39]) == "㐀", "four bytes, which GBK does not have")
        #expect(names.text([0x41, 0xFF]) == "A\\xFF")
        #expect(names.text([0xB3, 0xF6, 0xC9]) == "\\xB3\\xF6\\xC9", "cut within a character")
        #expect(names.text([0xB3, 0xF6]) == "出", "an earlier failure leaves no state")
    }

    @Test func decodesUTF16() {
        #expect(EntryNames.text(Array("出生𠀀.csv".utf16)) == "出生𠀀.csv")
        #expect(EntryNames.text([0x41, 0xD800, 0x42, 0xDC00] + Array("𠀀".utf16)) == "A\\uD800B\\uDC00𠀀")
    }

    @Test(arguments: [
        ("/a/births.ndjson.gz", "births.ndjson"), ("births.csv.XZ", "births.csv"), ("a.csv.zst", "a.csv"), ("a.csv.bz2", "a.csv"),
        (".gz", ".gz"), ("births.tgz", "births.tgz"), ("出生.csv.gz", "出生.csv"), ("a.gz.gz", "a.gz"), ("agz", "agz"),
    ])
    func namesSingleFiles(_ path: String, _ name: String) {
        #expect(singleEntryName(path: path, isCompressed: true) == name)
        #expect(singleEntryName(path: path, isCompressed: false) == baseName(path))
    }
}
