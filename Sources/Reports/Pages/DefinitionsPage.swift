import Events
import Figures
import Projections

/// What a figure leaves out and where it comes from, in the reader's words. The catalog's own meaning stands beside it.
struct FigureNote {
    let chinese: String
    let source: (String, String)
    let leavesOut: (String, String)
}

extension FigureNote {
    private static let births = ("出生与迁移日志（births）", "births log")
    private static let filings = ("备案日志（filings）", "filings log")
    private static let enrolments = ("入托日志（enrollments）与备案日志", "enrollments and filings logs")
    private static let residents = ("人口表（population.csv）", "population.csv")
    private static let money = ("补助日志（subsidies）", "subsidies log")
    private static let mixed = ("由上列日志与管道参数算出", "computed from the logs and the pipeline's rules")

    /// The note of each figure of the catalog, by name.
    static let all: [String: FigureNote] = {
        var notes: [String: FigureNote] = [:]
        func note(_ names: [String], _ source: (String, String), _ leavesOut: (String, String), _ chinese: String...) {
            for (place, name) in names.enumerated() {
                notes[name] = FigureNote(chinese: chinese[min(place, chinese.count - 1)], source: source, leavesOut: leavesOut)
            }
        }
        note(
            ["population"], residents, ("两次统计之间的变动；年中修订", "changes between two counts; revisions within a year"),
            "不晚于 D 所在年份的最近一年已知常住人口；没有则取其后最早一年；镇街与区有自己的行时用自己的行，否则为社区之和，任一未知则为空。")
        note(
            ["under3", "m0_5", "m6_11", "m12_23", "m24_35"], births,
            ("未登记的出生与迁入；迁走而没有迁出记录的仍计在内", "births and moves that nobody recorded; who left without a record still counts"),
            "D 日居住在本区域、周岁月龄不足 36 个月的儿童；月龄按历法满月计算。", "其中 0—5 个满月。", "其中 6—11 个满月。", "其中 12—23 个满月。", "其中 24—35 个满月。")
        note(
            ["newborns", "newborns_visited"], births,
            (
                "出生 28 天以后才成为本区居民的儿童；访视次数与质量",
                "children who became resident later than 28 days after birth; how often and how well they were visited"
            ),
            "居住在本区域、不足 12 个月、出生已满 29 天、且出生后 28 天内成为本区居民的儿童。", "其中出生 28 天内接受新生儿访视的。")
        note(
            ["facilities", "facilities_filed", "facilities_inclusive", "facilities_demonstration", "facilities_compliant"], filings,
            ("关停而未报注销的机构仍算在营；未登记的照护点不在内", "facilities that closed without a record still count; unregistered ones do not"),
            "D 日已登记且未关闭的机构。", "其中已备案的。", "其中已备案且认定为普惠的。", "在营且获省级示范的机构。", "已备案、消防与卫生凭证有效、最近一次检查不是不合格的机构。")
        note(
            ["places", "places_filed", "places_inclusive", "places_infant", "places_toddler", "places_preschool", "places_mixed"], filings,
            ("核定的托位，不等于配足人员的托位（见可用托位）", "places as set, not as staffed (see usable places)"), "在营机构四种班型核定托位之和。",
            "其中已备案机构的托位。", "其中已备案且普惠机构的托位。", "备案托位中的乳儿班。", "备案托位中的托小班。", "备案托位中的托大班。", "备案托位中的混合编班。")
        note(
            ["enrolled", "enrolled_over_age", "vacant", "overfull"], enrolments,
            ("出勤：在册即计；半日与计时按人次计", "attendance: who is on the list counts; half days and hours count as one"),
            "D 日在本区域在营机构在册的入托人次，不论儿童住在哪里；一名儿童在两家机构计两次。", "其中已满 36 个月的。", "各在营机构托位多于在托部分之和。", "各在营机构在托多于托位部分之和。")
        note(
            ["enrolled_residents", "waitlisted_residents"], enrolments, ("在区外机构入托的本区儿童", "children of the district enrolled outside it"),
            "居住在本区域、不足 36 个月、至少在一家在营机构入托的儿童（按人计）。", "居住在本区域、不足 36 个月、在轮候而未入托的儿童。")
        note(
            ["caregivers", "caregivers_required", "caregivers_short", "staffing_unreported"], filings,
            ("资质与在岗时间；负责人、保健、保安、炊事人员", "qualifications and hours; heads, health, security and kitchen staff"),
            "在营机构最近一次报送的保育人员数；从未报送计 0。", "按在托儿童与班型比例应配：⌈乳儿÷3⌉＋⌈托小÷5⌉＋⌈托大÷7⌉＋⌈混合÷5⌉，逐家计算后相加。",
            "各在营机构应配多于报送部分之和。", "从未报送人员的在营机构。")
        note(
            ["demand", "demand_planned", "demand_expressed", "gap"], mixed,
            ("意愿是估计，不是登记；三种需求回答不同问题，不能相加", "intent is an estimate; the three demands answer different questions and do not add up"),
            "潜在需求：各月龄婴幼儿数 × 管道给出的入托意愿，求和后进一；各级区域各自计算。", "规划需求：常住人口 × 规划标准 ÷ 1000，进一。", "表达需求：已入托与轮候儿童之和。",
            "潜在需求减备案托位；正数为缺，负数为余。")
        note(
            ["coverage_rate", "places_per_1000", "utilisation", "enrolment_rate", "filing_rate", "inclusive_share", "visit_rate"], mixed,
            ("分母为 0 或未知时为空", "empty where the divisor is 0 or unknown"), "备案托位 ÷ 3 岁以下婴幼儿。", "在营托位 × 1000 ÷ 常住人口（分母是全部常住人口，不是儿童）。",
            "在托人次 ÷ 在营托位。", "入托儿童 ÷ 3 岁以下婴幼儿。", "备案机构 ÷ 在营机构。", "普惠托位 ÷ 备案托位。", "已访视新生儿 ÷ 应访视新生儿。")
        note(
            ["communities", "communities_served", "served_share"], mixed, ("服务半径跨社区的情形（见可达性）", "reach across borders (see access)"),
            "登记在册的社区（村）数。",
            "其中有备案机构且托位大于 0 的。", "有备案托位社区 ÷ 社区数。")
        note(
            ["granted", "paid", "recovered", "net_paid_per_place"], money,
            ("未进入日志的资金；补助按机构或儿童现在（或最后）所在地归属", "money that no event records; a grant lies where its facility or child is or last was"),
            "截至 D 各项目核定补助之和。", "截至 D 已拨付之和。", "截至 D 已追回之和。", "（已拨付 − 已追回，仅建设、运营、示范三项）÷ 备案托位。")
        return notes
    }()
}

