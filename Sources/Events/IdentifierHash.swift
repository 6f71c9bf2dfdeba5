/// The 64-bit hash by which tables find identifiers. It only finds: whoever finds compares the bytes, so a collision costs
/// time and never a figure. Where two events' identifiers have one hash, it decides in which order the log holds them.
public enum IdentifierHash {
    /// The hash of `count` bytes from `start`. Reads exactly those bytes.
    @inlinable
    public static func hash(_ start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        let raw = UnsafeRawPointer(start)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while count &- offset >= 16 {
            let low = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let high = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
            state = mix(low ^ 0xA076_1D64_78BD_642F, high ^ state)
            offset &+= 16
        }
        var low: UInt64 = 0
        var high: UInt64 = 0
        let rest = count &- offset
        if rest >= 8 {
            low = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            high = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        } else if rest >= 4 {
            low = UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            high = UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)))
        } else if rest > 0 {
            low = UInt64(raw.load(fromByteOffset: offset, as: UInt8.self))
            low |= UInt64(raw.load(fromByteOffset: offset &+ rest >> 1, as: UInt8.self)) << 8
            low |= UInt64(raw.load(fromByteOffset: count &- 1, as: UInt8.self)) << 16
        }
        state = mix(low ^ 0xE703_7ED1_A0B4_28DB, high ^ state)
        // The length comes last, where no byte of the text can undo what it changes.
        return mix(state ^ 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3 ^ UInt64(truncatingIfNeeded: count))
    }

    @inlinable
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
