import Events

/// Bytes that grow at the end, with the numbers' own formatting.
///
/// Tables are millions of short cells; growing an array byte by byte checks its bounds and its uniqueness for each, which was
/// most of the time. So this holds raw memory, and every append first makes room for all it will write.
struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// The number of bytes.
    private(set) var count = 0

    /// An empty buffer with room for `capacity` bytes.
    init(capacity: Int = 4096) {
        self.capacity = max(64, capacity)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Forgets the bytes and keeps the memory.
    mutating func removeAll() { count = 0 }

    /// The bytes, valid during the call.
    borrowing func withBytes<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    @inline(__always)
    private mutating func makeRoom(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        fresh.update(from: base, count: count)
        base.deallocate()
        base = fresh
        capacity = larger
    }

    /// Appends a byte.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        makeRoom(1)
        base[count] = byte
        count &+= 1
    }

    /// Appends bytes as they are.
    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        makeRoom(bytes.count)
        (base + count).update(from: start, count: bytes.count)
        count &+= bytes.count
    }

    /// Appends an integer in decimal digits.
    @inline(__always)
    mutating func append(integer: Int64) {
        makeRoom(20)
        if integer < 0 {
            base[count] = 0x2D
            count &+= 1
        }
        digits(integer.magnitude, atLeast: 1)
    }

    /// Appends a day as `YYYY-MM-DD`.
    @inline(__always)
    mutating func append(day: Day) {
        let (year, month, number) = day.civil
        guard (0...9999).contains(year) else {
            var text = day.description
            return text.withUTF8 { append($0) }
        }
        makeRoom(30)
        digits(UInt64(year), atLeast: 4)
        base[count] = 0x2D
        count &+= 1
        digits(UInt64(month), atLeast: 2)
        base[count] = 0x2D
        count &+= 1
        digits(UInt64(number), atLeast: 2)
    }

    /// Appends `units` / 10^`places` with its point; zero has no sign.
    @inline(__always)
    mutating func append(units: Int128, places: Int) {
        guard units.magnitude < 1 << 63 else { return append(wide: units, places: places) }
        makeRoom(24)
        if units < 0 {
            base[count] = 0x2D
            count &+= 1
        }
        let magnitude = UInt64(truncatingIfNeeded: units.magnitude)
        guard places > 0 else { return digits(magnitude, atLeast: 1) }
        var scale: UInt64 = 1
        for _ in 0..<places { scale &*= 10 }
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: scale)
        digits(whole, atLeast: 1)
        base[count] = 0x2E
        count &+= 1
        digits(fraction, atLeast: places)
    }

    /// The same beyond 64 bits, which only absurd input reaches.
    private mutating func append(wide units: Int128, places: Int) {
        var text = Array(String(units.magnitude).utf8)
        if places > 0 { text.insert(0x2E, at: text.count - places) }
        if units < 0 { text.insert(0x2D, at: 0) }
        text.withUnsafeBufferPointer { append($0) }
    }

    /// Writes a number into room already made, with zeros in front up to `least` digits.
    @inline(__always)
    private mutating func digits(_ number: UInt64, atLeast least: Int) {
        var length = 1
        var bound: UInt64 = 10
        while number >= bound, length < 20 {
            length &+= 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        if length < least { length = least }
        var place = count &+ length
        var rest = number
        while place > count {
            place &-= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            base[place] = 0x30 &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        count &+= length
    }
}
