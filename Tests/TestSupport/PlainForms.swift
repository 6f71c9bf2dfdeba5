import Events

/// The forms of values (`events.md`, section 1), judged on texts. Each gives the canonical spelling, or nil.
enum PlainForms {
    static func read(_ value: PlainReader.Value, _ form: FieldForm) -> String? {
        switch form {
        case .integer(let max): return spelling(value).flatMap { integer($0, max: max) }
        case .decimal(let places, let max, let signed):
            return spelling(value).flatMap { decimal($0, places: places, max: max, signed: signed) }
        case .amount:
            guard let text = spelling(value).flatMap({ decimal($0, places: 2, max: 1_000_000_000, signed: false) }), text != "0" else {
                return nil
            }
            return text
        default: break
        }
        guard case .text(let scalars) = value else { return nil }
        let text = String(String.UnicodeScalarView(scalars))
        let isASCII = scalars.allSatisfy(\.isASCII)
        switch form {
        case .identifier:
            let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-".unicodeScalars)
            return (1...64).contains(scalars.count) && scalars.allSatisfy(allowed.contains) ? text : nil
        case .community: return scalars.count == 12 && isASCII && text.allSatisfy(\.isNumber) ? text : nil
        case .date: return date(scalars) ? text : nil
        case .text(let max):
            return (1...max).contains(scalars.count) && !scalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? text : nil
        case .word(let words): return words.contains { Array($0.unicodeScalars) == scalars } ? text : nil
        case .integer, .decimal, .amount: return nil
        }
    }

    /// A number, or a text that may be one.
    private static func spelling(_ value: PlainReader.Value) -> String? {
        switch value {
        case .number(let text): text
        case .text(let scalars): scalars.allSatisfy { $0.isASCII } ? String(String.UnicodeScalarView(scalars)) : nil
        default: nil
        }
    }

    private static func digits(_ text: some StringProtocol) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } }

    private static func integer(_ text: String, max: Int64) -> String? {
        guard digits(text), text == "0" || !text.hasPrefix("0"), let value = Int64(text), value <= max else { return nil }
        return text
    }

    private static func decimal(_ text: String, places: Int, max: Int64, signed: Bool) -> String? {
        var body = Substring(text)
        let isNegative = body.hasPrefix("-")
        if isNegative { body.removeFirst() }
        let parts = body.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ digits($0) }), parts[0] == "0" || !parts[0].hasPrefix("0") else {
            return nil
        }
        var fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= places else { return nil }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        guard let whole = Int64(parts[0]), whole < max || whole == max && fraction.isEmpty else { return nil }
        let isZero = whole == 0 && fraction.isEmpty
        guard signed || !isNegative || isZero else { return nil }
        return (isNegative && !isZero ? "-" : "") + "\(whole)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }

    private static func number(_ scalars: ArraySlice<Unicode.Scalar>) -> Int? {
        let text = String(String.UnicodeScalarView(scalars))
        return digits(text) ? Int(text) : nil
    }

    private static func days(month: Int, year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func date(_ scalars: [Unicode.Scalar], firstYear: Int = 1) -> Bool {
        guard scalars.count == 10, scalars[4] == "-", scalars[7] == "-", let year = number(scalars[0..<4]),
            let month = number(scalars[5..<7]), let day = number(scalars[8..<10])
        else { return false }
        return year >= firstYear && (1...12).contains(month) && day >= 1 && day <= days(month: month, year: year)
    }

    /// An instant in microseconds.
    static func instant(_ value: PlainReader.Value) -> String? {
        guard case .text(let scalars) = value, scalars.count >= 20, date(Array(scalars[..<10]), firstYear: 0),
            scalars[10] == "T" || scalars[10] == "t", scalars[13] == ":", scalars[16] == ":", let year = number(scalars[0..<4]),
            let month = number(scalars[5..<7]), let day = number(scalars[8..<10]), let hour = number(scalars[11..<13]),
            let minute = number(scalars[14..<16]), let second = number(scalars[17..<19]), hour < 24, minute < 60, second < 60
        else { return nil }
        var rest = scalars[19...]
        var micros = 0
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix { ("0"..."9").contains($0) }
            guard !fraction.isEmpty else { return nil }
            let six = String(String.UnicodeScalarView(fraction.prefix(6)))
            micros = Int(six + String(repeating: "0", count: 6 - six.count)) ?? 0
            rest = rest[fraction.endIndex...]
        }
        var offset = 0
        if rest.count == 1, rest.first == "Z" || rest.first == "z" {
        } else {
            let zone = Array(rest)
            guard zone.count == 6, zone[0] == "+" || zone[0] == "-", zone[3] == ":", let hours = number(zone[1...2]),
                let minutes = number(zone[4...5]), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (zone[0] == "-" ? -60 : 60)
        }
        // Days since 1970, counted year by year and month by month.
        var sum = day - 1
        for earlier in 1..<month { sum += days(month: earlier, year: year) }
        for earlier in min(year, 1970)..<max(year, 1970) {
            let length = days(month: 2, year: earlier) + 337
            sum += year > 1970 ? length : -length
        }
        return String((sum * 86_400 + hour * 3_600 + minute * 60 + second - offset) * 1_000_000 + micros)
    }

    /// Whether a citizen identity number stands in a text with no further digit beside it.
    static func holdsCitizenNumber(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isDigit(_ place: Int) -> Bool { bytes.indices.contains(place) && (0x30...0x39).contains(bytes[place]) }
        guard bytes.count >= 18 else { return false }
        for start in 0...(bytes.count - 18) where !isDigit(start - 1) && !isDigit(start + 18) {
            guard (0..<17).allSatisfy({ isDigit(start + $0) }) else { continue }
            let scalars = bytes[start..<start + 18].map { Unicode.Scalar($0) }
            let birth = Array(scalars[6..<10]) + ["-"] + scalars[10..<12] + ["-"] + scalars[12..<14]
            guard date(birth) else { continue }
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
            let sum = (0..<17).reduce(0) { $0 + weights[$1] * Int(bytes[start + $1] - 0x30) }
            if Array("10X98765432".utf8)[sum % 11] == bytes[start + 17] & ~(isDigit(start + 17) ? 0 : 0x20) { return true }
        }
        return false
    }
}
