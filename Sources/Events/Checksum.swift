import CChecksum

/// A checksum against torn writes and flipped bits, not against intent: the CRC-64 of ECMA-182 (xz's), by ISA-L at the speed of memory,
/// over words and their number. A change within 64 neighbouring bits always shows.
public struct Checksum: Sendable {
    private var crc: UInt64 = 0
    private var words: UInt64 = 0

    /// The checksum of nothing so far.
    public init() {}

    /// Adds bytes as words, the last one filled up with zeros.
    public mutating func add(header: [UInt8]) {
        add(bytes: header)
        if header.count % 8 != 0 { add(bytes: [UInt8](repeating: 0, count: 8 - header.count % 8)) }
    }

    private mutating func add(bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { crc = crc64_ecma_refl(crc, $0.baseAddress, UInt64($0.count)) }
    }

    /// Adds words, in the order in which their bytes lie.
    public mutating func add(_ more: UnsafeBufferPointer<UInt64>) {
        guard let start = more.baseAddress else { return }
        crc = crc64_ecma_refl(crc, UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), UInt64(more.count) * 8)
        words &+= UInt64(more.count)
    }

    /// The checksum of what was added.
    public var value: UInt64 {
        var sum = self
        withUnsafeBytes(of: words.littleEndian) { sum.add(bytes: Array($0)) }
        return sum.crc
    }

    /// The checksum of some words.
    public static func of(_ words: UnsafeBufferPointer<UInt64>) -> UInt64 {
        var sum = Checksum()
        sum.add(words)
        return sum.value
    }
}
