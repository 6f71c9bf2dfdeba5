/// Finds which of a list of hashes occur in a long column: a few bits for each hash, which stay in the cache, say no for nearly all; a
/// table of the hashes themselves decides the rest. Once made, it serves several threads.
final class HashFilter: @unchecked Sendable {
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
        for hash in hashes {
            bits[Int(truncatingIfNeeded: hash &>> bitShift)] |= Self.mask(hash)
            // 0 marks an empty place, so the hash 0 is kept apart.
            if hash == 0 { hasZero = true }
            var place = Int(truncatingIfNeeded: (hash &* salt) &>> exactShift)
            while exact[place] != 0, exact[place] != hash { place = (place &+ 1) & (places &- 1) }
            exact[place] = hash
        }
    }

    deinit {
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

    /// Calls `found` with each place of a column that holds one of the hashes.
    @inline(__always)
    func scan(_ column: UnsafeBufferPointer<UInt64>, _ found: (_ place: Int) -> Void) {
        guard let hashes = column.baseAddress, let bits = bits.baseAddress else { return }
        let shift = bitShift
        for place in 0..<column.count {
            let hash = hashes[place]
            let word = bits[Int(truncatingIfNeeded: hash &>> shift)]
            // By chance some seven in a hundred have the first bit, and hardly one in two thousand has all three.
            if word &>> (hash & 63) & 1 != 0, case let mask = Self.mask(hash), word & mask == mask, holds(hash) { found(place) }
        }
    }
}
