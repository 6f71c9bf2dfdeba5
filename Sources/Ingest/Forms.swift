import CKernel
import Events

/// The forms of values (`events.md`, sections 1 and 2), each judged on its bytes. Every function may read up to
/// ``Word/padding`` − 1 bytes behind the value and decides by the value alone.
enum Forms {
    /// 1–64 of `A–Z a–z 0–9 _ . : -`.
    @inline(__always)
    static func isIdentifier(_ span: Span) -> Bool {
        guard span.count &- 1 < 64, span.count > 0 else { return false }
        return tuowei_are_identifier(span.start, span.count) != 0
    }

    /// Whether eight bytes are digits where `separators` has 0 bytes, and equal `separators` elsewhere; then their values,
    /// separators being 0.
    @inline(__always)
    static func digits(_ word: UInt64, separators: UInt64, limits: UInt64) -> UInt64? {
        let values = word ^ separators
        // A digit's value plus 0x76 and a separator's 0 plus 0x7F stay below 0x80.
        return ((values &+ limits) | values) & Word.tops == 0 ? values : nil
    }

    /// Twelve digits.
    @inline(__always)
    static func isCommunity(_ span: Span) -> Bool {
        guard span.count == 12 else { return false }
        let zeros = Word.all(0x30)
        let limits = Word.all(0x76)
        return digits(Word.load(span.start), separators: zeros, limits: limits) != nil
            && digits(Word.load(span.start + 4), separators: zeros, limits: limits) != nil
    }

    /// `YYYY-MM-DD` as a day number.
    @inline(__always)
    static func day(_ span: Span, _ months: MonthTable) -> Int32? {
        guard span.count == 10,
            let head = digits(Word.load(span.start), separators: 0x2D30_302D_3030_3030, limits: 0x7F76_767F_7676_7676)
        else { return nil }
        let tens = span.start[8] &- 0x30
        let units = span.start[9] &- 0x30
        guard tens < 10, units < 10 else { return nil }
        let pairs = head &* 10 &+ head >> 8
        let year = Int(pairs & 0xFF) &* 100 &+ Int(pairs >> 16 & 0xFF)
        return months.day(year: year, month: Int(pairs >> 40 & 0xFF), day: Int(tens &* 10 &+ units))
    }

    /// An instant in microseconds. The usual spellings, `YYYY-MM-DDThh:mm:ss` with `Z` or an offset, are read eight bytes at
    /// a time; all others, and all that is wrong, are left to ``Instant``.
    @inline(__always)
    static func instant(_ span: Span, _ months: MonthTable) -> Int64? {
        let start = span.start
        guard span.count == 25 || span.count == 20,
            let date = digits(Word.load(start), separators: 0x2D30_302D_3030_3030, limits: 0x7F76_767F_7676_7676),
            let time = digits(Word.load(start + 8), separators: 0x3030_3A30_3054_3030, limits: 0x7676_7F76_767F_7676)
        else { return rareInstant(span) }
        let datePairs = date &* 10 &+ date >> 8
        let timePairs = time &* 10 &+ time >> 8
        let tail = Word.load(start + 16)
        var offset = 0
        if span.count == 25 {
            let sign = UInt8(truncatingIfNeeded: tail >> 24)
            let units = start[24] &- 0x30
            guard sign == 0x2B || sign == 0x2D, units < 10,
                let zone = digits(
                    tail ^ UInt64(sign) << 24, separators: 0x303A_3030_0030_303A, limits: 0x767F_7676_7F76_767F)
            else { return rareInstant(span) }
            let hours = Int(zone >> 32 & 0xFF) &* 10 &+ Int(zone >> 40 & 0xFF)
            let minutes = Int(zone >> 56) &* 10 &+ Int(units)
            guard hours < 24, minutes < 60 else { return nil }
            offset = (hours &* 60 &+ minutes) &* (sign == 0x2D ? -60 : 60)
        } else if digits(tail & 0xFF_FFFF | 0x30 << 24, separators: 0x0000_0000_3030_303A, limits: 0x7F7F_7F7F_7676_767F) == nil
            || start[19] != 0x5A
        {
            return rareInstant(span)
        }
        let year = Int(datePairs & 0xFF) &* 100 &+ Int(datePairs >> 16 & 0xFF)
        let hour = Int(timePairs >> 24 & 0xFF)
        let minute = Int(timePairs >> 48 & 0xFF)
        let second = Int(tail >> 8 & 0xF) &* 10 &+ Int(tail >> 16 & 0xF)
        guard hour < 24, minute < 60, second < 60,
            let day = months.day(year: year, month: Int(datePairs >> 40 & 0xFF), day: Int(timePairs & 0xFF))
        else { return rareInstant(span) }
        return Int64(Int(day) &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second &- offset) &* 1_000_000
    }

