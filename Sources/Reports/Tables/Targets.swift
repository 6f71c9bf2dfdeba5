import Figures

extension Table {
    /// `targets.csv`: how the plan's targets stand.
    static let targets = Table(
        "targets", "规划目标", "Targets",
        columns: [
            Column("target", .text, "目标", "Target", "The target's name."),
            Column("figure", .word(FigureCatalog.timeline.map(\.name)), "指标", "Figure", "The figure that is to keep a bound."),
            AreaColumns.level, AreaColumns.code,
            Column("by", .date, "期限", "By", "The day the target is due."),
            Column(
                "at_least", .decimal(places: 4), "不低于", "At least", "The bound from below, as written in the pipeline.", mayBeEmpty: true),
            Column(
                "at_most", .decimal(places: 4), "不高于", "At most", "The bound from above, as written in the pipeline.", mayBeEmpty: true),
            Column(
                "value", .decimal(places: 4), "实际值", "Value", "The figure as printed at D, or at the day due where D is later.",
                mayBeEmpty: true),
            Column(
                "met", .word(["yes", "no", "pending"]), "是否达成", "Met", "yes; no: due and not met; pending: not met and not yet due."),
            Column(
                "met_on", .date, "达成日", "Met on",
                "The first of the timeline's month ends, the day due and D, none after D, at which it held; after the day due: met late.",
                mayBeEmpty: true),
        ], key: []
    ) { figures, _, writer in
        for result in figures.targets {
            let target = figures.settings.targets[result.target]
            writer.text(target.name)
            writer.text(target.figure.name)
            writer.area(figures.areas.all[result.area])
            writer.day(target.by)
            switch target.bound {
            case .atLeast(let bound):
                writer.text(bound.description)
                writer.empty()
            case .atMost(let bound):
                writer.empty()
                writer.text(bound.description)
            }
            writer.printed(result.value)
            writer.text(result.met.rawValue)
            writer.day(result.metOn)
            writer.endRow()
        }
    }
}
