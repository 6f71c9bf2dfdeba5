/// A plain reader of CSV, written apart from the writer: each row as cells by column.
struct PlainCSV {
    let header: [String]
    let rows: [[String: String]]

    init(_ text: String) {
        var records: [[String]] = []
        var record: [String] = []
        var cell = ""
        var inQuotes = false
        var scalars = Array(text.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where inQuotes && scalars.first == "\"":
                cell.unicodeScalars.append(scalar)
                scalars.removeFirst()
            case "\"": inQuotes.toggle()
            case "," where !inQuotes:
                record.append(cell)
                cell = ""
            case "\n" where !inQuotes:
                records.append(record + [cell])
                record = []
                cell = ""
            default: cell.unicodeScalars.append(scalar)
            }
        }
        let header = records.first ?? []
        self.header = header
        rows = records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }
}
