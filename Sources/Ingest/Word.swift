/// Eight bytes at a time: the arithmetic of the fast readers.
///
/// Marks are words whose bytes have their top bit set where something was found. The subtraction tricks (H. S. Warren,
/// "Hacker's Delight", section 6-1) can set false marks *above* a true one and never below: the lowest mark is exact, and
/// only that one is used.
enum Word {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let tops: UInt64 = 0x8080_8080_8080_8080

    /// How many bytes the readers may read behind the last byte of a line, a cell or a text. Whoever owns such bytes keeps
    /// so many more readable behind them.
    static let padding = 64

    /// The eight bytes from `place`, the first one lowest.
    @inline(__always)
    static func load(_ place: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
    }

    /// A byte in all eight places.
    @inline(__always)
    static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* ones }

    /// Marks the bytes that equal `byte`.
    @inline(__always)
    static func marks(of byte: UInt8, in word: UInt64) -> UInt64 {
        let difference = word ^ all(byte)
        return (difference &- ones) & ~difference & tops
    }

    /// The place of the lowest mark.
    @inline(__always)
    static func first(_ marks: UInt64) -> Int { marks.trailingZeroBitCount >> 3 }

    /// All bits of the first `count` bytes, 0 to 8.
    @inline(__always)
    static func mask(_ count: Int) -> UInt64 { count >= 8 ? ~0 : (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1 }

    /// Whether `count` bytes are equal. Reads up to 7 bytes behind either.
    @inline(__always)
    static func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var place = 0
        while count &- place > 8 {
            if load(left + place) != load(right + place) { return false }
            place &+= 8
        }
        return (load(left + place) ^ load(right + place)) & mask(count &- place) == 0
    }

    /// Copies `count` bytes in steps of sixteen: reads and writes up to 15 bytes behind them.
    @inline(__always)
    static func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
        var place = 0
        repeat {
            let bytes = UnsafeRawPointer(source + place).loadUnaligned(as: SIMD16<UInt8>.self)
            UnsafeMutableRawPointer(target + place).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
            place &+= 16
        } while place < count
    }
}
