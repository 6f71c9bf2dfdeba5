public import Events

/// Finding events by their identifiers through the side files of hashes.
extension EventStore {
    /// The ordinals of the events of a log with these identifiers, among its first `below`; nil for each that is not there. Nil as a
    /// whole where the side file does not know all of those events: then the log itself is to be searched.
    public func find(_ identifiers: [[UInt8]], in log: Log, below: Int) throws(StoreError) -> [UInt32?]? {
        let tiles = TileReader(paths: paths, size: headSize)
        let (table, size) = (reader.table, size)
        let column = HashColumn(paths: paths, list: .events(log)) { state in
            guard state <= size, let edge = try? tiles.edge(ofSize: state) else { return nil }
            var earlier = table
            earlier.truncate(to: state)
            return (edge.root(TreeHasher()), earlier.events[Int(log.rawValue)])
        }
        guard column.count >= below else { return nil }
        let hashes = identifiers.map { identifier in
            identifier.withUnsafeBufferPointer { $0.baseAddress.map { IdentifierHash.hash($0, count: identifier.count) } ?? 0 }
        }
        let filter = HashFilter(hashes)
        var hits: [UInt64: [UInt32]] = [:]
        guard column.scan({ piece, first in filter.scan(piece, first: first, into: &hits) }) else { return nil }
        var found: [UInt32?] = []
        for (identifier, hash) in zip(identifiers, hashes) {
            var match: UInt32?
            for ordinal in hits[hash] ?? [] where match == nil && Int(ordinal) < below {
                guard let place = reader.table.block(holding: Int(ordinal), of: log) else { return nil }
                let block = reader.table.blocks[place]
                let text = try reader.eventIdentifiers([Int(ordinal) - block.header.firstOrdinal], of: block).bytes
                if text == identifier { match = ordinal }
            }
            found.append(match)
        }
        return found
    }
}
