public import Events

/// Finding events by their identifiers through the side files of hashes.
extension EventStore {
    /// The ordinals of the events of a log with these identifiers, among its first `below`; nil for each that is not there. Nil as a
    /// whole where the side file does not know all of those events: then the log itself is to be searched.
    public func find(_ identifiers: [[UInt8]], in log: Log, below: Int, threads: Int = 1) throws(StoreError) -> [UInt32?]? {
        let hashes = identifiers.map { identifier in
            identifier.withUnsafeBufferPointer { $0.baseAddress.map { IdentifierHash.hash($0, count: identifier.count) } ?? 0 }
        }
        guard let hits = lookedFor(hashes, log, below) ?? search(hashes, log, below, threads) else { return nil }
        var ordinals: [UInt32?] = []
        for (identifier, hash) in zip(identifiers, hashes) {
            var match: UInt32?
            for ordinal in hits[hash] ?? [] where match == nil && Int(ordinal) < below {
                guard let place = reader.table.block(holding: Int(ordinal), of: log) else { return nil }
                let block = reader.table.blocks[place]
                let text = try reader.eventIdentifiers([Int(ordinal) - block.header.firstOrdinal], of: block).bytes
                if text == identifier { match = ordinal }
            }
            ordinals.append(match)
        }
        return ordinals
    }

    /// The ordinals of the events that have the hashes, by hash, where whoever wrote last looked for all of them among as many events.
    private func lookedFor(_ hashes: [UInt64], _ log: Log, _ below: Int) -> [UInt64: [UInt32]]? {
        guard Int(log.rawValue) < lookedFor.count else { return nil }
        let known = lookedFor[Int(log.rawValue)]
        guard known.count >= below, hashes.allSatisfy({ known.ordinals[$0] != nil }) else { return nil }
        return known.ordinals
    }

    /// The same by a pass over the side file; nil where it does not know of that many events.
    private func search(_ hashes: [UInt64], _ log: Log, _ below: Int, _ threads: Int) -> [UInt64: [UInt32]]? {
        let tiles = TileReader(paths: paths, size: headSize)
        let (table, size, root) = (reader.table, size, root)
        let column = HashColumn(paths: paths, list: .events(log)) { state in
            if state == size { return (root, table.events[Int(log.rawValue)]) }
            guard state <= size, let edge = try? tiles.edge(ofSize: state) else { return nil }
            var earlier = table
            earlier.truncate(to: state)
            return (edge.root(TreeHasher()), earlier.events[Int(log.rawValue)])
        }
        guard column.count >= below else { return nil }
        guard let found = HashSearch.run([(column, HashFilter(hashes))], onThreads(threads)).first ?? nil else { return nil }
        return Dictionary(grouping: found) { $0.hash }.mapValues { hits in hits.map { $0.ordinal } }
    }
}

/// Which of a log's first ``count`` events have the hashes that were looked for.
struct LookedFor: Sendable {
    var count = 0
    /// By each hash that was looked for: the ordinals of the events that have it, perhaps none.
    var ordinals: [UInt64: [UInt32]] = [:]
}
