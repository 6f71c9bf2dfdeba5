import Figures

/// Reads `population.csv`.
enum PopulationFile {
    static let columns = ["code", "year", "residents"]

    /// The rows of `population.csv`, and what was passed over: rows with a code of nobody, further columns.
    static func read(_ bytes: [UInt8], file: String, areas: Areas) throws(PipelineError) -> ([PopulationRow], [String]) {
        let table = try ReferenceTable(bytes, file: file, columns: columns)
        let maximum = Int(Population.maximum)
        var rows: [PopulationRow] = []
        struct CodeYear: Hashable {
            let code: String
            let year: Int
        }
        var seen = FirstLines()
        rows.reserveCapacity(table.rowCount)
        var seenElsewhere: [CodeYear: Int] = [:]
        var warnings = ReferenceCell.otherColumns(table)
        var strangers: Set<String> = []
        // The years of an area mostly stand together.
        var last: (code: String, area: Int?) = ("", nil)
        for (line, cells) in table.rows {
            let place = FilePlace(file, line: line)
            let code = cells[0]
            // Codes of other areas and levels may stand here, so only their being codes is asked for.
            try ReferenceCell.require(ReferenceCell.isDigits(code, 1...12), place, "code", code, "a code of digits")
            guard let year = DecimalText.whole(cells[1], maximum: 9999), year >= 1 else {
                throw .invalidValue(place, key: "year", value: cells[1], expected: "a year from 1 to 9999", nearest: nil)
            }
            let residents = cells[2].isEmpty ? nil : DecimalText.whole(cells[2], maximum: maximum)
            try ReferenceCell.require(
                cells[2].isEmpty || residents != nil, place, "residents", cells[2], "empty or a whole number from 0 to \(maximum)")
            if code != last.code { last = (code, areas.registeredNumber(ofCode: code)) }
            let area = last.area
            let first =
                if let area {
                    seen.note(line, AreaYear(area: area, year: year))
                } else {
                    seenElsewhere.updateValue(line, forKey: CodeYear(code: code, year: year))
                }
            if let first {
                throw .repeated(place, what: "the year \(year) of \(Echo.quoted(code))", firstLine: first)
            }
            if area == nil {
                if strangers.insert(code).inserted {
                    warnings.append(
                        "\(place): the code \(Echo.quoted(code)) is no community, town or district here; its rows are passed over.")
                }
                continue
            }
            rows.append(PopulationRow(code: code, year: year, residents: residents.map(Int64.init)))
        }
        return (rows, warnings)
    }
}

private struct AreaYear: Hashable, Comparable {
    let area: Int
    let year: Int

    static func < (left: Self, right: Self) -> Bool { (left.area, left.year) < (right.area, right.year) }
}

/// The lines of the years of areas. While these ascend, as they mostly do to a file's end, none can come twice, and nothing is looked up.
private struct FirstLines {
    private var ascending: [(year: AreaYear, line: Int)] = []
    /// From the first on that did not ascend, all.
    private var all: [AreaYear: Int]?

    /// Notes a year of an area; its earlier line where it had one.
    mutating func note(_ line: Int, _ year: AreaYear) -> Int? {
        if all == nil, ascending.last.map({ $0.year < year }) ?? true {
            ascending.append((year, line))
            return nil
        }
        if all == nil {
            all = Dictionary(uniqueKeysWithValues: ascending.map { ($0.year, $0.line) })
            ascending = []
        }
        return all?.updateValue(line, forKey: year)
    }
}
