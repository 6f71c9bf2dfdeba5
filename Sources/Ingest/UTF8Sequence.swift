/// Well-formed UTF-8 (RFC 3629; Unicode, table 3-7): no surrogates, nothing overlong, nothing above U+10FFFF.
enum UTF8Sequence {
    /// The length of the well-formed sequence at `place`, or 0. Looks at a further byte only where the ones before are
    /// right, so it never looks past a line's end, and at most 3 bytes past `place`.
    static func length(at place: UnsafePointer<UInt8>) -> Int {
        func follows(_ offset: Int) -> Bool { place[offset] & 0xC0 == 0x80 }
        let lead = place[0]
        switch lead {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return follows(1) ? 2 : 0
        case 0xE0...0xEF:
            guard follows(1), follows(2) else { return 0 }
            if lead == 0xE0 && place[1] < 0xA0 || lead == 0xED && place[1] >= 0xA0 { return 0 }
            return 3
        case 0xF0...0xF4:
            guard follows(1), follows(2), follows(3) else { return 0 }
            if lead == 0xF0 && place[1] < 0x90 || lead == 0xF4 && place[1] >= 0x90 { return 0 }
            return 4
        default: return 0
        }
    }

    /// Whether `count` bytes are well-formed. The byte behind them must be readable.
    static func isValid(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var place = 0
        while place < count {
            if count &- place >= 8, Word.load(start + place) & Word.tops == 0 {
                place &+= 8
                continue
            }
            let length = length(at: start + place)
            // A sequence cut off by the end is not well-formed, even if what lies behind would complete it.
            if length == 0 || length > count &- place { return false }
            place &+= length
        }
        return true
    }

    /// Appends a scalar that is no surrogate, and returns the length written, 1 to 4.
    @inline(__always)
    static func append(_ scalar: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
        if scalar < 0x80 {
            target[0] = UInt8(truncatingIfNeeded: scalar)
            return 1
        }
        if scalar < 0x800 {
            target[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
            target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 2
        }
        if scalar < 0x10000 {
            target[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
            target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
            target[2] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 3
        }
        target[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
        target[1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F)
        target[2] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
        target[3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
        return 4
    }
}
