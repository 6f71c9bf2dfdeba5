/// Sorts numbers by eleven bits at a time, from the lowest, passing over digits that all share.
func radixSort(_ keys: inout [UInt64]) {
    guard keys.count > 256 else { return keys.sort() }
    let differing = keys.reduce(0 as UInt64) { $0 | ($1 ^ keys[0]) }
    var sorted = keys
    for shift in stride(from: 0 as UInt64, to: 64, by: 11) where differing >> shift & 0x7FF != 0 {
        var starts = [Int](repeating: 0, count: 2049)
        for key in keys { starts[Int(key >> shift & 0x7FF) &+ 1] &+= 1 }
        for digit in 1..<2049 { starts[digit] &+= starts[digit &- 1] }
        for key in keys {
            let digit = Int(key >> shift & 0x7FF)
            sorted[starts[digit]] = key
            starts[digit] &+= 1
        }
        swap(&keys, &sorted)
    }
}
