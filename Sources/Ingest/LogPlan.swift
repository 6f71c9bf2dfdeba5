import Events

/// The form of a field, flat, for the converter's inner loop; see ``FieldForm``.
enum FormKind: UInt8 {
    case identifier, community, date, integer, decimal, amount, text, word
}

/// Where a value goes, flat; see ``FieldSlot``.
enum SlotKind: UInt8 {
    case subject, object, value, code, detail
}

/// What is checked beyond a field's own form, at the field's place in the order (`events.md`, section 2).
enum RuleKind: UInt8 {
    case none
    /// A date that is not after `occurred_on`.
    case notAfterOccurrence
    /// Absent together with the partner, or present together.
    case sameAsPartner
    /// Present where the partner is absent, and the other way round.
    case otherThanPartner
}

/// A field of a type, flat.
struct FieldPlan {
    /// The field's place in ``LogPlan/names``.
    var index = 0
    var form = FormKind.identifier
    var slot = SlotKind.subject
    var rule = RuleKind.none
    /// The partner of the rule, a place in ``LogPlan/names``.
    var partner = 0
    /// The greatest value or the greatest length.
    var max: Int64 = 0
    var places = 0
    var signed = false
    /// Of a word: its list, in ``LogPlan/words``.
    var wordsStart = 0
    var wordsCount = 0
    /// Of ``SlotKind/code``: how far the value is shifted.
    var shift: UInt8 = 0
    /// Bits set in the event's code where the field is present.
    var flag: UInt8 = 0
}

/// A type, flat.
struct TypePlan {
    var code: UInt8 = 0
    var name: Span
    /// Its fields in the contract's order, in ``LogPlan/fields``.
    var fieldsStart = 0
    var fieldsCount = 0
    /// The required fields, the envelope's too.
    var required: UInt64 = 0
    /// Its fields, the envelope's too, whose forms have no room for a quote, a backslash, a control or a byte above 7F; and of these, those
    /// that may be a number, whose forms are JSON's or narrower.
    var plain: UInt64 = 0
    var numeric: UInt64 = 0
    /// Whether the type has fields kept in its detail.
    var hasDetail = false
}

/// The first sixteen bytes of a member's name with the quote and the colon behind it, for one comparison.
struct KeyPattern {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var lowMask: UInt64 = 0
    var highMask: UInt64 = 0
    /// The length of name, quote and colon.
    var length = 0
}

/// A log's types and fields from the tables of ``Events``, laid out flat for the readers: made once, never changed, never
/// freed, so its pointers are good for as long as the program runs and may be read from any thread.
final class LogPlan: @unchecked Sendable {
    let log: Log
    /// The names of all fields of the log's types, the envelope's four first.
    let names: [String]
    let keys: UnsafePointer<KeyPattern>
    let types: UnsafePointer<TypePlan>
    let fields: UnsafePointer<FieldPlan>
    let words: UnsafePointer<Span>
    private let keyTable: UnsafePointer<UInt8>
    private let typeTable: UnsafePointer<UInt8>

    static let eventID = 0
    static let type = 1
    static let occurredOn = 2
    static let recordedAt = 3
    /// The fields that every event must have.
    static let envelope: UInt64 = 0b1111

    private static let plans = Log.allCases.map(LogPlan.init)

    static func of(_ log: Log) -> LogPlan { plans[Int(log.rawValue)] }

    /// The slots of each open-addressed table; a log has at most 32 types and 64 fields, so that half of them stay empty.
    private static let slots = 128
    private static let empty: UInt8 = 255

    private init(_ log: Log) {
        let types = EventType.all(of: log)
        var names = EnvelopeField.all
        for type in types {
            for field in type.fields where !names.contains(field.name) { names.append(field.name) }
        }
        precondition(names.count <= LogPlan.slots / 2 && types.count <= LogPlan.slots / 2, "a log outgrew the readers' tables")

        var fields: [FieldPlan] = []
        var words: [Span] = []
        let typePlans = types.map { LogPlan.plan($0, names: names, fields: &fields, words: &words) }
        self.log = log
        self.names = names
        self.fields = LogPlan.kept(fields)
        self.words = LogPlan.kept(words)
        self.types = LogPlan.kept(typePlans)

        let patterns = names.map(LogPlan.pattern)
        keys = LogPlan.kept(patterns)
        var keyTable = [UInt8](repeating: LogPlan.empty, count: LogPlan.slots)
        for (index, name) in names.enumerated() {
            let (low, high) = LogPlan.halves(of: name)
            var slot = LogPlan.slot(low, high)
            while keyTable[slot] != LogPlan.empty { slot = (slot + 1) % LogPlan.slots }
            keyTable[slot] = UInt8(index)
        }
        self.keyTable = LogPlan.kept(keyTable)

        var typeTable = [UInt8](repeating: LogPlan.empty, count: LogPlan.slots)
        for (index, plan) in typePlans.enumerated() {
            var slot = LogPlan.slot(ofType: plan.name)
            while typeTable[slot] != LogPlan.empty { slot = (slot + 1) % LogPlan.slots }
            typeTable[slot] = UInt8(index)
        }
        self.typeTable = LogPlan.kept(typeTable)
    }

    /// The type of that name. Reads up to 7 bytes behind it.
    @inline(__always)
    func type(named name: Span) -> UnsafePointer<TypePlan>? {
        var slot = LogPlan.slot(ofType: name)
        while typeTable[slot] != LogPlan.empty {
            let plan = types + Int(typeTable[slot])
            if plan.pointee.name.count == name.count, Word.equal(plan.pointee.name.start, name.start, name.count) { return plan }
            slot = (slot &+ 1) & (LogPlan.slots &- 1)
        }
        return nil
    }

