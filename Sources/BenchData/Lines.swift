import Events

/// Writes drafts as lines, through a buffer, into whatever takes the bytes. Run once with a sink that only counts, it tells
/// how long the entry will be, which a tar header needs before the first byte; so no entry is ever held in memory.
final class Lines {
    private let form: Form
    private let world: World
    private let tables: Tables
    private let buffer: UnsafeMutablePointer<UInt8>
    private static let capacity = 1 << 18
    private static let longestLine = 1024
    private var count = 0
    /// The bytes written so far.
    private(set) var written = 0
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private var log = 0
    private var column = 0

    init(_ world: World, _ tables: Tables, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        form = tables.form
        self.world = world
        self.tables = tables
        self.sink = sink
        buffer = .allocate(capacity: Lines.capacity + Lines.longestLine)
    }

    deinit { buffer.deallocate() }

    /// Writes the entry of a log; a CSV with its header.
    func write(_ drafts: [Draft], of log: Log) throws {
        self.log = Int(log.rawValue)
        if form == .gb18030 { put(tables.headers[self.log]) }
        for draft in drafts {
            line(draft)
            if count >= Lines.capacity { try flush() }
        }
        try flush()
    }

    private func flush() throws {
        written += count
        try sink(UnsafeRawBufferPointer(start: buffer, count: count))
        count = 0
    }

    private func line(_ draft: Draft) {
        column = 0
        open(0)
        put(tables.initials[log])
        put(base32: draft.id)
        close()
        open(1)
        put(tables.types[log][Int(draft.type)])
        close()
        open(2)
        put(day: Int(draft.occurred))
        close()
        open(3)
        put(instant: draft.recorded)
        close()
        if draft.type == EventType.voidCode {
            void(draft)
        } else {
            switch log {
            case 0: births(draft)
            case 1: enrollments(draft)
            case 2: filings(draft)
            default: subsidies(draft)
            }
        }
        if form == .gb18030 { open(tables.targetColumn[log] + 1) }
        put(tables.lineEnd)
    }

    private func void(_ draft: Draft) {
        let target = tables.targetColumn[log]
        open(target)
        put(tables.initials[log])
        put(base32: UInt64(draft.subject) << 32 | UInt64(draft.object))
        close()
        reason(draft.value & 1)
    }

    private func reason(_ number: Int32) {
        open(tables.targetColumn[log] + 1)
        put(tables.reasons[Int(number) % tables.reasons.count])
        close()
    }

    private func births(_ draft: Draft) {
        child(4, draft.subject)
        if draft.type == 0 || draft.type == 1 || draft.type == 3 { community(5, draft.object) }
        if draft.type == 1 {
            open(6)
            put(day: Int(draft.value))
            close()
        }
    }

    private func enrollments(_ draft: Draft) {
        child(4, draft.subject)
        facility(5, draft.object)
        if draft.type == 2 || draft.type == 3 { word(6, tables.classes, Int(draft.words & 3)) }
        if draft.type == 2 { word(7, tables.modes, Int(draft.words >> 2)) }
        if draft.type == 4, draft.value < 6 { reason(draft.value + 3) }
    }

    private func filings(_ draft: Draft) {
        facility(4, draft.subject)
        let bits = Int(draft.value)
        switch draft.type {
        case 0:
            open(5)
            put(tables.places[bits % tables.places.count])
            put(number: Int(draft.subject) + 1)
            put(tables.kinds[Int(draft.words >> 2)])
            close()
            word(6, tables.registrars, Int(draft.words & 3))
            word(7, tables.forms, Int(draft.words >> 2))
            community(8, draft.object)
            if bits & 7 != 0 { point(9, Int(draft.object), bits) }
        case 1:
            community(8, draft.object)
            if bits & 7 != 0 { point(9, Int(draft.object), bits) }
        case 2:
            number(11, (bits & 3) * 3)
            number(12, (bits >> 2 & 3) * 5 + 5)
            number(13, (bits >> 4 & 7) * 7)
            number(14, bits >> 7 & 3 == 3 ? 10 : 0)
        case 4, 6: reason(draft.value)
        case 5:
            open(15)
            put(tables.initials[2])
            put(base32: Random.mix(draft.id))
            close()
        case 9: word(16, tables.levels, Int(draft.words))
        case 11:
            word(17, tables.credentials, Int(draft.words))
            open(18)
            put(day: bits)
            close()
        case 12: word(19, tables.results, Int(draft.words))
        case 13: number(20, bits)
        case 14: decimal(21, bits)
        case 15 where bits < 6: reason(draft.value)
        default: break
        }
    }

    private func subsidies(_ draft: Draft) {
        let ofChild = draft.words & payeeIsChildBit != 0
        open(4)
        put(tables.grantInitial)
        put(base32: Random.mix(world.seed ^ Random.mix(UInt64(draft.subject) << 20 | UInt64(draft.object) << 1 | (ofChild ? 1 : 0))))
        close()
        if draft.type == 0 {
            word(5, tables.schemes, Int(draft.words & 7))
            if ofChild { child(7, draft.subject) } else { facility(6, draft.subject) }
        }
        decimal(8, Int(draft.value))
    }

    // MARK: Cells

    private func child(_ column: Int, _ number: UInt32) {
        open(column)
        put(tables.childInitial)
        put(base32: Random.mix(Random.mix(world.seed &+ 11) ^ UInt64(number)))
        close()
    }

    private func facility(_ column: Int, _ number: UInt32) {
        open(column)
        put(tables.facilityInitial)
        put(base32: Random.mix(Random.mix(world.seed &+ 12) ^ UInt64(number)))
        close()
    }

    private func community(_ column: Int, _ number: UInt32) {
        open(column)
        put(digits: Reference.code(Int(number), of: world), 12)
        close()
    }

