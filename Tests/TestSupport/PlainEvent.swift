public import Events

extension PlainReader {
    /// What a reader of the program made of a line, in the words of ``Verdict/event(type:values:)``; nil where its parts do not fit its type.
    public func verdict(of event: ParsedEvent, in block: ParsedBlock) -> Verdict? {
        guard block.log == log, let type = EventType.of(log, code: event.type) else { return nil }
        func text(_ start: UInt32, _ count: some BinaryInteger) -> String? {
            let end = Int(start) + Int(count)
            guard end <= block.arena.count else { return nil }
            return String(validating: block.arena[Int(start)..<end], as: UTF8.self)
        }
        var values = ["occurred_on": Day(rawValue: event.occurredOn).description, "recorded_at": String(event.recordedAt)]
        guard let id = text(event.idStart, event.idCount) else { return nil }
        values["event_id"] = id
        let detailEnd = Int(event.detailStart) + Int(event.detailCount)
        guard detailEnd <= block.arena.count, let parts = Detail.parts(block.arena[Int(event.detailStart)..<detailEnd]),
            parts.isEmpty || parts.count == type.detailCount
        else { return nil }
        for field in type.fields {
            switch field.slot {
            case .subject: values[field.name] = text(event.subjectStart, event.subjectCount)
            case .object:
                let payeeIsChild = event.code & payeeIsChildBit != 0
                if type.name == "subsidy_granted", payeeIsChild != (field.name == "child") { continue }
                values[field.name] = text(event.objectStart, event.objectCount)
            case .value: values[field.name] = value(event.value, field.form)
            case .code(let shift, let bits):
                guard case .word(let words) = field.form else { return nil }
                let place = Int(event.code >> shift & (1 << bits - 1))
                guard place < words.count else { return nil }
                values[field.name] = words[place]
            case .detail(let part):
                guard part < parts.count, !parts[part].isEmpty else { continue }
                guard let text = String(validating: parts[part], as: UTF8.self) else { return nil }
                values[field.name] = text
            }
        }
        return .event(type: type.name, values: values)
    }

    private func value(_ value: Int64, _ form: FieldForm) -> String {
        switch form {
        case .date: return Day(rawValue: Int32(truncatingIfNeeded: value)).description
        case .decimal, .amount:
            let cents = value % 100
            if cents == 0 { return "\(value / 100)" }
            return "\(value / 100)." + (cents % 10 == 0 ? "\(cents / 10)" : (cents < 10 ? "0" : "") + "\(cents)")
        default: return "\(value)"
        }
    }
}
