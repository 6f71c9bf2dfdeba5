import Events
import Figures
import Projections

/// What was read, what was refused, what does not fit, and what came late.
extension PageMaker {
    func qualityPage() -> Page {
        var blocks: [Block] = [.section(id: "archives", title: say("读入的档案", "Archives read"))]
        blocks += archiveBlocks()
        blocks.append(.section(id: "refused", title: say("拒收的档案", "Refused archives")))
        blocks += refusedBlocks()
        blocks.append(.section(id: "findings", title: say("数据疑点", "Findings")))
        blocks.append(.table(findingsTable()))
        blocks.append(.section(id: "late", title: say("迟报的影响", "What late records moved")))
        blocks += lateBlocks()
        return Page(path: "quality.html", title: say("数据质量", "Data quality"), blocks: blocks)
    }

    private func archiveBlocks() -> [Block] {
        guard !context.batches.isEmpty else {
            return [.paragraph([.text(say("日志里还没有档案。", "The log holds no archive yet."))])]
        }
        func row(_ number: Int, _ head: PageCell, _ batches: [BatchSummary]) -> [PageCell] {
            func sum(_ part: (BatchSummary) -> Int, _ column: String) -> PageCell {
                .number(cell(String(batches.reduce(0) { $0 + part($1) }), column, in: "archives", row: String(number)))
            }
            var why: [Run] = []
            for reason in RejectReason.allCases {
                let count = batches.reduce(0) { $0 + $1.rejected(reason.name) }
                guard count > 0 else { continue }
                if !why.isEmpty { why.append(.text(say("，", ", "))) }
                why += [
                    .text(reasonWords(reason) + " "), .number(cell(String(count), reason.name, in: "archives", row: String(number))),
                ]
            }
            return [
                head, sum(\.read, "read"), sum(\.accepted, "accepted"), sum(\.duplicates, "duplicates"), sum(\.rejected, "rejected"),
                PageCell(runs: why),
            ]
        }
        let all = context.batches
        func rows(_ isListed: (BatchSummary) -> Bool) -> [[PageCell]] {
            [row(0, .head(.strong(say("合计", "Total"))), all)]
                + all.enumerated().filter { isListed($0.element) }.map { place, batch in
                    row(place + 1, .head(.name(batch.archive), .text(" "), .code(String(batch.digest.description.prefix(12)))), [batch])
                }
        }
        func table(_ caption: String, _ isListed: (BatchSummary) -> Bool) -> PageTable {
            PageTable(
                caption: caption,
                columns: [
                    Heading(title: say("档案", "Archive"), isNumeric: false), Heading(title: say("读入", "Read")),
                    Heading(title: say("接受", "Accepted")), Heading(title: say("重复", "Duplicates")),
                    Heading(title: say("拒绝", "Rejected")), Heading(title: say("拒绝原因", "Why"), isNumeric: false),
                ], rows: rows(isListed), note: source("supplement/archives", root: ""))
        }
        let skipped = all.flatMap { batch in batch.skipped.map { (batch.archive, $0) } }
        var blocks: [Block] = [
            .paragraph(
                [
                    .text(
                        say(
                            "读入 = 接受 + 重复 + 拒绝，逐个档案成立。名字后是档案 SHA-256 的前 12 位；被拒的每一行可用 tuowei rejects 列出（档案、条目、行号、字段、原因，不含内容）。",
                            "Read = accepted + duplicates + rejected, for every archive. After the name: the first 12 digits of the archive's SHA-256. Each rejected line is listed by tuowei rejects (archive, entry, line, field, reason; never its content)."
                        ))
                ], kind: "rule"),
            .table(
                table(say("合计，与有重复或被拒行的档案", "All of them, and those with duplicates or rejected lines")) { $0.rejected + $0.duplicates > 0 }
            ),
            .folded(
                title: say("全部 \(all.count) 个档案，逐个", "All \(all.count) archives, one by one"),
                [.table(table(say("每个档案的行数", "Lines of each archive")) { _ in true })]),
        ]
        if !skipped.isEmpty {
            blocks.append(
                .folded(
                    title: say("略过的条目（不属于任何日志）", "Entries passed over, of no log"),
                    [.list(skipped.prefix(200).map { [.name($0.0), .text(say("：", ": ")), .name($0.1)] })]))
        }
        return blocks
    }

