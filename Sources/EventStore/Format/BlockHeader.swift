import Events

/// The columns of an events block in the order in which they stand.
enum BlockColumn: Int, CaseIterable {
    case type = 0
    case code, occurredOn, recordedAt, subject, object, value
}

/// The first 120 bytes of an events block: all that is needed to find any section and any row of it.
struct BlockHeader: Sendable {
    static let size = 120
    /// What bytes of a column an event can need at most: 1 + 1 + 4 + 8 + 4 + 4 + 8.
    static let widestRow = 30

    var log: Log = .births
    /// The number of events, at least 1.
    var count = 0
    /// The ordinal of the first event in its log.
    var firstOrdinal = 0
    /// The number of identifiers known in each namespace before this block.
    var known = InlineArray<4, UInt32>(repeating: 0)
    /// The number of identifiers that appear here for the first time, in each namespace.
    var introduced = InlineArray<4, UInt16>(repeating: 0)
    /// The least value of each column.
    var base = InlineArray<7, Int64>(repeating: 0)
    /// The bytes of each column's differences from its base, 0 to 8.
    var width = InlineArray<7, UInt8>(repeating: 0)
    /// The differences of `recorded_at` are in units of 1000 to this power, in microseconds.
    var unitPower: UInt8 = 0
    /// The length of the section of new identifiers.
    var introducedBytes = 0
    /// The length of every event identifier, 0 where lengths follow.
    var uniformID: UInt8 = 0
    /// The length of all event identifiers together.
    var idBytes = 0
    /// The bytes of each detail's length; 0: every detail has the length `uniformDetail`.
    var detailWidth: UInt8 = 0
    var uniformDetail: UInt16 = 0
    /// The length of all details together.
    var detailBytes = 0

    /// The bytes of an event in the first `count` columns.
    private func rowBytes(columns count: Int) -> Int {
        var sum = 0
        for column in 0..<count { sum += Int(width[column]) }
        return sum
    }

    var columnsEnd: Int { Self.size + count * rowBytes(columns: 7) }
    var idsStart: Int { columnsEnd + introducedBytes }
    var idTextStart: Int { idsStart + (uniformID == 0 ? count : 0) }
    var detailsStart: Int { idTextStart + idBytes }
    var detailTextStart: Int { detailsStart + count * Int(detailWidth) }
    var end: Int { detailTextStart + detailBytes }

    /// Where a column begins.
    func start(of column: BlockColumn) -> Int {
        Self.size + count * rowBytes(columns: column.rawValue)
    }

    /// The unit of `recorded_at` in microseconds.
    var unit: Int64 { unitPower == 0 ? 1 : unitPower == 1 ? 1000 : 1_000_000 }

    func write(to writer: inout ByteWriter) {
        writer.append(EntryKind.events.rawValue)
        writer.append(entryVersion)
        writer.append(log.rawValue)
        writer.append(unitPower)
        writer.append(UInt16(truncatingIfNeeded: count))
        writer.append(uniformID)
        writer.append(detailWidth)
        writer.append(UInt64(truncatingIfNeeded: firstOrdinal))
        for space in known.indices { writer.append(known[space]) }
        for space in introduced.indices { writer.append(introduced[space]) }
        for column in base.indices { writer.append(base[column]) }
        for column in width.indices { writer.append(width[column]) }
        writer.append(UInt8(0))
        writer.append(UInt32(truncatingIfNeeded: introducedBytes))
        writer.append(UInt32(truncatingIfNeeded: idBytes))
        writer.append(UInt32(truncatingIfNeeded: detailBytes))
        writer.append(uniformDetail)
        writer.append(UInt16(0))
    }

    /// Whether these bytes begin as the header is written.
    func isWritten(at bytes: UnsafeRawBufferPointer) -> Bool {
        var writer = ByteWriter()
        write(to: &writer)
        return bytes.starts(with: writer.bytes)
    }

    init() {}

    /// Reads the header of a block whose entry is `length` bytes, from some place on; nil where it is none or its sections do not fill
    /// the entry.
    init?(_ bytes: [UInt8], from place: Int = 0, length: Int) {
        var reader = ByteReader(bytes, from: place)
        guard bytes.count - place >= Self.size, reader.take(UInt8.self) == EntryKind.events.rawValue,
            reader.take(UInt8.self) == entryVersion,
            let log = reader.take(UInt8.self).flatMap({ Log(rawValue: $0) }), let unitPower = reader.take(UInt8.self), unitPower <= 2,
            let count = reader.take(UInt16.self), count > 0, let uniformID = reader.take(UInt8.self), uniformID <= 64,
            let detailWidth = reader.take(UInt8.self), detailWidth <= 2, let first = reader.takeCount(), first <= Int(UInt32.max)
        else { return nil }
        self.log = log
        self.unitPower = unitPower
        self.count = Int(count)
        self.uniformID = uniformID
        self.detailWidth = detailWidth
        firstOrdinal = first
        for space in known.indices { known[space] = reader.take(UInt32.self) ?? 0 }
        for space in introduced.indices { introduced[space] = reader.take(UInt16.self) ?? 0 }
        for column in base.indices { base[column] = reader.take(Int64.self) ?? 0 }
        for column in width.indices { width[column] = reader.take(UInt8.self) ?? 0 }
        for column in width.indices where width[column] > 8 { return nil }
        guard reader.take(UInt8.self) == 0 else { return nil }
        introducedBytes = Int(reader.take(UInt32.self) ?? 0)
        idBytes = Int(reader.take(UInt32.self) ?? 0)
        detailBytes = Int(reader.take(UInt32.self) ?? 0)
        uniformDetail = reader.take(UInt16.self) ?? 0
        guard reader.take(UInt16.self) == 0, end == length, firstOrdinal + self.count <= Int(UInt32.max),
            uniformID == 0 || idBytes == self.count * Int(uniformID),
            detailWidth == 0 ? detailBytes == self.count * Int(uniformDetail) : uniformDetail == 0
        else { return nil }
    }
}
