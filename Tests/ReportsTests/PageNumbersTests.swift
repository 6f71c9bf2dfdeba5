import Events
import Figures
import Foundation
import Projections
import Testing

@testable import Reports

/// A reader of the CSV files of a report: the cell of a table's row and column.
struct CellIndex {
    private var cells: [String: String] = [:]

    init(_ list: FileList) {
        for path in list.paths where path.hasSuffix(".csv") {
            let rows = CellIndex.rows(list.files[path] ?? [])
            guard let head = rows.first else { continue }
            let table = String(path.dropLast(4))
            var counts: [String: Int] = [:]
            for (place, row) in rows.dropFirst().enumerated() {
                let named = Dictionary(zip(head, row), uniquingKeysWith: { first, _ in first })
                let (code, key) = CellIndex.key(table, named, place)
                if table == "findings" { counts[code, default: 0] += 1 }
                for (column, cell) in named { cells["\(table)|\(column)|\(code)|\(key)"] = cell }
            }
            for (code, count) in counts { cells["findings|rows|\(code)|"] = String(count) }
        }
    }

    /// The row's names as pages give them: `data-code` and `data-key`.
    private static func key(_ table: String, _ row: [String: String], _ place: Int) -> (String, String) {
        switch table {
        case "timeline": (row["code"] ?? "", row["as_of"] ?? "")
        case "facilities": (row["facility"] ?? "", "")
        case "subsidies": (row["code"] ?? "", row["scheme"] ?? "")
        case "supply": (row["code"] ?? "", row["form"] ?? "")
        case "flows", "supplement/town_flows": (row["place"] ?? "", row["home"] ?? "")
        case "supplement/facility_years": (row["facility"] ?? "", row["as_of"] ?? "")
        case "supplement/facility_classes": (row["facility"] ?? "", row["class"] ?? "")
        case "supplement/filings": (row["facility"] ?? "", row["submission"] ?? "")
        case "supplement/nearest": (row["code"] ?? "", row["rank"] ?? "")
        case "supplement/subsidies_by_year": (row["year"] ?? "", row["scheme"] ?? "")
        case "supplement/archives", "supplement/target_summary": (row["number"] ?? "", "")
        case "supplement/late": (row["measure"] ?? "", "")
        case "supplement/plan": (row["task"] ?? "", row["measure"] ?? "")
        case "targets": (row["code"] ?? "", row["target"] ?? "")
        default: (row["code"] ?? "", "")
        }
    }

    func cell(_ table: String, _ figure: String, _ code: String, _ key: String) -> String? { cells["\(table)|\(figure)|\(code)|\(key)"] }

    static func rows(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if isQuoted {
                if byte == 0x22, place + 1 < bytes.count, bytes[place + 1] == 0x22 {
                    cell.append(0x22)
                    place += 1
                } else if byte == 0x22 {
                    isQuoted = false
                } else {
                    cell.append(byte)
                }
            } else if byte == 0x22 {
                isQuoted = true
            } else if byte == 0x2C || byte == 0x0A {
                row.append(String(decoding: cell, as: UTF8.self))
                cell = []
                if byte == 0x0A {
                    rows.append(row)
                    row = []
                }
            } else {
                cell.append(byte)
            }
            place += 1
        }
        return rows
    }
}

/// A `data` element as a reader finds it.
struct FoundNumber {
    let attributes: [String: String]
    let shown: String

    static func all(in page: String) -> [FoundNumber] {
        var found: [FoundNumber] = []
        for piece in page.components(separatedBy: "<data ").dropFirst() {
            guard let open = piece.range(of: ">"), let close = piece.range(of: "</data>") else { continue }
            var attributes: [String: String] = [:]
            for attribute in piece[..<open.lowerBound].components(separatedBy: "\" ") {
                let parts = attribute.components(separatedBy: "=\"")
                if parts.count == 2 { attributes[parts[0]] = parts[1].replacingOccurrences(of: "\"", with: "") }
            }
            found.append(FoundNumber(attributes: attributes, shown: String(piece[open.upperBound..<close.lowerBound])))
        }
        return found
    }

    /// What the reader sees, as a number again.
    var read: String {
        if shown == "—" { return "" }
        let digits = shown.replacingOccurrences(of: ",", with: "")
        guard digits.hasSuffix("%"), let point = digits.firstIndex(of: ".") else { return digits }
        // 40.88% is 0.4088.
        let isNegative = digits.hasPrefix("-")
        var whole = String(digits[(isNegative ? digits.index(after: digits.startIndex) : digits.startIndex)..<point])
        while whole.count < 3 { whole = "0" + whole }
        return (isNegative ? "-" : "") + whole.dropLast(2) + "." + whole.suffix(2) + digits[digits.index(after: point)...].dropLast()
    }
}

@Suite struct PageNumbersTests {
    /// Every number on every page equals its cell, as its value and as it is read.
    @Test(arguments: Language.allCases, [1, 2]) func everyNumberIsItsCell(language: Language, seed: UInt64) throws {
        let figures = try InventedDistrict.figures(seed: seed)
        let list = try readable(figures, language)
        let index = CellIndex(list)
        var checked = 0
        for path in list.paths where path.hasSuffix(".html") {
            for number in FoundNumber.all(in: list.text(path)) {
                let table = number.attributes["data-table"] ?? "coverage"
                var key = number.attributes["data-key"] ?? ""
                if table == "targets", let place = Int(key) { key = figures.settings.targets[place].name }
                let cell = index.cell(table, number.attributes["data-figure"] ?? "", number.attributes["data-code"] ?? "", key)
                #expect(cell == number.attributes["value"], "\(path): \(number)")
                #expect(number.read == number.attributes["value"], "\(path): \(number)")
                checked += 1
            }
        }
        #expect(checked > 5000)
    }

