import Events
import Glibc
import TestSupport
import Testing

@testable import Archives

@Suite struct ArchiveReaderTests {
    struct Expected: Sendable {
        var file: String
        var kind: ArchiveKind
        var names: [String]
        var digest: String
    }

    private static func expected(
        _ file: String, _ compression: ArchiveKind.Compression, _ container: ArchiveKind.Container, _ names: [String], _ digest: String
    ) -> Expected {
        Expected(file: file, kind: ArchiveKind(compression: compression, container: container), names: names, digest: digest)
    }

    /// Archives that other programs made: every kind, what is in it and its digest.
    static let fixtures: [Expected] = [
        expected("01-ages.tar.gz", .gzip, .tar, ["births-ages.ndjson"], "f5f098e2c29a7882975b5bf9c091a83ffd0119a987798e669e87390e19ebfd34"),
        expected(
            "02-order.tar.xz", .xz, .tar,
            ["births_order.jsonl", "./filings.order.NDJSON", "x/subsidies 1.ndjson", "ENROLLMENTS2024.ndjson"],
            "f04e5ff9b1065ef36f800fe459d032f8d0b380c12c6072778eef3e83cdcdac9e"),
        expected(
            "03-voids.tar.zst", .zstd, .tar, ["births-voids.ndjson"],
            "6b353a3cf3748e9c2f9f8830e924e441aec30d4a6449c83e705d7dc97e634062"),
        expected(
            "04-known.tar.bz2", .bzip2, .tar, ["出生k.ndjson", "出生-k.ndjson"],
            "581894a59f5c2dd68491d657d7c66b4e5ac1f6dc3113c72e29f67117afa5cc43"),
        expected(
            "05-findings.zip", .none, .zip,
            ["data/births-f.ndjson", "data/", "filings-旧-1.jsonl", "备案.ndjson", "enrollments（1）.ndjson"],
            "e7b7d9a4748a3be2a6d7ca74f91f72a4135a52e3a6ac2e7b8a149262e5247e9a"),
        expected("07-csv.7z", .none, .sevenZip, ["births-csv.csv"], "70d5eb7c144750dea8500f98e3f8d8e4b915bf5be0272757d0d23094719e4200"),
        expected(
            "Enrollments-x.csv.xz", .xz, .single, ["Enrollments-x.csv"],
            "38badd681fdab27b42dddd958fbb9904ff84b6db0a0b7f3aa921a493501e107f"),
        expected(
            "subsidies.jsonl.zst", .zstd, .single, ["subsidies.jsonl"],
            "55002fe905ac439ef7d50eb22e07e585dc26448fa75191917c07fe260247c7ae"),
        expected(
            "enrollments-b.ndjson.bz2", .bzip2, .single, ["enrollments-b.ndjson"],
            "2cdd8403b3193bec5e443410df58b7b428b1107e29e00b8aa3e8ee07bd896ba5"),
        expected(
            "r3-notes.ndjson.gz", .gzip, .single, ["r3-notes.ndjson"],
            "03660b9c805af69b520b32d3c481b216f227c0f4e4bebf485bff93f673a48375"),
        expected(
            "gbk-1.zip", .none, .zip, ["二月/出生登记-1.CSV", "说明.txt"],
            "5499c738b6f7efddd2d7ef3e97a21bca85e39e6a30db3d8ef68b657b468b4c03"),
        expected(
            "2019Q2-gbk.zip", .none, .zip,
            ["./subsidies_2019Q2-0.csv", "./入托.2019Q2-0.NDJSON", "./出生 2019Q2-0.ndjson", "备案_2019Q2-0.ndjson"],
            "59bf874e337f35d38f52f90315f370afd783fee8492a3ba2fe5f9737e49ab76f"),
    ]

    @Test(arguments: fixtures) func readsWhatOthersMade(_ expected: Expected) throws {
        let path = try fixture(expected.file)
        let reading = try Reading(path: path)
        #expect(reading.names == expected.names)
        #expect(reading.summary?.kind == expected.kind)
        #expect(reading.summary?.digest.description == expected.digest)
        #expect(try sha256(ofFileAt: path).description == expected.digest)
    }