extension PageMaker {
    func definitionsPage() -> Page {
        var terms: [Term] = []
        for figure in FigureCatalog.all {
            let note = FigureNote.all[figure.name]
            var meanings: [[Run]] = [[.text(say(note?.chinese ?? "", figure.meaning))]]
            if let quotient = figure.quotient {
                meanings.append([
                    .strong(say("分子 ÷ 分母：", "Quotient: ")), .text("\(title(quotient.numerator)) ÷ \(title(quotient.denominator))"),
                    .text(say("；四舍五入到万分位，页面以百分数显示，数值不变", "; rounded once to 4 places; pages show percent, the value is the same")),
                ])
            }
            if let note {
                meanings.append([.strong(say("来源：", "Source: ")), .text(say(note.source.0, note.source.1))])
                meanings.append([.strong(say("不含：", "Leaves out: ")), .text(say(note.leavesOut.0, note.leavesOut.1))])
            }
            terms.append(
                Term(
                    [.text(title(figure) + " "), .code(figure.name)]
                        + (figure.unit == .ratio ? [] : [.text(say("，\(unit(figure.unit))", ", \(unit(figure.unit))"))]),
                    meanings, id: figure.name))
        }
        let demand = figures.settings.demand
        let rules: [[Run]] = [
            [
                .text(say("入托意愿：0—5 月 ", "Intent: 0–5 m ")), .code(text(demand.months0to5)), .text(say("，6—11 月 ", ", 6–11 m ")),
                .code(text(demand.months6to11)), .text(say("，12—23 月 ", ", 12–23 m ")), .code(text(demand.months12to23)),
                .text(say("，24—35 月 ", ", 24–35 m ")), .code(text(demand.months24to35)),
            ],
            [.text(say("规划标准：每千人口 ", "Planning norm, places per 1,000 residents: ")), .code(text(demand.planningNorm))],
            [.text(say("可达性搜寻半径（米）：", "Catchment (metres): ")), .code(nineDigits(figures.settings.catchment))],
            [
                .text(
                    say(
                        "托育荒漠：婴幼儿不少于 \(context.thresholds.desertLeastChildren) 名，且超过备案托位的 \(context.thresholds.desertChildrenPerPlace) 倍",
                        "Desert: at least \(context.thresholds.desertLeastChildren) children under 3 and more than \(context.thresholds.desertChildrenPerPlace) times the filed places"
                    ))
            ],
            [
                .text(
                    say(
                        "可用托位：备案机构，最近报送的保育人员从大班型起配足——托大班 1∶7、混合 1∶5、托小班 1∶5、乳儿班 1∶3",
                        "Usable places: filed facilities; reported caregivers given to the oldest classes first — preschool 1:7, mixed 1:5, toddler 1:5, infant 1:3"
                    ))
            ],
        ]
        return Page(
            path: "definitions.html", title: say("指标定义", "Definitions"),
            blocks: [
                .section(id: "rules", title: say("本报告的参数", "The rules of this report")), .list(rules),
                .section(id: "figures", title: say("指标", "Figures")), .terms(terms),
                .section(id: "further", title: say("页面另算的数字", "Numbers that pages add")), .terms(furtherTerms()),
                .section(id: "outside", title: say("报告不回答什么", "What the report does not answer")),
                .list([
                    [.text(say("价格、质量与家长满意度：没有事件记录。", "Price, quality and whether parents are content: no event speaks of them."))],
                    [
                        .text(
                            say(
                                "需求是按意愿估计的潜力，不是登记的申请；轮候才是登记的。",
                                "Need is a potential by intent, not applications; the waiting list is recorded."))
                    ],
                    [.text(say("小社区的人数很少，一两名儿童就会使比率大幅变动。", "Small communities: one or two children move a rate a long way."))],
                ]),
            ])
    }

