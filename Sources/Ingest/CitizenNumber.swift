import Events

/// Citizen identity numbers (GB 11643-1999): 17 digits, of which 7–14 are a real date, and a check character by ISO 7064,
/// MOD 11-2. They must not enter the record.
enum CitizenNumber {
    /// Whether one stands anywhere in these bytes with no further digit beside it.
    static func stands(in bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        // Any 17 neighbours include a place 16, 33, 50, …: only runs of digits through one of these are looked at.
        var probe = 16
        while probe < count {
            if isDigit(bytes[probe]) {
                var start = probe
                while start > 0, isDigit(bytes[start &- 1]) { start &-= 1 }
                var end = probe &+ 1
                while end < count, isDigit(bytes[end]) { end &+= 1 }
                if isNumber(bytes, count, run: start, end) { return true }
                while probe &+ 17 < end { probe &+= 17 }
            }
            probe &+= 17
        }
        return false
    }

    /// Whether the longest possible run of digits from `start` to `end` makes one, with the check character.
    private static func isNumber(_ bytes: UnsafePointer<UInt8>, _ count: Int, run start: Int, _ end: Int) -> Bool {
        let check: UInt8
        switch end &- start {
        case 18: check = bytes[end &- 1]
        case 17:
            guard end < count, bytes[end] | 0x20 == 0x78 else { return false }
            if end &+ 1 < count, isDigit(bytes[end &+ 1]) { return false }
            check = 0x58
        default: return false
        }
        func digit(_ place: Int) -> Int { Int(bytes[start &+ place]) &- 0x30 }
        let year = digit(6) * 1000 + digit(7) * 100 + digit(8) * 10 + digit(9)
        guard Day(year: year, month: digit(10) * 10 + digit(11), day: digit(12) * 10 + digit(13)) != nil else { return false }
        // The weight of a place is 2 to the power of its distance from the check character, modulo 11: Horner's scheme.
        var sum = 0
        for place in 0..<17 { sum = (sum + digit(place)) * 2 % 11 }
        let expected = (12 - sum) % 11
        return check == (expected == 10 ? 0x58 : UInt8(0x30 + expected))
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