    @Test(arguments: [
        ("r5-cut.tar.gz", "c78b28df6474f2bab0a3885d9671d841b6f2e7a6c0f8ef8daa08b058938f35f7"),
        ("r5-damaged.zip", "f16283097168fec67b778be6ab65b8cb4b10d484084def0b400574105e825138"),
        ("r5-encrypted.zip", "82267c0dbfcf99160224e429a082bf60375de2ce7e244dd3b01e8f36d4bc2798"),
        ("2020Q4-cut.7z", "0eb46b9e97b2a400670a2e1743d7446c989c495caeb91ac0c20548e732ce3e91"),
        ("2020Q4-cut.tar.zst", "c35e24376a01f92be48f87bb79ece15b81e5823d05e06050e30fe99b73437f17"),
        ("2020Q4-cut.zip", "bda5d068ed55e084700f86a73a234717d8c571cba1ffbac7135fb75358fc8a0f"),
    ])
    func refusesWhatOthersBroke(_ file: String, _ digest: String) throws {
        let reader = try ArchiveReader(path: try fixture(file))
        let caught = #expect(throws: ArchiveError.self) { while true { if case .end = try reader.next() { break } } }
        let refusal = try #require(caught)
        #expect(refusal.why == "unreadable")
        // The refusal stays, and the digest can still be told.
        #expect(throws: refusal) { _ = try reader.next() }
        #expect(try reader.digest().description == digest)
    }

    @Test func tellsKindsOfEntries() throws {
        let reading = try Reading(path: try fixture("08-skipped.gz"))
        let kinds = Dictionary(zip(reading.names, reading.entries.map(\.kind)), uniquingKeysWith: { first, _ in first })
        #expect(kinds["births-link.ndjson"] == .other)
        #expect(kinds["births-pipe.ndjson"] == .other)
        #expect(kinds["births.d/"] == .directory)
        #expect(kinds["births-two.ndjson"] == .file)
        #expect(reading.names.filter { $0 == "births-two.ndjson" }.count == 2, "two entries of one name are both given")
    }

    struct Kind: Sendable {
        var packing: Packing
        var kind: ArchiveKind
    }

    static let kinds: [Kind] = {
        let compressions: [(Packing.Filter, ArchiveKind.Compression)] = [
            (.none, .none), (.gzip, .gzip), (.xz, .xz), (.zstd, .zstd), (.bzip2, .bzip2),
        ]
        var kinds = compressions.flatMap { filter, compression in
            [(Packing.Format.tar, ArchiveKind.Container.tar), (.pax, .tar), (.gnu, .tar), (.raw, .single)].map { format, container in
                Kind(packing: Packing(format: format, filter: filter), kind: ArchiveKind(compression: compression, container: container))
            }
        }
        for (format, container) in [(Packing.Format.zip, ArchiveKind.Container.zip), (.stored, .zip), (.sevenZip, .sevenZip)] {
            kinds.append(Kind(packing: Packing(format: format), kind: ArchiveKind(compression: .none, container: container)))
        }
        return kinds
    }()

    @Test(arguments: kinds) func givesBackWhatWasPacked(_ kind: Kind) throws {
        var generator = SeededGenerator(seed: 7)
        // Across the edges of pieces and of libarchive's own blocks.
        let long = (0..<1_300_001).map { _ in UInt8(truncatingIfNeeded: generator.next()) & 0x3F }
        var files = twoFiles + [("long.csv", long), ("last.csv", [0x0A]), ("empty.csv", [])]
        if kind.kind.container == .single { files = [("raw.csv", long)] }
        let reading = try Reading(kind.packing.pack(files), name: "raw.csv")
        #expect(reading.names == files.map(\.name))
        #expect(reading.contents == files.map(\.content))
        #expect(reading.summary?.kind == kind.kind)
    }

    @Test(arguments: kinds) func refusesACutAtAnyByte(_ kind: Kind) throws {
        let folder = try TemporaryFolder()
        let files = kind.kind.container == .single ? [twoFiles[0]] : twoFiles
        let whole = try kind.packing.pack(files)
        guard kind.kind != ArchiveKind(compression: .none, container: .single) else { return }
        let complete = try Reading(path: folder.file("whole", whole))
        // With fewer bytes than its signature has, a file is a plain one: its content says nothing else. A tar may have more padding than
        // it needs, and one without its last block of it is whole.
        let signature = kind.kind.compression == .gzip ? 2 : kind.kind.compression == .bzip2 || kind.kind.container == .tar ? 10 : 4
        for count in 0..<whole.count {
            let path = try folder.file("cut", Array(whole[..<count]))
            let cut = Result { () throws(ArchiveError) in try Reading(path: path) }
            switch cut {
            case .failure(let error): #expect(error.why == "unreadable")
            case .success(let reading):
                let isPlain = count < max(signature, kind.kind.compression == .none && kind.kind.container == .tar ? 512 : 0)
                let lacksPadding =
                    kind.kind.compression == .none && kind.kind.container == .tar && count % 512 == 0
                    && reading.contents == complete.contents
                #expect(isPlain && reading.summary?.kind.isPlainFile == true || lacksPadding, "a cut at \(count) of \(whole.count) passed")
            }
        }
    }

