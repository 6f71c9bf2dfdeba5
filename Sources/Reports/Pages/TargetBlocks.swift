import Events
import Figures

/// How the plan's targets stand: a row a target, and beneath, where a target names many areas, a row an area.
extension PageMaker {
    private static let fewAreas = 3

    func targetBlocks(root: String) -> [Block] {
        let summaries = TargetSummary.all(figures)
        let rows = summaries.map { summary -> [PageCell] in
            summary.results.count == 1 ? row(summary.results[0], summary.target, root: root) : row(summary, root: root)
        }
        var blocks: [Block] = [
            .table(
                PageTable(
                    caption: say("目标与达成情况", "Targets and how they stand"), columns: columns(say("目标", "Target")), rows: rows,
                    note: source("targets", "supplement/target_summary", root: root)
                        + [
                            .text(
                                say(
                                    "；“首次达成”是月末、期限日与 D 中最早达到的一天。",
                                    "; “met on” is the first of the month ends, the day due and D at which the bound held."))
                        ], whenEmpty: say("管道没有给出目标。", "The pipeline names no target.")))
        ]
        for summary in summaries where summary.results.count > 1 {
            blocks.append(
                .folded(
                    title: summary.target.name + say("：逐个区域", ": area by area"),
                    [
                        .table(
                            PageTable(
                                caption: summary.target.name, columns: columns(say("区域", "Area")),
                                rows: summary.results.prefix(PageMaker.mostAreas).map { area($0, summary.target, root: root) },
                                note: (summary.results.count > PageMaker.mostAreas
                                    ? [
                                        .text(
                                            say("这里列出前 \(PageMaker.mostAreas) 个区域。", "The first \(PageMaker.mostAreas) areas are listed. "))
                                    ] : [])
                                    + source("targets", root: root)))
                    ]))
        }
        return blocks
    }

    private static let mostAreas = 100

    private func columns(_ first: String) -> [Heading] {
        [
            Heading(title: first, isNumeric: false), Heading(title: say("状态", "State"), isNumeric: false),
            Heading(title: say("要求", "Bound")), Heading(title: say("实际", "Value")),
            Heading(title: say("期限", "By"), isNumeric: false), Heading(title: say("首次达成", "Met on"), isNumeric: false),
        ]
    }

    private func bound(_ target: Target) -> String {
        func shown(_ bound: ExactDecimal) -> String {
            // A bound of a ratio is shown as the pages show ratios, in percent.
            guard target.figure.unit == .ratio else { return bound.description }
            let parts = bound.description.split(separator: ".", omittingEmptySubsequences: false)
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            return Digits.percent(String(parts[0]) + "." + fraction + String(repeating: "0", count: max(0, 4 - fraction.utf8.count)))
        }
        switch target.bound {
        case .atLeast(let bound): return "≥ " + shown(bound)
        case .atMost(let bound): return "≤ " + shown(bound)
        }
    }

    private func light(_ state: TargetState) -> Run {
        switch state {
        case .yes: .state(say("已达成", "met"), kind: "yes")
        case .no: .state(say("未达成", "missed"), kind: "no")
        case .pending: .state(say("未到期", "not yet due"), kind: "pending")
        }
    }

    private func cells(_ result: TargetResult, _ target: Target) -> [PageCell] {
        let value = PageMaker.number(
            result.value?.text ?? "", figure: "value", code: areas.all[result.area].code, unit: target.figure.unit, table: "targets",
            key: String(result.target))
        var on: [Run] = [result.metOn.map { .day($0.description) } ?? .text("—")]
        if let metOn = result.metOn {
            if metOn > target.by { on.append(.text(say("（晚于期限）", " (late)"))) }
            // Held at a month end, but no longer on the day that counts.
            if result.met != .yes { on.append(.text(say("（后来没有守住）", " (not held since)"))) }
        }
        return [
            .runs(light(result.met)), .plain(bound(target)), .number(value), .day(target.by), PageCell(runs: on),
        ]
    }

    private func row(_ result: TargetResult, _ target: Target, root: String) -> [PageCell] {
        var about: [Run] = [.name(target.name), .lineBreak, .small(title(target.figure))]
        if result.area != 0 { about += [.text(" "), link(result.area, from: root)] }
        return [PageCell(runs: about, isHead: true)] + cells(result, target)
    }

    private func area(_ result: TargetResult, _ target: Target, root: String) -> [PageCell] {
        [.head(link(result.area, from: root))] + cells(result, target)
    }

    /// A target that names several areas, summed up.
    private func row(_ summary: TargetSummary, root: String) -> [PageCell] {
        let target = summary.target
        func count(_ value: Int, _ column: String) -> Run {
            .number(cell(String(value), column, in: "target_summary", row: String(summary.number)))
        }
        var value: [Run] = [count(summary.met, "met"), .text(" / "), count(summary.results.count, "areas")]
        let missed = summary.results.filter { $0.met == .no }
        if !missed.isEmpty, missed.count <= PageMaker.fewAreas {
            value.append(.lineBreak)
            for result in missed { value += [.text(say("缺 ", "not ")), link(result.area, from: root), .text(" ")] }
        }
        var on: [Run] = [.text("—")]
        if summary.late > 0 { on = [count(summary.late, "late"), .text(say(" 个晚于期限", " late"))] }
        let state: TargetState = summary.missed > 0 ? .no : summary.pending > 0 ? .pending : .yes
        return [
            PageCell(
                runs: [
                    .name(target.name), .lineBreak,
                    .small(title(target.figure) + say("，逐个\(levelName(target.level))", ", each \(levelName(target.level))")),
                ],
                isHead: true),
            .runs(light(state)), .plain(bound(target)), PageCell(runs: value, isNumeric: true), .day(target.by),
            PageCell(runs: on),
        ]
    }

    private func levelName(_ level: Level) -> String {
        switch level {
        case .district: say("区", "district")
        case .town: say("镇街", "town")
        case .community: say("社区", "community")
        }
    }
}
