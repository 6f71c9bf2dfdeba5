/// What the folds read: the accepted events of a record at one state, as columns. The store is one; tests make small ones.
///
/// Every member may be called from several threads at once.
public protocol EventSource: Sendable {
    /// The number of accepted events of a log.
    func eventCount(of log: Log) -> Int
    /// The number of identifiers known in a namespace; numbers run from 0 to one less.
    func identifierCount(of namespace: Namespace) -> Int
    /// The number of stored blocks of a log. Blocks are in order of ordinals.
    func blockCount(of log: Log) -> Int
    /// The ordinal of a block's first event.
    func firstOrdinal(ofBlock block: Int, of log: Log) -> Int
    /// Reads a block into `columns`. With `texts` false, identifiers of events and details may be left empty, which is faster.
    func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws
    /// Reads a block's identifiers of events, types, record times and numbers of subjects into `columns`; what the others hold
    /// then has no meaning.
    func readIdentifiers(ofBlock block: Int, of log: Log, into columns: EventColumns) throws
    /// The bytes of an identifier, by its number.
    func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8]
    /// Every identifier of a namespace in order of numbers: `bytes[starts[n]..<starts[n + 1]]`.
    func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8])
    /// The identifiers of some numbers, ascending: `bytes[starts[n]..<starts[n + 1]]` is the one of the `n`th.
    func identifiers(_ numbers: ArraySlice<UInt32>, in namespace: Namespace) throws -> (starts: [Int], bytes: [UInt8])
    /// The identifiers of the events in some rows of a block, ascending; a row may be named twice.
    func eventIdentifiers(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8])
    /// The details of the events in some rows of a block, in the same way.
    func eventDetails(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8])
}

extension EventSource {
    /// With the whole block.
    public func readIdentifiers(ofBlock block: Int, of log: Log, into columns: EventColumns) throws {
        try readBlock(block, of: log, texts: true, into: columns)
    }

    /// One by one.
    public func identifiers(_ numbers: ArraySlice<UInt32>, in namespace: Namespace) throws -> (starts: [Int], bytes: [UInt8]) {
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        for number in numbers {
            found.bytes += try identifier(number, in: namespace)
            found.starts.append(found.bytes.count)
        }
        return found
    }

    /// From the whole block.
    public func eventIdentifiers(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8]) {
        let columns = EventColumns()
        try readBlock(block, of: log, texts: true, into: columns)
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        for row in rows where row < columns.count && row + 1 < columns.idStart.count {
            found.bytes += columns.id(row)
            found.starts.append(found.bytes.count)
        }
        return found
    }

    /// From the whole block.
    public func eventDetails(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8]) {
        let columns = EventColumns()
        try readBlock(block, of: log, texts: true, into: columns)
        var found: (starts: [Int], bytes: [UInt8]) = ([0], [])
        for row in rows where row < columns.count && row + 1 < columns.detailStart.count && columns.isDetailWhole(row) {
            found.bytes += columns.detail(row)
            found.starts.append(found.bytes.count)
        }
        return found
    }
}
