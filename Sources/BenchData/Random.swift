/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers for the same seed, and a new independent run for each subject.
struct Random {
    private var state: UInt64

    /// The numbers of one subject: a child, a facility. Subjects can be made in any order, on any thread.
    init(_ seed: UInt64, _ kind: UInt64, _ subject: Int) {
        state = Random.mix(Random.mix(seed &+ kind &* 0xD6E8_FEB8_6659_FD93) ^ UInt64(truncatingIfNeeded: subject))
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Random.mix(state)
    }

    /// A number from 0 to `bound` less one; `bound` is small beside 2³², so the bias is too.
    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

    /// True in `share` of 10,000 cases.
    mutating func chance(_ share: Int) -> Bool { below(10_000) < share }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
