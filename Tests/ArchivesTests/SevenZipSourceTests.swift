import TestSupport
import Testing

@testable import Archives

/// Our reader of 7z gives what libarchive gives, or both refuse.
@Suite struct SevenZipSourceTests {
    private func reading(_ bytes: [UInt8], _ decoders: ArchiveReader.Decoders) -> Reading? { try? Reading(bytes, decoders: decoders) }

    private func directory(_ bytes: [UInt8]) throws -> SevenZipDirectory {
        let folder = try TemporaryFolder()
        let file = try OuterFile(path: folder.file("archive", bytes))
        let meter = Meter(archive: "archive", outerBytes: file.size, limits: ArchiveLimits())
        return try SevenZipDirectory(file: file, meter: meter)
    }

    /// Whether the archive is read without libarchive.
    private func isPlain(_ bytes: [UInt8]) throws -> Bool { SevenZipLayout(try directory(bytes)) != nil }

    @Test func readsWhatLibarchiveWrites() throws {
        let many = (0..<40).map { (name: "folder/births-\($0).ndjson", content: LzmaPacking.content($0, count: $0 * 997)) }
        for files in [twoFiles, many, [("folder/", []), ("births.csv", Array("a,b\n".utf8)), ("empty.csv", [])], [("empty.csv", [])]] {
            let bytes = try Packing(format: .sevenZip).pack(files)
            let fast = try Reading(bytes)
            #expect(fast == (try Reading(bytes, decoders: .reference)))
            #expect(fast.entries.filter { $0.kind == .file }.count == files.filter { !$0.name.hasSuffix("/") }.count)
        }
        #expect(try isPlain(Packing(format: .sevenZip).pack(many)))
    }

    @Test(arguments: [true, false]) func readsEveryProperty(_ lzma2: Bool) throws {
        for lc: UInt32 in 0...4 {
            for pb: UInt32 in 0...4 {
                let content = LzmaPacking.content(Int(lc * 5 + pb), count: 30_000)
                let raw = try LzmaPacking(preset: pb, dictionary: 8_192, bits: (lc, 4 - lc, pb)).raw(content, lzma2: lzma2)
                let bytes = sevenZip(raw, lzma2: lzma2, of: content)
                #expect(try isPlain(bytes))
                #expect(try Reading(bytes).contents == [content])
            }
        }
    }

    private func sevenZip(
        _ raw: (packed: [UInt8], properties: [UInt8]), lzma2: Bool, of content: [UInt8], size: Int? = nil, checksum: Int? = nil
    ) -> [UInt8] {
        let method: [UInt8] = lzma2 ? [0x21] : [3, 1, 1]
        let directory = HandMade.sevenZipDirectory(
            method: method, properties: raw.properties, packed: raw.packed.count, size: size ?? content.count,
            checksum: checksum ?? crc32(content[...]))
        return HandMade.sevenZip(directory, packed: raw.packed)
    }

    @Test(arguments: [true, false]) func believesNoSize(_ lzma2: Bool) throws {
        let content = LzmaPacking.content(9, count: 700_000)
        let raw = try LzmaPacking().raw(content, lzma2: lzma2)
        #expect(try damage(sevenZip(raw, lzma2: lzma2, of: content)) == nil)
        #expect(try damage(sevenZip(raw, lzma2: lzma2, of: content, checksum: 1)) == .checksum)
        #expect(try damage(sevenZip(raw, lzma2: lzma2, of: content, size: content.count - 1)) == .checksum)
        #expect(try damage(sevenZip(raw, lzma2: lzma2, of: content, size: content.count + 1)) != nil)
        let cut = (packed: Array(raw.packed.dropLast(20_000)), properties: raw.properties)
        #expect(try damage(sevenZip(cut, lzma2: lzma2, of: content)) == .truncated)
    }

    /// Packed bytes behind the last file, few, or so many that they are not read with it.
    @Test(arguments: [true, false]) func refusesPackedBytesBehindTheEnd(_ lzma2: Bool) throws {
        for count in [300, 700_000] {
            let content = LzmaPacking.content(11, count: count)
            var raw = try LzmaPacking().raw(content, lzma2: lzma2)
            let packed = raw.packed
            #expect(try damage(sevenZip(raw, lzma2: lzma2, of: content)) == nil)
            for surplus in [1, 10, 100, 100_000, 600_000] {
                for byte: UInt8 in [0, 0x5A] {
                    raw.packed = packed + [UInt8](repeating: byte, count: surplus)
                    let bytes = sevenZip(raw, lzma2: lzma2, of: content)
                    #expect(try isPlain(bytes))
                    #expect(try damage(bytes) == .trailing, "\(count), \(surplus) times \(byte)")
                }
            }
        }
    }

    /// What we read out of damaged data without a checksum, libarchive reads too. It does not always look behind the last byte.
    @Test(arguments: 1...20) func agreesOnDamage(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let content = LzmaPacking.content(seed, count: 5_000)
        let lzma2 = seed % 2 == 0
        let raw = try LzmaPacking(preset: UInt32(seed % 10), dictionary: 4_096).raw(content, lzma2: lzma2)
        for _ in 0..<10 {
            var damaged = raw.packed
            damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            let directory = HandMade.sevenZipDirectory(
                method: lzma2 ? [0x21] : [3, 1, 1], properties: raw.properties, packed: damaged.count, size: content.count)
            let bytes = HandMade.sevenZip(directory, packed: damaged)
            if let fast = reading(bytes, .fast) { #expect(fast == reading(bytes, .reference)) }
        }
    }

    /// An archive of several files and folders, with every bit flipped in turn and the checksums of its directory put right.
    @Test func agreesOnEveryBit() throws {
        let bytes = try Packing(format: .sevenZip).pack([
            ("a/", []), ("a/births.csv", Array("a,b\n1,2\n".utf8)), ("b.csv", [0x41]), ("c", []),
        ])
        let whole = try Reading(bytes)
        let packed = try #require(directory(bytes).streams?.packed?.sizes.first)
        let offset = (0..<8).reduce(0) { $0 | Int(bytes[12 + $1]) << (8 * $1) }
        for bit in (32 * 8)..<(bytes.count * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            flipped.replaceSubrange(28..<32, with: HandMade.little(crc32(flipped[(32 + offset)...]), 4))
            flipped.replaceSubrange(8..<12, with: HandMade.little(crc32(flipped[12..<32]), 4))
            let fast = reading(flipped, .fast)
            let reference = reading(flipped, .reference)
            guard fast != reference else { continue }
            // One of the two does not look at what stands behind the last byte of the packed files, or of the packed directory.
            let read = try #require(fast ?? reference, "bit \(bit)")
            #expect(read.contents == whole.contents && read.entries == whole.entries, "bit \(bit)")
            let isBehindFiles = bit / 8 - 32 < packed && fast == nil
            let isBehindDirectory = (packed..<offset).contains(bit / 8 - 32) && reference == nil
            #expect(isBehindFiles || isBehindDirectory, "bit \(bit)")
        }
    }
}
