import Events

/// Lists of numbers that are to stand in a file one behind another, each filled up to whole words.
struct WrittenLists {
    private var lists: [any NumberList] = []

    /// How many words they are.
    var words: Int { lists.reduce(0) { $0 + $1.words } }

    /// The checksum of each.
    var checksums: [UInt64] { lists.map { $0.eachPiece { _, _ in } } }

    mutating func append<Number: BitwiseCopyable>(_ numbers: [Number]) { lists.append(Numbers(numbers: numbers)) }

    /// Gives them to a sink, with the place of each piece in the file, list beside list; the checksum of each.
    ///
    /// - Parameter start: Where the first one begins in the file, in bytes.
    func write(from start: Int, threads: Int, to sink: (UnsafeRawBufferPointer, Int) throws -> Void) throws -> [UInt64] {
        var starts = [start]
        for list in lists { starts.append(starts[starts.count - 1] + list.words * 8) }
        var sums = [UInt64](repeating: 0, count: lists.count)
        // The longest first, so that none of them is left to one thread at the end.
        let order = lists.indices.sorted { (lists[$1].words, $0) < (lists[$0].words, $1) }
        try sums.withUnsafeMutableBufferPointer { sums in
            try Workers.run(threads, items: order.count) { _, item in
                let number = order[item]
                sums[number] = try lists[number].eachPiece { piece, offset in try sink(piece, starts[number] + offset) }
            }
        }
        return sums
    }
}

private protocol NumberList {
    /// How many words it takes.
    var words: Int { get }
    /// Hands over the numbers, filled up to whole words, in a piece or two, each with its place; their checksum.
    func eachPiece(_ body: (UnsafeRawBufferPointer, Int) throws -> Void) rethrows -> UInt64
}

private struct Numbers<Number: BitwiseCopyable>: NumberList {
    let numbers: [Number]

    var words: Int { (numbers.count * MemoryLayout<Number>.stride + 7) / 8 }

    func eachPiece(_ body: (UnsafeRawBufferPointer, Int) throws -> Void) rethrows -> UInt64 {
        var sum = Checksum()
        try numbers.withUnsafeBytes { bytes in
            // A checksum goes by four words: what is cut off behind as many does not change it.
            let whole = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 32 * 32)])
            if whole.count > 0 {
                sum.add(whole.assumingMemoryBound(to: UInt64.self))
                try body(whole, 0)
            }
            guard whole.count < bytes.count else { return }
            var last = [UInt64](repeating: 0, count: (bytes.count - whole.count + 7) / 8)
            last.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[whole.count...])) }
            last.withUnsafeBufferPointer { sum.add($0) }
            try last.withUnsafeBytes { try body($0, whole.count) }
        }
        return sum.value
    }
}
