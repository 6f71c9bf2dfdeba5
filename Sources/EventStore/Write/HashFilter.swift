/// Finds which of a list of hashes occur in a long column: a few bits for each hash, which stay in the cache, say no for nearly all; a
/// table of the hashes themselves decides the rest. Once made, it serves several threads.
final class HashFilter: @unchecked Sendable {
    /// A bit for the first 18 bits of each hash: 32 KiB, which stay in a core's first cache; nil where so many hashes would set most of
    /// them.
    private let coarse: UnsafeMutableBufferPointer<UInt64>?
    private let bits: UnsafeMutableBufferPointer<UInt64>
    private let bitShift: UInt64
    private let exact: UnsafeMutableBufferPointer<UInt64>
    private let exactShift: UInt64
    /// Odd, and unknown to whoever chose the identifiers: without it they could be chosen to crowd one place of `exact`.
    private let salt = UInt64.random(in: 0...UInt64.max) | 1
    private var hasZero = false

    /// The filter of some hashes, which may repeat.
    init(_ hashes: [UInt64]) {
        var words = 64
        while words * 2 < hashes.count { words *= 2 }
        bitShift = UInt64(64 - words.trailingZeroBitCount)
        bits = .allocate(capacity: words)
        bits.initialize(repeating: 0)
        var places = 64
        while places < hashes.count * 2 { places *= 2 }
        exactShift = UInt64(64 - places.trailingZeroBitCount)
        exact = .allocate(capacity: places)
        exact.initialize(repeating: 0)
        coarse = hashes.count <= Self.mostCoarse ? .allocate(capacity: 1 << 12) : nil
        coarse?.initialize(repeating: 0)
        for hash in hashes {
            if let coarse { coarse[Int(truncatingIfNeeded: hash &>> 52)] |= 1 << (hash &>> 46 & 63) }
            bits[Int(truncatingIfNeeded: hash &>> bitShift)] |= Self.mask(hash)
            // 0 marks an empty place, so the hash 0 is kept apart.
            if hash == 0 { hasZero = true }
            var place = Int(truncatingIfNeeded: (hash &* salt) &>> exactShift)
            while exact[place] != 0, exact[place] != hash { place = (place &+ 1) & (places &- 1) }
            exact[place] = hash
        }
    }

    deinit {
        coarse?.deallocate()
        bits.deallocate()
        exact.deallocate()
    }

    /// The bits of a hash in its word.
    @inline(__always)
    private static func mask(_ hash: UInt64) -> UInt64 { 1 << (hash & 63) | 1 << (hash &>> 6 & 63) | 1 << (hash &>> 12 & 63) }

    private func holds(_ hash: UInt64) -> Bool {
        if hash == 0 { return hasZero }
        var place = Int(truncatingIfNeeded: (hash &* salt) &>> exactShift)
        while exact[place] != 0 {
            if exact[place] == hash { return true }
            place = (place &+ 1) & (exact.count &- 1)
        }
        return false
    }

    /// Whether a hash is one of them.
    @inline(__always)
    func contains(_ hash: UInt64) -> Bool {
        let mask = Self.mask(hash)
        return bits[Int(truncatingIfNeeded: hash &>> bitShift)] & mask == mask && holds(hash)
    }

    /// With more hashes than this, nearly half of all others would have their coarse bit by chance.
    private static let mostCoarse = 1 << 17
    /// The hashes that are looked at between two looks at what the coarse bits left over.
    private static let stretch = 1 << 10

    /// Calls `found` with each place of a column that holds one of the hashes.
    @inline(__always)
    func scan(_ column: UnsafeBufferPointer<UInt64>, _ found: (_ place: Int) -> Void) {
        guard let hashes = column.baseAddress, let bits = bits.baseAddress else { return }
        let shift = bitShift
        @inline(__always) func word(_ hash: UInt64) -> UInt64 { bits[Int(truncatingIfNeeded: hash &>> shift)] }
        guard let coarse = coarse?.baseAddress else {
            for place in 0..<column.count {
                let (hash, word) = (hashes[place], word(hashes[place]))
                // By chance some seven in a hundred have the first bit, and hardly one in two thousand has all three.
                if word &>> (hash & 63) & 1 != 0, case let mask = Self.mask(hash), word & mask == mask, holds(hash) { found(place) }
            }
            return
        }
        // Without a branch that nobody can foretell: each place is noted, and kept where the bits are set.
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: Self.stretch) { left in
            guard let left = left.baseAddress else { return }
            for start in stride(from: 0, to: column.count, by: Self.stretch) {
                let (piece, length) = (hashes + start, min(Self.stretch, column.count &- start))
                @inline(__always) func bit(_ place: Int) -> Int {
                    let hash = piece[place]
                    return Int(truncatingIfNeeded: coarse[Int(truncatingIfNeeded: hash &>> 52)] &>> (hash &>> 46 & 63) & 1)
                }
                @inline(__always) func note(_ place: Int, at count: Int) {
                    (left + count).initialize(to: UInt16(truncatingIfNeeded: place))
                }
                var count = 0
                var place = 0
                // Four at a time: where each is noted depends on those before it alone, and not on what was counted in memory.
                while place &+ 4 <= length {
                    let (first, second, third, fourth) = (bit(place), bit(place &+ 1), bit(place &+ 2), bit(place &+ 3))
                    note(place, at: count)
                    note(place &+ 1, at: count &+ first)
                    note(place &+ 2, at: count &+ first &+ second)
                    note(place &+ 3, at: count &+ first &+ second &+ third)
                    count &+= first &+ second &+ third &+ fourth
                    place &+= 4
                }
                while place < length {
                    note(place, at: count)
                    count &+= bit(place)
                    place &+= 1
                }
                var rest = 0
                for turn in 0..<count {
                    let place = Int(left[turn])
                    let mask = Self.mask(piece[place])
                    note(place, at: rest)
                    rest &+= word(piece[place]) & mask == mask ? 1 : 0
                }
                for turn in 0..<rest where holds(piece[Int(left[turn])]) { found(start &+ Int(left[turn])) }
            }
        }
    }
}
