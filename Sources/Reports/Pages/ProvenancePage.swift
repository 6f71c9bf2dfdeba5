import Events
import Figures
import Projections

/// Where the numbers come from, and how anyone replays them.
extension PageMaker {
    func provenancePage() -> Page {
        var terms: [(term: [Run], meanings: [[Run]])] = [
            ([.text(say("截止日 D", "As of (D)"))], [[.text(figures.plan.asOf.description)]]),
            (
                [.text(say("已知时点 K", "As known at (K)"))],
                [[.text(figures.projected.knownAt?.description ?? say("未限定：全部记录", "not limited: everything recorded"))]]
            ), ([.text(say("管道", "Pipeline"))], [[.name(context.pipeline)]]),
            ([.text(say("程序版本", "Program"))], [[.text("tuowei "), .text(context.programVersion)]]),
        ]
        if let checkpoint = context.checkpoint {
            terms.append(([.text(say("日志来源", "Log origin"))], [[.code(checkpoint.origin)]]))
            terms.append(([.text(say("日志条目", "Log entries"))], [[.text(String(checkpoint.size))]]))
            terms.append(([.text(say("日志根（SHA-256，RFC 6962）", "Log root (SHA-256, RFC 6962)"))], [[.code(checkpoint.root.description)]]))
        }
        terms.append(
            (
                [.text(say("D、K 时可见的事件", "Events that exist at K"))],
                [
                    [
                        .text(
                            Log.allCases.map { log in
                                "\(log.name) \(Digits.grouped(String(figures.projected.knownEvents.indices.contains(Int(log.rawValue)) ? figures.projected.knownEvents[Int(log.rawValue)] : 0)))"
                            }.joined(separator: say("，", ", ")))
                    ]
                ]
            ))
        let day = figures.plan.asOf.description
        let known = figures.projected.knownAt.map { " --known-at \($0.description)" } ?? ""
        let commands =
            context.replayCommands.isEmpty
            ? [
                "tuowei verify --pipeline PIPELINE --report DIR", "tuowei report --pipeline PIPELINE --as-of \(day)\(known) --out DIR",
                "tuowei explain --pipeline PIPELINE --as-of \(day)\(known) --figure gap --code \(areas.all[0].code)",
            ] : context.replayCommands
        return Page(
            path: "provenance.html", title: say("来源与复算", "Provenance and replay"),
            blocks: [
                .terms(terms), .section(id: "replay", title: say("复算这份报告", "Replay this report")),
                .paragraph([
                    .text(
                        say(
                            "第一条命令只凭日志重算并逐字节比对；第二条重写报告；第三条列出一个数字背后的事件。",
                            "The first command recomputes the report from the log alone and compares it byte by byte; the second writes it again; the third lists the events behind a figure."
                        ))
                ]), .code(commands.joined(separator: "\n")),
                .section(id: "cells", title: say("数字与单元格", "Numbers and cells")),
                .paragraph([
                    .text(
                        say(
                            "页面上的数字都带有机器可读的出处：data 元素的 value 是 CSV 单元格原文，data-table、data-figure、data-code、data-key 指明表、列、行。显示时只加千位分隔或改写为百分数。",
                            "Numbers on pages carry their cell: the data element's value is the CSV cell as it stands; data-table, data-figure, data-code and data-key name table, column and row. What is shown differs by grouping and percent signs only."
                        ))
                ]),
            ])
    }
}
