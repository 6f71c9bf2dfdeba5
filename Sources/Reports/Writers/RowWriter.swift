public import Events
public import Figures

/// A cell of a table as a value, for writers of other formats than CSV.
public enum Cell: Sendable, Hashable {
    /// Nothing is known or nothing applies.
    case empty
    /// Text as it is.
    case text(String)
    /// A whole number.
    case integer(Int64)
    /// A decimal with its digits behind the point.
    case decimal(Printed)
    /// A day.
    case day(Day)
    /// A binary floating point number; only `access.csv` has any.
    case real(Double)
}

/// What a table writes its cells to, in order of columns, row by row: CSV bytes, or rows of ``Cell`` for other formats.
///
/// One concrete type for both, because a table's loop then needs no dispatch in its hottest place.
struct RowWriter: ~Copyable {
    private(set) var buffer: ByteBuffer
    private var isFirst = true
    private let receive: (([Cell]) -> Void)?
    /// Whether rows of communities are wanted.
    let wantsCommunities: Bool
    private var row: [Cell] = []
    private var heads = Cells([])

    /// A writer of CSV: UTF-8, LF, quotes as RFC 4180 only where a cell needs them (`figures.md`).
    init(capacity: Int = 1 << 16) {
        buffer = ByteBuffer(capacity: capacity)
        receive = nil
        wantsCommunities = true
    }

    /// A writer that hands on each row.
    init(communities: Bool = true, rows receive: @escaping ([Cell]) -> Void) {
        buffer = ByteBuffer(capacity: 0)
        wantsCommunities = communities
        self.receive = receive
    }

    /// Whether it writes a CSV table of the contract rather than rows for another format.
    var isForTables: Bool { receive == nil }

    /// Forgets what was written and keeps the memory.
    mutating func removeAll() { buffer.removeAll() }

    @inline(__always)
    private mutating func separate() {
        if isFirst { isFirst = false } else { buffer.append(0x2C) }
    }

    /// Ends the row.
    @inline(__always)
    mutating func endRow() {
        if let receive {
            receive(row)
            row.removeAll(keepingCapacity: true)
            return
        }
        buffer.append(0x0A)
        isFirst = true
    }

    /// An empty cell.
    @inline(__always)
    mutating func empty() {
        if receive != nil { return row.append(.empty) }
        separate()
    }

    /// A whole number.
    @inline(__always)
    mutating func integer(_ number: Int64) {
        if receive != nil { return row.append(.integer(number)) }
        separate()
        buffer.append(integer: number)
    }

    /// A whole number.
    @inline(__always)
    mutating func integer(_ number: Int) { integer(Int64(number)) }

    /// A figure's number; nil is an empty cell.
    @inline(__always)
    mutating func printed(_ number: Printed?) {
        guard let number else { return empty() }
        if receive != nil { return row.append(number.places == 0 ? .integer(Int64(clamping: number.units)) : .decimal(number)) }
        separate()
        buffer.append(units: number.units, places: number.places)
    }

    /// A figure's number as `units` / 10^`places`, of 64 bits.
    @inline(__always)
    mutating func printed(units: Int64, places: Int) {
        if receive != nil {
            return row.append(places == 0 ? .integer(units) : .decimal(Printed(units: Int128(units), places: places)))
        }
        separate()
        buffer.append(units: units, places: places)
    }

    /// Figures behind another cell of their row, up to the first that does not fit 64 bits; how many.
    @inline(__always)
    mutating func smallCells(_ cells: UnsafeBufferPointer<FigureRow.Cell>) -> Int {
        if receive == nil { return buffer.append(cells) }
        for (place, cell) in cells.enumerated() {
            if cell.isEmpty {
                empty()
            } else {
                guard cell.isSmall else { return place }
                printed(units: cell.units, places: cell.places)
            }
        }
        return cells.count
    }

    /// An amount of fen as yuan with two decimals.
    mutating func yuan(_ fen: Int64) { printed(Printed(units: Int128(fen), places: 2)) }

    /// A day; nil is an empty cell.
    mutating func day(_ day: Day?) {
        guard let day else { return empty() }
        if receive != nil { return row.append(.day(day)) }
        separate()
        buffer.append(day: day)
    }

