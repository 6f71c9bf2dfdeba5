/// Whether two runs of `count` bytes are equal; a few bytes, so a loop over words beats a call.
@inline(__always)
func equal(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let left = UnsafeRawPointer(left)
    let right = UnsafeRawPointer(right)
    @inline(__always) func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    if count >= 8 {
        var offset = 0
        while offset &+ 8 <= count {
            if word(left, offset) != word(right, offset) { return false }
            offset &+= 8
        }
        return word(left, count &- 8) == word(right, count &- 8)
    }
    for offset in 0..<count where left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self) {
        return false
    }
    return true
}

/// Copies `count` bytes, and touches no others; as few as an identifier has, so that words beat a call.
@inline(__always)
func copyText(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int) {
    let source = UnsafeRawPointer(source)
    let target = UnsafeMutableRawPointer(target)
    @inline(__always) func copy<Value: BitwiseCopyable>(_ offset: Int, _ type: Value.Type) {
        target.storeBytes(of: source.loadUnaligned(fromByteOffset: offset, as: type), toByteOffset: offset, as: type)
    }
    if count >= 8 {
        var offset = 0
        while offset &+ 8 <= count {
            copy(offset, UInt64.self)
            offset &+= 8
        }
        copy(count &- 8, UInt64.self)
    } else if count >= 4 {
        copy(0, UInt32.self)
        copy(count &- 4, UInt32.self)
    } else {
        for offset in 0..<count { copy(offset, UInt8.self) }
    }
}
