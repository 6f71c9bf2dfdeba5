/// A checksum against torn writes and flipped bits, not against intent: four lanes, each step a bijection of its lane, so that a
/// change within one word always shows.
public struct Checksum: Sendable {
    private var lanes = (UInt64(1), UInt64(2), UInt64(3), UInt64(4))
    private var words: UInt64 = 0

    /// The checksum of nothing so far.
    public init() {}

    @inline(__always)
    private static func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let product = (lane ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product << 29 | product >> 35
    }

    /// Adds bytes as words, the last one filled up with zeros.
    public mutating func add(header: [UInt8]) {
        for start in stride(from: 0, to: header.count, by: 8) {
            var word: UInt64 = 0
            for byte in header[start..<min(start + 8, header.count)].reversed() { word = word << 8 | UInt64(byte) }
            lanes.0 = Self.step(lanes.0, word)
        }
    }

    /// Adds words.
    public mutating func add(_ more: UnsafeBufferPointer<UInt64>) {
        var (a, b, c, d) = lanes
        var place = 0
        while place &+ 4 <= more.count {
            a = Self.step(a, more[place])
            b = Self.step(b, more[place &+ 1])
            c = Self.step(c, more[place &+ 2])
            d = Self.step(d, more[place &+ 3])
            place &+= 4
        }
        while place < more.count {
            a = Self.step(a, more[place])
            place &+= 1
        }
        lanes = (a, b, c, d)
        words &+= UInt64(more.count)
    }

    /// The checksum of what was added.
    public var value: UInt64 {
        var sum = words
        for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { sum = Self.step(sum, lane) }
        return sum
    }

    /// The checksum of some words.
    public static func of(_ words: UnsafeBufferPointer<UInt64>) -> UInt64 {
        var sum = Checksum()
        sum.add(words)
        return sum.value
    }
}