    @Test func percentIsWithoutLoss() {
        for units in [0, 1, 99, 100, 101, 4088, 9999, 10000, 62500, 12_345_678, -1, -4088] {
            let ratio = Printed(units: Int128(units), places: 4).text
            #expect(FoundNumber(attributes: [:], shown: Digits.percent(ratio)).read == ratio)
        }
        #expect(Digits.percent("0.4088") == "40.88%")
        #expect(Digits.percent("6.2500") == "625.00%")
        #expect(Digits.grouped("-1234567.50") == "-1,234,567.50")
        #expect(Digits.grouped("123") == "123")
    }
}

@Suite struct HostileNamesTests {
    /// No name from data opens an element or leaves an attribute.
    @Test func namesStayText() throws {
        let list = try readable(InventedDistrict.figures(towns: 5, communitiesInTown: 12))
        for path in list.paths where path.hasSuffix(".html") {
            let bytes = list.text(path)
            for scalars in ["<script", "<img", "<b>", "onmouseover=\"", "{{name}}村<"] {
                #expect(!contains(bytes, scalars), "\(path): \(scalars)")
            }
        }
        #expect(contains(list.text("towns/320612001.html") + list.text("towns/320612004.html") + list.text("index.html"), "&lt;script&gt;"))
    }

    /// Scalar by scalar: Swift's own search would miss a mark that a combining mark follows.
    private func contains(_ text: String, _ part: String) -> Bool {
        text.utf8.count >= part.utf8.count && Data(text.utf8).range(of: Data(part.utf8)) != nil
    }

    @Test func escapesMarksUnderCombiningMarks() {
        #expect(Array(ScalarEscaping.escape("a\"\u{301}<\u{338}'&").utf8) == Array("a&quot;\u{301}&lt;\u{338}&#39;&amp;".utf8))
        #expect(ScalarEscaping.escape("\u{7F}\u{1}") == "\u{FFFD}\u{FFFD}")
    }

    /// Every template asks for the escaping by scalars: a partial begins with the library's own.
    @Test func templatesParse() throws { _ = try Templates() }

    /// Every link leads to a page of the report or to a file that is written beside it, and every anchor is there.
    @Test func linksResolve() throws {
        let list = try readable(InventedDistrict.figures(), .english)
        let beside: Set = ["report.xlsx", "report.sqlite", "datapackage.json", "manifest.json"]
        var checked = 0
        for path in list.paths where path.hasSuffix(".html") {
            let folder = path.contains("/") ? path.components(separatedBy: "/").dropLast().joined(separator: "/") + "/" : ""
            for piece in list.text(path).components(separatedBy: "href=\"").dropFirst() {
                let target = String(piece.prefix { $0 != "\"" })
                let parts = target.components(separatedBy: "#")
                var file = parts[0].isEmpty ? path : folder + parts[0]
                if let up = file.range(of: "/../") { file = String(file[up.upperBound...]) }
                #expect(list.files[file] != nil || beside.contains(file), "\(path): \(target)")
                if parts.count == 2 { #expect(list.text(file).contains("id=\"\(parts[1])\""), "\(path): \(target)") }
                checked += 1
            }
        }
        #expect(checked > 500)
    }
}

@Suite struct DefinitionsTests {
    /// Every figure of the catalog has its note, and no note is of an unknown figure.
    @Test func everyFigureIsExplained() {
        #expect(Set(FigureNote.all.keys) == Set(FigureCatalog.all.map(\.name)))
    }

    @Test func usablePlaces() {
        let capacity = ByClass(infant: 10, toddler: 15, preschool: 20, mixed: 0)
        // 20 preschool places take 3 caregivers, 15 toddler ones 3, so one of 7 is left for 3 infants.
        #expect(UsablePlaces.usable(capacity, caregivers: 7) == ByClass(infant: 3, toddler: 15, preschool: 20, mixed: 0))
        #expect(UsablePlaces.usable(capacity, caregivers: 2) == ByClass(infant: 0, toddler: 0, preschool: 14, mixed: 0))
        #expect(UsablePlaces.usable(capacity, caregivers: 0).total == 0)
        #expect(UsablePlaces.usable(capacity, caregivers: 100) == capacity)
    }

    @Test func workingDays() throws {
        func day(_ text: String) throws -> Day { try #require(Day(text)) }
        // National Day 2024: 1 to 7 October off, Saturday 12 October worked.
        let off = try (1...7).map { try day("2024-10-0\($0)") }
        let calendar = HolidayCalendar(off: off, worked: [try day("2024-09-29"), try day("2024-10-12")], years: [2024])
        #expect(calendar.workedDays(after: try day("2024-09-30"), through: try day("2024-10-12")) == 5)
        #expect(HolidayCalendar().workedDays(after: try day("2024-10-04"), through: try day("2024-10-07")) == 1)
        #expect(calendar.workedDays(after: try day("2024-10-08"), through: try day("2024-10-08")) == 0)
        #expect(calendar.isWorked(try day("2024-09-29")))
    }
}
