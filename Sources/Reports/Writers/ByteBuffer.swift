import Events
import Figures

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
        makeRoom(bytes.count)
        copyShort(UnsafeRawBufferPointer(bytes), to: UnsafeMutableRawPointer(base + count))
        count &+= bytes.count
    }

    /// Appends text as it is.
    @inline(__always)
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// The bytes as text.
    borrowing func text() -> String { withBytes { String(decoding: $0, as: UTF8.self) } }

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
        makeRoom(10)
        twoDigits(year / 100, at: count)
        twoDigits(year % 100, at: count &+ 2)
        base[count &+ 4] = 0x2D
        twoDigits(month, at: count &+ 5)
        base[count &+ 7] = 0x2D
        twoDigits(number, at: count &+ 8)
        count &+= 10
    }

    /// Appends `units` / 10^`places` of 64 bits with its point; zero has no sign.
    @inline(__always)
    mutating func append(units: Int64, places: Int) {
        makeRoom(24)
        if units < 0 {
            base[count] = 0x2D
            count &+= 1
        }
        let magnitude = units.magnitude
        switch places {
        case 0: digits(magnitude, atLeast: 1)
        case 2:
            digits(magnitude / 100, atLeast: 1)
            base[count] = 0x2E
            twoDigits(Int(truncatingIfNeeded: magnitude % 100), at: count &+ 1)
            count &+= 3
        case 4:
            digits(magnitude / 10_000, atLeast: 1)
            fraction(Int(truncatingIfNeeded: magnitude % 10_000))
        default: append(scaled: magnitude, places: places)
        }
    }

    /// Appends figures, each behind a comma, up to the first that does not fit 64 bits; how many.
    ///
    /// Nearly all are below 10,000 or a rate with such a whole part, of one digit or four as it happens: which of these a figure is, no
    /// processor foretells, so comma and digits are looked up and stored together, eight bytes for whatever length.
    @inline(__always)
    mutating func append(_ cells: UnsafeBufferPointer<FigureRow.Cell>) -> Int {
        makeRoom(Self.figureRoom * cells.count)
        return Self.shortNumbers.withUnsafeBufferPointer { short in
            for (place, cell) in cells.enumerated() {
                if cell.isEmpty {
                    base[count] = 0x2C
                    count &+= 1
                    continue
                }
                guard cell.isSmall else { return place }
                let whole = cell.places == 4 ? cell.units / 10_000 : cell.units
                if cell.places == 0 || cell.places == 4, cell.units >= 0, whole < 10_000 {
                    let entry = short[Int(truncatingIfNeeded: whole)]
                    UnsafeMutableRawPointer(base + count).storeBytes(of: entry.littleEndian, as: UInt64.self)
                    count &+= Int(truncatingIfNeeded: entry >> 56)
                    if cell.places == 4 { fraction(Int(truncatingIfNeeded: cell.units &- whole &* 10_000)) }
                } else {
                    base[count] = 0x2C
                    count &+= 1
                    append(units: cell.units, places: cell.places)
                }
            }
            return cells.count
        }
    }

    /// More bytes than a figure of 64 bits takes with its comma, sign and point, and than are stored at once.
    private static let figureRoom = 32

    /// By number below 10,000: a comma and its digits from the lowest byte on, and in the highest byte how many bytes these are.
    private static let shortNumbers: [UInt64] = (0..<10_000).map { number in
        let text = Array(",\(number)".utf8)
        return text.enumerated().reduce(UInt64(text.count) << 56) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
    }

    /// Writes a point and four digits into room already made.
    @inline(__always)
    private mutating func fraction(_ number: Int) {
        base[count] = 0x2E
        twoDigits(number / 100, at: count &+ 1)
        twoDigits(number % 100, at: count &+ 3)
        count &+= 5
    }

    /// Appends `units` / 10^`places` with its point; zero has no sign.
    @inline(__always)
    mutating func append(units: Int128, places: Int) {
        guard let small = Int64(exactly: units) else { return append(wide: units, places: places) }
        append(units: small, places: places)
    }

    /// A magnitude with any number of digits behind the point, into room already made.
    private mutating func append(scaled magnitude: UInt64, places: Int) {
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

    /// The digits of 0 to 99, two bytes each; a static text, so that it is found without being looked up.
    @inline(__always)
    private static var pairs: UnsafePointer<UInt8> {
        let digits: StaticString = """
            00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
            4950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798\
            99
            """
        return digits.utf8Start
    }

    /// Writes a number from 0 to 99 with two digits into room already made.
    @inline(__always)
    private func twoDigits(_ number: Int, at place: Int) {
        let pair = Self.pairs + 2 &* number
        base[place] = pair[0]
        base[place &+ 1] = pair[1]
    }

    /// Writes a number into room already made, with zeros in front up to `least` digits.
    @inline(__always)
    private mutating func digits(_ number: UInt64, atLeast least: Int) {
        if number < 10, least == 1 {
            base[count] = 0x30 &+ UInt8(truncatingIfNeeded: number)
            count &+= 1
            return
        }
        if number < 100, least <= 2 {
            twoDigits(Int(truncatingIfNeeded: number), at: count)
            count &+= 2
            return
        }
        if number < 10_000, least <= 2 {
            let high = Int(truncatingIfNeeded: number) / 100
            if high < 10 {
                base[count] = 0x30 &+ UInt8(truncatingIfNeeded: high)
                count &-= 1
            } else {
                twoDigits(high, at: count)
            }
            twoDigits(Int(truncatingIfNeeded: number) &- high &* 100, at: count &+ 2)
            count &+= 4
            return
        }
        longDigits(number, atLeast: least)
    }

    private mutating func longDigits(_ number: UInt64, atLeast least: Int) {
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
        while place &- count >= 2 {
            place &-= 2
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            twoDigits(Int(truncatingIfNeeded: pair), at: place)
            rest = quotient
        }
        if place > count { base[count] = 0x30 &+ UInt8(truncatingIfNeeded: rest) }
        count &+= length
    }
}
