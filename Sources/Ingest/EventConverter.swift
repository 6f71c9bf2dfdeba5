import Events

/// What the converter says of a line: accepted, or the one reject it gives.
struct Verdict {
    /// The reason's raw value, or 255 for an accepted event.
    let reason: UInt8
    /// The field, a place in ``LogPlan/names``; −1 for none.
    let field: Int

    static let accepted = Verdict(reason: 255, field: -1)
    static let malformed = Verdict(.malformed, -1)

    private init(reason: UInt8, field: Int) { (self.reason, self.field) = (reason, field) }
    init(_ reason: RejectReason, _ field: Int) { self.init(reason: reason.rawValue, field: field) }

    var isAccepted: Bool { reason == 255 }
}

/// The bytes that events' texts are written to, at the end of what is used of them.
struct ArenaEnd {
    let start: UnsafeMutablePointer<UInt8>
    var used: Int

    /// The most that one event takes: three identifiers, and details: two free texts (4 bytes a scalar), decimals, lengths;
    /// with room for copies in steps of sixteen. A test holds the tables of ``Events`` against it.
    static let reserve = 2048

    @inline(__always)
    mutating func append(_ span: Span) -> UInt32 {
        let place = used
        Word.copy(span.start, to: start + place, count: span.count)
        used &+= span.count
        return UInt32(truncatingIfNeeded: place)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        start[used] = byte
        used &+= 1
    }

    /// A length as ``Detail`` writes it.
    @inline(__always)
    mutating func append(length: Int) {
        if length >= 0x80 { append(UInt8(truncatingIfNeeded: length) | 0x80) }
        append(UInt8(truncatingIfNeeded: length >= 0x80 ? length >> 7 : length))
    }

    /// A ``Detail`` part.
    mutating func append(part: Span) {
        append(length: part.count)
        _ = append(part)
    }

    /// A ``Detail`` part in canonical text: no needless zeros, never `-0`.
    mutating func append(part: Decimal) {
        let isNegative = part.isNegative && !part.isZero
        let point = part.fraction.count > 0 ? 1 : 0
        append(length: (isNegative ? 1 : 0) + part.whole.count + point + part.fraction.count)
        if isNegative { append(0x2D) }
        _ = append(part.whole)
        if point == 1 {
            append(0x2E)
            _ = append(part.fraction)
        }
    }
}

/// Judges the fields of a line and makes them an event. The same code judges for every reader, fast or strict, NDJSON or
/// CSV; what differs is only how they find the fields.
struct EventConverter {
    let plan: LogPlan
    private let months = MonthTable.shared
    private let firstDay = Day.firstOccurrence.rawValue
    private let lastDay = Day.lastOccurrence.rawValue
    /// Where details are put together: identifiers may stand between them in the order of fields.
    private let details: UnsafeMutablePointer<UInt8>

    /// A converter for a log; `details` has ``ArenaEnd/reserve`` bytes and outlives it.
    init(_ log: Log, details: UnsafeMutablePointer<UInt8>) {
        plan = LogPlan.of(log)
        self.details = details
    }

    /// The type of a line that has all fields that an event of it must have; nil where it has not, or names none.
    @inline(__always)
    func type(of fields: LineFields) -> UnsafePointer<TypePlan>? {
        guard fields.present & 1 << UInt64(LogPlan.type) != 0, isText(LogPlan.type, fields),
            let type = plan.type(named: fields.spans[LogPlan.type]), type.pointee.required & ~fields.present == 0
        else { return nil }
        return type
    }

    /// Fills `event` (all but `line`) and writes its texts to `arena`, which has ``ArenaEnd/reserve`` bytes left; or says the
    /// line's one reject: the first reason in the contract's order, and within it the first field in order.
    @inline(never)
    func convert(_ fields: LineFields, _ event: inout ParsedEvent, _ arena: inout ArenaEnd) -> Verdict {
        guard fields.present & 1 << UInt64(LogPlan.type) != 0 else {
            return Verdict(.missingField, fields.present & 1 == 0 ? LogPlan.eventID : LogPlan.type)
        }
        guard isText(LogPlan.type, fields), let type = plan.type(named: fields.spans[LogPlan.type]) else {
            return Verdict(.unknownType, LogPlan.type)
        }
        if type.pointee.required & ~fields.present != 0 { return firstMissing(fields, type) }
        return convert(fields, as: type, &event, &arena)
    }