    private func word(_ column: Int, _ words: [Text], _ place: Int) {
        open(column)
        put(words[place])
        close()
    }

    private func number(_ column: Int, _ number: Int) {
        open(column, quoted: false)
        put(number: number)
    }

    private func decimal(_ column: Int, _ hundredths: Int) {
        open(column, quoted: false)
        put(number: hundredths / 100)
        put(byte: 0x2E)
        put(digits: hundredths % 100, 2)
    }

    /// A point within a kilometre or so of the community's own.
    private func point(_ column: Int, _ community: Int, _ bits: Int) {
        let (longitude, latitude) = Reference.point(community)
        for (place, value) in [longitude + bits >> 3 & 0x1FFF, latitude + bits >> 16 & 0x1FFF].enumerated() {
            open(column + place, quoted: false)
            put(number: value / 1_000_000)
            put(byte: 0x2E)
            put(digits: value % 1_000_000, 6)
        }
    }

    @inline(__always)
    private func open(_ column: Int, quoted: Bool = true) {
        if form == .ndjson {
            put(quoted ? tables.quotedKeys[log][column] : tables.keys[log][column])
        } else {
            while self.column < column {
                put(byte: 0x2C)
                self.column += 1
            }
        }
    }

    @inline(__always)
    private func close() {
        if form == .ndjson { put(byte: 0x22) }
    }

    // MARK: Bytes

    @inline(__always)
    private func put(_ text: Text) {
        (buffer + count).update(from: text.start, count: text.count)
        count += text.count
    }

    @inline(__always)
    private func put(byte: UInt8) {
        buffer[count] = byte
        count += 1
    }

    /// Thirteen letters and digits: all 64 bits.
    @inline(__always)
    private func put(base32 bits: UInt64) {
        var rest = bits
        for place in 0..<13 {
            buffer[count + place] = tables.alphabet.start[Int(rest & 31)]
            rest >>= 5
        }
        count += 13
    }

    @inline(__always)
    private func put(day: Int) {
        (buffer + count).update(from: tables.days.start + day * 10, count: 10)
        count += 10
    }

    private func put(instant seconds: UInt32) {
        put(day: Int(seconds / 86_400))
        let second = Int(seconds % 86_400)
        put(byte: 0x54)
        put(digits: second / 3600, 2)
        put(byte: 0x3A)
        put(digits: second / 60 % 60, 2)
        put(byte: 0x3A)
        put(digits: second % 60, 2)
        put(tables.offset)
    }

    private func put(digits number: Int, _ width: Int) {
        var rest = number
        for place in stride(from: width - 1, through: 0, by: -1) {
            buffer[count + place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += width
    }

    private func put(number: Int) {
        var width = 1
        var bound = 10
        while number >= bound {
            width += 1
            bound *= 10
        }
        put(digits: number, width)
    }
}

/// Everything that lines are put together from, made once for a form.
struct Tables: Sendable {
    let form: Form
    let keys: [[Text]]
    let quotedKeys: [[Text]]
    let headers: [Text]
    let types: [[Text]]
    let targetColumn: [Int]
    let initials: [Text]
    let childInitial: Text
    let facilityInitial: Text
    let grantInitial: Text
    let reasons: [Text]
    let places: [Text]
    let kinds: [Text]
    let classes: [Text]
    let modes: [Text]
    let registrars: [Text]
    let forms: [Text]
    let levels: [Text]
    let credentials: [Text]
    let results: [Text]
    let schemes: [Text]
    /// Every day from the calendar's first one, ten bytes each.
    let days: Text
    let offset: Text
    let lineEnd: Text
    let alphabet: Text

    init(_ form: Form) {
        self.form = form
        func text(_ string: String) -> Text { Text(Words.encoded(string, form)) }
        func words(of field: String) -> [Text] {
            let words = Words.values.first { $0.field == field }?.words ?? []
            return words.map { text(form == .ndjson ? $0.word : $0.chinese) }
        }
        func typeName(_ name: String) -> String {
            guard form == .gb18030 else { return name }
            return Words.values[0].words.first { $0.word == name }?.chinese ?? name
        }
        func columnName(_ name: String) -> String { Words.fields.first { $0.field == name }?.chinese ?? name }
        keys = Words.columns.map { $0.enumerated().map { text(($0.offset == 0 ? "{" : ",") + "\"\($0.element)\":") } }
        quotedKeys = Words.columns.map { $0.enumerated().map { text(($0.offset == 0 ? "{" : ",") + "\"\($0.element)\":\"") } }
        headers = Words.columns.map { text($0.map(columnName).joined(separator: ",") + "\n") }
        types = Log.allCases.map { log in
            (0...EventType.voidCode).map { text(typeName(EventType.of(log, code: $0)?.name ?? "")) }
        }
        targetColumn = Words.columns.map { $0.count - 2 }
        initials = ["b", "e", "f", "s"].map(text)
        childInitial = text("c")
        facilityInitial = text("j")
        grantInitial = text("g")
        reasons = Words.reasons.map(text)
        places = Words.places.map(text)
        kinds = Words.kinds.map(text)
        classes = words(of: "class")
        modes = words(of: "mode")
        registrars = words(of: "registrar")
        forms = words(of: "form")
        levels = words(of: "level")
        credentials = words(of: "kind")
        results = words(of: "result")
        schemes = words(of: "scheme")
        let first = Day(rawValue: Calendar.first)
        days = Text((0..<Calendar.end + 2200).flatMap { Array(first.adding(days: $0).description.utf8) })
        offset = text("+08:00")
        lineEnd = text(form == .ndjson ? "}\n" : "\n")
        alphabet = text("0123456789abcdefghjkmnpqrstvwxyz")
    }
}
