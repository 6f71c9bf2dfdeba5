import Events
import TestSupport
import Testing

@testable import Ingest

/// Lines as programs and people write them, each field right or at an edge of its form: the fast readers, the strict ones and the plain
/// one say the same.
@Suite struct PlainReaderTests {
    private static let edges: [String] = [
        "", "0", "-0", "00", "01", "1", "100000", "100001", "10000", "10001", "1000000000", "1000000000.00", "1000000000.01", "0.001",
        "0.00",
        "12000.5", "12000.50", "12000.500", "-1", "+1", "1e3", "1.", ".5", "180", "180.0", "-180.000000000001", "90", "90.5",
        "121.1234567890123",
        "121.123456789012", "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "2024-02-29", "2023-02-29", "2000-02-29", "1900-02-29",
        "0001-01-01", "0000-01-01", "9999-12-31", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-01", "２024-01-01", " 2024-01-01",
        "2024-01-01T00:00:00Z", "2024-01-01t23:59:59.1234567z", "2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z", "2024-01-01T00:00:00",
        "2024-01-01T00:00:00+08:00", "2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+08:60",
        "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00.000001Z", "1969-12-31T23:59:59.9Z", "320612001001", "32061200100", "3206120010011", "32061200100a",
        "３20612001001",
        "11010519491231002X", "11010519491231002x", "110105194912310021", "a11010519491231002X", "111010519491231002X",
        "11010519491231002X1",
        "11010519491331002X", "id-11010519491231002X-z", "a.b_c:d-e", "a b", "é", "托位", "e\u{301}", "\u{0}", "a\tb", "a\u{7F}", "\u{85}",
        "birth_registered", "child_moved_in", "event_voided", "Event_voided", "full_day", "infant", "market", "fire", "pass", "\u{1F600}",
        String(repeating: "x", count: 64), String(repeating: "x", count: 65), String(repeating: "位", count: 100),
        String(repeating: "位", count: 101), String(repeating: "😀", count: 200), String(repeating: "y", count: 201),
    ]

    private static func right(_ form: FieldForm, _ generator: inout SeededGenerator) -> String {
        switch form {
        case .identifier: "c-\(Int.random(in: 0..<1_000, using: &generator))"
        case .community: "320612001001"
        case .date: "2023-12-31"
        case .integer: "\(Int.random(in: 0..<500, using: &generator))"
        case .decimal: "\(Int.random(in: 0..<90, using: &generator)).\(Int.random(in: 0..<99, using: &generator))"
        case .amount: "12000.50"
        case .text: "某某 \(Int.random(in: 0..<9, using: &generator))"
        case .word(let words): words[Int.random(in: 0..<words.count, using: &generator)]
        }
    }

    /// The members of an event of some type, most of them right.
    private static func members(_ log: Log, _ generator: inout SeededGenerator) -> [(name: String, value: String?)] {
        let types = EventType.all(of: log)
        let type = types[Int.random(in: 0..<types.count, using: &generator)]
        var members: [(name: String, value: String?)] = [
            ("event_id", "e-\(Int.random(in: 0..<99, using: &generator))"), ("type", type.name),
            ("occurred_on", "2024-01-0\(Int.random(in: 1...9, using: &generator))"),
            (
                "recorded_at",
                "2024-01-0\(Int.random(in: 1...9, using: &generator))T08:30:0\(Int.random(in: 0...9, using: &generator))+08:00"
            ),
        ]
        for field in type.fields where field.required || Bool.random(using: &generator) {
            members.append((field.name, right(field.form, &generator)))
        }
        for _ in 0..<2 where Int.random(in: 0..<3, using: &generator) == 0 {
            let place = Int.random(in: 0..<members.count, using: &generator)
            if Int.random(in: 0..<5, using: &generator) == 0 {
                members[place].value = nil
            } else {
                members[place].value = edges[Int.random(in: 0..<edges.count, using: &generator)]
            }
        }
        if Int.random(in: 0..<8, using: &generator) == 0 { members.shuffle(using: &generator) }
        if Int.random(in: 0..<20, using: &generator) == 0 { members.append(("further", "x")) }
        return members
    }

