import Events
import TestSupport

/// Makes lines as programs write them, and spoils them in the ways in which lines get spoilt.
struct LineMutator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func pick<Item>(_ items: [Item]) -> Item { items[Int.random(in: 0..<items.count, using: &random)] }
    private mutating func chance(_ of: Int) -> Bool { number(1...of) == 1 }

    private static let instants = [
        "2024-03-01T08:00:00+08:00", "2024-02-29T23:59:59.123456789Z", "2023-02-29T00:00:00Z", "2024-03-01t08:00:00z",
        "2024-12-31T24:00:00Z", "2016-12-31T23:59:60Z", "2024-03-01T08:00:00-00:00", "2024-03-01 08:00:00Z", "2024-03-01T08:00Z",
    ]
    private static let texts = ["迁出", "a b", "", "\"", "\\", "😀托育", "310101202001011234", "11010519491231002X", "x,y", "tab\tinside"]
    private static let numbers = ["0", "1", "007", "-1", "100000", "100001", "1.5", "1.50", "1e3", "12000.505", "-0.0", "180", "-181"]

    /// A text for a field: mostly of its form.
    private mutating func value(_ form: FieldForm) -> String {
        if chance(12) { return pick([pick(Self.instants), pick(Self.texts), pick(Self.numbers), "null", "true"]) }
        switch form {
        case .identifier: return String((0..<number(1...20)).map { _ in pick(Array("abcXYZ019_.:-")) })
        case .community: return chance(10) ? pick(["32061210100", "3206121010011"]) : "32061210\(number(1000...9999))"
        case .date: return "20\(number(10...29))-\(pick(["01", "02", "06", "12", "13"]))-\(pick(["01", "15", "28", "29", "30", "31"]))"
        case .integer: return "\(number(0...200))"
        case .decimal, .amount: return pick(["12", "0.5", "121.4737", "31.23", "99.999999999999", "1.50"])
        case .text: return pick(Self.texts)
        case .word(let words): return pick(words)
        }
    }

    /// The members of an event in some order: names, texts, and whether the text may stand as a number.
    mutating func members(_ log: Log) -> [(name: String, text: String, isNumber: Bool)] {
        let type = pick(EventType.all(of: log))
        var members: [(String, String, Bool)] = [
            ("event_id", value(.identifier), false), ("type", chance(40) ? "no_such_type" : type.name, false),
            ("occurred_on", value(.date), false), ("recorded_at", chance(4) ? pick(Self.instants) : Self.instants[0], false),
        ]
        for field in type.fields where field.required || chance(2) {
            let isNumber: Bool
            switch field.form {
            case .integer, .decimal, .amount: isNumber = chance(2)
            default: isNumber = chance(60)
            }
            members.append((field.name, value(field.form), isNumber))
        }
        if chance(8) { members.append((pick(["extra", "娃", "", "event_id2", "typ"]), pick(Self.texts), chance(3))) }
        if chance(6) { members.shuffle(using: &random) }
        if chance(30) { members.append(pick(members)) }
        if chance(30) { members.removeFirst() }
        return members
    }

    /// An NDJSON line without its line end.
    mutating func json(_ log: Log) -> [UInt8] {
        let members = members(log)
        let (colon, comma) = pick([(":", ","), (": ", ", "), (":", ", "), (" : ", " ,"), (":  ", ",\t")])
        var text = chance(40) ? " {" : "{"
        for (place, member) in members.enumerated() {
            if place > 0 { text += comma }
            let isWord = member.isNumber || (["null", "true"].contains(member.text) && chance(2))
            text += "\"\(member.name)\"" + colon + (isWord ? member.text : "\"" + escaped(member.text) + "\"")
        }
        return Array((text + "}").utf8)
    }

    private mutating func escaped(_ text: String) -> String {
        let all = chance(25)
        return text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": return "\\\""
            case "\\": return "\\\\"
            case "\t": return chance(2) ? "\\t" : "\t"
            default:
                return all && scalar.value < 0x80
                    ? "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : String(scalar)
            }
        }.joined()
    }

    /// A CSV row of these columns without its line end.
    mutating func row(_ log: Log, _ columns: [String]) -> [UInt8] {
        let members = members(log)
        let cells = columns.map { column -> String in
            let text = members.first { $0.name == column }?.text ?? ""
            let needs = text.contains { ",\"\r\n".contains($0) }
            return needs || chance(15) ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
        }
        return Array(cells.joined(separator: ",").utf8)
    }

    /// Spoils a line, mostly a little; one in four stays as it is.
    mutating func spoil(_ line: [UInt8]) -> [UInt8] {
        var line = line
        let times = pick([0, 1, 1, 2])
        for _ in 0..<times where !line.isEmpty {
            let place = number(0...line.count - 1)
            switch number(0...9) {
            case 0: line[place] ^= 1 << UInt8(number(0...7))
            case 1: line[place] = UInt8(number(0...255))
            case 2: line.remove(at: place)
            case 3: line.insert(pick(Array("{}[]\",:\\ \t\r0eE+-.nut".utf8) + [0, 0x7F, 0x80, 0xC0, 0xED, 0xFF]), at: place)
            case 4: line.insert(contentsOf: line[place..<min(line.count, place + number(1...12))], at: place)
            case 5: line.removeSubrange(place..<min(line.count, place + number(1...12)))
            case 6: line.append(contentsOf: pick([[0x0D], [0x20], [0x7D], [0x2C], Array("\r\r".utf8), Array(" x".utf8)]))
            case 7:
                line.insert(
                    contentsOf: pick([Array("\\u0041".utf8), Array("\\ud800".utf8), Array("托".utf8), [0xF4, 0x90, 0x80, 0x80]]), at: place)
            case 8: line.swapAt(place, number(0...line.count - 1))
            default: line.removeLast(min(line.count, number(1...4)))
            }
        }
        return line.filter { $0 != 0x0A }
    }
}
