/// Numbers by place, none of them below 0 in a projection: of 32 bits each where all are known to fit, else of 64. They are a good part of a
/// report's memory, and hardly any district has two thousand million of anything.
public struct Counts: Sendable {
    /// One of the two is empty.
    private var narrow: [Int32]
    private var wide: [Int]

    /// Zeros.
    public init(zeros count: Int) {
        narrow = Array(repeating: 0, count: count)
        wide = []
    }

    /// Room for numbers: whoever asks writes each before anything is read.
    init(uncounted count: Int, areNarrow: Bool) {
        narrow = areNarrow ? Self.room(for: count) : []
        wide = areNarrow ? [] : Self.room(for: count)
    }

    private static func room<Number: FixedWidthInteger>(for count: Int) -> [Number] {
        [Number](unsafeUninitializedCapacity: count) { numbers, initialized in
            LargePages.prefer(UnsafeMutableRawBufferPointer(numbers))
            initialized = count
        }
    }

    /// How many numbers there are.
    public var count: Int { max(narrow.count, wide.count) }
    /// Their places.
    public var indices: Range<Int> { 0..<count }

    /// The number at a place. One that needs more than 32 bits makes all of them 64 bits wide.
    public subscript(place: Int) -> Int {
        get { wide.isEmpty ? Int(narrow[place]) : wide[place] }
        set {
            if wide.isEmpty, let number = Int32(exactly: newValue) {
                narrow[place] = number
                return
            }
            if wide.isEmpty {
                wide = narrow.map { Int($0) }
                narrow = []
            }
            wide[place] = newValue
        }
    }

    /// Reads the numbers at their addresses, by one of two bodies.
    public func read<Result>(
        narrow: (UnsafeBufferPointer<Int32>) -> Result, wide: (UnsafeBufferPointer<Int>) -> Result
    ) -> Result {
        self.wide.isEmpty ? self.narrow.withUnsafeBufferPointer(narrow) : self.wide.withUnsafeBufferPointer(wide)
    }

    /// The addresses to write numbers to.
    enum Cells {
        case narrow(UnsafeMutableBufferPointer<Int32>)
        case wide(UnsafeMutableBufferPointer<Int>)
    }

    /// Has the numbers written at their addresses.
    mutating func write(_ body: (Cells) throws -> Void) rethrows {
        if wide.isEmpty {
            try narrow.withUnsafeMutableBufferPointer { try body(.narrow($0)) }
        } else {
            try wide.withUnsafeMutableBufferPointer { try body(.wide($0)) }
        }
    }
}

extension Counts: Equatable {
    /// Whether the numbers are the same, however wide.
    public static func == (left: Counts, right: Counts) -> Bool {
        left.count == right.count && left.indices.allSatisfy { left[$0] == right[$0] }
    }
}
