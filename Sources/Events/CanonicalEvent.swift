/// An accepted event as one line of JSON: the canonical bytes that a proof speaks of.
///
/// Members in order: `log`, `event_id`, `type`, `occurred_on`, `recorded_at` (UTC), then the type's own fields in the contract's
/// order, absent ones left out. Each value is a text: a day as `YYYY-MM-DD`, a number in decimal digits without needless zeros, a
/// word, identifier or free text as it is. No white space; only `"` and `\` are escaped. One event has one such text.
public enum CanonicalEvent {
    /// The text of an event in a decoded block, texts included.
    ///
    /// - Parameters:
    ///   - subject: The identifier of the event's subject; without meaning for a void.
    ///   - object: The identifier of the event's object; without meaning where the event has none.
    /// - Returns: nil where the type is none of the log's or the detail is not whole.
    public static func text(_ columns: EventColumns, row: Int, subject: [UInt8], object: [UInt8]) -> [UInt8]? {
        guard let type = EventType.of(columns.log, code: columns.type[row]), let parts = Detail.parts(columns.detail(row)),
            parts.isEmpty || parts.count == type.detailCount
        else { return nil }
        var members: [(String, [UInt8])] = [
            ("log", Array(columns.log.name.utf8)), (EnvelopeField.eventID, Array(columns.id(row))),
            (EnvelopeField.type, Array(type.name.utf8)),
            (EnvelopeField.occurredOn, Array(Day(rawValue: columns.occurredOn[row]).description.utf8)),
            (EnvelopeField.recordedAt, Array(Instant(rawValue: columns.recordedAt[row]).description.utf8)),
        ]
        let code = columns.code[row]
        for field in type.fields {
            switch field.slot {
            case .subject: members.append((field.name, subject))
            case .object(let space):
                // Of a grant's two possible payees the bit says which.
                let isPayee = type.log == .subsidies
                if isPayee, (space == .child) != (code & payeeIsChildBit != 0) { continue }
                members.append((field.name, object))
            case .value:
                guard let text = valueText(columns.value[row], field.form) else { return nil }
                members.append((field.name, text))
            case .code(let shift, let bits):
                let number = Int(code >> shift) & (1 << Int(bits) - 1)
                guard case .word(let words) = field.form, number < words.count else { return nil }
                members.append((field.name, Array(words[number].utf8)))
            case .detail(let part):
                guard part < parts.count, !parts[part].isEmpty else { continue }
                members.append((field.name, parts[part]))
            }
        }
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (place, (name, value)) in members.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            append(Array(name.utf8), to: &text)
            text.append(UInt8(ascii: ":"))
            append(value, to: &text)
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    private static func append(_ value: [UInt8], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in value {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }

    /// The text of what the column `value` holds.
    private static func valueText(_ value: Int64, _ form: FieldForm) -> [UInt8]? {
        switch form {
        case .date: return Int32(exactly: value).map { Array(Day(rawValue: $0).description.utf8) }
        case .integer: return Array(String(value).utf8)
        case .amount, .decimal:
            guard value >= 0 else { return nil }
            var text = String(value / 100)
            let rest = Int(value % 100)
            if rest > 0 { text += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)" }
            return Array(text.utf8)
        case .identifier, .community, .text, .word: return nil
        }
    }
}
