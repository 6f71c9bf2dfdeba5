import Events

/// The bytes of one events block in memory, with access to single rows; what a duplicate is compared with.
final class StoredBlock: Sendable {
    let header: BlockHeader
    private let bytes: [UInt8]

    /// A block from its entry's bytes, or nil where they are none.
    init?(_ entry: [UInt8]) {
        guard let header = BlockHeader(entry, length: entry.count) else { return nil }
        self.header = header
        bytes = entry + [UInt8](repeating: 0, count: 8)
    }

    /// The value of a column in a row.
    func value(_ column: BlockColumn, row: Int) -> Int64 {
        let width = Int(header.width[column.rawValue])
        let base = header.base[column.rawValue]
        guard width > 0 else { return base }
        let place = header.start(of: column) + row * width
        let raw = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
        let difference = width == 8 ? raw : raw & (1 << UInt64(8 * width) - 1)
        return base &+ Int64(bitPattern: difference) &* (column == .recordedAt ? header.unit : 1)
    }

    /// The identifier of the event in a row; empty where the lengths do not fit.
    func id(row: Int) -> ArraySlice<UInt8> {
        var start = header.idTextStart
        var length = Int(header.uniformID)
        if length == 0 {
            for before in 0..<row { start += Int(bytes[header.idsStart + before]) }
            length = Int(bytes[header.idsStart + row])
        } else {
            start += row * length
        }
        return start + length <= header.detailsStart ? bytes[start..<start + length] : []
    }

    /// The detail of the event in a row; empty where the lengths do not fit.
    func detail(row: Int) -> ArraySlice<UInt8> {
        var start = header.detailTextStart
        var length = Int(header.uniformDetail)
        switch header.detailWidth {
        case 0: start += row * length
        default:
            for before in 0..<row { start += detailLength(before) }
            length = detailLength(row)
        }
        return start + length <= header.end ? bytes[start..<start + length] : []
    }

    private func detailLength(_ row: Int) -> Int {
        let place = header.detailsStart + row * Int(header.detailWidth)
        return header.detailWidth == 1 ? Int(bytes[place]) : Int(bytes[place]) | Int(bytes[place + 1]) << 8
    }
}
