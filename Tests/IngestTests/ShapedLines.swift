import Events
import TestSupport

/// Makes lines of events that are well formed, and others of nearly the same shape.
struct ShapedLines {
    private let events: [MemoryEvent]
    private let names: [String]
    private let types: [String]
    private var random: SeededGenerator

    init(_ log: Log, seed: UInt64) {
        events = (0..<4).flatMap { RandomWorld(seed: $0).events.filter { $0.log == log } }
        types = EventType.all(of: log).map(\.name)
        names = Set(EventType.all(of: log).flatMap { $0.fields.map(\.name) }).sorted()
        random = SeededGenerator(seed: seed)
    }

    private mutating func chance(_ of: Int) -> Bool { Int.random(in: 1...of, using: &random) == 1 }
    private mutating func pick<Item>(_ items: [Item]) -> Item? { items.randomElement(using: &random) }

    /// An event's line without its line feed: some with a member more, of any name of the log, with a space behind colons, or with CR.
    mutating func whole() -> [UInt8]? {
        guard let event = pick(events) else { return nil }
        var line = event.json(numbersAsText: Bool.random(using: &random))
        if chance(3), let name = pick(names), !line.contains("\"\(name)\"") {
            line = String(line.dropLast()) + ",\"\(name)\":\(pick(["null", "\"\"", "\"x1\"", "12", "\"迁\""]) ?? "null")}"
        }
        if chance(4) { line = line.split(separator: "\":", omittingEmptySubsequences: false).joined(separator: "\": ") }
        return Array(line.utf8) + (chance(6) ? [0x0D] : [])
    }

    private static let bytes: [UInt8] =
        Array("\"\\,:{}[] 0129-.azAZ_TtZz+/@".utf8) + [0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x7F, 0x80, 0xC3, 0xE5, 0xFF]
    private static let injections = [#"","a":""#, #"","child":""#, "\"}\n{\"e", #"",""#, #"\\"#, "\r\n", "-0", "1.", "00", "1e3"].map {
        Array($0.utf8)
    }

    /// The line with something of the same length in place of something of it: single bytes, the type, or what would end a value.
    mutating func spoil(_ whole: [UInt8]) -> [UInt8] {
        var line = whole
        if chance(6), let from = types.first(where: { whole.contains(Array("\"\($0)\"".utf8)) }),
            let place = whole.firstRange(of: Array("\"\(from)\"".utf8))?.lowerBound,
            let to = pick(types.filter { $0.utf8.count == from.utf8.count })
        {
            line.replaceSubrange(place + 1..<place + 1 + from.utf8.count, with: to.utf8)
            return line
        }
        if chance(6), let text = pick(Self.injections), text.count < line.count {
            let place = Int.random(in: 0...line.count - text.count, using: &random)
            line.replaceSubrange(place..<place + text.count, with: text)
            return line
        }
        for _ in 0...Int.random(in: 0...1, using: &random) {
            let place = Int.random(in: 0..<line.count, using: &random)
            line[place] = chance(3) ? pick(Self.bytes) ?? 0 : Self.alike(line[place], UInt8.random(in: 0...9, using: &random))
        }
        return line
    }

    /// Another digit for a digit, another letter for a letter.
    private static func alike(_ byte: UInt8, _ number: UInt8) -> UInt8 {
        switch byte {
        case 0x30...0x39: 0x30 + number
        case 0x41...0x5A, 0x61...0x7A: (byte & 0xE0) + 1 + number
        default: byte
        }
    }
}
