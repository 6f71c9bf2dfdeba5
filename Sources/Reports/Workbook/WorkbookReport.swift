import CXlsxWriter
import Events
public import Figures
import Projections

/// The report as a workbook: a first sheet with charts, then a sheet a table.
public enum WorkbookReport {
    /// Tables with more cells than this keep the rows of the district and its towns only, and the first sheet says so.
    static let mostCells = 4_000_000

    /// Writes the workbook to `path`, replacing a file there. The same figures give the same bytes.
    ///
    /// - Throws: ``ReportsError`` where it cannot be written.
    public static func write(_ figures: ReportFigures, _ context: ReportContext, language: Language = .chinese, to path: String) throws {
        let title = language("托位供需报告 \(figures.plan.asOf.description)", "Child-care places \(figures.plan.asOf.description)")
        let file = try WorkbookFile(path: path, title: title, day: figures.plan.asOf)
        let tables = Report.tables + Report.supplement(context)
        let areas = figures.areas.all.count
        let overview = try file.sheet(language("概览", "overview"))
        var shortened: [String] = []
        for table in tables {
            let sheet = try file.sheet(sheetName(table, language))
            let isShort = cells(table, figures, areas) > mostCells
            let isWhole = write(table, figures, language, sheet, isShort: isShort)
            if !isWhole { shortened.append(language(table.chinese, table.english)) }
        }
        first(figures, context, language, file, overview, shortened)
        try file.close()
    }

    private static func cells(_ table: Table, _ figures: ReportFigures, _ areas: Int) -> Int {
        switch table.name {
        case "timeline": figures.plan.timeline.count * areas * table.columns.count
        case "coverage", "year_before", "balance", "standing": areas * table.columns.count
        default: 0
        }
    }

    /// Excel allows 31 characters, none of `[]:*?/\`.
    static func sheetName(_ table: Table, _ language: Language) -> String { language(table.chinese, table.name) }

    /// Writes a table's sheet; false where rows are left out.
    private static func write(
        _ table: Table, _ figures: ReportFigures, _ language: Language, _ sheet: WorkbookFile.Sheet, isShort: Bool
    ) -> Bool {
        let level = table.columns.firstIndex { $0.name == "level" }
        for (place, column) in table.columns.enumerated() {
            sheet.text(language(column.chinese, column.english), 0, place, sheet.formats.head)
            let width: Double =
                switch column.type {
                case .text: 22
                case .code: 17
                case .date: 12
                case .word, .integer, .decimal, .real, .flag: 11
                }
            sheet.widths(place, place, width)
        }
        var row = 1
        var isWhole = !isShort
        table.forEachRow(figures, communities: !isShort) { cells in
            if row >= WorkbookFile.mostRows || (isShort && level.map { cells[$0] == .text(Level.community.name) } ?? false) {
                isWhole = false
                return
            }
            for (place, cell) in cells.enumerated() { sheet.cell(cell, of: table.columns[place], row, place) }
            row += 1
        }
        let names = table.columns.firstIndex { $0.name == "name" }
        sheet.fitToPaper()
        sheet.repeatHead()
        sheet.freeze(rows: 1, columns: names.map { $0 + 1 } ?? min(2, table.columns.count))
        sheet.filter(rows: row - 1, columns: table.columns.count)
        return isWhole
    }

    /// The first sheet: what the workbook is, and charts with the numbers they draw.
    private static func first(
        _ figures: ReportFigures, _ context: ReportContext, _ say: Language, _ file: WorkbookFile, _ sheet: WorkbookFile.Sheet,
        _ shortened: [String]
    ) {
        let head = sheet.formats.head
        sheet.fitToPaper()
        sheet.widths(0, 0, 26)
        sheet.widths(1, 4, 13)
        sheet.text(say("\(figures.areas.all[0].name)托位供需报告", "\(figures.areas.all[0].name): child-care places"), 0, 0, sheet.formats.title)
        sheet.text(say("截至 ", "As of ") + figures.plan.asOf.description, 1, 0)
        sheet.text(say("已知至 ", "As known at ") + (figures.projected.knownAt?.description ?? say("全部记录", "everything recorded")), 2, 0)
        sheet.text(say("日志根 ", "Log root ") + (context.checkpoint?.root.description ?? "—"), 3, 0)
        if context.isSynthetic { sheet.text(say("合成样本：均为虚构。", "Synthetic sample: everything is invented."), 4, 0, head) }
        if !shortened.isEmpty {
            sheet.text(
                say("下列各表未列全部行（社区行过多），全部行见 CSV：", "Tables too long for a sheet, whole in their CSV files: ")
                    + shortened.joined(separator: ", "), 5, 0)
        }
        var row = 7
        let names = ["under3", "places_filed", "enrolled"]
        let series = names.compactMap { FigureCatalog.figure(named: $0) }
        sheet.text(say("日期", "Day"), row, 0, head)
        for (place, figure) in series.enumerated() { sheet.text(say(figure.chinese, figure.english), row, place + 1, head) }
        let timeStart = row + 1
        for cut in figures.plan.timeline {
            row += 1
            let day = figures.figures(cut: cut)
            sheet.text(day.day.description, row, 0)
            for (place, figure) in series.enumerated() {
                sheet.number(Double(day.printed(figure, of: 0).map { Int64(clamping: $0.units) } ?? 0), row, place + 1, sheet.formats.count)
            }
        }
        let timeEnd = row
        row += 3
        let columns = ["gap", "vacant", "places_filed", "under3"].compactMap { FigureCatalog.figure(named: $0) }
        sheet.text(say("镇街", "Town"), row, 0, head)
        for (place, figure) in columns.enumerated() { sheet.text(say(figure.chinese, figure.english), row, place + 1, head) }
        let townStart = row + 1
        for town in figures.areas.registered(at: .town) {
            row += 1
            sheet.text(figures.areas.all[town].name, row, 0)
            for (place, figure) in columns.enumerated() {
                sheet.number(
                    Double(figures.asOf.printed(figure, of: town).map { Int64(clamping: $0.units) } ?? 0), row, place + 1,
                    sheet.formats.count)
            }
        }
        sheet.chart(
            LXW_CHART_LINE, title: say("婴幼儿、托位与在托", "Children, places, enrolments"), rows: timeStart...timeEnd, labels: 0,
            series: [1, 2, 3], at: 1, 6, axes: (say("月末", "Month end"), say("名、个、人次", "Count")))
        guard row >= townStart else { return }
        sheet.chart(
            LXW_CHART_BAR, title: say("各镇街缺口与空余托位", "Gap and vacant places by town"), rows: townStart...row, labels: 0, series: [1, 2],
            at: 17, 6, axes: (say("镇街", "Town"), say("个", "Places")))
    }
}
