import Events

/// The events block being filled: columns in buffers of their full size, reused from block to block.
///
/// A block ends before the event with which it *could* exceed an entry, counting every column at its widest. The rule looks at
/// events alone, so the blocks of a batch do not depend on how its lines came in.
final class PendingBlock {
    static let capacity = 2048
    private static let budget = maximumEntry - BlockHeader.size

    @exclusivity(unchecked) private(set) var count = 0
    var log: Log = .births
    var firstOrdinal = 0
    var known = InlineArray<4, UInt32>(repeating: 0)
    @exclusivity(unchecked) private var introduced = InlineArray<4, UInt16>(repeating: 0)
    /// How many bytes of `introducedText` the identifiers introduced in each space take.
    @exclusivity(unchecked) private var introducedBytes = InlineArray<4, Int>(repeating: 0)
    @exclusivity(unchecked) private var used = 0

    let type = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    let code = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    let occurredOn = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    let recordedAt = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
    let subject = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    let object = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    let value = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
    let idLength = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    let detailLength = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity)
    let idText = UnsafeMutablePointer<UInt8>.allocate(capacity: maximumEntry)
    let detailText = UnsafeMutablePointer<UInt8>.allocate(capacity: maximumEntry)
    /// The lengths of the identifiers introduced, at most two an event, and their bytes, at most an entry's: space behind space.
    private let introducedLength = UnsafeMutablePointer<UInt8>.allocate(capacity: 4 * 2 * capacity)
    private let introducedText = UnsafeMutablePointer<UInt8>.allocate(capacity: 4 * maximumEntry)
    @exclusivity(unchecked) private(set) var idBytes = 0
    @exclusivity(unchecked) private(set) var detailBytes = 0
    /// Room for an entry and the eight bytes that the last store of an odd width may touch behind it.
    private let output = UnsafeMutablePointer<UInt8>.allocate(capacity: maximumEntry + 8)

    deinit {
        type.deallocate()
        code.deallocate()
        occurredOn.deallocate()
        recordedAt.deallocate()
        subject.deallocate()
        object.deallocate()
        value.deallocate()
        idLength.deallocate()
        detailLength.deallocate()
        idText.deallocate()
        detailText.deallocate()
        introducedLength.deallocate()
        introducedText.deallocate()
        output.deallocate()
    }

    /// What an event takes at most; `newText` is the length of its new identifiers and of their length bytes.
    @inline(__always)
    static func cost(id: Int, detail: Int, newText: Int) -> Int { BlockHeader.widestRow + 3 + id + detail + newText }

    @inline(__always)
    func hasRoom(for cost: Int) -> Bool { used + cost <= Self.budget }

    /// Begins anew.
    func clear() {
        count = 0
        used = 0
        idBytes = 0
        detailBytes = 0
        introduced = InlineArray(repeating: 0)
        introducedBytes = InlineArray(repeating: 0)
    }

    /// Notes an identifier that appears here first, of an event for which ``hasRoom(for:)`` said yes: at most two each.
    @inline(__always)
    func introduce(_ start: UnsafePointer<UInt8>, count: Int, in space: Int) {
        introducedLength[space &* 2 &* Self.capacity &+ Int(introduced[space])] = UInt8(truncatingIfNeeded: count)
        introduced[space] &+= 1
        copyText(start, to: introducedText + (space &* maximumEntry &+ introducedBytes[space]), count)
        introducedBytes[space] &+= count
    }

    /// Appends an event for which ``hasRoom(for:)`` said yes.
    @inline(__always)
    func append(
        _ event: UnsafePointer<ParsedEvent>, arena: UnsafePointer<UInt8>, subject subjectNumber: UInt32, object objectNumber: UInt32,
        cost: Int
    ) {
        let row = count
        type[row] = event.pointee.type
        code[row] = event.pointee.code
        occurredOn[row] = event.pointee.occurredOn
        recordedAt[row] = event.pointee.recordedAt
        subject[row] = subjectNumber
        object[row] = objectNumber
        value[row] = event.pointee.value
        let idCount = Int(event.pointee.idCount)
        idLength[row] = event.pointee.idCount
        detailLength[row] = event.pointee.detailCount
        copyText(arena + Int(event.pointee.idStart), to: idText + idBytes, idCount)
        idBytes &+= idCount
        let detailCount = Int(event.pointee.detailCount)
        if detailCount != 0 {
            copyText(arena + Int(event.pointee.detailStart), to: detailText + detailBytes, detailCount)
            detailBytes &+= detailCount
        }
        used &+= cost
        count = row &+ 1
    }

    /// Where the identifier of a row begins in `idText`.
    func idStart(_ row: Int) -> Int {
        var start = 0
        for before in 0..<row { start &+= Int(idLength[before]) }
        return start
    }

    /// Where the detail of a row begins in `detailText`.
    func detailStart(_ row: Int) -> Int {
        var start = 0
        for before in 0..<row { start &+= Int(detailLength[before]) }
        return start
    }

    /// The block's header: bases, widths and lengths as narrow as its events allow.
    private func header() -> BlockHeader {
        var header = BlockHeader()
        header.log = log
        header.count = count
        header.firstOrdinal = firstOrdinal
        header.known = known
        header.introduced = introduced
        func set(_ column: BlockColumn, _ range: (least: Int64, spread: UInt64)) {
            header.base[column.rawValue] = range.least
            header.width[column.rawValue] = UInt8((64 - range.spread.leadingZeroBitCount + 7) / 8)
        }
        set(.type, spread(type, count))
        set(.code, spread(code, count))
        set(.occurredOn, spread(occurredOn, count))
        set(.subject, spread(subject, count))
        set(.object, spread(object, count))
        set(.value, spread(value, count))
        var recorded = spread(recordedAt, count)
        header.unitPower = unitPower(recordedAt, count, above: recorded.least)
        recorded.spread /= UInt64(header.unit)
        set(.recordedAt, recorded)
        let ids = spread(idLength, count)
        header.uniformID = ids.spread == 0 ? UInt8(ids.least) : 0
        header.idBytes = idBytes
        let details = spread(detailLength, count)
        header.detailWidth = details.spread == 0 ? 0 : details.least + Int64(details.spread) < 256 ? 1 : 2
        header.uniformDetail = header.detailWidth == 0 ? UInt16(details.least) : 0
        header.detailBytes = detailBytes
        for space in 0..<4 { header.introducedBytes += Int(introduced[space]) + introducedBytes[space] }
        return header
    }

    /// The block's entry, valid until the next call.
    func encode() -> UnsafeRawBufferPointer {
        let header = header()
        var writer = ByteWriter()
        header.write(to: &writer)
        output.update(from: writer.bytes, count: BlockHeader.size)
        var place = BlockHeader.size
        func column<Value: FixedWidthInteger>(_ column: BlockColumn, _ values: UnsafeMutablePointer<Value>) {
            let width = Int(header.width[column.rawValue])
            pack(values, count, base: header.base[column.rawValue], unit: column == .recordedAt ? header.unit : 1, width, output + place)
            place += width * count
        }
        column(.type, type)
        column(.code, code)
        column(.occurredOn, occurredOn)
        column(.recordedAt, recordedAt)
        column(.subject, subject)
        column(.object, object)
        column(.value, value)
        for space in 0..<4 where introduced[space] != 0 {
            (output + place).update(from: introducedLength + space * 2 * Self.capacity, count: Int(introduced[space]))
            place += Int(introduced[space])
            (output + place).update(from: introducedText + space * maximumEntry, count: introducedBytes[space])
            place += introducedBytes[space]
        }
        if header.uniformID == 0 {
            (output + place).update(from: idLength, count: count)
            place += count
        }
        (output + place).update(from: idText, count: idBytes)
        place += idBytes
        pack(detailLength, count, base: 0, unit: 1, Int(header.detailWidth), output + place)
        place += Int(header.detailWidth) * count
        (output + place).update(from: detailText, count: detailBytes)
        place += detailBytes
        return UnsafeRawBufferPointer(start: output, count: place)
    }
}

