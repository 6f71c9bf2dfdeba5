import Figures

extension Table {
    /// `timeline.csv`: the figures known at every month end, and at D; a part is a day.
    static let timeline = Table(
        "timeline", "逐月变化", "Timeline", columns: AreaColumns.all + FigureCatalog.timeline.map(Column.init),
        key: ["as_of", "level", "code"], parts: { $0.plan.timeline.count }
    ) { figures, part, writer in
        writer.areas(figures.figures(cut: figures.plan.timeline[part]), FigureCatalog.timeline)
    }
}
