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
        var places: [Int]?
        var areAllAsked = false
        var width = 0
        var (lines, asked): ([Int], [String]) = ([], [])
        var others: [String] = []
        var number = 0
        var start = content.startIndex
        while start < content.endIndex {
            let end = content[start...].firstIndex(of: 0x0A) ?? content.endIndex
            var line = content[start..<end]
            start = end == content.endIndex ? end : end + 1
            number += 1
            if line.last == 0x0D { line.removeLast() }
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
    private static func addCells(_ line: ArraySlice<UInt8>, _ place: FilePlace, to cells: inout [String]) throws(PipelineError) {
        var at = line.startIndex
        while true {
            if at < line.endIndex, line[at] == 0x22 {
                var cell: [UInt8] = []
                at += 1
                while true {
                    guard let quote = line[at...].firstIndex(of: 0x22) else {
                        throw .brokenRow(place, problem: "a quoted cell does not end on its line")
                    }
                    cell += line[at..<quote]
                    at = quote + 1
                    guard at < line.endIndex, line[at] == 0x22 else { break }
                    cell.append(0x22)
                    at += 1
                }
                guard at == line.endIndex || line[at] == 0x2C else {
                    throw .brokenRow(place, problem: "text stands behind a closing quote")
                }
                cells.append(String(decoding: cell, as: UTF8.self))
            } else {
                let end = line[at...].firstIndex(of: 0x2C) ?? line.endIndex
                guard !line[at..<end].contains(0x22) else { throw .brokenRow(place, problem: "a quote stands inside an unquoted cell") }
                cells.append(String(decoding: line[at..<end], as: UTF8.self))
                at = end
            }
            if at == line.endIndex { return }
            at += 1
        }
    }
}
