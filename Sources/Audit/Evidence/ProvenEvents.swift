import EventStore
import Events

/// The events of a proof as a record of their own: what they name is numbered anew, and nothing else is known.
final class ProvenEvents: EventSource {
    private struct Row {
        let ordinal: Int
        let type: UInt8
        let code: UInt8
        let occurredOn: Int32
        let recordedAt: Int64
        let subject: UInt32
        let object: UInt32
        let value: Int64
        let id: [UInt8]
        let detail: [UInt8]
    }

    private let rows: [[Row]]
    private let names: [[[UInt8]]]

    /// The events in these rows of blocks; nil where one is given twice, or a block does not say which community it means.
    init?(_ events: [(block: ProvedBlock, row: Int)], blocks: [ProvedBlock]) {
        var rows: [[Row]] = Log.allCases.map { _ in [] }
        var numbers: [[UInt32: UInt32]] = Namespace.allCases.map { _ in [:] }
        var names: [[[UInt8]]] = Namespace.allCases.map { _ in [] }
        var isWhole = true
        func number(_ given: UInt32, _ space: Namespace?) -> UInt32 {
            guard let space else { return 0 }
            let place = Int(space.rawValue)
            if let known = numbers[place][given] { return known }
            var name = Array("#\(given)".utf8)
            if space == .community {
                guard let code = blocks.lazy.compactMap({ $0.introduced(given, in: .community) }).first else {
                    isWhole = false
                    return 0
                }
                name = code
            }
            let next = UInt32(names[place].count)
            numbers[place][given] = next
            names[place].append(name)
            return next
        }
        for (block, row) in events {
            let columns = block.columns
            let spaces = block.spaces(row: row)
            rows[Int(columns.log.rawValue)].append(
                Row(
                    ordinal: columns.firstOrdinal + row, type: columns.type[row], code: columns.code[row],
                    occurredOn: columns.occurredOn[row], recordedAt: columns.recordedAt[row],
                    subject: number(columns.subject[row], spaces.subject), object: number(columns.object[row], spaces.object),
                    value: columns.value[row], id: Array(columns.id(row)), detail: Array(columns.detail(row))))
        }
        self.rows = rows.map { $0.sorted { $0.ordinal < $1.ordinal } }
        self.names = names
        for rows in self.rows where zip(rows, rows.dropFirst()).contains(where: { $0.ordinal == $1.ordinal }) { isWhole = false }
        guard isWhole else { return nil }
    }

    func eventCount(of log: Log) -> Int { rows[Int(log.rawValue)].count }

    func identifierCount(of namespace: Namespace) -> Int { names[Int(namespace.rawValue)].count }

    func blockCount(of log: Log) -> Int { eventCount(of: log) > 0 ? 1 : 0 }

    func firstOrdinal(ofBlock block: Int, of log: Log) -> Int { 0 }

    func readBlock(_ block: Int, of log: Log, texts: Bool, into columns: EventColumns) throws {
        let rows = rows[Int(log.rawValue)]
        columns.log = log
        columns.firstOrdinal = 0
        columns.count = rows.count
        columns.type = rows.map(\.type)
        columns.code = rows.map(\.code)
        columns.occurredOn = rows.map(\.occurredOn)
        columns.recordedAt = rows.map(\.recordedAt)
        columns.subject = rows.map(\.subject)
        columns.object = rows.map(\.object)
        columns.value = rows.map(\.value)
        (columns.idStart, columns.idBytes) = Self.joined(rows.map(\.id))
        (columns.detailStart, columns.detailBytes) = Self.joined(rows.map(\.detail))
    }

    private static func joined(_ texts: [[UInt8]]) -> (starts: [UInt32], bytes: [UInt8]) {
        var starts: [UInt32] = [0]
        var bytes: [UInt8] = []
        for text in texts {
            bytes += text
            starts.append(UInt32(truncatingIfNeeded: bytes.count))
        }
        return (starts, bytes)
    }

    func identifier(_ number: UInt32, in namespace: Namespace) throws -> [UInt8] {
        let names = names[Int(namespace.rawValue)]
        return Int(number) < names.count ? names[Int(number)] : []
    }

    func identifiers(of namespace: Namespace) throws -> (starts: [UInt32], bytes: [UInt8]) {
        Self.joined(names[Int(namespace.rawValue)])
    }
}