    /// Refused archives leave nothing in the log, and a report rests on the log alone.
    private func refusedBlocks() -> [Block] {
        [
            .paragraph([
                .text(
                    say(
                        "拒收的档案（被拒行数超过上限、没有事件文件、表头坏、读不完、超过安全上限）不在日志里留下任何内容，所以本报告只凭日志无法列出它们——也正因此，任何人都能逐字节重算本报告。要看哪些档案被拒收、为什么，请对同一管道运行：",
                        "A refused archive (too many rejected lines, no event entry, a broken header, unreadable to its end, over a safety limit) leaves nothing in the log, so this report, which rests on the log alone, cannot list it; that is also why anyone can replay it byte by byte. To see which archives were refused and why, run with the same pipeline:"
                    ))
            ]),
            .code("tuowei ingest --pipeline PIPELINE --json"),
            .paragraph([
                .text(
                    say(
                        "已收的档案不会再动（unchanged）；拒收的给出 status refused 与 why，并在标准错误上给出前几条被拒的行。上表中没有的档案，就是还没有进入日志的档案。",
                        "Archives in the log stay as they are (unchanged); a refused one is answered with status refused and why, and its first rejected lines on standard error. What the table above does not name is not in the log."
                    ))
            ]),
        ]
    }

    private func reasonWords(_ reason: RejectReason) -> String {
        switch reason {
        case .malformed: say("行不可读", "malformed")
        case .unknownType: say("未知类型", "unknown type")
        case .missingField: say("缺字段", "missing field")
        case .invalidField: say("字段不合规", "invalid field")
        case .citizenID: say("含公民身份号码", "holds a citizen number")
        case .conflictingID: say("编号冲突", "conflicting id")
        }
    }

    private func findingsTable() -> PageTable {
        var counts: [FindingCode: Int] = [:]
        for code in FindingCode.allCases where figures.projected.findings.count(of: code) > 0 {
            counts[code] = figures.projected.findings.count(of: code)
        }
        let rows = FindingCode.allCases.compactMap { code -> [PageCell]? in
            guard let count = counts[code] else { return nil }
            let words = FindingWords.of(code)
            return [
                .head(.code(code.name)), .text(say(words.chinese, words.english)),
                .number(
                    PageNumber(
                        table: "findings", figure: "rows", code: code.name, value: String(count), shown: Digits.grouped(String(count)))),
                .text(say(words.askChinese, words.askEnglish)),
            ]
        }
        return PageTable(
            caption: say("疑点按代码", "Findings by code"),
            columns: [
                Heading(title: say("代码", "Code"), isNumeric: false), Heading(title: say("是什么", "What it is"), isNumeric: false),
                Heading(title: say("条数", "Rows")), Heading(title: say("请来源单位核对", "What to ask the source office"), isNumeric: false),
            ], rows: rows, note: source("findings", root: ""), whenEmpty: say("没有疑点。", "There are no findings."))
    }

    private func lateBlocks() -> [Block] {
        guard let late = context.late else {
            return [
                .paragraph([
                    .text(
                        say(
                            "本报告的已知时点不晚于 D 日终，所以没有迟报。用更晚的 --known-at 重跑同一个 D，可见后来的记录改动了什么。",
                            "This report knows nothing recorded after the end of D, so nothing is late. Run the same D with a later --known-at to see what later records moved."
                        ))
                ])
            ]
        }
        func number(_ value: Printed?, _ column: String, _ measure: String, _ unit: Unit?) -> PageCell {
            .number(cell(value?.text ?? "", column, in: "late", row: measure, unit: unit))
        }
        let rows = LateRecords.headlines.map { figure -> [PageCell] in
            let move = LateMove(figure, late, cut)
            return [
                .head(.text(title(figure))), number(move.then, "at_end_of_day", figure.name, figure.unit),
                number(move.now, "value", figure.name, figure.unit), number(move.moved, "moved", figure.name, figure.unit),
            ]
        }
        var counts: [Run] = [
            .text(
                say(
                    "发生在 D 及以前、而在 D 日终（\(late.after.description)）以后才记录的事件：",
                    "Events about days up to D that were recorded only after the end of D (\(late.after.description)): "))
        ]
        for (place, log) in Log.allCases.enumerated() {
            if place > 0 { counts.append(.text(say("，", ", "))) }
            counts += [
                .text(logName(log) + " "),
                .number(cell(String(late.events[Int(log.rawValue)]), "moved", in: "late", row: "late_" + log.name)),
            ]
        }
        counts.append(
            .text(say("。没有它们，本报告会是下表“D 日终所知”一列。", ". Without them the report would have said what stands under “known at the end of D”.")))
        return [
            .paragraph(counts),
            .table(
                PageTable(
                    caption: say("全区主要指标：D 日终所知与本报告", "The district's figures as known at the end of D, and in this report"),
                    columns: [
                        Heading(title: say("指标", "Figure"), isNumeric: false),
                        Heading(title: say("D 日终所知", "Known at the end of D")), Heading(title: say("本报告", "This report")),
                        Heading(title: say("变动", "Moved by")),
                    ], rows: rows, note: source("supplement/late", root: ""))),
        ]
    }