/// The least value and how far the greatest lies above it.
@inline(__always)
private func spread<Value: FixedWidthInteger>(_ values: UnsafeMutablePointer<Value>, _ count: Int) -> (least: Int64, spread: UInt64) {
    var least = values[0]
    var greatest = values[0]
    for row in 1..<max(1, count) {
        least = values[row] < least ? values[row] : least
        greatest = values[row] > greatest ? values[row] : greatest
    }
    let low = Int64(truncatingIfNeeded: least)
    return (low, UInt64(bitPattern: Int64(truncatingIfNeeded: greatest) &- low))
}

/// The power of 1000 that divides every difference from `base`, at most 2.
private func unitPower(_ values: UnsafeMutablePointer<Int64>, _ count: Int, above base: Int64) -> UInt8 {
    var power: UInt8 = 2
    for row in 0..<count {
        let difference = UInt64(bitPattern: values[row] &- base)
        if power == 2, difference % 1_000_000 != 0 { power = 1 }
        if power == 1, difference % 1000 != 0 { return 0 }
    }
    return power
}

/// Writes (value − base) / unit of each row in `width` bytes. May touch eight bytes from each row's place on.
@inline(__always)
private func pack<Value: FixedWidthInteger>(
    _ values: UnsafeMutablePointer<Value>, _ count: Int, base: Int64, unit: Int64, _ width: Int, _ output: UnsafeMutablePointer<UInt8>
) {
    let raw = UnsafeMutableRawPointer(output)
    @inline(__always) func difference(_ row: Int) -> UInt64 {
        let difference = UInt64(bitPattern: Int64(truncatingIfNeeded: values[row]) &- base)
        return unit == 1 ? difference : unit == 1000 ? difference / 1000 : difference / 1_000_000
    }
    switch width {
    case 0: break
    case 1: for row in 0..<count { output[row] = UInt8(truncatingIfNeeded: difference(row)) }
    case 2:
        for row in 0..<count {
            raw.storeBytes(of: UInt16(truncatingIfNeeded: difference(row)).littleEndian, toByteOffset: row * 2, as: UInt16.self)
        }
    case 4:
        for row in 0..<count {
            raw.storeBytes(of: UInt32(truncatingIfNeeded: difference(row)).littleEndian, toByteOffset: row * 4, as: UInt32.self)
        }
    default:
        for row in 0..<count {
            raw.storeBytes(of: difference(row).littleEndian, toByteOffset: row &* width, as: UInt64.self)
        }
    }
}
