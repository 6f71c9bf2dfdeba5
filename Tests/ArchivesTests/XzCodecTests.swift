import CLzma
import TestSupport
import Testing

@testable import Archives

/// Our decoder of xz gives what liblzma gives, or both refuse.
@Suite struct XzCodecTests {
    private let text = Array(lines.utf8)

    /// Decodes with input and room in steps of these sizes; nil where it is refused or not complete.
    private func decode(_ bytes: [UInt8], _ codec: any Codec, step: Int = .max, room: Int = 1 << 16) -> [UInt8]? {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: room)
        var place = 0
        while true {
            let end = place + min(step, bytes.count - place)
            let answer: (Int, Int)? = bytes[place..<end].withUnsafeBytes { input in
                buffer.withUnsafeMutableBytes { room in
                    var rest = input
                    guard let written = try? codec.decode(&rest, ended: end == bytes.count, into: room) else { return nil }
                    return (input.count - rest.count, written)
                }
            }
            guard let (taken, written) = answer else { return nil }
            place += taken
            output += buffer[..<written]
            if taken == 0 && written == 0 { return place == bytes.count && codec.isComplete ? output : nil }
        }
    }

    private func ours(_ bytes: [UInt8], step: Int = .max, room: Int = 1 << 16) throws -> [UInt8]? {
        decode(bytes, try XzCodec(memory: 128 << 20), step: step, room: room)
    }

    private func theirs(_ bytes: [UInt8]) throws -> [UInt8]? { decode(bytes, try LibraryXzCodec(memory: 128 << 20)) }

    @Test(arguments: 0...9) func readsEveryPreset(_ preset: UInt32) throws {
        for extreme in [false, true] {
            for seed in 1...3 {
                let content = LzmaPacking.content(seed * 10 + Int(preset), count: 150_000)
                let packed = try LzmaPacking(preset: preset, extreme: extreme).xz(content)
                #expect(try ours(packed) == content)
                #expect(try theirs(packed) == content)
            }
        }
    }

    @Test func readsTheLargestDictionary() throws {
        let content = LzmaPacking.content(1, count: 20_000)
        #expect(try ours(LzmaPacking(preset: 9, dictionary: 64 << 20).xz(content)) == content)
    }

    @Test func readsEveryProperty() throws {
        for lc: UInt32 in 0...4 {
            for lp in 0...(4 - lc) {
                for pb: UInt32 in 0...4 {
                    let content = LzmaPacking.content(Int(lc * 25 + lp * 5 + pb), count: 12_000)
                    #expect(try ours(LzmaPacking(bits: (lc, lp, pb)).xz(content)) == content, "\(lc) \(lp) \(pb)")
                }
            }
        }
    }

    /// The window is passed round many times, and matches reach as far back as they may.
    @Test(arguments: [4_096, 4_097, 5_000, 65_536]) func passesTheWindowRound(_ dictionary: UInt32) throws {
        for seed in 1...4 {
            let content = LzmaPacking.content(seed, count: 400_000)
            #expect(try ours(LzmaPacking(dictionary: dictionary).xz(content), room: 10_000 + seed) == content)
            // Nothing but the same noise again and again, just within reach and just out of it.
            for period in [Int(dictionary) - 1, Int(dictionary), Int(dictionary) + 1, Int(dictionary) + 17] {
                let noise = LzmaPacking.content(seed + 100, count: period)
                let repeated = Array((0..<6).flatMap { _ in noise })
                #expect(try ours(LzmaPacking(dictionary: dictionary).xz(repeated)) == repeated)
            }
        }
    }

    @Test(arguments: [LZMA_CHECK_NONE, LZMA_CHECK_CRC32, LZMA_CHECK_CRC64, LZMA_CHECK_SHA256]) func verifiesEveryCheck(_ check: lzma_check)
        throws
    {
        let packed = try LzmaPacking(check: check, blocks: 3).xz(text)
        #expect(try ours(packed) == text)
        // The check of the last block stands before the index, whose length the footer tells in units of four bytes.
        let size = Int(lzma_check_size(check))
        let footer = packed.count - 12
        let index = (Int(packed[footer + 4]) | Int(packed[footer + 5]) << 8) * 4 + 4
        for place in (footer - index - size)..<(footer - index) {
            var damaged = packed
            damaged[place] ^= 1
            #expect(try damage(damaged, name: "births.ndjson.xz") == .damaged("xz data"))
            #expect(try theirs(damaged) == nil)
        }
    }

    @Test func readsBlocksStreamsAndPadding() throws {
        let other = LzmaPacking.content(7, count: 40_000)
        let one = try LzmaPacking(blocks: 5).xz(text)
        let two = try LzmaPacking(check: LZMA_CHECK_CRC32).xz(other)
        let empty = try LzmaPacking().xz([])
        let filtered = try LzmaPacking(delta: true).xz(other)
        let padding: [UInt8] = [0, 0, 0, 0]
        for bytes in [
            one + two, one + padding + two, two + padding + padding + one + padding, empty, empty + empty, empty + one, filtered,
            filtered + one + filtered, one + padding.dropLast(), one + padding.dropLast() + two, one + [0], padding + one, one + [1], [],
        ] {
            let expected = try theirs(bytes)
            for step in [1, 7, 1_000, Int.max] { #expect(try ours(bytes, step: step) == expected) }
        }
        #expect(try ours(one + padding + two) == text + other)
        #expect(try ours(filtered) == other)
    }

    /// One decoder serves block after block, of one dictionary or of another, full or empty, and each begins anew.
    @Test func servesBlockAfterBlock() throws {
        let contents = (0..<8).map { LzmaPacking.content($0, count: $0 % 2 * 30_000) }
        let packed = try contents.enumerated().map { try LzmaPacking(dictionary: 4_096 << UInt32($0 % 3), blocks: 1 + $0 % 4).xz($1) }
        #expect(try ours(packed.flatMap { $0 }) == contents.flatMap { $0 })
        // A block that does not forget what stood before cannot follow another either. Noise is stored, in a chunk that begins with a 1.
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let stored = try LzmaPacking(check: LZMA_CHECK_NONE).xz(noise)
        #expect(stored[24] == 1)
        var going = stored
        going[24] = 2
        for bytes in [going, stored + going] {
            #expect(try ours(bytes) == nil)
            #expect(try theirs(bytes) == nil)
        }
    }

    @Test(arguments: 1...12) func givesTheSameInAnySteps(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let content = LzmaPacking.content(seed, count: 30_000)
        let packed = try LzmaPacking(preset: UInt32(seed % 10), blocks: 1 + seed % 3).xz(content)
        for _ in 0..<6 {
            let step = Int.random(in: 1..<3_000, using: &generator)
            let room = Int.random(in: 1..<3_000, using: &generator)
            #expect(try ours(packed, step: step, room: room) == content)
        }
        #expect(try ours(packed, step: 1, room: 1) == content)
    }

    /// A small file of each kind, cut everywhere and with each of its bits flipped.
    @Test(arguments: [LZMA_CHECK_NONE, LZMA_CHECK_CRC64]) func refusesWhatLiblzmaRefuses(_ check: lzma_check) throws {
        var small = LzmaPacking.content(3, count: 260)
        small += small.prefix(100)
        for packing in [LzmaPacking(check: check), LzmaPacking(check: check, delta: true, blocks: 2)] {
            let packed = try packing.xz(small)
            for count in 0..<packed.count {
                let cut = Array(packed.prefix(count))
                #expect(try ours(cut) == nil)
                #expect(try theirs(cut) == nil)
            }
            for bit in 0..<(packed.count * 8) {
                var flipped = packed
                flipped[bit / 8] ^= 1 << (bit % 8)
                #expect(try ours(flipped) == theirs(flipped), "bit \(bit)")
            }
        }
    }

    /// Larger files with some of their bytes changed, without a check that would refuse what comes of it.
    @Test(arguments: 1...30) func agreesOnDamage(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let content = LzmaPacking.content(seed, count: 20_000)
        let packed = try LzmaPacking(preset: UInt32(seed % 10), dictionary: 4_096 << UInt32(seed % 3), check: LZMA_CHECK_NONE).xz(content)
        for _ in 0..<12 {
            var damaged = packed
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: 24..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            #expect(try ours(damaged, room: 5_000) == theirs(damaged))
        }
    }

    @Test func tellsWhatIsWrong() throws {
        let packed = try LzmaPacking().xz(LzmaPacking.content(5, count: 9_000))
        #expect(try damage(Array(packed.prefix(2_000)), name: "a.xz") == .truncated)
        #expect(try damage(packed + [0, 0], name: "a.xz") == .damaged("xz data"))
        var options = packed
        options[7] = 0x0F  // a check of a kind nobody has defined
        options.replaceSubrange(8..<12, with: HandMade.little(crc32(options[6..<8]), 4))
        #expect(try damage(options, name: "a.xz") == .unsupported("an unknown option of xz"))
        var symbols = packed
        for place in 200..<260 { symbols[place] = 0xFF }
        #expect(try damage(symbols, name: "a.xz") != nil)
    }
}
