import Testing

@testable import Archives

@Suite struct ArchiveErrorTests {
    @Test func saysWhatWhereAndWhatToDo() {
        #expect(
            "\(ArchiveError.unreadable(archive: "in/2020Q4.tar.gz", entry: "births.csv", damage: .checksum))"
                == "in/2020Q4.tar.gz: entry births.csv: is damaged: its checksum does not fit its content; copy it again from its source")
        #expect(
            "\(ArchiveError.unreadable(archive: "a.zip", entry: nil, damage: .truncated))"
                == "a.zip: ends too early; copy it again from its source")
        #expect(
            "\(ArchiveError.limit(archive: "a.zip", entry: nil, limit: .entries, allowed: 7))"
                == "a.zip: has more than 7 entries; if the archive is genuine, raise `entries` under `limits` in the pipeline file")
        #expect(
            "\(ArchiveError.notARegularFile(archive: "in", kind: "a folder"))"
                == "in: is a folder, not a file; name the archives themselves")
        #expect(
            "\(ArchiveError.inaccessible(archive: "in/x", errno: 2))"
                == "in/x: cannot be read: no such file; check the path and its permissions")
    }

    @Test func keepsHostileNamesOffTheTerminal() {
        let error = ArchiveError.unreadable(archive: "a.zip", entry: "\u{1B}[2Jbirths\u{202E}vsc.\n", damage: .encrypted)
        #expect("\(error)" == "a.zip: entry \\u{1b}[2Jbirths\\u{202e}vsc.\\u{a}: is encrypted; ask for it without a password")
    }

    @Test func hasTheContractsReasons() {
        #expect(ArchiveError.limit(archive: "", entry: nil, limit: .entries, allowed: 0).why == "limit")
        #expect(ArchiveError.unreadable(archive: "", entry: nil, damage: .truncated).why == "unreadable")
        #expect(ArchiveError.changed(archive: "").why == "unreadable")
    }
}
