import CKernel
import Events

/// The fast reader of NDJSON lines: finds the fields of a line that looks as programs write them, and gives up on any other.
///
/// **What it takes.** One flat object; between its tokens nothing, or one space behind a colon or comma; names of the log's
/// fields, spelt without escapes, none twice; values that are texts without escapes, numbers without exponent, or `null`; LF or
/// CRLF behind the brace. Such a line is valid by RFC 8259, and ``StrictJSON`` finds the same fields in it: a law of the tests.
/// It judges nothing else; a line it gives up on goes to the strict reader, which alone rejects.
///
/// **Why its reads are in bounds.** The line ends with a line feed and ``Word/padding`` bytes behind that are readable. The
/// scanner moves on only over bytes that it has compared and that are no line feed (a name, a quote, text without control
/// characters, digits), so its place never passes the line feed; a read is of at most 32 bytes from a place. Spans end before
/// the line feed too, so what reads values may read as far behind them as ``Word/padding`` less one.
struct NDJSONScanner {
    private let plan: LogPlan
    private let keys: UnsafePointer<KeyPattern>
    /// The field that last followed each field; it is tried first. Place 64 stands for the line's beginning.
    private let followers: UnsafeMutablePointer<UInt8>

    static let followersCount = 65

    /// A scanner; `followers` has ``followersCount`` bytes, 0 at first, and outlives it.
    init(_ log: Log, followers: UnsafeMutablePointer<UInt8>) {
        plan = LogPlan.of(log)
        keys = plan.keys
        self.followers = followers
    }

    /// Reads the line at `start` into `fields`, and returns the place of its line feed; nil: the line deviates.
    @inline(__always)
    func scan(_ start: UnsafePointer<UInt8>, _ fields: inout LineFields) -> UnsafePointer<UInt8>? {
        fields.clear()
        guard start[0] == 0x7B, start[1] == 0x22 else { return nil }
        var place = start + 2
        var previous = 64
        while true {
            // A name, its quote and the colon, by one comparison with the name that stood here last.
            let low = Word.load(place)
            let high = Word.load(place + 8)
            var field = Int(followers[previous])
            var key = keys + field
            if (low ^ key.pointee.low) & key.pointee.lowMask | (high ^ key.pointee.high) & key.pointee.highMask != 0 {
                guard let found = otherField(low, high) else { return nil }
                field = found
                key = keys + field
                guard (low ^ key.pointee.low) & key.pointee.lowMask | (high ^ key.pointee.high) & key.pointee.highMask == 0 else {
                    return nil
                }
                followers[previous] = UInt8(truncatingIfNeeded: field)
            }
            previous = field
            place += key.pointee.length
            let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: field)
            if fields.seen & bit != 0 { return nil }
            fields.seen |= bit
            // A branch, which the processor foretells: a sum would have to wait for the byte, and all that follows for the sum.
            if _slowPath(place[0] == 0x20) { place += 1 }

            if place[0] == 0x22 {
                place += 1
                let value = place
                while true {
                    let marks = tuowei_text_marks(place)
                    if marks != 0 {
                        place += marks.trailingZeroBitCount
                        break
                    }
                    place += 32
                }
                if place[0] != 0x22 {
                    guard let end = NDJSONScanner.endOfText(place) else { return nil }
                    place = end
                }
                let count = place - value
                fields.spans[field] = Span(start: value, count: count)
                if count > 0 { fields.present |= bit }
                place += 1
            } else {
                guard let end = scanRare(place, field, bit, &fields) else { return nil }
                place = end
            }

            if place[0] == 0x2C {
                place += 1
                if _slowPath(place[0] == 0x20) { place += 1 }
                guard place[0] == 0x22 else { return nil }
                place += 1
            } else {
                guard place[0] == 0x7D else { return nil }
                place += 1
                if place[0] == 0x0A { return place }
                return place[0] == 0x0D && place[1] == 0x0A ? place + 1 : nil
            }
        }
    }

    /// The field whose name begins in these sixteen bytes and ends at the first quote in them.
    @inline(never)
    private func otherField(_ low: UInt64, _ high: UInt64) -> Int? {
        let quote = Word.marks(of: 0x22, in: low)
        if quote != 0 { return plan.field(low & Word.mask(Word.first(quote)), 0) }
        let later = Word.marks(of: 0x22, in: high)
        return later == 0 ? nil : plan.field(low, high & Word.mask(Word.first(later)))
    }

    /// The closing quote of a text that goes on at `place` with a byte that is not plain ASCII; nil: escapes, control
    /// characters or malformed UTF-8.
    @inline(never)
    private static func endOfText(_ place: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var place = place
        while place[0] != 0x22 {
            if place[0] < 0x20 || place[0] == 0x5C { return nil }
            let length = UTF8Sequence.length(at: place)
            if length == 0 { return nil }
            place += length
        }
        return place
    }

    /// A number without exponent or `null`; returns what is behind it.
    @inline(never)
    private func scanRare(
        _ start: UnsafePointer<UInt8>, _ field: Int, _ bit: UInt64, _ fields: inout LineFields
    ) -> UnsafePointer<UInt8>? {
        if start[0] == 0x6E {
            return start[1] == 0x75 && start[2] == 0x6C && start[3] == 0x6C ? start + 4 : nil
        }
        var place = start
        if place[0] == 0x2D { place += 1 }
        let whole = place
        while place[0] &- 0x30 < 10 { place += 1 }
        guard place > whole, whole[0] != 0x30 || place == whole + 1 else { return nil }
        if place[0] == 0x2E {
            place += 1
            let fraction = place
            while place[0] &- 0x30 < 10 { place += 1 }
            guard place > fraction else { return nil }
        }
        fields.spans[field] = Span(start: start, count: place - start)
        fields.present |= bit
        fields.numbers |= bit
        return place
    }
}
