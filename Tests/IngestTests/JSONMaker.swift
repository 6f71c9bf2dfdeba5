import TestSupport

/// Makes JSON documents, most of them nearly right.
enum JSONMaker {
    /// A line: an object, spelt in all the ways that there are, and broken in half of the cases.
    static func line(_ generator: inout SeededGenerator) -> [UInt8] {
        var line = Array(object(&generator, depth: 0).utf8)
        guard Bool.random(using: &generator), !line.isEmpty else { return line }
        for _ in 0...Int.random(in: 0..<3, using: &generator) {
            let place = Int.random(in: 0..<line.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: line.remove(at: place)
            case 1: line.insert(pick(Array("{}[]\",:\\0-+.eE tnfu\t".utf8), &generator), at: place)
            case 2: line[place] = pick(Array("{}[]\",:\\0-+.eE 1tnfu".utf8), &generator)
            case 3: line[place] = UInt8.random(in: 0...255, using: &generator)
            case 4: line.removeLast(min(line.count - 1, Int.random(in: 1...4, using: &generator)))
            default: line.insert(contentsOf: line[place..<min(line.count, place + 6)], at: place)
            }
            if line.isEmpty { break }
        }
        return line
    }

    private static func pick<Value>(_ list: [Value], _ generator: inout SeededGenerator) -> Value {
        list[Int.random(in: 0..<list.count, using: &generator)]
    }

    private static func space(_ generator: inout SeededGenerator) -> String {
        Int.random(in: 0..<5, using: &generator) == 0 ? pick([" ", "\t", "  ", "\r", " \t "], &generator) : ""
    }

    private static func object(_ generator: inout SeededGenerator, depth: Int) -> String {
        var parts: [String] = []
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            parts.append(
                space(&generator) + text(&generator) + space(&generator) + ":" + space(&generator) + value(&generator, depth: depth + 1)
                    + space(&generator))
        }
        return "{" + (parts.isEmpty ? space(&generator) : parts.joined(separator: ",")) + "}"
    }

    private static func value(_ generator: inout SeededGenerator, depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 5 ? 4 : 6), using: &generator) {
        case 0, 1: return text(&generator)
        case 2: return number(&generator)
        case 3: return pick(["true", "false", "null"], &generator)
        case 4: return object(&generator, depth: depth)
        default:
            let values = (0..<Int.random(in: 0...3, using: &generator)).map { _ in value(&generator, depth: depth + 1) }
            return "[" + values.map { space(&generator) + $0 + space(&generator) }.joined(separator: ",") + "]"
        }
    }

    private static func number(_ generator: inout SeededGenerator) -> String {
        pick(["", "-", "", ""], &generator) + pick(["0", "1", "12", "907", "00", "01", "99999999999999999999"], &generator)
            + pick(["", "", ".0", ".5", ".", ".123456789012"], &generator) + pick(["", "", "", "e5", "E+07", "e-1", "e", "e+"], &generator)
    }

    private static func text(_ generator: inout SeededGenerator) -> String {
        let parts = [
            "a", "b", "type", "托", "😀", "é", "e\u{301}", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\u6258", "\\ud83d\\ude00",
            "\\ud83d", "\\ude00", "\\u0000", "\\x", "\u{7F}", "\u{FFFF}", " ", "\\u12", "{", "]",
        ]
        let safe = 20
        var text = ""
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            // Mostly parts that are right.
            let last = Int.random(in: 0..<12, using: &generator) == 0 ? parts.count : safe - 5
            text += parts[Int.random(in: 0..<last, using: &generator)]
        }
        return "\"\(text)\""
    }
}