    private static func quoted(_ text: String, escapes: Bool) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            default:
                if scalar.value < 0x20 || escapes && scalar.value < 0x10000 && scalar.value % 3 == 0 {
                    let digits = String(scalar.value, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    private static func object(_ log: Log, _ generator: inout SeededGenerator) -> [UInt8] {
        let escapes = Int.random(in: 0..<6, using: &generator) == 0
        let spaced = Int.random(in: 0..<3, using: &generator)
        let parts = members(log, &generator).map { name, value in
            var spelt = value.map { quoted($0, escapes: escapes) } ?? "null"
            if let value, Int.random(in: 0..<60, using: &generator) == 0 {
                spelt = value.isEmpty ? ["{}", "[1]", "true", "\"\""][Int.random(in: 0..<4, using: &generator)] : value
            }
            return quoted(name, escapes: escapes && Bool.random(using: &generator)) + [":", ": ", " : "][spaced] + spelt
        }
        return Array(("{" + parts.joined(separator: [",", ", ", " ,\t"][spaced]) + "}").utf8)
    }

    private func read(_ content: [UInt8], _ log: Log, _ format: EntryFormat, cut: Int) -> [Int: PlainReader.Verdict] {
        let reader = EntryReader(entry: "e", log: log, format: format, rules: SourceRules(), eventsPerBlock: 100)
        let plain = PlainReader(log)
        var verdicts: [Int: PlainReader.Verdict] = [:]
        let padded = content + [UInt8](repeating: 0x22, count: Word.padding)
        padded.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: content.count, by: cut) {
                reader.feed(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + cut, content.count)]))
            }
        }
        reader.finish()
        for block in reader.takeBlocks() {
            for event in block.events { verdicts[event.line] = plain.verdict(of: event, in: block) }
        }
        for reject in reader.takeRejects() { verdicts[reject.line] = .reject(field: reject.field, reason: reject.reason) }
        return verdicts
    }

    @Test(arguments: Log.allCases, [1, 100, 1 << 20]) func objectsReadAsPlainly(_ log: Log, _ cut: Int) {
        var generator = SeededGenerator(seed: UInt64(log.rawValue) * 100 + UInt64(cut))
        let lines = (0..<400).map { _ in Self.object(log, &generator) }
        let ends: [[UInt8]] = [[0x0A], [0x0D, 0x0A]]
        let content = lines.flatMap { $0 + ends[Int.random(in: 0..<2, using: &generator)] }
        let verdicts = read(content, log, .ndjson, cut: cut)
        let plain = PlainReader(log)
        var accepted = 0
        for (place, line) in lines.enumerated() {
            let expected = plain.object(line)
            if case .event = expected { accepted += 1 }
            #expect(verdicts[place + 1] == expected, "\(String(decoding: line, as: UTF8.self))")
        }
        #expect(accepted > 120 && accepted < 390, "both kinds must come up")
    }

    @Test(arguments: Log.allCases, [1, 100, 1 << 20]) func rowsReadAsPlainly(_ log: Log, _ cut: Int) {
        var generator = SeededGenerator(seed: UInt64(log.rawValue) * 100 + UInt64(cut) + 7)
        var columns = EventType.fieldNames + ["further"]
        columns.shuffle(using: &generator)
        var lines: [[UInt8]] = []
        for _ in 0..<400 {
            let members = Self.members(log, &generator)
            var cells = columns.map { name -> String in
                let value = (members.last { $0.name == name }?.value ?? nil) ?? ""
                let needs = value.contains { ",\"".contains($0) }
                return needs || Int.random(in: 0..<6, using: &generator) == 0 ? "\"" + value.replacing("\"", with: "\"\"") + "\"" : value
            }
            if Int.random(in: 0..<30, using: &generator) == 0 { cells.removeLast() }
            if Int.random(in: 0..<30, using: &generator) == 0 { cells[3] += "\"" }
            lines.append(Array(cells.joined(separator: ",").utf8))
        }
        let content = Array((columns.joined(separator: ",") + "\n").utf8) + lines.flatMap { $0 + [0x0A] }
        let verdicts = read(content, log, .csv, cut: cut)
        let plain = PlainReader(log)
        var accepted = 0
        for (place, line) in lines.enumerated() {
            let expected = plain.row(line, columns: columns)
            if case .event = expected { accepted += 1 }
            #expect(verdicts[place + 2] == expected, "\(String(decoding: line, as: UTF8.self))")
        }
        #expect(accepted > 80 && accepted < 390, "both kinds must come up")
    }
}
