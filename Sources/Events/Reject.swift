/// Why a line was rejected, in the order in which reasons are tried (`events.md`, section 2). Raw values are stored.
public enum RejectReason: UInt8, CaseIterable, Sendable, Hashable {
    /// Not one object or row, not valid in its encoding, or over 65,536 bytes.
    case malformed = 0
    /// The log has no such type.
    case unknownType = 1
    /// A required field is absent.
    case missingField = 2
    /// A field does not have its form.
    case invalidField = 3
    /// A citizen identity number stands in an identifier or a free text.
    case citizenID = 4
    /// Another content was accepted before under this identifier.
    case conflictingID = 5

    /// The reason's name in JSON and tables.
    public var name: String {
        switch self {
        case .malformed: "malformed"
        case .unknownType: "unknown_type"
        case .missingField: "missing_field"
        case .invalidField: "invalid_field"
        case .citizenID: "citizen_id"
        case .conflictingID: "conflicting_id"
        }
    }
}

/// A rejected line: where it stands, which field, and why. It never holds a value.
public struct Reject: Sendable, Hashable {
    /// The entry's name in Unicode.
    public var entry: String
    /// The physical line in the entry, from 1.
    public var line: Int
    /// The field's name, empty for ``RejectReason/malformed``.
    public var field: String
    /// The reason.
    public var reason: RejectReason

    /// A rejected line.
    public init(entry: String, line: Int, field: String, reason: RejectReason) {
        self.entry = entry
        self.line = line
        self.field = field
        self.reason = reason
    }
}
