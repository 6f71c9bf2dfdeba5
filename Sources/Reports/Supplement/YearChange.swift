import Events
import Figures
import Projections

/// What changed from one year before D to D, as known at the report's K.
struct YearChange: Sendable {
    /// Facilities registered after the day one year before and by D, by the area's number.
    private(set) var opened: [Int64]
    /// Facilities closed in that time.
    private(set) var closed: [Int64]
    /// Usable places one year before, by the area's number.
    let usableBefore: [Int64]
    private let before: CutFigures

    /// Nil where the plan has no day one year before D.
    init?(_ figures: ReportFigures) {
        guard let cut = figures.plan.yearBefore else { return nil }
        before = figures.figures(cut: cut)
        usableBefore = UsablePlaces.byArea(figures, cut: cut)
        opened = Array(repeating: 0, count: figures.areas.all.count)
        closed = opened
        for facility in figures.projected.facilities {
            let isOpened = facility.state.registeredOn > before.day
            let isClosed = facility.state.closedOn.map { $0 > before.day } ?? false
            guard isOpened || isClosed else { continue }
            for area in figures.areas.chain(ofSlot: facility.column) {
                if isOpened { opened[area] += 1 }
                if isClosed { closed[area] += 1 }
            }
        }
    }

    /// The figure at D less the one a year before, of the printed numbers: of a ratio in percentage points. Nil where one is empty.
    func change(_ figure: Figure, of area: Int, at cut: CutFigures) -> Printed? {
        guard let now = cut.printed(figure, of: area), let then = before.printed(figure, of: area) else { return nil }
        return Printed(units: now.units - then.units, places: figure.unit == .ratio ? max(0, figure.places - 2) : figure.places)
    }

    /// The column of a figure's change.
    static func column(_ figure: String) -> String { figure + "_change" }
}

extension Table {
    /// `year_change.csv`: openings and closings in the year to D, and what each figure of the timeline moved by.
    static let yearChange = Table(
        "year_change", "一年来的变化", "Change in a year",
        columns: [
            AreaColumns.level, AreaColumns.code,
            Column(
                "facilities_opened", .integer, "新登记机构", "Facilities opened",
                "Facilities registered after the day one year before D and by D, where they lie at D.", unit: "facilities"),
            Column(
                "facilities_closed", .integer, "关闭机构", "Facilities closed",
                "Facilities closed after the day one year before D and by D.", unit: "facilities"),
            Column(
                "places_usable_before", .integer, "上年同期可用托位", "Usable places a year before",
                "places_usable of balance.csv, one year before D: by places, filing and caregivers as they were then.", unit: "places"),
            Column(
                "places_usable_change", .integer, "可用托位变化", "Usable places, change", "places_usable of balance.csv less that.",
                unit: "places"),
        ]
            + FigureCatalog.timeline.map { figure in
                let isRatio = figure.unit == .ratio
                return Column(
                    YearChange.column(figure.name), figure.places == 0 ? .integer : .decimal(places: isRatio ? 2 : figure.places),
                    figure.chinese + "变化", figure.english + ", change",
                    "\(figure.name) of coverage.csv less that of year_before.csv\(isRatio ? ", in percentage points" : "").",
                    unit: isRatio ? "percentage points" : figure.unit.rawValue, mayBeEmpty: true)
            }, key: ["level", "code"]
    ) { figures, _, writer in
        guard let change = YearChange(figures) else { return }
        let usable = UsablePlaces.byArea(figures)
        for (number, area) in figures.areas.all.enumerated() where figures.isShown(area: number) {
            writer.area(area)
            writer.integer(change.opened[number])
            writer.integer(change.closed[number])
            writer.integer(change.usableBefore[number])
            writer.integer(usable[number] - change.usableBefore[number])
            for figure in FigureCatalog.timeline { writer.printed(change.change(figure, of: number, at: figures.asOf)) }
            writer.endRow()
        }
    }
}
