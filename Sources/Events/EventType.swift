/// An event type of a log: its name, its fields and the rules between them.
///
/// `code` is the type's row in its table of `events.md`: it breaks ties in the order of events, and it is part of the
/// stored format, so a new type gets the next free number and no number is used again.
public struct EventType: Sendable, Hashable {
    /// The log the type belongs to.
    public let log: Log
    /// The type's row in its log's table, from 0; ``EventType/voidCode`` for `event_voided`.
    public let code: UInt8
    /// The type's name in archives.
    public let name: String
    /// The type's own fields, in the contract's order.
    public let fields: [Field]
    /// Rules between fields.
    public let rules: [FieldRule]

    /// The number of parts in the type's ``Detail``.
    public var detailCount: Int {
        fields.count { if case .detail = $0.slot { true } else { false } }
    }

    /// The code of `event_voided`, the same in every log.
    public static let voidCode: UInt8 = 31

    init(_ log: Log, _ code: UInt8, _ name: String, _ fields: [Field], rules: [FieldRule] = []) {
        self.log = log
        self.code = code
        self.name = name
        self.fields = fields
        self.rules = rules
    }

    /// The types of a log in order of their codes, `event_voided` last.
    public static func all(of log: Log) -> [EventType] {
        switch log {
        case .births: birthsTypes
        case .enrollments: enrollmentsTypes
        case .filings: filingsTypes
        case .subsidies: subsidiesTypes
        }
    }

    /// The type of a code read from the record, if the log has it.
    public static func of(_ log: Log, code: UInt8) -> EventType? {
        let types = all(of: log)
        if code == voidCode { return types.last }
        return Int(code) < types.count - 1 ? types[Int(code)] : nil
    }

    /// Every name a field can have in any log, the four envelope fields first; what `fields` and `values` may map to.
    public static let fieldNames: [String] = {
        var names = EnvelopeField.all
        for log in Log.allCases {
            for type in all(of: log) {
                for field in type.fields where !names.contains(field.name) { names.append(field.name) }
            }
        }
        return names
    }()

    /// `event_voided`, which corrects in every log.
    static func voided(in log: Log) -> EventType {
        EventType(
            log, voidCode, "event_voided",
            [Field("target", .identifier, .detail(0)), Field("reason", .text(max: 200), .detail(1))])
    }
}