    /// The field whose name these are, as the bytes up to a quote: the first eight and the next eight, all behind it 0.
    @inline(__always)
    func field(_ low: UInt64, _ high: UInt64) -> Int? {
        var slot = LogPlan.slot(low, high)
        while keyTable[slot] != LogPlan.empty {
            let index = Int(keyTable[slot])
            let key = keys + index
            let count = key.pointee.length &- 2
            if key.pointee.low & Word.mask(count) == low, key.pointee.high & Word.mask(Swift.max(0, count &- 8)) == high { return index }
            slot = (slot &+ 1) & (LogPlan.slots &- 1)
        }
        return nil
    }

    /// The field of that name; any bytes. Reads up to 15 bytes behind it.
    func field(named name: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        guard count > 0, count <= 14 else { return nil }
        let low = Word.load(name) & Word.mask(count)
        let high = Word.load(name + 8) & Word.mask(Swift.max(0, count &- 8))
        // A name with U+0000 at its end would equal one without it.
        guard name[count &- 1] != 0 else { return nil }
        return field(low, high)
    }

    @inline(__always)
    private static func slot(_ low: UInt64, _ high: UInt64) -> Int {
        let mixed = (low ^ high &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
        return Int(truncatingIfNeeded: mixed >> 57)
    }

    /// Where the search for a type begins: told by the name's first and last bytes and its length. Reads up to 7 bytes behind it.
    @inline(__always)
    private static func slot(ofType name: Span) -> Int {
        let low = Word.load(name.start) & Word.mask(name.count)
        let high = Word.load(name.start + Swift.max(0, name.count &- 8)) & Word.mask(name.count)
        return slot(low, high &+ UInt64(truncatingIfNeeded: name.count))
    }

    private static func halves(of name: String) -> (low: UInt64, high: UInt64) {
        let bytes = Array(name.utf8)
        precondition(bytes.count <= 14, "a field's name outgrew the readers' patterns")
        var halves: (low: UInt64, high: UInt64) = (0, 0)
        for (place, byte) in bytes.enumerated() {
            if place < 8 { halves.low |= UInt64(byte) << (8 * place) } else { halves.high |= UInt64(byte) << (8 * (place - 8)) }
        }
        return halves
    }

    private static func pattern(_ name: String) -> KeyPattern {
        let (low, high) = halves(of: name)
        let count = name.utf8.count
        var pattern = KeyPattern(low: low, high: high, length: count + 2)
        for (offset, byte) in [UInt8(0x22), 0x3A].enumerated() {
            let place = count + offset
            if place < 8 { pattern.low |= UInt64(byte) << (8 * place) } else { pattern.high |= UInt64(byte) << (8 * (place - 8)) }
        }
        pattern.lowMask = Word.mask(pattern.length)
        pattern.highMask = Word.mask(Swift.max(0, pattern.length - 8))
        return pattern
    }

    private static func plan(_ type: EventType, names: [String], fields: inout [FieldPlan], words: inout [Span]) -> TypePlan {
        func index(_ name: String) -> Int { names.firstIndex(of: name) ?? 0 }
        var plan = TypePlan(code: type.code, name: kept(text: type.name), fieldsStart: fields.count, fieldsCount: type.fields.count)
        plan.required = envelope
        plan.plain = envelope
        for field in type.fields {
            var flat = FieldPlan(index: index(field.name))
            if field.required { plan.required |= 1 << UInt64(flat.index) }
            switch field.form {
            case .identifier: flat.form = .identifier
            case .community: flat.form = .community
            case .date: flat.form = .date
            case .integer(let max): (flat.form, flat.max) = (.integer, max)
            case .decimal(let places, let max, let signed):
                (flat.form, flat.places, flat.max, flat.signed) = (.decimal, places, max, signed)
            case .amount: flat.form = .amount
            case .text(let max): (flat.form, flat.max) = (.text, Int64(max))
            case .word(let list):
                (flat.form, flat.wordsStart, flat.wordsCount) = (.word, words.count, list.count)
                words += list.map(kept(text:))
            }
            if flat.form != .text { plan.plain |= 1 << UInt64(flat.index) }
            switch flat.form {
            case .integer, .decimal, .amount: plan.numeric |= 1 << UInt64(flat.index)
            default: break
            }
            switch field.slot {
            case .subject: flat.slot = .subject
            case .object: flat.slot = .object
            case .value: flat.slot = .value
            case .code(let shift, _): (flat.slot, flat.shift) = (.code, shift)
            case .detail: (flat.slot, plan.hasDetail) = (.detail, true)
            }
            for rule in type.rules {
                switch rule {
                case .notAfterOccurrence(field.name): flat.rule = .notAfterOccurrence
                case .bothOrNeither(field.name, let other), .bothOrNeither(let other, field.name):
                    (flat.rule, flat.partner) = (.sameAsPartner, index(other))
                case .exactlyOne(field.name, let other): (flat.rule, flat.partner) = (.otherThanPartner, index(other))
                case .exactlyOne(_, field.name): flat.flag = payeeIsChildBit
                default: break
                }
            }
            fields.append(flat)
        }
        return plan
    }

    /// A copy that is never freed.
    private static func kept<T>(_ values: [T]) -> UnsafePointer<T> {
        let copy = UnsafeMutableBufferPointer<T>.allocate(capacity: Swift.max(1, values.count))
        _ = copy.initialize(from: values)
        return UnsafePointer(copy.baseAddress ?? UnsafeMutablePointer<T>.allocate(capacity: 1))
    }

    /// A padded copy of a text that is never freed.
    private static func kept(text: String) -> Span {
        let bytes = Array(text.utf8)
        return Span(start: kept(bytes + [UInt8](repeating: 0, count: Word.padding)), count: bytes.count)
    }
}
