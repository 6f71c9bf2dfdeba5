import Events
import Figures
import Projections

/// What was read, what was refused, what does not fit, and what came late.
extension PageMaker {
    func qualityPage() -> Page {
        var blocks: [Block] = [.section(id: "archives", title: say("读入的档案", "Archives read"))]
        blocks += archiveBlocks()
        blocks.append(.section(id: "refused", title: say("拒收的档案", "Refused archives")))
        if context.refused.isEmpty {
            blocks.append(.paragraph([.text(say("没有拒收的档案。", "No archive was refused."))]))
        } else {
            blocks.append(
                .list(
                    context.refused.map { refused in
                        [
                            .name(refused.archive),
                            .text(say("：", ": ") + whyWords(refused.why) + (refused.detail.isEmpty ? "" : " — " + refused.detail)),
                        ]
                    }))
        }
        blocks.append(.section(id: "findings", title: say("数据疑点", "Findings")))
        blocks.append(.table(findingsTable()))
        blocks.append(.section(id: "late", title: say("迟报的影响", "What late records moved")))
        blocks += lateBlocks()
        return Page(path: "quality.html", title: say("数据质量", "Data quality"), blocks: blocks)
    }

    private func archiveBlocks() -> [Block] {
        guard !context.batches.isEmpty else {
            return [.paragraph([.text(say("没有给出档案清单。", "No list of archives was given."))])]
        }
        let batches = context.batches
        func total(_ part: (BatchSummary) -> Int) -> String { Digits.grouped(String(batches.reduce(0) { $0 + part($1) })) }
        let rows = batches.map { batch -> [PageCell] in
            [
                .head(.name(batch.archive)), .plain(Digits.grouped(String(batch.read))), .plain(Digits.grouped(String(batch.accepted))),
                .plain(Digits.grouped(String(batch.duplicates))), .plain(Digits.grouped(String(batch.rejected))),
                .text(
                    batch.rejects.filter { $0.count > 0 }.map { "\(reasonWords($0.reason)) \($0.count)" }.joined(separator: say("，", ", "))),
            ]
        }
        let sum: [PageCell] = [
            .head(.strong(say("合计", "Total"))), .plain(total(\.read)), .plain(total(\.accepted)), .plain(total(\.duplicates)),
            .plain(total(\.rejected)), .text(""),
        ]
        return [
            .paragraph(
                [.text(say("读入 = 接受 + 重复 + 拒绝，逐个档案核对。", "Read = accepted + duplicates + rejected, archive by archive."))], kind: "rule"),
            .table(
                PageTable(
                    caption: say("档案与行数", "Archives and lines"),
                    columns: [
                        Heading(title: say("档案", "Archive"), isNumeric: false), Heading(title: say("读入", "Read")),
                        Heading(title: say("接受", "Accepted")), Heading(title: say("重复", "Duplicates")),
                        Heading(title: say("拒绝", "Rejected")),
                        Heading(title: say("拒绝原因", "Why"), isNumeric: false),
                    ], rows: [sum] + rows)),
        ]
    }

    private func reasonWords(_ reason: String) -> String {
        switch reason {
        case "malformed": say("行不可读", "malformed")
        case "unknown_type": say("未知类型", "unknown type")
        case "missing_field": say("缺字段", "missing field")
        case "invalid_field": say("字段不合规", "invalid field")
        case "citizen_id": say("含公民身份号码", "holds a citizen number")
        case "conflicting_id": say("编号冲突", "conflicting id")
        default: reason
        }
    }

    private func whyWords(_ why: String) -> String {
        switch why {
        case "rejects": say("拒绝的行超过上限", "too many rejected lines")
        case "no_event_entry": say("没有事件文件", "no event entry")
        case "header": say("表头不可读", "the header is broken")
        case "unreadable": say("不能读完（截断、损坏或加密）", "cannot be read to its end")
        case "limit": say("超过安全上限", "over a safety limit")
        default: why
        }
    }

    private func findingsTable() -> PageTable {
        var counts: [FindingCode: Int] = [:]
        for finding in figures.projected.findings.entries { counts[finding.code, default: 0] += 1 }
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
        guard let known = context.firstKnown else {
            return [
                .paragraph([
                    .text(
                        say(
                            "本次没有另算较早已知时点的数字。用 --known-at 重跑同一个 D，即得当时所知的报告。",
                            "No earlier state of knowledge was computed. Run the same D with --known-at for the report as it was known then."
                        ))
                ])
            ]
        }
        let names = ["under3", "places_filed", "enrolled", "enrolled_residents", "demand", "gap", "vacant", "facilities_filed"]
        let rows = names.compactMap { name -> [PageCell]? in
            guard let figure = PageMaker.catalog[name] else { return nil }
            let then = known.figures.printed(figure, of: 0)
            let now = cut.printed(figure, of: 0)
            let moved = then.flatMap { then in now.map { String($0.units - then.units) } } ?? "—"
            return [
                .head(.text(title(name))), .plain(then.map { Digits.grouped($0.text) } ?? "—"), .number(number(name, 0)),
                .plain(Digits.grouped(moved)),
            ]
        }
        return [
            .table(
                PageTable(
                    caption: say("同一截止日，当时所知与现在所知", "The same day, as known then and now"),
                    columns: [
                        Heading(title: say("指标", "Figure"), isNumeric: false), Heading(title: known.knownAt.description),
                        Heading(title: say("现在", "Now")), Heading(title: say("变动", "Moved")),
                    ], rows: rows))
        ]
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
