/// Copies bytes that are few, as texts mostly are: words that may overlap, where a call would cost more than the copying.
///
/// `target` has room for them and does not overlap them.
@inlinable @inline(__always)
public func copyShort(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    guard let from = bytes.baseAddress else { return }
    if bytes.count > 32 {
        target.copyMemory(from: from, byteCount: bytes.count)
    } else if bytes.count >= 8 {
        var place = 0
        while place &+ 8 < bytes.count {
            target.storeBytes(of: from.loadUnaligned(fromByteOffset: place, as: UInt64.self), toByteOffset: place, as: UInt64.self)
            place &+= 8
        }
        let last = bytes.count &- 8
        target.storeBytes(of: from.loadUnaligned(fromByteOffset: last, as: UInt64.self), toByteOffset: last, as: UInt64.self)
    } else {
        for place in 0..<bytes.count {
            target.storeBytes(of: from.load(fromByteOffset: place, as: UInt8.self), toByteOffset: place, as: UInt8.self)
        }
    }
}
