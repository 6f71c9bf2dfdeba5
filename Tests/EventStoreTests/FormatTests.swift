import Events
import Foundation
import Testing

@testable import EventStore

/// The documentation of the stored format says what the program writes.
@Suite struct FormatTests {
    private static let page: String = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/EventStore/EventStore.docc/Format.md")
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }()

    @Test("The block that the page spells out by hand is the one that is written, byte for byte")
    func example() throws {
        let spelt = try #require(Self.page.components(separatedBy: "```hex\n").last?.components(separatedBy: "```").first)
        let digits = spelt.split(separator: "\n").flatMap { $0.prefix { $0 != "#" }.split(separator: " ") }
        let bytes = try digits.map { try #require(UInt8($0, radix: 16)) }
        let folder = TemporaryStore()
        let writer = try StoreWriter.open(at: folder.path, origin: "tuowei/test")
        var birth = SyntheticEvent(id: "B1", subject: "c1", object: "320612000001")
        birth.occurredOn = try #require(Day("2024-02-29")).rawValue
        birth.recordedAt = try #require(Instant("2024-03-01T08:00:00+08:00")).rawValue
        var death = SyntheticEvent(id: "B22", type: 5, subject: "c1")
        death.occurredOn = try #require(Day("2024-03-05")).rawValue
        death.recordedAt = try #require(Instant("2024-03-06T08:00:00+08:00")).rawValue
        try appendBatch([birth, death], to: writer, name: "a")
        try writer.publish()
        writer.close()
        let store = try EventStore.open(at: folder.path)
        #expect(try store.entry(0) == bytes)
        #expect(Self.page.contains("\(bytes.count) bytes:"))
        // Read back by the page's bytes alone.
        let block = try #require(ProvedBlock(bytes))
        let child = try #require(block.introduced(0, in: .child))
        let text = try #require(CanonicalEvent.text(block.columns, row: 1, subject: child, object: []))
        #expect(
            String(decoding: text, as: UTF8.self)
                == #"{"log":"births","event_id":"B22","type":"child_died","occurred_on":"2024-03-05","recorded_at":"2024-03-06T00:00:00Z","child":"c1"}"#
        )
    }

    @Test("The page names every type, with its code, and every column it says is where the program puts it")
    func types() {
        for log in Log.allCases {
            for type in EventType.all(of: log) {
                #expect(Self.page.contains("`\(type.name)`"), "\(type.name)")
                for field in type.fields {
                    switch field.slot {
                    case .subject, .object: continue
                    default: #expect(Self.page.contains("`\(field.name)`"), "\(type.name): \(field.name)")
                    }
                }
            }
        }
        for reason in RejectReason.allCases { #expect(Self.page.contains("\(reason.rawValue) \(reason.name)")) }
    }
}
