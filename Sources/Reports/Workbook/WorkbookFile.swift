import CStreams
import CXlsxWriter
import Events
import Figures
import Glibc

/// A workbook that is being written row by row; the library keeps finished rows in temporary files, so memory stays flat.
final class WorkbookFile {
    /// The formats of cells.
    struct Formats {
        let head, text, count, ratio, decimal, money, date, title: UnsafeMutablePointer<lxw_format>?
    }

    private var workbook: UnsafeMutablePointer<lxw_workbook>?
    private let path: String
    private let problem = Problem()
    let formats: Formats
    /// The greatest number of rows of a sheet, its head counted.
    static let mostRows = 1_048_576

    /// Opens a workbook made on `day` as far as its properties say; without it the clock would be written.
    init(path: String, title: String, day: Day) throws(ReportsError) {
        self.path = path
        // The library opens the file at the very end; whether it can be written is better known now.
        guard let file = fopen(path, "wb") else { throw .workbook(path: path, why: String(cString: strerror(errno))) }
        fclose(file)
        var options = lxw_workbook_options()
        options.constant_memory = 1
        options.use_zip64 = 1
        // Finished rows wait in unnamed files beside the workbook. The library copies the path during the call.
        var folder = Array((path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".").utf8CString)
        let opened = folder.withUnsafeMutableBufferPointer { folder in
            options.tmpdir = folder.baseAddress
            return workbook_new_opt(path, &options)
        }
        guard let workbook = opened else { throw .workbook(path: path, why: "out of memory") }
        self.workbook = workbook
        func format(_ number: String?, bold: Bool = false, size: Double? = nil, wrap: Bool = false) -> UnsafeMutablePointer<lxw_format>? {
            let format = workbook_add_format(workbook)
            if let number { format_set_num_format(format, number) }
            if bold { format_set_bold(format) }
            if let size { format_set_font_size(format, size) }
            if wrap {
                format_set_text_wrap(format)
                format_set_bg_color(format, 0xF3F6F9)
                format_set_align(format, UInt8(truncatingIfNeeded: LXW_ALIGN_VERTICAL_TOP.rawValue))
            }
            return format
        }
        formats = Formats(
            head: format(nil, bold: true, wrap: true), text: format("@"), count: format("#,##0"), ratio: format("0.00%"),
            decimal: format("0.0000"), money: format("#,##0.00"), date: format("yyyy-mm-dd"), title: format(nil, bold: true, size: 15))
        // The library copies the title during the call and does not write to it.
        var title = Array(title.utf8CString)
        title.withUnsafeMutableBufferPointer { title in
            var properties = lxw_doc_properties()
            properties.title = title.baseAddress
            properties.created = time_t(max(1, Int(day.rawValue) * 86_400))
            workbook_set_properties(workbook, &properties)
        }
    }

    deinit { if let workbook { lxw_workbook_free(workbook) } }

    /// Adds a sheet.
    func sheet(_ name: String) throws(ReportsError) -> Sheet {
        guard let sheet = workbook_add_worksheet(workbook, name) else {
            throw .workbook(path: path, why: "the sheet \(name) cannot be added")
        }
        return Sheet(sheet: sheet, workbook: workbook, formats: formats, name: name, problem: problem)
    }

    /// Writes the file.
    func close() throws(ReportsError) {
        guard let workbook else { return }
        self.workbook = nil
        tuowei_streams_begin()
        let result = workbook_close(workbook)
        let failure = tuowei_streams_failure()
        if failure != 0 { problem.note("its temporary files cannot be written: \(String(cString: strerror(failure)))") }
        problem.note(result)
        if let why = problem.why { throw .workbook(path: path, why: why) }
    }

    /// The first thing that went wrong, kept until the workbook is closed: cells are too many to ask after each.
    final class Problem {
        private(set) var why: String?

        func note(_ why: String) { if self.why == nil { self.why = why } }

        func note(_ result: lxw_error) {
            guard result != LXW_NO_ERROR else { return }
            note(lxw_strerror(result).map { String(cString: $0) } ?? "unknown")
        }
    }

    /// A sheet; rows are written downwards.
    struct Sheet {
        let sheet: UnsafeMutablePointer<lxw_worksheet>
        let workbook: UnsafeMutablePointer<lxw_workbook>?
        let formats: Formats
        let name: String
        fileprivate let problem: Problem

        /// A text, never a formula.
        func text(_ text: String, _ row: Int, _ column: Int, _ format: UnsafeMutablePointer<lxw_format>? = nil) {
            problem.note(worksheet_write_string(sheet, UInt32(row), UInt16(column), Sheet.allowed(text), format ?? formats.text))
        }

        func number(_ number: Double, _ row: Int, _ column: Int, _ format: UnsafeMutablePointer<lxw_format>?) {
            problem.note(worksheet_write_number(sheet, UInt32(row), UInt16(column), number, format))
        }

