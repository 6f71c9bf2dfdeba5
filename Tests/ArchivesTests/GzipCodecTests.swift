import CZlib
import TestSupport
import Testing

@testable import Archives

@Suite struct GzipCodecTests {
    typealias Choice = ArchiveReader.Decoders

    private func inflater(_ choice: Choice) throws -> any Inflater { choice == .fast ? IsalInflater() : try ZlibInflater() }

    /// Decodes with input and room in steps of these sizes; nil where it is not complete.
    private func decode(_ bytes: [UInt8], _ choice: Choice, step: Int, room: Int) throws -> [UInt8]? {
        let codec = GzipCodec(inflater: try inflater(choice))
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: room)
        var place = 0
        while true {
            let end = min(place + step, bytes.count)
            let (taken, written) = try bytes[place..<end].withUnsafeBytes { input in
                try buffer.withUnsafeMutableBytes { room in
                    var rest = input
                    let written = try codec.decode(&rest, ended: end == bytes.count, into: room)
                    return (input.count - rest.count, written)
                }
            }
            place += taken
            output += buffer[..<written]
            if taken == 0 && written == 0 { return place == bytes.count && codec.isComplete ? output : nil }
        }
    }

    private func damage(_ bytes: [UInt8], _ choice: Choice) throws -> ArchiveDamage? {
        do throws(ArchiveError) {
            _ = try { () throws(ArchiveError) in
                do { return try Reading(bytes, name: "x.gz", decoders: choice) } catch let error as ArchiveError { throw error } catch {
                    throw .changed(archive: "\(error)")
                }
            }()
            return nil
        } catch .unreadable(_, _, let damage) {
            return damage
        }
    }

    private func deflate(_ content: [UInt8], level: Int32, strategy: Int32 = Z_DEFAULT_STRATEGY) throws -> [UInt8] {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        try #require(deflateInit2_(stream, level, Z_DEFLATED, -15, 9, strategy, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { deflateEnd(stream) }
        var input = content
        var output = [UInt8](repeating: 0, count: content.count * 2 + 1_000)
        let room = UInt32(output.count)
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = room
                _ = CZlib.deflate(stream, Z_FINISH)
            }
        }
        return Array(output[..<Int(room - stream.pointee.avail_out)])
    }

    private let text = Array(lines.utf8)

    @Test(arguments: [Choice.fast, .reference]) func joinsMembers(_ choice: Choice) throws {
        let packed = try deflate(text, level: 6)
        let member = HandMade.gzip(packed, of: text)
        let empty = HandMade.gzip(try deflate([], level: 6), of: [])
        let all = member + empty + HandMade.gzip(HandMade.stored([1, 2, 3]), of: [1, 2, 3]) + member
        for step in [1, 2, 3, 7, 100, 1 << 20] {
            for room in [1, 5, 4_096, 1 << 20] {
                #expect(try decode(all, choice, step: step, room: room) == text + [1, 2, 3] + text, "in steps of \(step) and \(room)")
            }
        }
    }

    @Test(arguments: [Choice.fast, .reference]) func readsEveryHeader(_ choice: Choice) throws {
        let packed = try deflate(text, level: 9)
        for flags in UInt8(0)..<32 where flags & 1 == 0 {
            let bytes = HandMade.gzip(packed, of: text, flags: flags)
            #expect(try decode(bytes, choice, step: 1, room: 999) == text)
            #expect(try decode(bytes, choice, step: bytes.count, room: 1 << 16) == text)
            for count in 2..<bytes.count {
                #expect(try decode(Array(bytes[..<count]), choice, step: 64, room: 1 << 16) == nil, "a cut at \(count) passed")
            }
        }
    }

    @Test(arguments: [Choice.fast, .reference]) func checksWhatLibrariesMayNot(_ choice: Choice) throws {
        let packed = try deflate(text, level: 6)
        let good = HandMade.gzip(packed, of: text)
        var crc = good
        crc[good.count - 8] ^= 1
        #expect(try damage(crc, choice) == .checksum)
        var length = good
        length[good.count - 1] ^= 1
        #expect(try damage(length, choice) == .checksum)
        #expect(try damage(HandMade.gzip(packed, of: text, flags: 2, headerChecksum: 7), choice) == .checksum)
        #expect(try damage(HandMade.gzip(packed, of: text, flags: 0x20), choice) == .unsupported("gzip flags of the future"))
        var method = good
        method[2] = 7
        #expect(try damage(method, choice) == .unsupported("gzip method 7"))
        #expect(try damage(good + [0, 0, 0], choice) == nil, "zeros behind the end are padding")
        #expect(try damage(good + [0, 0, 1], choice) == .trailing)
        #expect(try damage(good + [0] + good, choice) == .trailing)
        #expect(try damage(good + Array("garbage".utf8), choice) == .trailing)
        #expect(try damage(good + [0x1F], choice) == .truncated)
        #expect(try damage(good + good.dropLast(), choice) == .truncated)
        #expect(try damage([0x1F, 0x8B], choice) == .truncated)
    }

    /// Both libraries give the same bytes, or both refuse, whatever the data, its level and its cut.
    @Test(arguments: 1...20) func librariesAgree(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let alphabet = Int.random(in: 1...256, using: &generator)
        var content = (0..<Int.random(in: 0..<200_000, using: &generator)).map { _ in UInt8(Int.random(in: 0..<alphabet, using: &generator))
        }
        if seed % 3 == 0 { content += content.prefix(40_000) + text + content.suffix(33_000) }
        let strategy = [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE][seed % 4]
        var bytes = HandMade.gzip(try deflate(content, level: Int32(seed % 10), strategy: strategy), of: content)
        let step = Int.random(in: 1..<70_000, using: &generator)
        let room = Int.random(in: 1..<70_000, using: &generator)
        #expect(try decode(bytes, .fast, step: step, room: max(room, 500)) == content)
        #expect(try decode(bytes, .reference, step: step, room: max(room, 500)) == content)
        for _ in 0..<20 {
            let place = Int.random(in: 10..<bytes.count, using: &generator)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            let igzip = Result { try decode(bytes, .fast, step: step, room: 1 << 16) }
            let zlib = Result { try decode(bytes, .reference, step: step, room: 1 << 16) }
            #expect((try? igzip.get()) == (try? zlib.get()))
        }
    }
}
