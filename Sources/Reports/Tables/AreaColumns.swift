import Figures

/// The columns with which rows of areas begin.
enum AreaColumns {
    static let asOf = Column("as_of", .date, "截止日", "As of", "The day at the end of which the figures hold.")
    static let level = Column(
        "level", .word(Level.allCases.map(\.name)), "层级", "Level", "The level of the area.")
    static let code = Column(
        "code", .code, "代码", "Code", "The statistical division code of the area; unassigned for what names no community of the register.")
    static let name = Column("name", .text, "名称", "Name", "The name of the area.")
    static let all = [asOf, level, code, name]
}

extension RowWriter {
    /// Level and code of an area.
    mutating func area(_ area: Area) {
        text(area.level.name)
        text(area.code)
    }

    /// The rows of every area at one cut: the day, level, code, name and these figures; unassigned ones only where they count something.
    mutating func areas(_ cut: CutFigures, _ figures: [Figure]) {
        // A figure has its texts with it; what a cell needs of it is copied out once, not once a cell.
        let measures = figures.map { (measure: $0.measure, places: $0.places) }
        for (number, area) in cut.areas.all.enumerated() {
            if area.isUnassigned, !cut.isNotEmpty(figures, of: number) { continue }
            day(cut.day)
            self.area(area)
            text(area.name)
            for figure in measures { printed(cut.printed(figure.measure, places: figure.places, of: number)) }
            endRow()
        }
    }
}
