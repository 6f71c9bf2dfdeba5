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
        let (areas, day) = (cut.areas, Cells(cut.day))
        let heads = areaHeads(areas.all)
        let (unassignedTown, unassignedCommunity) = (areas.towns.upperBound - 1, areas.communitiesRange.upperBound - 1)
        cut.forEachRow(FigureRow(figures)) { number, cells in
            if !wantsCommunities, areas.communitiesRange.contains(number) { return }
            if number == unassignedTown || number == unassignedCommunity, !cut.isNotEmpty(figures, of: number) { return }
            self.cells(day, 0)
            self.cells(heads, number)
            var place = 0
            while true {
                place += smallCells(UnsafeBufferPointer(rebasing: cells[place...]))
                guard place < cells.count else { break }
                printed(cut.printed(figures[place], of: number))
                place += 1
            }
            endRow()
        }
    }
}