    /// A binary floating point number with 9 significant digits; nil is an empty cell.
    mutating func real(_ number: Double?) {
        guard let number else { return empty() }
        if receive != nil { return row.append(.real(number)) }
        separate()
        var text = nineDigits(number)
        text.withUTF8 { buffer.append($0) }
    }

    /// Cells of text that many rows share, side by side in groups: quoted where needed once instead of in every row.
    struct Cells {
        private var cells: [[Cell]] = []
        private var bytes: [UInt8] = []
        private var starts = [0]

        init(_ groups: some Sequence<[String]>) {
            for texts in groups {
                cells.append(texts.map { $0.isEmpty ? .empty : .text($0) })
                var writer = RowWriter(capacity: 64)
                for text in texts { writer.text(text) }
                writer.buffer.withBytes { bytes += $0 }
                starts.append(bytes.count)
            }
        }

        /// A day alone.
        init(_ day: Day) {
            cells = [[.day(day)]]
            var buffer = ByteBuffer(capacity: 64)
            buffer.append(day: day)
            bytes = buffer.withBytes { Array($0) }
            starts.append(bytes.count)
        }

        /// The number of groups.
        var count: Int { cells.count }

        @inline(__always)
        fileprivate func append(_ group: Int, to row: inout [Cell]) { row += cells[group] }

        @inline(__always)
        fileprivate func append(_ group: Int, to buffer: inout ByteBuffer) {
            let (start, end) = (starts[group], starts[group + 1])
            bytes.withUnsafeBufferPointer { buffer.append(UnsafeBufferPointer(rebasing: $0[start..<end])) }
        }
    }

    /// A group of cells that many rows share.
    @inline(__always)
    mutating func cells(_ cells: borrowing Cells, _ group: Int) {
        if receive != nil { return cells.append(group, to: &row) }
        separate()
        cells.append(group, to: &buffer)
    }

    /// The level, code and name of each area: made once, for a writer writes of one report.
    mutating func areaHeads(_ areas: [Area]) -> Cells {
        if heads.count != areas.count { heads = Cells(areas.lazy.map { [$0.level.name, $0.code, $0.name] }) }
        return heads
    }

    /// An identifier, none of whose bytes calls for quotes (`events.md`, section 2); of no bytes, an empty cell.
    @inline(__always)
    mutating func identifier(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !bytes.isEmpty else { return empty() }
        if receive != nil { return row.append(.text(String(decoding: bytes, as: UTF8.self))) }
        separate()
        buffer.append(bytes)
    }

    /// Text as it is; nil and the empty text are an empty cell.
    mutating func text(_ text: String?) {
        guard var text, !text.isEmpty else { return empty() }
        if receive != nil { return row.append(.text(text)) }
        separate()
        text.withUTF8 { quoted($0) }
    }

    /// UTF-8 bytes as text.
    @inline(__always)
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !bytes.isEmpty else { return empty() }
        if receive != nil { return row.append(.text(String(decoding: bytes, as: UTF8.self))) }
        separate()
        quoted(bytes)
    }

    @inline(__always)
    private mutating func quoted(_ bytes: UnsafeBufferPointer<UInt8>) {
        if Self.isPlain(bytes) { buffer.append(bytes) } else { quotedWhereNeeded(bytes) }
    }

    /// Whether no byte is below `-`, as all that call for quotes are; eight bytes at a time.
    @inline(__always)
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // The high bit of a byte is set where the byte is below 0x2D, and perhaps in those above one that is.
        @inline(__always) func low(_ word: UInt64) -> UInt64 { (word &- ones &* 0x2D) & ~word & ones &* 0x80 }
        let raw = UnsafeRawBufferPointer(bytes)
        guard raw.count >= 8 else {
            for byte in raw where byte < 0x2D { return false }
            return true
        }
        var found: UInt64 = 0
        var place = 0
        while place &+ 8 < raw.count {
            found |= low(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place &+= 8
        }
        found |= low(raw.loadUnaligned(fromByteOffset: raw.count &- 8, as: UInt64.self))
        return found == 0
    }

    @inline(never)
    private mutating func quotedWhereNeeded(_ bytes: UnsafeBufferPointer<UInt8>) {
        let mustQuote = bytes.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0D || $0 == 0x0A }
        guard mustQuote else { return buffer.append(bytes) }
        buffer.append(0x22)
        for byte in bytes {
            if byte == 0x22 { buffer.append(0x22) }
            buffer.append(byte)
        }
        buffer.append(0x22)
    }
}