    private func logName(_ log: Log) -> String {
        switch log {
        case .births: say("出生与迁移", "births")
        case .enrollments: say("入托", "enrollments")
        case .filings: say("备案", "filings")
        case .subsidies: say("补助", "subsidies")
        }
    }
}

/// Words for the codes of findings, and what to ask.
enum FindingWords {
    static func of(_ code: FindingCode) -> (chinese: String, english: String, askChinese: String, askEnglish: String) {
        switch code {
        case .acceptedWithoutSubmission:
            (
                "备案通过前没有提交申请", "filing accepted without a submission", "补报申请日期，或确认受理流程",
                "report the submission, or confirm how it was taken in"
            )
        case .bornOnMismatch:
            ("迁入登记的出生日期与已知不同", "another birth date than the known one", "核对出生医学证明", "check the birth certificate")
        case .duplicateBirth:
            ("同一儿童再次登记出生", "a birth registered again", "是否重复登记，或编号误用", "a double registration, or a number used twice?")
        case .duplicateGrant:
            ("同一补助编号再次核定", "a grant registered again", "是否重复核定", "granted twice?")
        case .duplicateRegistration:
            ("同一机构再次登记", "a facility registered again", "是否换证，应报变更", "a renewal that should be a change?")
        case .enrolledAtClosedFacility:
            ("在已关闭机构仍在册", "enrolled at a closed facility", "补报退托，核对补助", "report the withdrawal; check subsidies")
        case .enrolledNotResident:
            ("在册儿童不是本区居民", "an enrolled child is not resident here", "补报迁入，或确认为区外儿童", "report the move, or confirm a child from elsewhere")
        case .enrolledOverAge:
            ("在册儿童已满 36 个月", "an enrolled child is 36 months or older", "补报升园或退托", "report kindergarten or withdrawal")
        case .enrolledTwice:
            ("同时在两家机构在册", "enrolled in two facilities at once", "哪家实际照护；核对重复领补", "who cares for the child; are subsidies doubled?")
        case .grantToUnfiledFacility:
            ("补助给了当时未备案的机构", "a grant to a facility not filed that day", "核对备案状态与发放依据", "check the filing and the ground of payment")
        case .movedInWhileResident:
            ("已是居民又登记迁入", "moved in while resident", "应为区内迁移，或漏报迁出", "a move within, or a move out not reported?")
        case .notApplicable:
            ("事件与对象当时状态不符", "the event does not fit its subject's state", "核对日期与前后事件", "check dates and the events around")
        case .overCapacity:
            ("在托人数超过托位", "more enrolled than places", "核定托位或在册名单是否过期", "is the capacity or the list out of date?")
        case .overpaid: ("拨付超过核定", "paid more than granted", "补报追加核定或追回", "report a further grant or a recovery")
        case .overrecovered: ("追回超过拨付", "recovered more than paid", "核对追回金额", "check the amount")
        case .unknownFacility: ("入托机构没有登记", "enrolled at a facility never registered", "核对机构编号或补登记", "check the identifier or register it")
        case .unknownGrant: ("拨付或追回没有对应核定", "a payment without its grant", "补报核定", "report the grant")
        case .voidOfVoid: ("更正的对象是更正", "a correction of a correction", "以新事件重报", "report anew as a new event")
        case .voidWithoutTarget: ("更正的对象不存在", "a correction without its target", "核对被更正的编号", "check the identifier")
        }
    }
}
