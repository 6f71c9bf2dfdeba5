/// Sorts numbers by their bits from `lowest` on, eleven at a time from below, passing over digits that all share. Numbers that agree in
/// those bits keep their order.
func radixSort(_ keys: inout [UInt64], from lowest: UInt64 = 0) {
    guard keys.count > 256 else { return keys.sort() }
    let differing = keys.reduce(0 as UInt64) { $0 | ($1 ^ keys[0]) }
    let count = keys.count
    var other = [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
        buffer.initialize(repeating: 0)
        initialized = count
    }
    for shift in stride(from: lowest, to: 64, by: 11) where differing >> shift & 0x7FF != 0 {
        keys.withUnsafeBufferPointer { keys in
            other.withUnsafeMutableBufferPointer { sorted in
                withUnsafeTemporaryAllocation(of: Int.self, capacity: 2049) { starts in
                    starts.initialize(repeating: 0)
                    for key in keys { starts[Int(key >> shift & 0x7FF) &+ 1] &+= 1 }
                    for digit in 1..<2049 { starts[digit] &+= starts[digit &- 1] }
                    for key in keys {
                        let digit = Int(key >> shift & 0x7FF)
                        sorted[starts[digit]] = key
                        starts[digit] &+= 1
                    }
                }
            }
        }
        swap(&keys, &other)
    }
}
