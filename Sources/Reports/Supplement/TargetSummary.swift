import Figures

/// How a target of the plan stands over all the areas that it names.
struct TargetSummary: Sendable {
    /// Its place in the pipeline, from 1.
    let number: Int
    let target: Target
    /// The results of its areas, in the order of `targets.csv`.
    let results: [TargetResult]

    var met: Int { results.count { $0.met == .yes } }
    var pending: Int { results.count { $0.met == .pending } }
    var missed: Int { results.count { $0.met == .no } }
    /// Met, but only after the day due.
    var late: Int { results.count { result in result.metOn.map { $0 > target.by } ?? false } }

    static func all(_ figures: ReportFigures) -> [TargetSummary] {
        let byTarget = Dictionary(grouping: figures.targets, by: \.target)
        return figures.settings.targets.enumerated().map {
            TargetSummary(number: $0.offset + 1, target: $0.element, results: byTarget[$0.offset] ?? [])
        }
    }
}

extension Table {
    /// `target_summary.csv`: over how many areas each target is met.
    static let targetSummary = Table(
        "target_summary", "规划目标汇总", "Targets summed up",
        columns: [
            Column("number", .integer, "序号", "Number", "The target's place in the pipeline, from 1; in the last row, 0, all targets."),
            Column("target", .text, "目标", "Target", "The target's name.", mayBeEmpty: true),
            Column("areas", .integer, "区域数", "Areas", "The areas that the target names: its rows of targets.csv.", unit: "areas"),
            Column("met", .integer, "已达成", "Met", "Those that met it.", unit: "areas"),
            Column("late", .integer, "逾期达成", "Met late", "Those that first met it after the day due.", unit: "areas"),
            Column("pending", .integer, "未到期", "Pending", "Those that did not, where it is not yet due.", unit: "areas"),
            Column("missed", .integer, "未达成", "Missed", "Those that did not, where it is due.", unit: "areas"),
        ], key: ["number"]
    ) { figures, _, writer in
        let all = TargetSummary.all(figures)
        for summary in all {
            writer.integer(summary.number)
            writer.text(summary.target.name)
            for count in [summary.results.count, summary.met, summary.late, summary.pending, summary.missed] { writer.integer(count) }
            writer.endRow()
        }
        writer.integer(0)
        writer.empty()
        for part: (TargetSummary) -> Int in [\.results.count, \.met, \.late, \.pending, \.missed] {
            writer.integer(all.reduce(0) { $0 + part($1) })
        }
        writer.endRow()
    }
}
