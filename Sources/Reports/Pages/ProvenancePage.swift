import Events
import Figures
import Projections

/// Where the numbers come from, and how anyone replays them.
extension PageMaker {
    func provenancePage() -> Page {
        var terms: [Term] = [
            Term([.text(say("截止日 D", "As of (D)"))], [[.text(figures.plan.asOf.description)]]),
            Term(
                [.text(say("已知时点 K", "As known at (K)"))],
                [[.text(figures.projected.knownAt?.description ?? say("未限定：全部记录", "not limited: everything recorded"))]]
            ), Term([.text(say("管道", "Pipeline"))], [[.name(context.pipeline)]]),
            Term([.text(say("程序版本", "Program"))], [[.text("tuowei "), .text(context.programVersion)]]),
        ]
        if let checkpoint = context.checkpoint {
            terms.append(Term([.text(say("日志来源", "Log origin"))], [[.code(checkpoint.origin)]]))
            terms.append(Term([.text(say("日志条目", "Log entries"))], [[.text(String(checkpoint.size))]]))
            terms.append(
                Term([.text(say("日志根（SHA-256，RFC 6962）", "Log root (SHA-256, RFC 6962)"))], [[.code(checkpoint.root.description)]]))
        }
        terms.append(
            Term(
                [.text(say("K 时存在的事件", "Events that exist at K"))],
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
        let language = say == .chinese ? "" : " --lang \(say.rawValue)"
        let steps = [
            (
                say(
                    "只凭日志重算这份报告，逐字节比对（PIPELINE 是管道文件，REPORT 是报告所在的文件夹）：",
                    "Compute this report once more from the log alone and compare it byte by byte (PIPELINE is the pipeline file, REPORT the report's folder):"
                ), "tuowei verify --pipeline PIPELINE --report REPORT"
            ),
            (
                say("重写同一份报告：", "Write the same report again:"),
                "tuowei report --pipeline PIPELINE --as-of \(day)\(known)\(language) --out REPORT"
            ),
            (
                say("列出一个数字背后的事件，例如全区缺口：", "List the events behind a number, such as the district's gap:"),
                "tuowei explain --pipeline PIPELINE --as-of \(day)\(known) --figure gap --code \(areas.all[0].code)"
            ),
            (say("列出被拒的行：", "List the rejected lines:"), "tuowei rejects --pipeline PIPELINE"),
        ]
        return Page(
            path: "provenance.html", title: say("来源与复算", "Provenance and replay"),
            blocks: [
                .terms(terms), .section(id: "replay", title: say("复算这份报告", "Replay this report")),
            ] + steps.flatMap { [.paragraph([.text($0.0)]), .code($0.1)] } + [
                .paragraph([
                    .text(
                        say("每个文件的大小与 SHA-256、所用档案与参考数据见 ", "Every file's size and SHA-256, the archives and the reference data are in ")),
                    .go("manifest.json", to: "manifest.json"), .text(say("。", ".")),
                ]),
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