    @Test(arguments: kinds) func noFlippedBitPassesUnseen(_ kind: Kind) throws {
        let folder = try TemporaryFolder()
        let files = kind.kind.container == .single ? [twoFiles[0]] : twoFiles
        let whole = try kind.packing.pack(files)
        let complete = try Reading(path: folder.file("flipped", whole))
        var generator = SeededGenerator(seed: 11)
        for place in 0..<min(whole.count, 4_096) {
            var flipped = whole
            flipped[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            let path = try folder.file("flipped", flipped)
            if case .success(let reading) = Result(catching: { () throws(ArchiveError) in try Reading(path: path) }) {
                #expect(reading.summary?.digest != complete.summary?.digest)
                // Where the content is covered by a checksum, what passes as a file has the same content. tar's blocks have none, nor has
                // zstd as libarchive writes it; and no checksum covers what zip's directory says an entry is.
                let isCovered =
                    kind.kind.container == .zip || kind.kind.container == .sevenZip
                    || [.gzip, .xz, .bzip2].contains(kind.kind.compression)
                if isCovered, reading.summary?.kind == complete.summary?.kind {
                    for (place, entry) in reading.entries.enumerated() where entry.kind == .file {
                        #expect(reading.contents[place] == complete.contents[place], "bit \(place) changed the content")
                    }
                }
            }
        }
    }

    @Test func aSecondLayerIsNotTakenOff() throws {
        let inner = try Packing(format: .raw, filter: .gzip).pack([("x", Array(lines.utf8))])
        let outer = try Packing(format: .raw, filter: .gzip).pack([("x", inner)])
        let reading = try Reading(outer, name: "births.ndjson.gz.gz")
        #expect(reading.names == ["births.ndjson.gz"])
        #expect(reading.contents == [inner])
        let zip = try Packing(format: .raw, filter: .xz).pack([("x", try Packing(format: .zip).pack(twoFiles))])
        #expect(try Reading(zip, name: "a.zip.xz").names == ["a.zip"])
    }

    @Test func theContentDecidesNotTheName() throws {
        let bytes = try Packing(format: .tar, filter: .zstd).pack(twoFiles)
        #expect(try Reading(bytes, name: "births.zip").names == twoFiles.map(\.name))
        #expect(try Reading(Array("BZh, a text".utf8), name: "x.bz2").summary?.kind.isPlainFile == true)
        #expect(try Reading([], name: "births.docx").contents == [[]])
        // Formats that libarchive's detection would add unasked: mtree, cpio, ar, shar, a warc.
        for text in ["#mtree\n/etc/passwd contents=/etc/passwd\n", "070707000000", "!<arch>\n", "#!/bin/sh\n", "WARC/1.0\r\n"] {
            #expect(try Reading(Array(text.utf8), name: "x").contents == [Array(text.utf8)])
        }
    }

    @Test func padsEachPiece() throws {
        let folder = try TemporaryFolder()
        for kind in Self.kinds {
            let files = kind.kind.container == .single ? [twoFiles[0]] : twoFiles
            let reader = try ArchiveReader(path: folder.file("a", try kind.packing.pack(files)))
            reading: while true {
                switch try reader.next() {
                case .bytes(let bytes):
                    let behind = UnsafeRawBufferPointer(start: bytes.baseAddress, count: bytes.count + 64)
                    #expect(behind.reduce(0) { $0 &+ Int($1) } >= 0, "64 bytes behind a piece can be read")
                case .end: break reading
                case .entry: break
                }
            }
        }
    }

    /// All that a reader tells of a file: entries, bytes, the end or the refusal.
    private func told(_ path: String, readsAhead: ArchiveReader.ReadAhead, isBegun: Bool = false) -> [String] {
        var told: [String] = []
        do {
            let reader = try ArchiveReader(path: path, readsAhead: readsAhead)
            if isBegun { reader.begin() }
            var bytes: [UInt8] = []
            while true {
                switch try reader.next() {
                case .entry(let entry):
                    told += ["\(bytes.count) \(Archives.SHA256.digest(of: bytes))", entry.name]
                    bytes = []
                case .bytes(let more): bytes += more
                case .end(let summary): return told + ["\(bytes.count) \(Archives.SHA256.digest(of: bytes))", "\(summary)"]
                }
            }
        } catch {
            return told + ["\(error)"]
        }
    }

    @Test func readsTheSameAhead() throws {
        let folder = try TemporaryFolder()
        let long = (0..<60_000).map { "{\"event_id\":\"e\($0 &* 7_919)\",\"type\":\"birth_registered\"}\n" }.joined()
        for kind in Self.kinds {
            let files = [("births.ndjson", Array(long.utf8)), ("filings.csv", Array("a,b\n".utf8))]
            let packed = try kind.packing.pack(kind.kind.container == .single ? [files[0]] : files)
            for length in [packed.count, packed.count - 30, packed.count / 2, 100] where length > 0 {
                let path = try folder.file("a", Array(packed.prefix(length)))
                let plain = told(path, readsAhead: .never)
                #expect(told(path, readsAhead: .always) == plain, "\(kind.kind), \(length) bytes")
                #expect(told(path, readsAhead: .always, isBegun: true) == plain, "\(kind.kind), \(length) bytes, begun")
                #expect(told(path, readsAhead: .never, isBegun: true) == plain, "\(kind.kind), \(length) bytes, opened")
            }
        }
    }

    /// What is read ahead stays as it is while it waits, though much of what is decoded in between is passed over: pieces of entries nobody
    /// wants, and pieces of which several small entries are given.
    @Test func keepsWhatWaitsWhileReadAhead() throws {
        let folder = try TemporaryFolder()
        let long = (0..<400_000).map { "{\"event_id\":\"e\($0 &* 7_919)\",\"type\":\"birth_registered\"}\n" }.joined()
        var files = (0..<300).map { ("small-\($0).txt", Array("\($0) of many, \($0 &* 7_919)\n".utf8)) }
        files.append(("births.ndjson", Array(long.utf8)))
        files += (0..<300).map { ("more-\($0).txt", Array("\($0) behind, \($0 &* 104_729)\n".utf8)) }
        for filter in [Packing.Filter.gzip, .zstd, .xz, .bzip2] {
            let path = try folder.file("a", try Packing(format: .tar, filter: filter).pack(files))
            let plain = told(path, readsAhead: .never)
            for turn in 0..<4 {
                var told: [String] = []
                var bytes: [UInt8] = []
                let reader = try ArchiveReader(path: path, readsAhead: .always)
                if turn % 2 == 0 { reader.begin() }
                reading: while true {
                    // Whoever decodes goes as far ahead as there is room.
                    if turn > 1, told.count % 97 == 0 { usleep(2000) }
                    switch try reader.next() {
                    case .entry(let entry):
                        told += ["\(bytes.count) \(Archives.SHA256.digest(of: bytes))", entry.name]
                        bytes = []
                    case .bytes(let more): bytes += more
                    case .end(let summary):
                        told += ["\(bytes.count) \(Archives.SHA256.digest(of: bytes))", "\(summary)"]
                        break reading
                    }
                }
                #expect(told == plain, "\(filter), turn \(turn)")
            }
        }
    }

    /// Whoever stops in the middle leaves nobody at work behind, wherever the one who decodes is then.
    @Test func isLeftInTheMiddleWhileReadAhead() throws {
        let folder = try TemporaryFolder()
        let long = (0..<100_000).map { "{\"event_id\":\"e\($0 &* 7_919)\",\"type\":\"birth_registered\"}\n" }.joined()
        let packed = try Packing(format: .tar, filter: .gzip).pack([("births.ndjson", Array(long.utf8))])
        let path = try folder.file("a", packed)
        let digest = Archives.SHA256.digest(of: packed)
        var ends = 0
        for pieces in 0..<24 {
            let reader = try ArchiveReader(path: path, readsAhead: .always)
            if pieces % 3 != 1 { reader.begin() }
            var isEnd = false
            for _ in 0..<pieces {
                if case .end = try reader.next() {
                    isEnd = true
                    ends += 1
                } else {
                    #expect(!isEnd, "\(pieces) pieces: something behind the end")
                }
            }
            if pieces % 2 == 0 { #expect(try reader.digest() == digest, "\(pieces) pieces") }
        }
        #expect(ends > 0 && ends < 24 * 23 / 2, "some are read to the end")
    }

    @Test func movesBetweenThreads() async throws {
        let folder = try TemporaryFolder()
        let reader = try ArchiveReader(path: folder.file("a", try Packing(format: .zip).pack(twoFiles)))
        var names: [String] = []
        while true {
            let name = try await Task.detached { () -> String? in
                switch try reader.next() {
                case .entry(let entry): entry.name
                case .bytes: ""
                case .end: nil
                }
            }.value
            guard let name else { break }
            if !name.isEmpty { names.append(name) }
        }
        #expect(names == twoFiles.map(\.name))
    }
}
