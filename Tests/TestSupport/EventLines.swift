public import Events

extension MemoryEvent {
    /// The event as a line of NDJSON. Numbers are written as numbers or as texts: the contract takes both for the same.
    public func json(numbersAsText: Bool = true) -> String {
        var members = [("event_id", id), ("type", type), ("occurred_on", "\(occurredOn)"), ("recorded_at", "\(recordedAt)")]
            .map { "\(quoted($0)):\(quoted($1))" }
        for name in fields.keys.sorted() {
            let value = fields[name] ?? ""
            members.append("\(quoted(name)):\(!numbersAsText && isNumber(name) ? value : quoted(value))")
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    /// Events of one log as a CSV with a column for every field of the log.
    public static func csv(_ events: [MemoryEvent], of log: Log, lineEnd: String = "\n") -> String {
        var columns = ["event_id", "type", "occurred_on", "recorded_at"]
        for field in EventType.all(of: log).flatMap(\.fields) where !columns.contains(field.name) { columns.append(field.name) }
        var lines = [columns.joined(separator: ",")]
        for event in events {
            let envelope = [
                "event_id": event.id, "type": event.type, "occurred_on": "\(event.occurredOn)", "recorded_at": "\(event.recordedAt)",
            ]
            lines.append(columns.map { cell(envelope[$0] ?? event.fields[$0] ?? "") }.joined(separator: ","))
        }
        return lines.map { $0 + lineEnd }.joined()
    }

    private static func cell(_ text: String) -> String {
        text.contains { ",\"\r\n".contains($0) }
            ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
    }

    /// Whether the contract lets the field be a JSON number.
    private func isNumber(_ name: String) -> Bool {
        guard let field = EventType.all(of: log).first(where: { $0.name == type })?.fields.first(where: { $0.name == name }) else {
            return false
        }
        switch field.form {
        case .integer, .decimal, .amount: return true
        case .date, .word, .identifier, .community, .text: return false
        }
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}
