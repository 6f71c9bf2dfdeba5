/// The bytes of one value. At least ``Word/padding`` − 1 bytes behind them are readable.
struct Span {
    var start: UnsafePointer<UInt8>
    var count: Int
}

/// The fields of one line as its reader found them: unescaped, not yet judged.
///
/// A field is known by its place in ``LogPlan/names``; sets of fields are the bits of a word. `spans` is read only where
/// `present` has the bit.
struct LineFields {
    let spans: UnsafeMutablePointer<Span>
    /// Members or columns that stood in the line, whatever their value.
    var seen: UInt64 = 0
    /// Fields that are not absent: neither null nor the empty text.
    var present: UInt64 = 0
    /// Of these, JSON numbers.
    var numbers: UInt64 = 0
    /// Of these, objects, arrays, `true` and `false`, which no form allows; they have no span.
    var others: UInt64 = 0

    init(spans: UnsafeMutablePointer<Span>) { self.spans = spans }

    @inline(__always)
    mutating func clear() { (seen, present, numbers, others) = (0, 0, 0, 0) }
}
