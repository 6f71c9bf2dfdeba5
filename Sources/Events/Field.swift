/// The form of a field's value; `events.md`, sections 1 and 2, define each.
public enum FieldForm: Sendable, Hashable {
    /// 1–64 of `A–Z a–z 0–9 _ . : -`.
    case identifier
    /// A 12-digit statistical division code.
    case community
    /// `YYYY-MM-DD`, a real day of the years 0001–9999.
    case date
    /// A whole number from 0 to `max`.
    case integer(max: Int64)
    /// A decimal of at most `places` places with `|value| ≤ max`; negative ones only where `signed`.
    case decimal(places: Int, max: Int64, signed: Bool)
    /// Yuan, 0 < amount ≤ 1,000,000,000, at most two places; the value is in fen.
    case amount
    /// Free text of 1 to `max` Unicode scalars without control characters.
    case text(max: Int)
    /// One of a closed list of words; the value is the word's place in the list.
    case word([String])
}

/// Where an accepted event keeps the field's value (see ``EventColumns``).
public enum FieldSlot: Sendable, Hashable {
    /// The identifier of the subject; its number stands in the column `subject`.
    case subject(Namespace)
    /// A second identifier; its number stands in the column `object`.
    case object(Namespace)
    /// The column `value`: a day number, a count, hundredths, or fen.
    case value
    /// `bits` bits of the column `code`, from bit `shift`.
    case code(shift: UInt8, bits: UInt8)
    /// The n-th part of the event's ``Detail``.
    case detail(Int)
}

/// A field of an event type: its name, its form, whether it must be present, and where its value is kept.
public struct Field: Sendable, Hashable {
    /// The member's or column's name in archives.
    public let name: String
    /// The form its value must have.
    public let form: FieldForm
    /// Whether an event without it is rejected.
    public let required: Bool
    /// Where the value is kept.
    public let slot: FieldSlot

    /// A field with its form and place.
    public init(_ name: String, _ form: FieldForm, _ slot: FieldSlot, required: Bool = true) {
        self.name = name
        self.form = form
        self.slot = slot
        self.required = required
    }
}

/// A rule between fields of one type, checked once each has its own form.
public enum FieldRule: Sendable, Hashable {
    /// `field` (a date) is not after `occurred_on`; broken: `invalid_field` of `field`.
    case notAfterOccurrence(field: String)
    /// Both fields or neither; broken: `invalid_field` of the absent one.
    case bothOrNeither(String, String)
    /// Exactly one of the two; broken: `invalid_field` of the first.
    case exactlyOne(String, String)
}

/// The names of the fields that every event has, in the contract's order (`events.md`, section 2).
public enum EnvelopeField {
    /// The event's identifier.
    public static let eventID = "event_id"
    /// The event's type.
    public static let type = "type"
    /// Valid time: when it became true in the world.
    public static let occurredOn = "occurred_on"
    /// Record time: when the source office recorded it.
    public static let recordedAt = "recorded_at"

    /// All four, in order.
    public static let all = [eventID, type, occurredOn, recordedAt]
}
