/// A small CSV file of reference data: UTF-8 with or without a byte order mark, LF or CRLF, RFC 4180 quotes, one record a line.
/// Nothing is trimmed. Empty lines are passed over; the first other one is the header.
struct ReferenceTable {
    let file: String
    /// The physical lines of the rows behind the header.
    private let lines: [Int]
    /// Their cells of the asked columns in the asked order, row after row: a list for each row would take longer to make than its cells.
    private let cells: [String]
    private let width: Int
    /// The columns that nobody asked for.
    let others: [String]

    /// The cells of a row.
    struct Row {
        fileprivate let cells: [String]
        fileprivate let first: Int

        /// The cell of an asked column.
        subscript(column: Int) -> String { cells[first + column] }
    }

    /// The rows behind the header.
    var rows: some Sequence<(line: Int, cells: Row)> {
        lines.indices.lazy.map { (lines[$0], Row(cells: cells, first: $0 * width)) }
    }
    /// How many there are.
    var rowCount: Int { lines.count }

    /// Reads the columns named; others are allowed and passed over.
    init(_ bytes: [UInt8], file: String, columns: [String]) throws(PipelineError) {
        let content = TextFile.withoutMark(bytes)
        _ = try TextFile.text(content, file: file)
        self = try content.withUnsafeBufferPointer { bytes throws(PipelineError) in
            try ReferenceTable(bytes, file: file, columns: columns)
        }
    }

    /// Reads bytes that are UTF-8, without a mark.
    private init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, columns: [String]) throws(PipelineError) {
        var places: [Int]?
        var areAllAsked = false
        var width = 0
        var (lines, asked): ([Int], [String]) = ([], [])
        var others: [String] = []
        var number = 0
        var start = 0
        while start < bytes.count {
            let end = ReferenceTable.place(of: 0x0A, in: bytes, from: start, to: bytes.count)
            let length = end > start && bytes[end - 1] == 0x0D ? end - 1 - start : end - start
            let line = UnsafeBufferPointer(rebasing: bytes[start..<start + length])
            start = end + 1
            number += 1
            if line.isEmpty { continue }
            let place = FilePlace(file, line: number)
            if let places {
                let first = asked.count
                try ReferenceTable.addCells(line, place, to: &asked)
                guard asked.count - first == width else {
                    throw .brokenRow(place, problem: "the row has \(asked.count - first) cells and the header \(width)")
                }
                if !areAllAsked { asked.replaceSubrange(first..., with: places.map { asked[first + $0] }) }
                lines.append(number)
            } else {
                var cells: [String] = []
                try ReferenceTable.addCells(line, place, to: &cells)
                places = try ReferenceTable.header(cells, columns, place)
                areAllAsked = cells == columns
                width = cells.count
                others = cells.filter { !columns.contains($0) }
            }
        }
        if places == nil { throw .column(FilePlace(file), name: columns.first ?? "", twice: false) }
        self.file = file
        self.lines = lines
        self.cells = asked
        self.width = columns.count
        self.others = others
    }

    /// The first place of a byte in a range; its end where there is none.
    @inline(__always)
    private static func place(of byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
        var place = start
        while place < end, bytes[place] != byte { place &+= 1 }
        return place
    }

    private static func header(_ names: [String], _ columns: [String], _ place: FilePlace) throws(PipelineError) -> [Int] {
        var places: [Int] = []
        for column in columns {
            let found = names.indices.filter { names[$0] == column }
            guard let first = found.first else { throw .column(place, name: column, twice: false) }
            guard found.count == 1 else { throw .column(place, name: column, twice: true) }
            places.append(first)
        }
        return places
    }

    /// Adds the cells of one record.
    private static func addCells(_ line: UnsafeBufferPointer<UInt8>, _ place: FilePlace, to cells: inout [String]) throws(PipelineError) {
        var at = 0
        while true {
            if at < line.count, line[at] == 0x22 {
                var cell: [UInt8] = []
                at += 1
                while true {
                    let quote = ReferenceTable.place(of: 0x22, in: line, from: at, to: line.count)
                    guard quote < line.count else { throw .brokenRow(place, problem: "a quoted cell does not end on its line") }
                    cell += line[at..<quote]
                    at = quote + 1
                    guard at < line.count, line[at] == 0x22 else { break }
                    cell.append(0x22)
                    at += 1
                }
                guard at == line.count || line[at] == 0x2C else {
                    throw .brokenRow(place, problem: "text stands behind a closing quote")
                }
                cells.append(String(decoding: cell, as: UTF8.self))
            } else {
                let start = at
                var isQuoted = false
                while at < line.count, line[at] != 0x2C {
                    isQuoted = isQuoted || line[at] == 0x22
                    at &+= 1
                }
                guard !isQuoted else { throw .brokenRow(place, problem: "a quote stands inside an unquoted cell") }
                cells.append(String(decoding: line[start..<at], as: UTF8.self))
            }
            if at == line.count { return }
            at += 1
        }
    }
}