    /// The supplement's numbers, with divisor, source and what they leave out.
    private func furtherTerms() -> [Term] {
        let thresholds = context.thresholds
        func term(_ title: (String, String), _ table: String, _ meaning: (String, String), _ leavesOut: (String, String)) -> Term {
            Term(
                [.text(say(title.0, title.1))],
                [
                    [.text(say(meaning.0, meaning.1))],
                    [.strong(say("来源：", "Source: ")), .go("supplement/\(table).csv", to: "supplement/\(table).csv")],
                    [.strong(say("不含：", "Leaves out: ")), .text(say(leavesOut.0, leavesOut.1))],
                ])
        }
        return [
            term(
                ("可用托位", "Usable places"), "balance",
                (
                    "备案机构中，最近一次报送的保育人员从大班型起依次配足——托大班 1∶7、混合 1∶5、托小班 1∶5、乳儿班 1∶3——照护得了的托位；从未报送人员的机构计 0。",
                    "Of filed facilities' places those that the caregivers last reported suffice for, given to the oldest classes first — preschool 1:7, mixed 1:5, toddler 1:5, infant 1:3; a facility that never reported counts 0."
                ), ("人员资质、班次与请假；未备案机构", "qualifications, shifts and leave; facilities not filed")),
            term(
                ("托育荒漠", "Child-care desert"), "standing",
                (
                    "3 岁以下婴幼儿不少于 \(thresholds.desertLeastChildren) 名、且超过备案托位 \(thresholds.desertChildrenPerPlace) 倍的社区；两个界限在管道的 thresholds 中给出。",
                    "A community with at least \(thresholds.desertLeastChildren) children under 3 and more than \(thresholds.desertChildrenPerPlace) times its filed places; both bounds are the pipeline's thresholds."
                ), ("邻近社区的托位（见可达托位与最近的机构）", "places across the border (see access and nearest facilities)")),
            term(
                ("社区缺口合计、富余合计", "Places short, places to spare"), "standing",
                (
                    "各登记社区缺口为正者之和；为负者之和（取正）。各社区需求各自进一，所以两者之差不等于全区缺口。",
                    "The sum of the communities' gaps above 0; of those below 0, without the sign. Each community's demand is rounded up, so their difference is not the district's gap."
                ), ("未归属的儿童与机构", "children and facilities of no registered community")),
            term(
                ("一年来的变化", "Change in a year"), "year_change",
                (
                    "D 的数字减去上年同日的数字（月末比月末），两者都按本报告的已知时点；比率的变化以百分点计。",
                    "The number at D less the one of the same day a year before (month end against month end), both as known at the report's K; ratios in percentage points."
                ), ("当年先开后关、先增后减的往返", "what opened and closed, rose and fell again within the year")),
            term(
                ("每在用托位补助", "Subsidies for a used place"), "per_place",
                (
                    "（建设、运营、示范三项已拨付 − 已追回）÷ D 日在托人次。",
                    "(paid − recovered of construction, operating and demonstration) / enrolments at D."
                ),
                (
                    "发给儿童的消费券与育儿补贴；建设补助按全部年份累计，不摊销",
                    "vouchers and child-rearing grants to children; building grants count whole, whenever paid"
                )),
            term(
                ("答复用时", "Days to an answer"), "filings",
                (
                    "提交次日起至回执或退回之日的工作日数（含当日）；规则为 \(thresholds.answerWorkingDays) 个工作日。中位数在双数时取较小者。",
                    "Working days from the day after the submission to the receipt or return, that day included; the rule is \(thresholds.answerWorkingDays). The median of an even number of answers is the lower one."
                ), ("没有提交记录的回执；提交当日的时辰", "receipts without a recorded submission; the hour of the day")),
            term(
                ("最近的机构", "Nearest facilities"), "nearest",
                (
                    "社区坐标到在营且有托位机构坐标的大圆距离，取最近 \(Report.nearbyFacilities) 家，四舍五入到米。",
                    "Great-circle distance from the community's point to open facilities with places; the \(Report.nearbyFacilities) nearest, to the metre."
                ), ("道路与步行时间；没有坐标的社区", "roads and walking time; communities without coordinates")),
            term(
                ("迟报的影响", "What late records moved"), "late",
                (
                    "同一 D，只凭 D 日终（东八区）以前的记录算出的数字，与本报告的数字之差。",
                    "The same D from what was recorded by its end (+08:00), against this report."
                ), ("尚未报来的记录", "records that have not come yet")),
        ]
    }

    private func text(_ rate: TenThousandths) -> String { Printed(units: Int128(rate.rawValue), places: 4).text }
}
