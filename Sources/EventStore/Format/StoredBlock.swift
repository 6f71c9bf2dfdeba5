import CKernel
import Events

/// The bytes of one events block in memory, with access to single rows; what a duplicate is compared with.
final class StoredBlock: Sendable {
    /// How many bytes must stand behind the entry's: a value is read by eight bytes at once.
    static let padding = 8

    let header: BlockHeader
    private let bytes: [UInt8]
    /// Where each column begins.
    private let starts: InlineArray<7, Int>

    /// A block from its entry's bytes with ``padding`` behind them, or nil where they are none.
    init?(padded entry: [UInt8]) {
        let length = entry.count - Self.padding
        guard length >= 0, let header = BlockHeader(entry, length: length) else { return nil }
        self.header = header
        var starts = InlineArray<7, Int>(repeating: 0)
        for column in BlockColumn.allCases { starts[column.rawValue] = header.start(of: column) }
        self.starts = starts
        bytes = entry
    }

    /// The row of an event of a log, or nil where the block does not hold it.
    func row(of ordinal: Int, _ log: Log) -> Int? {
        let row = ordinal - header.firstOrdinal
        return header.log == log && row >= 0 && row < header.count ? row : nil
    }

    /// Asks the cache for all of a row: its columns lie far from each other.
    func ask(row: Int) {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            for column in starts.indices { tuowei_prefetch(start + starts[column] + row * Int(header.width[column])) }
        }
    }

    /// The value of a column in a row.
    func value(_ column: BlockColumn, row: Int) -> Int64 {
        let width = Int(header.width[column.rawValue])
        let base = header.base[column.rawValue]
        guard width > 0 else { return base }
        let place = starts[column.rawValue] + row * width
        let raw = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
        let difference = width == 8 ? raw : raw & (1 << UInt64(8 * width) - 1)
        return base &+ Int64(bitPattern: difference) &* (column == .recordedAt ? header.unit : 1)
    }

    /// The identifier of the event in a row; empty where the lengths do not fit.
    func id(row: Int) -> ArraySlice<UInt8> {
        var start = header.idTextStart
        var length = Int(header.uniformID)
        if length == 0 {
            start += sum(UInt8.self, at: header.idsStart, count: row)
            length = Int(bytes[header.idsStart + row])
        } else {
            start += row * length
        }
        return start + length <= header.detailsStart ? bytes[start..<start + length] : []
    }

    /// The detail of the event in a row; empty where the lengths do not fit.
    func detail(row: Int) -> ArraySlice<UInt8> {
        var start = header.detailTextStart
        let length: Int
        switch header.detailWidth {
        case 0:
            length = Int(header.uniformDetail)
            start += row * length
        case 1:
            start += sum(UInt8.self, at: header.detailsStart, count: row)
            length = Int(bytes[header.detailsStart + row])
        default:
            start += sum(UInt16.self, at: header.detailsStart, count: row)
            length = sum(UInt16.self, at: header.detailsStart + 2 * row, count: 1)
        }
        return start + length <= header.end ? bytes[start..<start + length] : []
    }

    /// The sum of `count` little-endian lengths that begin at `place`; at most 65,535 of them.
    private func sum<Length: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_: Length.Type, at place: Int, count: Int) -> Int {
        guard count > 0, place + count * MemoryLayout<Length>.size <= bytes.count else { return 0 }
        return bytes.withUnsafeBytes { bytes in
            var sum: UInt32 = 0
            for index in 0..<count {
                let length = bytes.loadUnaligned(fromByteOffset: place &+ index &* MemoryLayout<Length>.size, as: Length.self)
                sum &+= UInt32(truncatingIfNeeded: Length(littleEndian: length))
            }
            return Int(sum)
        }
    }
}

/// One event of a stored block, taken out of it: what a duplicate that comes alone is compared with.
struct StoredRow: Sendable {
    let values: InlineArray<7, Int64>
    let id: [UInt8]
    let detail: [UInt8]

    init(_ block: StoredBlock, row: Int) {
        var values = InlineArray<7, Int64>(repeating: 0)
        for column in BlockColumn.allCases { values[column.rawValue] = block.value(column, row: row) }
        self.values = values
        id = Array(block.id(row: row))
        detail = Array(block.detail(row: row))
    }

    /// The value of a column.
    func value(_ column: BlockColumn) -> Int64 { values[column.rawValue] }
}