    @inline(never)
    private static func rareInstant(_ span: Span) -> Int64? {
        Instant.microseconds(rfc3339: UnsafeBufferPointer(start: span.start, count: span.count))
    }

    /// `0`, or a digit 1–9 and digits; at most `max`.
    static func integer(_ span: Span, max: Int64) -> Int64? {
        guard span.count > 0, span.count <= 18, span.start[0] != 0x30 || span.count == 1 else { return nil }
        var value: Int64 = 0
        for place in 0..<span.count {
            let digit = span.start[place] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value <= max ? value : nil
    }

    /// 1 to `max` scalars without control characters, of well-formed UTF-8.
    static func isText(_ span: Span, max: Int64) -> Bool {
        guard span.count <= 4 * Int(max) else { return false }
        var scalars: Int64 = 0
        for place in 0..<span.count {
            let byte = span.start[place]
            if byte < 0x20 || byte == 0x7F { return false }
            if byte & 0xC0 != 0x80 { scalars += 1 }
        }
        return scalars >= 1 && scalars <= max
    }

    /// The place of the word in its list.
    @inline(__always)
    static func word(_ span: Span, among words: UnsafePointer<Span>, _ count: Int) -> Int? {
        for place in 0..<count where words[place].count == span.count {
            if Word.equal(words[place].start, span.start, span.count) { return place }
        }
        return nil
    }
}

/// JSON's number grammar without exponent, taken apart. Exact: nothing is rounded.
struct Decimal {
    let isNegative: Bool
    /// The digits before the point.
    let whole: Span
    /// The digits behind the point without the zeros at the end.
    let fraction: Span
    /// How many digits stood behind the point, zeros at the end too.
    let places: Int

    init?(_ span: Span) {
        var place = 0
        func digits() -> Span {
            let start = place
            while place < span.count, span.start[place] &- 0x30 < 10 { place += 1 }
            return Span(start: span.start + start, count: place - start)
        }
        isNegative = span.count > 0 && span.start[0] == 0x2D
        if isNegative { place = 1 }
        whole = digits()
        guard whole.count == 1 || whole.count > 1 && whole.start[0] != 0x30 else { return nil }
        var fraction = Span(start: span.start + place, count: 0)
        if place < span.count, span.start[place] == 0x2E {
            place += 1
            fraction = digits()
            guard fraction.count > 0 else { return nil }
        }
        guard place == span.count else { return nil }
        places = fraction.count
        while fraction.count > 0, fraction.start[fraction.count - 1] == 0x30 { fraction.count -= 1 }
        self.fraction = fraction
    }

    var isZero: Bool { whole.start[0] == 0x30 && fraction.count == 0 }

    /// Whether the absolute value is at most `max`.
    func isAtMost(_ max: Int64) -> Bool {
        guard let value = Forms.integer(whole, max: max) else { return false }
        return value < max || fraction.count == 0
    }

    /// The absolute value in hundredths; for values of at most two places that ``isAtMost(_:)`` a billion.
    var hundredths: Int64 {
        var value: Int64 = 0
        for place in 0..<whole.count { value = value &* 10 &+ Int64(whole.start[place] &- 0x30) }
        for place in 0..<2 { value = value &* 10 &+ (place < fraction.count ? Int64(fraction.start[place] &- 0x30) : 0) }
        return value
    }
}
