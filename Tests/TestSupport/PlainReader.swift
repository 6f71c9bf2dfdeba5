public import Events

/// The contract's rules for one line, written plainly: no fast path, no tables, no shared code with the program's readers, arrays of
/// scalars and dictionaries where those have pointers and bits. What the program reads is held against it.
public struct PlainReader {
    /// The log whose lines are read.
    public let log: Log

    /// A reader of a log's lines.
    public init(_ log: Log) { self.log = log }

    /// What a line is.
    public enum Verdict: Hashable {
        /// It holds nothing.
        case blank
        /// It is refused.
        case reject(field: String, reason: RejectReason)
        /// It is an event: its fields in canonical spelling (instants in microseconds, decimals without needless zeros).
        case event(type: String, values: [String: String])
    }

    /// A value of a member or cell.
    public enum Value: Hashable {
        /// `null`, an empty text.
        case absent
        /// A text.
        case text([Unicode.Scalar])
        /// A number as it is spelt.
        case number(String)
        /// Anything else.
        case other
    }

    /// The most bytes of a line without its end.
    public static let greatestLine = 65_536

    /// Judges a line of NDJSON without its line end.
    public func object(_ line: [UInt8]) -> Verdict {
        if line.allSatisfy({ [0x20, 0x09, 0x0D, 0x0A].contains($0) }) { return .blank }
        guard line.count <= PlainReader.greatestLine, let text = String(validating: line, as: UTF8.self),
            let members = PlainJSON.object(Array(text.unicodeScalars))
        else { return .reject(field: "", reason: .malformed) }
        return judge(members)
    }

    /// Judges a row of CSV without its line end, in UTF-8.
    public func row(_ line: [UInt8], columns: [String]) -> Verdict {
        if line.isEmpty { return .blank }
        guard line.count <= PlainReader.greatestLine, let text = String(validating: line, as: UTF8.self),
            let cells = PlainReader.cells(Array(text.unicodeScalars)), cells.count == columns.count
        else { return .reject(field: "", reason: .malformed) }
        var members: [String: Value] = [:]
        for (name, cell) in zip(columns, cells) { members[name] = cell.isEmpty ? .absent : .text(cell) }
        return judge(members)
    }

    /// The cells of a row; nil where a quote is broken.
    public static func cells(_ line: [Unicode.Scalar]) -> [[Unicode.Scalar]]? {
        var cells: [[Unicode.Scalar]] = [[]]
        var rest = line[...]
        while let first = rest.first {
            if first == "\"" {
                rest.removeFirst()
                while true {
                    guard let next = rest.popFirst() else { return nil }
                    if next == "\"" {
                        guard rest.first == "\"" else { break }
                        rest.removeFirst()
                    }
                    cells[cells.count - 1].append(next)
                }
                guard rest.isEmpty || rest.first == "," else { return nil }
            } else {
                while let next = rest.first, next != "," {
                    if next == "\"" { return nil }
                    cells[cells.count - 1].append(next)
                    rest.removeFirst()
                }
            }
            if rest.popFirst() == nil { break }
            cells.append([])
        }
        return cells
    }

    // MARK: The order of reasons

    private func judge(_ members: [String: Value]) -> Verdict {
        func value(_ name: String) -> Value { members[name] ?? .absent }
        func refused(_ field: String, _ reason: RejectReason) -> Verdict { .reject(field: field, reason: reason) }
        var type: EventType?
        if case .text(let name) = value("type") { type = EventType.all(of: log).first { Array($0.name.unicodeScalars) == name } }
        if type == nil, value("type") != .absent { return refused("type", .unknownType) }
        let envelope = [
            Field("event_id", .identifier, .detail(0)), Field("type", .identifier, .detail(0)), Field("occurred_on", .date, .value),
            Field("recorded_at", .identifier, .detail(0)),
        ]
        let fields = envelope + (type?.fields ?? [])
        for field in fields where field.required && value(field.name) == .absent { return refused(field.name, .missingField) }
        guard let type else { return refused("type", .missingField) }
        var values: [String: String] = [:]
        var day = ""
        for field in fields where field.name != "type" {
            for rule in type.rules {
                switch rule {
                case .bothOrNeither(let one, let other):
                    let pair = [one, other]
                    if pair.contains(field.name), value(field.name) == .absent, pair.contains(where: { value($0) != .absent }) {
                        return refused(field.name, .invalidField)
                    }
                case .exactlyOne(field.name, let other):
                    if (value(field.name) == .absent) == (value(other) == .absent) { return refused(field.name, .invalidField) }
                default: break
                }
            }
            if value(field.name) == .absent { continue }
            let isInstant = field.name == "recorded_at"
            guard let read = isInstant ? PlainForms.instant(value(field.name)) : PlainForms.read(value(field.name), field.form) else {
                return refused(field.name, .invalidField)
            }
            if field.name == "occurred_on" {
                guard read >= "1900-01-01", read <= "2199-12-31" else { return refused(field.name, .invalidField) }
                day = read
            }
            if type.rules.contains(.notAfterOccurrence(field: field.name)), read > day { return refused(field.name, .invalidField) }
            values[field.name] = read
        }
        for field in fields where field.name != "type" && field.name != "recorded_at" && field.name != "occurred_on" {
            switch field.form {
            case .identifier, .text:
                if PlainForms.holdsCitizenNumber(values[field.name] ?? "") { return refused(field.name, .citizenID) }
            default: break
            }
        }
        return .event(type: type.name, values: values)
    }
}
