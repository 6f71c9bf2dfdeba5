/// Identifiers whose 64-bit hashes are all the same, as somebody who knows the hash would choose them.
public enum ChosenIdentifiers {
    /// So many of them.
    public static func alike(_ count: Int) -> [String] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-".utf8)
        let allowed = Set(letters)
        var generator = SeededGenerator(seed: 1)
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
        while true {
            let head = (0..<16).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            // The hash's state behind the first sixteen bytes; a second half of eight bytes equal to it makes a product of 0.
            let product = (number(head[..<8]) ^ 0xA076_1D64_78BD_642F)
                .multipliedFullWidth(by: number(head[8...]) ^ 0x9E37_79B9_7F4A_7C15)
            let state = product.high ^ product.low
            let tail = (0..<8).map { UInt8(truncatingIfNeeded: state >> UInt64(8 * $0)) }
            guard tail.allSatisfy(allowed.contains) else { continue }
            return (0..<count).map { index in
                let digits = String(index)
                let middle = Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
                return String(decoding: head + middle + tail, as: UTF8.self)
            }
        }
    }
}
