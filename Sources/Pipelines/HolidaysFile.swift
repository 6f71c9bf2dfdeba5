import Events
import Figures

/// Reads the calendar of holidays: one row a day that the weekday alone does not tell right, or any other.
enum HolidaysFile {
    static let columns = ["date", "day", "holiday", "source"]

    /// The calendar, and what was passed over. It covers the years of its dates.
    static func read(_ bytes: [UInt8], file: String) throws(PipelineError) -> (HolidayCalendar, [String]) {
        let table = try ReferenceTable(bytes, file: file, columns: columns)
        var (off, worked): ([Day], [Day]) = ([], [])
        var lines: [Day: Int] = [:]
        var sources: [String] = []
        for (line, cells) in table.rows {
            let place = FilePlace(file, line: line)
            guard let day = Day(cells[0]) else {
                throw .invalidValue(place, key: "date", value: cells[0], expected: "a date, YYYY-MM-DD", nearest: nil)
            }
            if let first = lines.updateValue(line, forKey: day) {
                throw .repeated(place, what: "the date \(Echo.quoted(cells[0]))", firstLine: first)
            }
            switch cells[1] {
            case "off": off.append(day)
            case "work": worked.append(day)
            default:
                throw .invalidValue(
                    place, key: "day", value: cells[1], expected: "`off` or `work`",
                    nearest: NearestKey.likely(cells[1], in: ["off", "work"]))
            }
            if !cells[3].isEmpty, !sources.contains(cells[3]) { sources.append(cells[3]) }
        }
        let calendar = HolidayCalendar(off: off, worked: worked, years: lines.keys.map { $0.civil.year }, sources: sources)
        return (calendar, ReferenceCell.otherColumns(table))
    }
}
