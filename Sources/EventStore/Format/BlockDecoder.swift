import Events

/// Turns the bytes of an events block into columns, and refuses what no writer of ours makes.
enum BlockDecoder {
    /// What a reader may index with the block's numbers: how many identifiers there are in each namespace.
    typealias Limits = [UInt32]

    /// Decodes the block whose header is `header`. `bytes` begins with the entry's first byte and has eight bytes of room behind
    /// what is read: the columns, or with `texts` everything. Returns what is wrong, or nil.
    static func decode(
        _ header: BlockHeader, _ bytes: UnsafeRawBufferPointer, texts: Bool, limits: Limits, into columns: EventColumns
    ) -> String? {
        guard let start = bytes.baseAddress, bytes.count >= (texts ? header.end : header.columnsEnd) + 8 else {
            return "the block is cut short"
        }
        begin(header, columns)
        decode(.type, header, start, &columns.type)
        decode(.code, header, start, &columns.code)
        decode(.occurredOn, header, start, &columns.occurredOn)
        decode(.recordedAt, header, start, &columns.recordedAt)
        decode(.subject, header, start, &columns.subject)
        decode(.object, header, start, &columns.object)
        decode(.value, header, start, &columns.value)
        guard numbersAreKnown(columns, limits) else { return "a type or number of the block is out of range" }
        guard texts else {
            columns.idStart.removeAll(keepingCapacity: true)
            columns.idBytes.removeAll(keepingCapacity: true)
            columns.detailStart.removeAll(keepingCapacity: true)
            columns.detailBytes.removeAll(keepingCapacity: true)
            return nil
        }
        let details = starts(
            uniform: Int(header.uniformDetail), width: Int(header.detailWidth), start + header.detailsStart, header.count,
            &columns.detailStart)
        guard decodeIdentifiers(header, start, into: columns), details == header.detailBytes else { return otherLengths }
        copy(start + header.detailTextStart, details, &columns.detailBytes)
        return nil
    }

    /// Decodes of a block, given in the same way up to its details, the identifiers of its events, their types, record times and numbers of
    /// subjects, which are not held against what is known.
    static func decodeIdentifiers(_ header: BlockHeader, _ bytes: UnsafeRawBufferPointer, into columns: EventColumns) -> String? {
        guard let start = bytes.baseAddress, bytes.count >= header.detailsStart + 8 else { return "the block is cut short" }
        begin(header, columns)
        decode(.type, header, start, &columns.type)
        decode(.recordedAt, header, start, &columns.recordedAt)
        decode(.subject, header, start, &columns.subject)
        return decodeIdentifiers(header, start, into: columns) ? nil : otherLengths
    }

    private static let otherLengths = "the lengths of the block's texts do not add up"

    private static func begin(_ header: BlockHeader, _ columns: EventColumns) {
        columns.log = header.log
        columns.firstOrdinal = header.firstOrdinal
        columns.count = header.count
    }

    private static func decode<Value: FixedWidthInteger>(
        _ column: BlockColumn, _ header: BlockHeader, _ start: UnsafeRawPointer, _ values: inout [Value]
    ) {
        resize(&values, header.count)
        let place = start + header.start(of: column)
        let width = Int(header.width[column.rawValue])
        let base = header.base[column.rawValue]
        let unit = column == .recordedAt ? header.unit : 1
        values.withUnsafeMutableBufferPointer { unpack(place, header.count, base: base, unit: unit, width, $0) }
    }

    /// Whether the lengths of the identifiers add up.
    private static func decodeIdentifiers(_ header: BlockHeader, _ start: UnsafeRawPointer, into columns: EventColumns) -> Bool {
        let length = starts(
            uniform: Int(header.uniformID), width: header.uniformID == 0 ? 1 : 0, start + header.idsStart, header.count,
            &columns.idStart)
        guard length == header.idBytes else { return false }
        copy(start + header.idTextStart, length, &columns.idBytes)
        return true
    }

