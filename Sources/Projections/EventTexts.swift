import Events

/// The identifiers of some events of one log, fetched from the record block by block in the order of ordinals.
struct EventIdentifiers {
    private let ordinals: [UInt32]
    private let starts: [Int]
    private let bytes: [UInt8]

    /// Fetches the identifiers of these events, in any order, each once or more often.
    init(_ wanted: [UInt32], of log: Log, in source: any EventSource, threads: Int) throws {
        let parts = try readIdentifiers(wanted, of: log, in: source, threads: threads)
        ordinals = parts.ordinals
        starts = parts.starts
        bytes = parts.bytes
    }

    /// The identifier of a fetched event; empty for others.
    func identifier(_ ordinal: UInt32) -> ArraySlice<UInt8> {
        guard let place = place(of: ordinal, in: ordinals) else { return [] }
        return bytes[starts[place]..<starts[place + 1]]
    }

    /// Whether the identifier of one event comes before another's as bytes.
    func precedes(_ first: UInt32, _ second: UInt32) -> Bool {
        identifier(first).lexicographicallyPrecedes(identifier(second))
    }
}

/// The details of some events of one log, fetched in the same way.
struct EventDetails {
    /// By place in the list asked for: where the detail lies.
    let places: [Range<Int>]
    /// The details, end to end.
    let bytes: [UInt8]

    /// Fetches the details of these events, in any order, each once or more often.
    init(_ wanted: [UInt32], of log: Log, in source: any EventSource, threads: Int) throws {
        var order = wanted.indices.map { UInt64(wanted[$0]) << 32 | UInt64(UInt32(truncatingIfNeeded: $0)) }
        radixSort(&order, from: 32)
        let items = blocks(ofSorted: order, log, in: source)
        guard (items.last?.range.upperBound ?? 0) == order.count else {
            throw ProjectionError.inconsistentBlock(log: log, block: items.last?.block ?? 0)
        }
        var parts: [(starts: [Int], bytes: [UInt8])] = Array(repeating: ([], []), count: items.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: items.count) { _, item in
                let (block, range) = items[item]
                let first = source.firstOrdinal(ofBlock: block, of: log)
                let details = try source.eventDetails(order[range].map { Int($0 >> 32) - first }, ofBlock: block, of: log)
                guard details.starts.count == range.count + 1, details.starts.last == details.bytes.count else {
                    throw ProjectionError.inconsistentBlock(log: log, block: block)
                }
                parts[item] = details
            }
        }
        var places = Array(repeating: 0..<0, count: wanted.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
        for ((_, range), part) in zip(items, parts) {
            let base = bytes.count
            bytes += part.bytes
            for (index, event) in range.enumerated() {
                places[Int(order[event] & 0xFFFF_FFFF)] = base + part.starts[index]..<base + part.starts[index + 1]
            }
        }
        self.places = places
        self.bytes = bytes
    }
}

/// The blocks in which events lie, whose ordinals are the upper halves of sorted keys, each with the range of its keys.
func blocks(ofSorted keys: [UInt64], _ log: Log, in source: any EventSource) -> [(block: Int, range: Range<Int>)] {
    var items: [(block: Int, range: Range<Int>)] = []
    let count = source.blockCount(of: log)
    var block = 0
    var place = 0
    while place < keys.count, block < count {
        let end = block + 1 < count ? source.firstOrdinal(ofBlock: block + 1, of: log) : source.eventCount(of: log)
        let start = place
        while place < keys.count, Int(keys[place] >> 32) < end { place += 1 }
        if place > start { items.append((block, start..<place)) }
        block += 1
    }
    return items
}

private func place(of ordinal: UInt32, in ordinals: [UInt32]) -> Int? {
    var (low, high) = (0, ordinals.count)
    while low < high {
        let middle = (low + high) / 2
        if ordinals[middle] < ordinal { low = middle + 1 } else { high = middle }
    }
    return low < ordinals.count && ordinals[low] == ordinal ? low : nil
}

/// The identifiers of some events of one log: `bytes[starts[i]..<starts[i + 1]]` is the one of `ordinals[i]`, ascending.
private func readIdentifiers(
    _ wanted: [UInt32], of log: Log, in source: any EventSource, threads: Int
) throws -> (ordinals: [UInt32], starts: [Int], bytes: [UInt8]) {
    let groups = blocks(of: wanted, of: log, in: source)
    let parts = UnsafeMutableBufferPointer<(lengths: [Int], bytes: [UInt8])>.allocate(capacity: groups.items.count)
    parts.initialize(repeating: ([], []))
    defer {
        parts.deinitialize()
        parts.deallocate()
    }
    let readers = (0..<threads).map { _ in EventColumns() }
    try Workers.run(threads, items: groups.items.count) { worker, item in
        let columns = readers[worker]
        let (block, range) = groups.items[item]
        try source.readBlock(block, of: log, texts: true, into: columns)
        guard columns.hasIdentifiers, columns.hasDetails else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
        for ordinal in groups.ordinals[range] {
            let row = Int(ordinal) - columns.firstOrdinal
            guard row >= 0, row < columns.count else { throw ProjectionError.inconsistentBlock(log: log, block: block) }
            let bytes = columns.id(row)
            parts[item].lengths.append(bytes.count)
            parts[item].bytes.append(contentsOf: bytes)
        }
    }
    var starts = [0]
    var bytes: [UInt8] = []
    for part in parts {
        for length in part.lengths { starts.append(starts[starts.count - 1] + length) }
        bytes += part.bytes
    }
    return (groups.ordinals, starts, bytes)
}

/// The blocks in which some events lie, each with the range of its events in the sorted list of ordinals.
func blocks(
    of wanted: [UInt32], of log: Log, in source: any EventSource
) -> (ordinals: [UInt32], items: [(block: Int, range: Range<Int>)]) {
    let ordinals = distinct(wanted)
    var items: [(block: Int, range: Range<Int>)] = []
    let count = source.blockCount(of: log)
    var block = 0
    var place = 0
    while place < ordinals.count, block < count {
        let end = block + 1 < count ? source.firstOrdinal(ofBlock: block + 1, of: log) : source.eventCount(of: log)
        let start = place
        while place < ordinals.count, Int(ordinals[place]) < end { place += 1 }
        if place > start { items.append((block, start..<place)) }
        block += 1
    }
    return (ordinals, items)
}

private func distinct(_ wanted: [UInt32]) -> [UInt32] {
    var ordinals: [UInt32] = []
    ordinals.reserveCapacity(wanted.count)
    for ordinal in wanted.sorted() where ordinals.last != ordinal { ordinals.append(ordinal) }
    return ordinals
}
