import Events
import Glibc

/// The strict reader of NDJSON lines: RFC 8259 to the letter, narrowed as `events.md` says: one object, no member twice at any
/// depth, no lone surrogate, nested at most 100 deep (the line's object is the first level).
///
/// It reads within the line, and of what is behind it only the next byte, a line end. Unescaped names and values go to a buffer as long as the line and
/// ``Word/padding``.
struct StrictJSON {
    static let greatestDepth = 100

    private let plan: LogPlan
    private let end: UnsafePointer<UInt8>
    private var place: UnsafePointer<UInt8>
    private var texts: ArenaEnd
    /// The names of the members of all objects that are still open, the outermost first.
    private var names: [Name] = []

    private struct Name {
        let hash: UInt64
        let text: Span
    }

    /// Reads `count` bytes from `line` into `fields`; false: malformed. `texts` has room for them and ``Word/padding``.
    static func read(
        _ line: UnsafePointer<UInt8>, _ count: Int, _ plan: LogPlan, texts: UnsafeMutablePointer<UInt8>, _ fields: inout LineFields
    ) -> Bool {
        fields.clear()
        var reader = StrictJSON(plan: plan, end: line + count, place: line, texts: ArenaEnd(start: texts, used: 0))
        reader.passWhiteSpace()
        guard reader.readObject(depth: 1, &fields) else { return false }
        reader.passWhiteSpace()
        return reader.place == reader.end
    }

    /// Whether the bytes are white space alone.
    static func isBlank(_ line: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for place in 0..<count where !isWhiteSpace(line[place]) { return false }
        return true
    }

