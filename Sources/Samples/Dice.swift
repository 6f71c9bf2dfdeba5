/// A repeatable source of chance (SplitMix64, Steele, Lea and Flood 2014). Only whole numbers come out of it, by its own
/// arithmetic, so that the sample's bytes hang on no library's way of drawing.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Dice of their own for one part of the sample, so that a change in one part leaves the others as they were.
    func split(_ part: UInt64) -> Dice {
        var other = Dice(seed: state ^ (part &* 0xD6E8_FEB8_6659_FD93))
        _ = other.next()
        return other
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of `range`, each as likely as another (to one part in 2^32 for the small ranges used here).
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True `permille` times in a thousand.
    mutating func chance(_ permille: Int) -> Bool { number(0...999) < permille }

    /// One of `items`, which are not empty.
    mutating func one<Item>(_ items: [Item]) -> Item { items[number(0...items.count - 1)] }

    /// A place in `weights`, by weight.
    mutating func place(_ weights: [Int]) -> Int {
        var rest = number(0...max(0, weights.reduce(0, +) - 1))
        for (place, weight) in weights.enumerated() {
            if rest < weight { return place }
            rest -= weight
        }
        return weights.count - 1
    }

    /// `items` in another order.
    mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
        var items = items
        for last in items.indices.dropFirst().reversed() { items.swapAt(last, number(0...last)) }
        return items
    }

    /// A pseudonym of 12 letters and digits (59 random bits).
    mutating func pseudonym() -> String {
        let signs = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)
        return String(decoding: (0..<12).map { _ in signs[number(0...signs.count - 1)] }, as: UTF8.self)
    }
}

/// Splits `total` over `weights` so that the parts add up to it: each its share rounded down, the rest to the largest
/// remainders, of equal ones the first.
func apportion(_ total: Int, over weights: [Int]) -> [Int] {
    let sum = max(1, weights.reduce(0, +))
    var parts = weights.map { total * $0 / sum }
    let order = weights.indices.sorted { left, right in
        let remainders = (total * weights[left] % sum, total * weights[right] % sum)
        return remainders.0 != remainders.1 ? remainders.0 > remainders.1 : left < right
    }
    for place in order.prefix(total - parts.reduce(0, +)) { parts[place] += 1 }
    return parts
}