    /// The same of a line whose ``type(of:)`` is known.
    @inline(__always)
    func convert(
        _ fields: LineFields, as type: UnsafePointer<TypePlan>, _ event: inout ParsedEvent, _ arena: inout ArenaEnd
    ) -> Verdict {
        // An identity number is a lesser reason than any wrong form, so the first one found waits for the end.
        var citizen = -1
        let used = arena.used
        let id = fields.spans[LogPlan.eventID]
        guard isText(LogPlan.eventID, fields), Forms.isIdentifier(id) else { return Verdict(.invalidField, LogPlan.eventID) }
        if id.count >= 18, CitizenNumber.stands(in: id.start, id.count) { citizen = LogPlan.eventID }
        guard isText(LogPlan.occurredOn, fields), let occurredOn = Forms.day(fields.spans[LogPlan.occurredOn], months),
            occurredOn >= firstDay, occurredOn <= lastDay
        else { return Verdict(.invalidField, LogPlan.occurredOn) }
        guard isText(LogPlan.recordedAt, fields), let recordedAt = Forms.instant(fields.spans[LogPlan.recordedAt], months) else {
            return Verdict(.invalidField, LogPlan.recordedAt)
        }
        event = ParsedEvent()
        event.type = type.pointee.code
        event.occurredOn = occurredOn
        event.recordedAt = recordedAt
        event.idHash = IdentifierHash.hash(id.start, count: id.count)
        event.idCount = UInt8(truncatingIfNeeded: id.count)
        event.idStart = arena.append(id)

        var detail = ArenaEnd(start: details, used: 0)
        var detailParts = 0
        var field = plan.fields + type.pointee.fieldsStart
        let end = field + type.pointee.fieldsCount
        while field < end {
            let index = field.pointee.index
            let isPresent = fields.present &>> UInt64(truncatingIfNeeded: index) & 1 != 0
            if isPresent, field.pointee.slot == .subject || field.pointee.slot == .object, field.pointee.rule == .none {
                // Nearly all fields of the large logs: a name that the store numbers.
                let span = fields.spans[index]
                guard isText(index, fields), isName(span, field, index, &citizen) else {
                    return refused(.invalidField, index, &arena, used)
                }
                appendName(span, field, &event, &arena)
            } else {
                guard convertRare(field, isPresent, fields, &event, &arena, &detail, &detailParts, &citizen) else {
                    return refused(.invalidField, index, &arena, used)
                }
            }
            field += 1
        }
        if citizen >= 0 { return refused(.citizenID, citizen, &arena, used) }
        if detailParts > 0 {
            event.detailCount = UInt16(truncatingIfNeeded: detail.used)
            event.detailStart = arena.append(Span(start: details, count: detail.used))
        }
        return .accepted
    }

    @inline(__always)
    private func isText(_ index: Int, _ fields: LineFields) -> Bool {
        (fields.numbers | fields.others) &>> UInt64(truncatingIfNeeded: index) & 1 == 0
    }

    @inline(__always)
    private func isName(_ span: Span, _ field: UnsafePointer<FieldPlan>, _ index: Int, _ citizen: inout Int) -> Bool {
        if field.pointee.form == .community { return Forms.isCommunity(span) }
        guard Forms.isIdentifier(span) else { return false }
        if span.count >= 18, citizen < 0, CitizenNumber.stands(in: span.start, span.count) { citizen = index }
        return true
    }

