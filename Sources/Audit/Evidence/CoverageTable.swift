import Figures

/// A published `coverage.csv`, cell by cell, as texts.
struct CoverageTable {
    /// A row's area.
    struct Key: Hashable {
        let level: String
        let code: String

        /// The area's number in a register; nil where it has none of that level and code.
        func number(in areas: Areas) -> Int? {
            guard let level = Level(name: level) else { return nil }
            guard code == Areas.unassignedCode else { return areas.number(of: level, code: code) }
            switch level {
            case .district: return nil
            case .town: return areas.towns.upperBound - 1
            case .community: return areas.communitiesRange.upperBound - 1
            }
        }
    }

    /// The areas in the order of the table.
    let keys: [Key]
    /// The areas' names.
    let names: [Key: String]
    private let columns: [String: Int]
    private let cells: [Key: [String]]

    /// Reads a table; nil where the bytes are none with these columns.
    init?(_ bytes: [UInt8]) {
        var rows = CoverageTable.rows(bytes)
        guard let header = rows.first, header.count > 4, header.prefix(4).elementsEqual(["as_of", "level", "code", "name"]) else {
            return nil
        }
        rows.removeFirst()
        var keys: [Key] = []
        var names: [Key: String] = [:]
        var cells: [Key: [String]] = [:]
        for row in rows {
            guard row.count == header.count else { return nil }
            let key = Key(level: row[1], code: row[2])
            guard cells.updateValue(row, forKey: key) == nil else { return nil }
            keys.append(key)
            names[key] = row[3]
        }
        self.keys = keys
        self.names = names
        self.cells = cells
        columns = Dictionary(header.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// A cell's text: nil where the table has no such row or column.
    func cell(_ figure: String, _ key: Key) -> String? {
        guard let column = columns[figure] else { return nil }
        return cells[key]?[column]
    }

    /// A cell as a number: nil where it is empty, and 0 where the table leaves out a row whose counts are 0.
    func number(_ figure: Figure, _ key: Key) -> Printed? {
        guard let text = cell(figure.name, key) else {
            return figure.isCountOrAmount && figure.measure != .count(.population) && figure.measure != .count(.demandPlanned)
                ? Printed(units: 0, places: figure.places) : nil
        }
        return Printed(reading: text, places: figure.places)
    }

    /// The cells of a CSV (RFC 4180) whose records are one line each.
    private static func rows(_ bytes: [UInt8]) -> [[String]] {
        bytes.split(separator: 0x0A).map { line in
            var cells: [String] = []
            var cell: [UInt8] = []
            var isQuoted = false
            var place = line.startIndex
            while place < line.endIndex {
                let byte = line[place]
                place += 1
                switch byte {
                case 0x22 where isQuoted && place < line.endIndex && line[place] == 0x22:
                    cell.append(byte)
                    place += 1
                case 0x22: isQuoted.toggle()
                case 0x2C where !isQuoted:
                    cells.append(String(decoding: cell, as: UTF8.self))
                    cell = []
                default: cell.append(byte)
                }
            }
            return cells + [String(decoding: cell, as: UTF8.self)]
        }
    }
}

extension Printed {
    /// Reads a cell as it was printed with so many places; nil where it is empty or none.
    init?(reading text: String, places: Int) {
        let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count == (places == 0 ? 1 : 2), places == 0 || parts[1].count == places,
            let units = Int128(parts.map { String(decoding: $0, as: UTF8.self) }.joined()), !whole.isEmpty
        else { return nil }
        self.init(units: units, places: places)
    }
}
