public import Events

/// An events block by itself, as a proof carries it: read from nothing but its entry's bytes.
public struct ProvedBlock {
    /// Its events.
    public let columns = EventColumns()
    private let header: BlockHeader
    private let entry: [UInt8]

    /// Reads a block, or nil where the bytes are none.
    public init?(_ entry: [UInt8]) {
        guard let header = BlockHeader(entry, length: entry.count) else { return nil }
        self.header = header
        self.entry = entry
        var limits: [UInt32] = []
        for space in 0..<4 { limits.append(header.known[space] &+ UInt32(header.introduced[space])) }
        let problem = (entry + [UInt8](repeating: 0, count: 8)).withUnsafeBytes {
            BlockDecoder.decode(header, $0, texts: true, limits: limits, into: columns)
        }
        guard problem == nil else { return nil }
    }

    /// The namespaces of the subject and of the object of an event, where it has one.
    public func spaces(row: Int) -> (subject: Namespace?, object: Namespace?) {
        let spaces = Spaces.kinds(of: columns.log)[Spaces.kind(type: columns.type[row], code: columns.code[row])]
        return (spaces.subject, spaces.object)
    }

    /// The identifier of this number, if it is one that appears in this block for the first time.
    public func introduced(_ number: UInt32, in space: Namespace) -> [UInt8]? {
        let wanted = Int(space.rawValue)
        guard number >= header.known[wanted], number - header.known[wanted] < UInt32(header.introduced[wanted]) else { return nil }
        var place = header.columnsEnd
        for before in 0...wanted {
            let count = Int(header.introduced[before])
            guard place + count <= header.idsStart else { return nil }
            let lengths = entry[place..<place + count]
            var start = place + count
            if before == wanted {
                let within = Int(number - header.known[wanted])
                start += lengths.prefix(within).reduce(0) { $0 + Int($1) }
                let length = Int(lengths[place + within])
                return start + length <= header.idsStart ? Array(entry[start..<start + length]) : nil
            }
            place = start + lengths.reduce(0) { $0 + Int($1) }
        }
        return nil
    }
}

extension EventStore {
    /// The entry of the block in which an identifier appears for the first time; nil where there is no such identifier.
    public func entry(introducing number: UInt32, in space: Namespace) -> Int? {
        let place = Int(space.rawValue)
        guard number < reader.table.known[place] else { return nil }
        return reader.table.blocks.last { $0.header.known[place] <= number && $0.header.introduced[place] > 0 }?.entry
    }
}
