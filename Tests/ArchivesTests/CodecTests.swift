import TestSupport
import Testing

@testable import Archives

/// What holds for every layer of compression.
@Suite struct CodecTests {
    private let text = Array(lines.utf8)

    private func pack(_ filter: Packing.Filter, _ content: [UInt8]) throws -> [UInt8] {
        try Packing(format: .raw, filter: filter).pack([("x", content)])
    }

    static let filters: [Packing.Filter] = [.gzip, .xz, .zstd, .bzip2]

    @Test(arguments: filters) func joinsStreams(_ filter: Packing.Filter) throws {
        let one = try pack(filter, text)
        #expect(try Reading(one + one + one).contents == [text + text + text])
        // Longer than the input buffer, so that edges fall into the middle of a stream.
        let many = Array(repeating: one, count: 600_000 / one.count).flatMap { $0 }
        #expect(try Reading(many).contents[0].count == many.count / one.count * text.count)
    }

    @Test(arguments: filters) func refusesBytesBehindTheEnd(_ filter: Packing.Filter) throws {
        let one = try pack(filter, text)
        for garbage: [UInt8] in [[1], Array("garbage behind the end".utf8), Array(one.prefix(5)), [0, 0, 0, 0, 1]] {
            #expect(try damage(one + garbage) != nil)
        }
        if filter == .xz { #expect(try damage(one + [0, 0, 0, 0]) == nil, "stream padding is part of xz") }
    }

    @Test func readsSkippableFrames() throws {
        let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
        let frame = try pack(.zstd, text)
        let reading = try Reading(skippable + frame + skippable, name: "births.ndjson.zst")
        #expect(reading.contents == [text])
        #expect(reading.names == ["births.ndjson"])
    }

    @Test func holdsDecodersToTheirMemory() throws {
        var limits = ArchiveLimits()
        limits.decoderMemory = 1 << 20
        let zeros = [UInt8](repeating: 0, count: 3 << 20)
        for bytes in [try pack(.xz, text), try pack(.zstd, zeros), try Packing(format: .sevenZip).pack([("x", text)])] {
            let error = #expect(throws: ArchiveError.self) { try Reading(bytes, limits: limits) }
            #expect(try #require(error).why == "limit")
            #expect("\(try #require(error))".contains("decoder_bytes"))
            _ = try Reading(bytes)
        }
    }

    /// A frame whose header asks for a window of 2 GiB costs nothing but the refusal.
    @Test func refusesWindowsOfGigabytes() throws {
        // Magic, no single segment, no checksum, no size; window descriptor: exponent 21 → 2^31; an empty last block.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 21 << 3, 0x01, 0x00, 0x00]
        let error = #expect(throws: ArchiveError.self) { try Reading(frame) }
        #expect(try #require(error).why == "limit")
    }
}
