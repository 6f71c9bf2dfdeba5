import Figures

/// Reads `communities.csv`.
enum CommunitiesFile {
    static let columns = ["code", "name", "town_code", "town_name", "longitude", "latitude"]

    /// The rows of `communities.csv`, and what was passed over.
    static func read(_ bytes: [UInt8], file: String, district: String) throws(PipelineError) -> ([Community], [String]) {
        let table = try ReferenceTable(bytes, file: file, columns: columns)
        var rows: [Community] = []
        var codes: [String: Int] = [:]
        var towns: [String: (name: String, line: Int)] = [:]
        for (line, cells) in table.rows {
            let place = FilePlace(file, line: line)
            let code = cells[0]
            let town = cells[2]
            try ReferenceCell.require(ReferenceCell.isDigits(code, 12...12), place, "code", code, "a code of 12 digits")
            try requireName(cells[1], place, "name")
            try ReferenceCell.require(ReferenceCell.isDigits(town, 9...9), place, "town_code", town, "a code of 9 digits")
            try requireName(cells[3], place, "town_name")
            guard code != district else { throw .districtAsCommunity(place, code: code) }
            guard code.utf8.starts(with: town.utf8) else { throw .townMismatch(place, code: code, town: town) }
            if let first = codes.updateValue(line, forKey: code) {
                throw .repeated(place, what: "the code \(Echo.quoted(code))", firstLine: first)
            }
            if let known = towns[town] {
                guard known.name.utf8.elementsEqual(cells[3].utf8) else { throw .twoTownNames(place, town: town, firstLine: known.line) }
            } else {
                towns[town] = (cells[3], line)
            }
            rows.append(
                Community(
                    code: code, name: cells[1], townCode: town, townName: cells[3], position: try position(cells[4], cells[5], place)))
        }
        return (rows, ReferenceCell.otherColumns(table))
    }

    private static func requireName(_ name: String, _ place: FilePlace, _ column: String) throws(PipelineError) {
        let scalars = name.unicodeScalars
        try ReferenceCell.require(
            (1...200).contains(scalars.count) && scalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, place, column, name,
            "a text of 1 to 200 characters without control characters")
    }

    private static func position(_ longitude: String, _ latitude: String, _ place: FilePlace) throws(PipelineError) -> Position? {
        if longitude.isEmpty, latitude.isEmpty { return nil }
        guard !longitude.isEmpty, !latitude.isEmpty else { throw .halfCoordinates(place) }
        for (column, text, maximum) in [("longitude", longitude, 180), ("latitude", latitude, 90)] {
            let scaled = DecimalText.scaled(text, places: 12)
            try ReferenceCell.require(
                scaled.map { $0.magnitude <= UInt64(maximum) * 1_000_000_000_000 } ?? false, place, column, text,
                "degrees from -\(maximum) to \(maximum) with at most 12 places")
        }
        return Position(longitude: longitude, latitude: latitude)
    }
}