    private init(plan: LogPlan, end: UnsafePointer<UInt8>, place: UnsafePointer<UInt8>, texts: ArenaEnd) {
        (self.plan, self.end, self.place, self.texts) = (plan, end, place, texts)
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    private mutating func passWhiteSpace() {
        while place < end, StrictJSON.isWhiteSpace(place[0]) { place += 1 }
    }

    /// Passes over `byte` if it is the next one.
    private mutating func pass(_ byte: UInt8) -> Bool {
        guard place < end, place[0] == byte else { return false }
        place += 1
        return true
    }

    private mutating func pass(_ word: StaticString) -> Bool {
        guard end - place >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where place[offset] != word.utf8Start[offset] { return false }
        place += word.utf8CodeUnitCount
        return true
    }

    /// An object; the outermost one's members are the line's fields.
    private mutating func readObject(depth: Int, _ fields: inout LineFields) -> Bool {
        guard depth <= StrictJSON.greatestDepth, pass(0x7B) else { return false }
        let first = names.count
        passWhiteSpace()
        if pass(0x7D) { return true }
        while true {
            passWhiteSpace()
            guard let name = readText() else { return false }
            names.append(Name(hash: IdentifierHash.hash(name.start, count: name.count), text: name))
            passWhiteSpace()
            guard pass(0x3A) else { return false }
            passWhiteSpace()
            let field = depth == 1 ? plan.field(named: name.start, name.count) : nil
            guard readValue(depth: depth + 1, field, &fields) else { return false }
            passWhiteSpace()
            if pass(0x2C) { continue }
            guard pass(0x7D), areDistinct(from: first) else { return false }
            names.removeLast(names.count - first)
            return true
        }
    }

    /// Whether no two of the names from `first` on are equal.
    private mutating func areDistinct(from first: Int) -> Bool {
        // Sorted, equal names are neighbours: many members would make comparing each with each too slow, as would names that were chosen
        // for their hashes, so those are sorted by their bytes.
        names[first...].sort { left, right in
            left.hash != right.hash ? left.hash < right.hash : StrictJSON.order(left.text, right.text) < 0
        }
        for next in names.indices.dropFirst(first + 1) {
            let (left, right) = (names[next - 1], names[next])
            if left.hash == right.hash, StrictJSON.order(left.text, right.text) == 0 { return false }
        }
        return true
    }

    private static func order(_ left: Span, _ right: Span) -> Int {
        if left.count != right.count { return left.count - right.count }
        return Int(memcmp(left.start, right.start, left.count))
    }

    private mutating func readArray(depth: Int, _ fields: inout LineFields) -> Bool {
        guard depth <= StrictJSON.greatestDepth, pass(0x5B) else { return false }
        passWhiteSpace()
        if pass(0x5D) { return true }
        while true {
            passWhiteSpace()
            guard readValue(depth: depth + 1, nil, &fields) else { return false }
            passWhiteSpace()
            if pass(0x2C) { continue }
            return pass(0x5D)
        }
    }

    /// A value; that of `field` where it is one of the log's. An object or array stands at `depth`.
    private mutating func readValue(depth: Int, _ field: Int?, _ fields: inout LineFields) -> Bool {
        guard place < end else { return false }
        let bit: UInt64 = field.map { 1 << UInt64($0) } ?? 0
        switch place[0] {
        case 0x22:
            guard let text = readText() else { return false }
            if let field, text.count > 0 {
                fields.spans[field] = text
                fields.present |= bit
            }
        case 0x7B, 0x5B:
            guard place[0] == 0x7B ? readObject(depth: depth, &fields) : readArray(depth: depth, &fields) else { return false }
            fields.present |= bit
            fields.others |= bit
        case 0x6E:
            guard pass("null") else { return false }
        case 0x74, 0x66:
            guard place[0] == 0x74 ? pass("true") : pass("false") else { return false }
            fields.present |= bit
            fields.others |= bit
        default:
            let start = place
            guard passNumber() else { return false }
            if let field {
                // A copy, because the line itself may end where nothing behind it can be read.
                let copy = Span(start: texts.start + texts.used, count: place - start)
                for offset in 0..<copy.count { texts.append(start[offset]) }
                fields.spans[field] = copy
                fields.present |= bit
                fields.numbers |= bit
            }
        }
        return true
    }

    private mutating func passDigits() -> Bool {
        let start = place
        while place < end, place[0] &- 0x30 < 10 { place += 1 }
        return place > start
    }

    private mutating func passNumber() -> Bool {
        _ = pass(0x2D)
        if !pass(0x30) {
            guard passDigits() else { return false }
        }
        if pass(0x2E) {
            guard passDigits() else { return false }
        }
        if pass(0x65) || pass(0x45) {
            if !pass(0x2B) { _ = pass(0x2D) }
            guard passDigits() else { return false }
        }
        return true
    }

    /// A string, unescaped.
    private mutating func readText() -> Span? {
        guard pass(0x22) else { return nil }
        let start = texts.used
        while place < end {
            let byte = place[0]
            switch byte {
            case 0x22:
                place += 1
                return Span(start: texts.start + start, count: texts.used - start)
            case 0x5C:
                place += 1
                guard readEscape() else { return nil }
            case 0x00..<0x20: return nil
            case 0x20..<0x80:
                texts.append(byte)
                place += 1
            default:
                let length = UTF8Sequence.length(at: place)
                guard length > 0, length <= end - place else { return nil }
                for offset in 0..<length { texts.append(place[offset]) }
                place += length
            }
        }
        return nil
    }

    /// What stands behind a backslash.
    private mutating func readEscape() -> Bool {
        guard place < end else { return false }
        let kind = place[0]
        place += 1
        switch kind {
        case 0x22, 0x5C, 0x2F: texts.append(kind)
        case 0x62: texts.append(0x08)
        case 0x66: texts.append(0x0C)
        case 0x6E: texts.append(0x0A)
        case 0x72: texts.append(0x0D)
        case 0x74: texts.append(0x09)
        case 0x75:
            guard var scalar = readHex() else { return false }
            if scalar >> 10 == 0xD800 >> 10 {
                guard pass(0x5C), pass(0x75), let low = readHex(), low >> 10 == 0xDC00 >> 10 else { return false }
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + low & 0x3FF
            } else if scalar >> 10 == 0xDC00 >> 10 {
                return false
            }
            texts.used += UTF8Sequence.append(scalar, to: texts.start + texts.used)
        default: return false
        }
        return true
    }

    private mutating func readHex() -> UInt32? {
        guard end - place >= 4 else { return nil }
        var number: UInt32 = 0
        for offset in 0..<4 {
            let byte = place[offset]
            switch byte {
            case 0x30...0x39: number = number << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: number = number << 4 | (UInt32(byte | 0x20) - 0x57)
            default: return nil
            }
        }
        place += 4
        return number
    }
}
