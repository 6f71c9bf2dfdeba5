import TestSupport
import Testing

@testable import Archives

@Suite struct ArchiveLimitsTests {
    private func limit(_ bytes: [UInt8], _ change: (inout ArchiveLimits) -> Void) throws -> ArchiveLimit? {
        var limits = ArchiveLimits()
        change(&limits)
        do {
            _ = try Reading(bytes, limits: limits)
            return nil
        } catch ArchiveError.limit(_, _, let limit, _) {
            return limit
        }
    }

    static let containers: [Packing] = [
        Packing(format: .tar, filter: .gzip), Packing(format: .pax, filter: .zstd), Packing(format: .zip), Packing(format: .sevenZip),
    ]

    @Test(arguments: containers) func holdsEach(_ packing: Packing) throws {
        let files = (0..<5).map { (name: "births-\($0).csv", content: [UInt8](repeating: UInt8($0), count: 1_000)) }
        let bytes = try packing.pack(files)
        #expect(try limit(bytes) { $0.entries = 5 } == nil)
        #expect(try limit(bytes) { $0.entries = 4 } == .entries)
        #expect(try limit(bytes) { $0.entryBytes = 1_000 } == nil)
        #expect(try limit(bytes) { $0.entryBytes = 999 } == .entryBytes)
        #expect(try limit(bytes) { $0.archiveBytes = 20_000 } == nil)
        #expect(try limit(bytes) { $0.archiveBytes = 4_999 } == .archiveBytes)
        #expect(try limit(bytes) { $0.nameBytes = 12 } == nil)
        #expect(try limit(bytes) { $0.nameBytes = 11 } == .nameBytes)
        #expect(try limit(bytes) { ($0.ratioFloor, $0.expansionRatio) = (1_000, 100) } == nil)
        #expect(try limit(bytes) { ($0.ratioFloor, $0.expansionRatio) = (1_000, 2) } == .expansionRatio)
    }

    static let bombs: [Packing] =
        Packing.Filter.allCases.dropFirst().map { Packing(format: .raw, filter: $0) } + [Packing(format: .zip), Packing(format: .sevenZip)]

    @Test(arguments: bombs) func stopsBombs(_ packing: Packing) throws {
        let bytes = try packing.pack([("births.csv", [UInt8](repeating: 0x0A, count: 72 << 20))])
        #expect(bytes.count < 200_000)
        #expect(try limit(bytes) { _ in } == .expansionRatio)
    }
}
