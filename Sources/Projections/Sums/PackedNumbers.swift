/// Many numbers of 32 bits, hardly any of them large, none or few below 0: each in as many bytes, 1, 2 or 4, as the largest of them
/// needs (a file may have wider ones).
///
/// -1 stands for nobody and nowhere, so that a number is stored as one more than it is.
struct PackedNumbers: Sendable, ExpressibleByArrayLiteral {
    /// The bytes of each.
    let width: Int
    /// The numbers end to end, little-endian.
    let bytes: [UInt8]

    /// Numbers as they stand in a file; `bytes` are whole numbers.
    init(width: Int, bytes: [UInt8]) { (self.width, self.bytes) = (width, bytes) }

    init(_ numbers: UnsafeBufferPointer<Int32>) {
        let largest = numbers.reduce(0 as UInt32) { max($0, UInt32(bitPattern: $1 &+ 1)) }
        let width = largest <= UInt32(UInt8.max) ? 1 : largest <= UInt32(UInt16.max) ? 2 : 4
        self.width = width
        bytes = [UInt8](unsafeUninitializedCapacity: numbers.count * width) { bytes, count in
            let bytes = UnsafeMutableRawBufferPointer(bytes)
            LargePages.prefer(bytes)
            func pack<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) {
                for place in numbers.indices {
                    bytes.storeBytes(of: Stored(truncatingIfNeeded: numbers[place] &+ 1), toByteOffset: place &* width, as: Stored.self)
                }
            }
            switch width {
            case 1: pack(UInt8.self)
            case 2: pack(UInt16.self)
            default: pack(UInt32.self)
            }
            count = numbers.count * width
        }
    }

    init(_ numbers: Table<Int32>) { self = numbers.withElements { PackedNumbers($0) } }

    init(_ numbers: [Int32]) { self = numbers.withUnsafeBufferPointer { PackedNumbers($0) } }

    init(arrayLiteral numbers: Int32...) { self.init(numbers) }

    var count: Int { bytes.count / width }

    var isEmpty: Bool { bytes.isEmpty }

    /// The largest and the least number; nil: there is none.
    var bounds: ClosedRange<Int32>? {
        guard !isEmpty else { return nil }
        return bytes.withUnsafeBytes { bytes in
            func bounds<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) -> ClosedRange<Int32> {
                var (least, largest) = (Int32.max, Int32.min)
                for place in stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.size) {
                    let number = Int32(truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: place, as: Stored.self)) &- 1
                    (least, largest) = (min(least, number), max(largest, number))
                }
                return least...largest
            }
            return switch width {
            case 1: bounds(UInt8.self)
            case 2: bounds(UInt16.self)
            default: bounds(UInt32.self)
            }
        }
    }

    subscript(place: Int) -> Int32 {
        precondition(place >= 0 && place < count, "a place among the numbers")
        return read { $0[place] }
    }

    /// The numbers by their address, for a loop.
    struct View {
        fileprivate let start: UnsafeRawPointer
        fileprivate let width: Int

        /// The number at a place below the count.
        @inline(__always)
        subscript(place: Int) -> Int32 {
            switch width {
            case 1: Int32(start.load(fromByteOffset: place, as: UInt8.self)) &- 1
            case 2: Int32(start.loadUnaligned(fromByteOffset: place &* 2, as: UInt16.self)) &- 1
            default: start.loadUnaligned(fromByteOffset: place &* 4, as: Int32.self) &- 1
            }
        }
    }

    /// Calls `body` with the numbers' view.
    @inline(__always)
    func read<Result>(_ body: (View) -> Result) -> Result {
        bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { nothing in
                // Of no numbers none is read.
                guard let start = bytes.baseAddress ?? nothing.baseAddress.map({ UnsafeRawPointer($0) }) else {
                    preconditionFailure("an address")
                }
                return body(View(start: start, width: width))
            }
        }
    }

    /// Writes the numbers of a range to where there is room for them.
    func copy(_ places: Range<Int>, to target: UnsafeMutablePointer<Int32>) {
        precondition(places.lowerBound >= 0 && places.upperBound <= count, "places among the numbers")
        bytes.withUnsafeBytes { bytes in
            func unpack<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) {
                guard let start = bytes.baseAddress.map({ $0 + places.lowerBound * MemoryLayout<Stored>.size }) else { return }
                for place in 0..<places.count {
                    let stored = start.loadUnaligned(fromByteOffset: place &* MemoryLayout<Stored>.size, as: Stored.self)
                    (target + place).initialize(to: Int32(truncatingIfNeeded: stored) &- 1)
                }
            }
            switch width {
            case 1: unpack(UInt8.self)
            case 2: unpack(UInt16.self)
            default: unpack(UInt32.self)
            }
        }
    }
}
