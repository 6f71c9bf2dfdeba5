public import Events

/// Finding events by their identifiers through the side files of hashes.
extension EventStore {
    /// The ordinals of the events of a log with these identifiers, among its first `below`; nil for each that is not there. Nil as a
    /// whole where the side file does not know all of those events: then the log itself is to be searched.
    public func find(_ identifiers: [[UInt8]], in log: Log, below: Int, threads: Int = 1) throws(StoreError) -> [UInt32?]? {
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
        let hashes = identifiers.map { identifier in
            identifier.withUnsafeBufferPointer { $0.baseAddress.map { IdentifierHash.hash($0, count: identifier.count) } ?? 0 }
        }
        guard let found = HashSearch.run([(column, HashFilter(hashes))], onThreads(threads)).first ?? nil else { return nil }
        let hits = Dictionary(grouping: found) { $0.hash }.mapValues { hits in hits.map { $0.ordinal } }
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
}
