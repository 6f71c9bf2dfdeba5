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
    /// The bytes of an identifier, by its number.
    func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8]
    /// Every identifier of a namespace in order of numbers: `bytes[starts[n]..<starts[n + 1]]`.
    func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8])
}