    /// Whether each type is one of the log's and each number of a subject or object below what is known: readers index by them.
    private static func numbersAreKnown(_ columns: EventColumns, _ limits: Limits) -> Bool {
        // One entry for each of 32 types without and with the bit of `code` that says whether a grant's payee is a child.
        let kinds = Spaces.kinds(of: columns.log)
        let bounds = kinds.map { kind -> SIMD2<UInt32> in
            func bound(_ space: Namespace?) -> UInt32 { kind.isKnown ? space.map { limits[Int($0.rawValue)] } ?? 1 : 0 }
            return SIMD2(bound(kind.subject), bound(kind.object))
        }
        let count = columns.count
        return bounds.withUnsafeBufferPointer { bounds in
            columns.type.withUnsafeBufferPointer { types in
                columns.code.withUnsafeBufferPointer { codes in
                    columns.subject.withUnsafeBufferPointer { subjects in
                        columns.object.withUnsafeBufferPointer { objects in
                            // Without branches, which cost more than the comparing.
                            var strays: UInt8 = 0
                            for row in 0..<count {
                                let bound = bounds[Spaces.kind(type: types[row], code: codes[row])]
                                strays |= types[row] > 31 ? 1 : 0
                                strays |= subjects[row] >= bound.x ? 1 : 0
                                strays |= objects[row] >= bound.y ? 1 : 0
                            }
                            return strays == 0
                        }
                    }
                }
            }
        }
    }

    /// Fills `starts` with running sums of lengths; the whole sum.
    private static func starts(uniform: Int, width: Int, _ lengths: UnsafeRawPointer, _ count: Int, _ starts: inout [UInt32]) -> Int {
        resize(&starts, count + 1)
        return starts.withUnsafeMutableBufferPointer { starts in
            var sum = 0
            for row in 0..<count {
                starts[row] = UInt32(truncatingIfNeeded: sum)
                switch width {
                case 0: sum &+= uniform
                case 1: sum &+= Int(lengths.load(fromByteOffset: row, as: UInt8.self))
                default: sum &+= Int(UInt16(littleEndian: lengths.loadUnaligned(fromByteOffset: row &* 2, as: UInt16.self)))
                }
            }
            starts[count] = UInt32(truncatingIfNeeded: sum)
            return sum
        }
    }

    private static func copy(_ source: UnsafeRawPointer, _ count: Int, _ target: inout [UInt8]) {
        resize(&target, count)
        target.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count)) }
    }
}

/// Brings an array to a length without touching what stays.
@inline(__always)
func resize<Value: FixedWidthInteger>(_ values: inout [Value], _ count: Int) {
    if values.count > count {
        values.removeLast(values.count - count)
    } else if values.count < count {
        values.append(contentsOf: repeatElement(0, count: count - values.count))
    }
}

/// Reads differences of `width` bytes: value = base + difference × unit, cut to the column's type. Reads eight bytes from each row's place.
@inline(__always)
private func unpack<Value: FixedWidthInteger>(
    _ source: UnsafeRawPointer, _ count: Int, base: Int64, unit: Int64, _ width: Int, _ values: UnsafeMutableBufferPointer<Value>
) {
    let low = Value(truncatingIfNeeded: base)
    let step = Value(truncatingIfNeeded: unit)
    guard let output = values.baseAddress else { return }
    switch width {
    case 0: output.update(repeating: low, count: count)
    case 1:
        for row in 0..<count {
            output[row] = low &+ Value(truncatingIfNeeded: source.load(fromByteOffset: row, as: UInt8.self)) &* step
        }
    case 2:
        for row in 0..<count {
            let raw = UInt16(littleEndian: source.loadUnaligned(fromByteOffset: row &* 2, as: UInt16.self))
            output[row] = low &+ Value(truncatingIfNeeded: raw) &* step
        }
    case 4:
        for row in 0..<count {
            let raw = UInt32(littleEndian: source.loadUnaligned(fromByteOffset: row &* 4, as: UInt32.self))
            output[row] = low &+ Value(truncatingIfNeeded: raw) &* step
        }
    default:
        let mask: UInt64 = width == 8 ? .max : 1 << UInt64(8 * width) - 1
        for row in 0..<count {
            let raw = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: row &* width, as: UInt64.self)) & mask
            output[row] = low &+ Value(truncatingIfNeeded: raw) &* step
        }
    }
}
