import Figures

/// Reads `population.csv`.
enum PopulationFile {
    static let columns = ["code", "year", "residents"]

    /// The rows of `population.csv`, and what was passed over: rows with a code of nobody, further columns.
    static func read(_ bytes: [UInt8], file: String, areas: Areas) throws(PipelineError) -> ([PopulationRow], [String]) {
        let table = try ReferenceTable(bytes, file: file, columns: columns)
        let maximum = Int(Population.maximum)
        var rows: [PopulationRow] = []
        struct AreaYear: Hashable {
            let area: Int
            let year: Int
        }
        struct CodeYear: Hashable {
            let code: String
            let year: Int
        }
        var seen: [AreaYear: Int] = [:]
        seen.reserveCapacity(table.rowCount)
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
                    seen.updateValue(line, forKey: AreaYear(area: area, year: year))
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
