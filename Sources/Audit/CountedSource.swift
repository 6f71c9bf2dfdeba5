import EventStore
import Events

/// A state of the log, block by block counted as it is read.
struct CountedSource: EventSource {
    let store: EventStore
    let work: WorkCounter

    func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws {
        try store.readBlock(block, of: log, texts: texts, into: columns)
        work.add(.eventsRead, columns.count)
    }

    func readIdentifiers(ofBlock block: Int, of log: Log, into columns: EventColumns) throws {
        try store.readIdentifiers(ofBlock: block, of: log, into: columns)
        work.add(.eventsRead, columns.count)
    }

    func eventCount(of log: Log) -> Int { store.eventCount(of: log) }
    func identifierCount(of namespace: Namespace) -> Int { store.identifierCount(of: namespace) }
    func blockCount(of log: Log) -> Int { store.blockCount(of: log) }
    func firstOrdinal(ofBlock block: Int, of log: Log) -> Int { store.firstOrdinal(ofBlock: block, of: log) }
    func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8] { try store.identifier(number, in: namespace) }
    func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8]) { try store.identifiers(of: namespace) }
    func identifiers(_ numbers: ArraySlice<UInt32>, in namespace: Namespace) throws -> (starts: [Int], bytes: [UInt8]) {
        try store.identifiers(numbers, in: namespace)
    }
    func eventIdentifiers(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8]) {
        try store.eventIdentifiers(rows, ofBlock: block, of: log)
    }
    func eventDetails(_ rows: [Int], ofBlock block: Int, of log: Log) throws -> (starts: [Int], bytes: [UInt8]) {
        try store.eventDetails(rows, ofBlock: block, of: log)
    }
}