    @inline(__always)
    private func appendName(
        _ span: Span, _ field: UnsafePointer<FieldPlan>, _ event: inout ParsedEvent, _ arena: inout ArenaEnd
    ) {
        let hash = IdentifierHash.hash(span.start, count: span.count)
        let start = arena.append(span)
        let count = UInt8(truncatingIfNeeded: span.count)
        if field.pointee.slot == .subject {
            (event.subjectHash, event.subjectStart, event.subjectCount) = (hash, start, count)
        } else {
            (event.objectHash, event.objectStart, event.objectCount) = (hash, start, count)
            event.code |= field.pointee.flag
        }
    }

    /// Judges and keeps a field of the smaller logs, or one that is absent or has a rule. False: it is invalid.
    @inline(never)
    private func convertRare(
        _ field: UnsafePointer<FieldPlan>, _ isPresent: Bool, _ fields: LineFields, _ event: inout ParsedEvent,
        _ arena: inout ArenaEnd, _ detail: inout ArenaEnd, _ detailParts: inout Int, _ citizen: inout Int
    ) -> Bool {
        let plan = field.pointee
        let bit: UInt64 = 1 << UInt64(plan.index)
        let partnerIsPresent = fields.present & 1 << UInt64(plan.partner) != 0
        if plan.rule == .sameAsPartner, !isPresent, partnerIsPresent { return false }
        if plan.rule == .otherThanPartner, isPresent == partnerIsPresent { return false }
        guard isPresent else {
            if plan.slot == .detail { detail.append(0) }
            return true
        }
        if fields.others & bit != 0 { return false }
        let isNumber = fields.numbers & bit != 0
        let span = fields.spans[plan.index]
        var value: Int64 = 0
        var decimal: Decimal?
        switch plan.form {
        case .identifier, .community:
            guard !isNumber, isName(span, field, plan.index, &citizen) else { return false }
        case .date:
            guard !isNumber, let day = Forms.day(span, months) else { return false }
            if plan.rule == .notAfterOccurrence, day > event.occurredOn { return false }
            value = Int64(day)
        case .integer:
            guard let integer = Forms.integer(span, max: plan.max) else { return false }
            value = integer
        case .decimal, .amount:
            let isAmount = plan.form == .amount
            guard let parsed = Decimal(span), parsed.places <= (isAmount ? 2 : plan.places),
                parsed.isAtMost(isAmount ? EventConverter.greatestAmount : plan.max)
            else { return false }
            if isAmount ? parsed.isZero || parsed.isNegative : parsed.isNegative && !parsed.isZero && !plan.signed { return false }
            decimal = parsed
            value = parsed.hundredths
        case .text:
            guard !isNumber, Forms.isText(span, max: plan.max) else { return false }
            if span.count >= 18, citizen < 0, CitizenNumber.stands(in: span.start, span.count) { citizen = plan.index }
        case .word:
            guard !isNumber, let place = Forms.word(span, among: self.plan.words + plan.wordsStart, plan.wordsCount) else { return false }
            value = Int64(place)
        }
        switch plan.slot {
        case .subject, .object: appendName(span, field, &event, &arena)
        case .value: event.value = value
        case .code: event.code |= UInt8(truncatingIfNeeded: value) &<< plan.shift
        case .detail:
            detailParts += 1
            if let decimal { detail.append(part: decimal) } else { detail.append(part: span) }
        }
        return true
    }

    /// The greatest amount in yuan (`events.md`, section 7).
    private static let greatestAmount: Int64 = 1_000_000_000

    @inline(never)
    private func firstMissing(_ fields: LineFields, _ type: UnsafePointer<TypePlan>) -> Verdict {
        let missing = type.pointee.required & ~fields.present
        func isMissing(_ index: Int) -> Bool { missing & 1 << UInt64(index) != 0 }
        for index in 0..<4 where isMissing(index) { return Verdict(.missingField, index) }
        for place in 0..<type.pointee.fieldsCount {
            let index = plan.fields[type.pointee.fieldsStart + place].index
            if isMissing(index) { return Verdict(.missingField, index) }
        }
        return Verdict(.missingField, LogPlan.eventID)
    }

    @inline(never)
    private func refused(_ reason: RejectReason, _ field: Int, _ arena: inout ArenaEnd, _ used: Int) -> Verdict {
        arena.used = used
        return Verdict(reason, field)
    }
}