        /// A cell of a table with the format of its column.
        func cell(_ cell: Cell, of column: Column, _ row: Int, _ place: Int) {
            switch cell {
            case .empty: break
            case .text(let words): text(words, row, place)
            case .integer(let value):
                guard let exact = Double(exactly: value), value.magnitude < 1 << 53 else { return text(String(value), row, place) }
                number(exact, row, place, formats.count)
            case .decimal(let printed):
                // 15 digits survive a binary number; longer ones stay text.
                guard printed.units.magnitude < 1_000_000_000_000_000 else { return text(printed.text, row, place) }
                var scale = 1.0
                for _ in 0..<printed.places { scale *= 10 }
                let format = printed.places == 2 ? formats.money : column.unit == Unit.ratio.rawValue ? formats.ratio : formats.decimal
                number(Double(Int64(printed.units)) / scale, row, place, format)
            case .day(let day):
                // Spreadsheets count days from 1900 with a leap day that never was; earlier ones stay text.
                guard day.rawValue >= -25_508 else { return text(day.description, row, place) }
                number(Double(day.rawValue) + 25_569, row, place, formats.date)
            case .real(let value): number(value, row, place, formats.decimal)
            }
        }

        func widths(_ first: Int, _ last: Int, _ width: Double) {
            worksheet_set_column(sheet, UInt16(first), UInt16(last), width, nil)
        }

        /// Prints on A4 paper laid across, a page wide.
        func fitToPaper() {
            worksheet_set_paper(sheet, 9)
            worksheet_set_landscape(sheet)
            worksheet_fit_to_pages(sheet, 1, 0)
        }

        /// Prints the head on every page.
        func repeatHead() { worksheet_repeat_rows(sheet, 0, 0) }

        func freeze(rows: Int, columns: Int) { worksheet_freeze_panes(sheet, UInt32(rows), UInt16(columns)) }

        func filter(rows: Int, columns: Int) {
            worksheet_autofilter(sheet, 0, 0, UInt32(max(1, rows)), UInt16(max(0, columns - 1)))
        }

        /// A chart whose series are columns of this sheet, with names from the row above them.
        func chart(
            _ kind: lxw_chart_type, title: String, rows: ClosedRange<Int>, labels: Int, series: [Int], at row: Int, _ column: Int,
            axes: (String, String)
        ) {
            guard let chart = workbook_add_chart(workbook, UInt8(truncatingIfNeeded: kind.rawValue)) else { return }
            for place in series {
                let added = chart_add_series(chart, nil, nil)
                let (first, last) = (UInt32(rows.lowerBound), UInt32(rows.upperBound))
                chart_series_set_categories(added, name, first, UInt16(labels), last, UInt16(labels))
                chart_series_set_values(added, name, first, UInt16(place), last, UInt16(place))
                chart_series_set_name_range(added, name, first - 1, UInt16(place))
            }
            chart_title_set_name(chart, title)
            // The categories of a chart of bars stand on the axis that the library calls y.
            let isBar = kind == LXW_CHART_BAR
            let categories = isBar ? chart.pointee.y_axis : chart.pointee.x_axis
            chart_axis_set_name(categories, axes.0)
            chart_axis_set_name(isBar ? chart.pointee.x_axis : chart.pointee.y_axis, axes.1)
            // Bars below 0 would lie over their names.
            chart_axis_set_label_position(categories, UInt8(truncatingIfNeeded: LXW_CHART_AXIS_LABEL_POSITION_LOW.rawValue))
            chart_legend_set_position(chart, UInt8(truncatingIfNeeded: LXW_CHART_LEGEND_BOTTOM.rawValue))
            worksheet_insert_chart(sheet, UInt32(row), UInt16(column), chart)
        }

        /// A text as XML and spreadsheets can hold it: no U+FFFE and no U+FFFF, which are shown as U+FFFD; and where a text has the form
        /// `_x0041_`, which stands for a character in a workbook, its first mark is written so itself.
        static func allowed(_ text: String) -> String {
            let scalars = text.unicodeScalars
            guard scalars.contains(where: { $0 == "_" || $0.value == 0xFFFE || $0.value == 0xFFFF }) else { return text }
            let all = Array(scalars)
            var allowed = String.UnicodeScalarView()
            for (place, scalar) in all.enumerated() {
                if scalar.value == 0xFFFE || scalar.value == 0xFFFF {
                    allowed.append("\u{FFFD}")
                } else {
                    allowed.append(scalar)
                    let code = all[(place + 1)...].prefix(6)
                    if scalar == "_", code.count == 6, code.first == "x" || code.first == "X", code.last == "_",
                        code.dropFirst().dropLast().allSatisfy({ $0.properties.isASCIIHexDigit })
                    {
                        allowed.append(contentsOf: "x005F_".unicodeScalars)
                    }
                }
            }
            return String(allowed)
        }
    }
}
