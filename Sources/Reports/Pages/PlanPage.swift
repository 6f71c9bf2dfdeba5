import Events
import Figures
import Projections

/// A task of the implementation plan (征求意见稿, 主要任务), with what the events can say of it.
struct PlanTask {
    let id: String
    let chinese: String
    let english: String
    /// What the notice asks for, in short.
    let asks: (String, String)
    /// Figures of the catalog that bear on it.
    var figures: [String] = []
    /// What no event speaks of.
    var silent: (String, String) = ("", "")
}

extension PageMaker {
    static let planParts: [(String, String, String, [PlanTask])] = [
        (
            "supply", "一、照护服务供给体系", "1. Supply of care",
            [
                PlanTask(
                    id: "family", chinese: "促进家庭婴幼儿照护服务", english: "Care in families",
                    asks: (
                        "倡导家庭为主，做好新生儿访视、疾病防控与喂养、发育、安全指导。",
                        "Families first; newborn visits, disease prevention, guidance on feeding, growth and safety."
                    ),
                    figures: ["newborns", "newborns_visited", "visit_rate"],
                    silent: ("育儿指导课程、入户指导、疾病防控：没有事件记录。", "Parenting courses, home guidance, disease prevention: no event speaks of them.")),
                PlanTask(
                    id: "community", chinese: "发展社区婴幼儿照护服务", english: "Care in communities",
                    asks: (
                        "小型、就近、适用；建设嵌入式、分布式、连锁化的社区设施。", "Small, near, fitting; embedded, distributed and chained facilities in communities."
                    ),
                    figures: ["communities", "communities_served", "served_share"],
                    silent: (
                        "是否连锁、是否利用妇儿之家等既有设施：没有事件记录。",
                        "Whether facilities are chained or use existing community rooms: no event speaks of it."
                    )),
                PlanTask(
                    id: "institutions", chinese: "支持社会力量办托、机构与分部", english: "Institutions and branches",
                    asks: (
                        "支持社会力量办托，鼓励新建、改扩建与开办分部，发展普惠。", "Support for providers, new buildings, extensions and branches; inclusive care."
                    ),
                    figures: ["facilities_inclusive", "places_inclusive", "inclusive_share", "facilities_demonstration"],
                    silent: (
                        "机构之间的总部与分部关系：没有事件记录，每个场所单独登记。",
                        "Which facility is a branch of which: no event speaks of it; each site is registered by itself."
                    )),
                PlanTask(
                    id: "kindergarten", chinese: "依托幼儿园开设托班", english: "Kindergarten classes",
                    asks: ("在满足 3—6 岁入园需求的基础上开设托班。", "Classes for under-3s in kindergartens, once 3–6-year-olds have their places."),
                    silent: ("3—6 岁入园需求与余位：没有事件记录。", "Demand of 3–6-year-olds, and places left for them: no event speaks of it.")),
            ]
        ),
        (
            "management", "二、照护服务管理体系", "2. Management",
            [
                PlanTask(
                    id: "registration", chinese: "规范注册登记", english: "Registration",
                    asks: ("按机构性质到编办、民政或市场监管登记。", "By legal form at the institutional office, civil affairs or market regulation."),
                    figures: ["facilities"],
                    silent: (
                        "应登记而未登记的照护点：没有事件记录，报告看不见它们。",
                        "Care given without any registration: no event speaks of it, and the report cannot see it."
                    )),
                PlanTask(
                    id: "filing", chinese: "严格备案管理", english: "Filing",
                    asks: ("登记后向卫健部门备案，收到材料后 5 个工作日内出具回执。", "Filing with the health authority; a receipt within 5 working days."),
                    figures: ["facilities_filed", "filing_rate"],
                    silent: (
                        "材料是否齐全、15 个工作日内的不符合通知：没有事件记录。",
                        "Whether papers were complete, and notices of non-conformity within 15 working days: no event speaks of them."
                    )),
                PlanTask(
                    id: "standards", chinese: "规范建设标准", english: "Building standards",
                    asks: ("场地、班型与面积符合设置标准。", "Site, classes and area by the standard."),
                    silent: (
                        "楼层、户外场地、监控：没有事件记录。每托位 6 与 8 平方米是地方常用线，供对照。",
                        "Floors, outdoor space, cameras: no event speaks of them. 6 and 8 m² a place are lines that localities use, for comparison."
                    )),
                PlanTask(
                    id: "health", chinese: "落实卫生保健", english: "Health care and credentials",
                    asks: ("卫生评价、消防与食品许可有效。", "Valid hygiene, fire and food credentials."), figures: ["facilities_compliant"],
                    silent: (
                        "儿童健康检查、保健人员与传染病报告：没有事件记录。",
                        "Health checks of children, health staff, reports of diseases: no event speaks of them."
                    )),
                PlanTask(
                    id: "supervision", chinese: "加强综合监管", english: "Supervision",
                    asks: ("部门协同监督检查，及时整改。", "Joint inspections, and what they find mended."), figures: ["overfull", "enrolled_over_age"],
                    silent: (
                        "整改是否完成、处罚与联合执法：只有下一次检查的结果，没有别的事件记录。",
                        "Whether faults were mended, fines, joint enforcement: only the next inspection's result tells; no other event does."
                    )),
            ]
        ),
        (
            "support", "三、照护服务保障体系", "3. Support",
            [
                PlanTask(
                    id: "policy", chinese: "加强政策支持（补助）", english: "Policy and subsidies",
                    asks: ("落实建设、运营与示范补助。", "Grants for building, running and demonstration."),
                    figures: ["granted", "paid", "recovered", "net_paid_per_place"],
                    silent: ("税费减免、水电气价格：没有事件记录。", "Tax and utility price relief: no event speaks of it.")),
                PlanTask(
                    id: "land", chinese: "加强用地保障", english: "Land",
                    asks: ("新建居住区按标准配建，保障用地。", "Land, and places in new estates by the norm."),
                    figures: ["demand_planned", "places_per_1000"],
                    silent: (
                        "供地、配建与移交：没有事件记录；这里只有规划标准与现有托位的对照。",
                        "Land granted, places built with estates: no event speaks of it; only the norm and the places can be compared."
                    )),
                PlanTask(
                    id: "staff", chinese: "加强队伍建设", english: "Staff",
                    asks: ("按班型比例配足保育人员，持证上岗。", "Caregivers by the class ratios, and qualified."),
                    figures: ["caregivers", "caregivers_required", "caregivers_short", "staffing_unreported"],
                    silent: ("资质、培训、工资：没有事件记录。", "Qualifications, training, pay: no event speaks of them.")),
            ]
        ),
    ]

    func planPage() -> Page {
        let evidence = PlanEvidence.all(figures, context)
        var blocks: [Block] = [
            .paragraph([
                .text(
                    say(
                        "按《促进3岁以下婴幼儿照护服务发展的实施方案（征求意见稿）》说明的任务逐条列出证据。事件没有记录的，照实写明。",
                        "Each task of the draft implementation plan with its evidence. Where no event speaks of a matter, this page says so."
                    ))
            ]),
            .section(id: "goals", title: say("工作目标", "Goals")),
            .paragraph([
                .text(
                    say(
                        "2021 年：完成 4 家普惠托育机构备案，力争 1 家省级普惠托育示范机构。2025 年：政策法规与标准体系基本健全，城乡社区托育供给明显提高——这一目标没有数值，下表由管道给出可核对的指标。",
                        "2021: 4 inclusive facilities filed, 1 provincial demonstration facility. 2025: rules and standards in place and supply in town and country clearly greater — a goal without numbers; the pipeline names figures that can be checked."
                    ))
            ]),
        ]
        blocks += targetBlocks(root: "")
        for (id, chinese, english, tasks) in PageMaker.planParts {
            blocks.append(.section(id: id, title: say(chinese, english)))
            for task in tasks {
                blocks.append(.subsection(id: task.id, title: say(task.chinese, task.english)))
                blocks.append(.paragraph([.strong(say("要求：", "Asked for: ")), .text(say(task.asks.0, task.asks.1))]))
                let rows = planRows(task, evidence.filter { $0.task == task.id })
                if !rows.isEmpty {
                    var columns = [Heading(title: say("证据", "Evidence"), isNumeric: false), .day(figures.plan.asOf)]
                    if let before, hasYearBefore(task) {
                        columns.append(.day(before.day, unit: say("上年同期", "a year before")))
                    }
                    columns.append(Heading(title: say("单位", "Unit"), isNumeric: false))
                    blocks.append(
                        .table(
                            PageTable(
                                caption: say(task.chinese, task.english), columns: columns, rows: rows,
                                note: source("coverage", "supplement/plan", root: ""))))
                }
                blocks += lists(of: task)
                if !task.silent.0.isEmpty {
                    blocks.append(
                        .paragraph([.strong(say("没有记录：", "Not recorded: ")), .text(say(task.silent.0, task.silent.1))], kind: "note"))
                }
            }
        }
        blocks.append(.section(id: "organisation", title: say("四、组织实施", "4. Organisation")))
        for (id, title, asks, silent) in PageMaker.organisation {
            blocks.append(.subsection(id: id, title: say(title.0, title.1)))
            blocks.append(.paragraph([.strong(say("要求：", "Asked for: ")), .text(say(asks.0, asks.1))]))
            blocks.append(.paragraph([.strong(say("没有记录：", "Not recorded: ")), .text(say(silent.0, silent.1))], kind: "note"))
        }
        return Page(path: "plan.html", title: say("实施方案执行情况", "How the plan is carried out"), blocks: blocks)
    }

    private typealias Words = (String, String)
    private static let organisation: [(id: String, title: Words, asks: Words, silent: Words)] = [
        (
            "leadership", ("加强组织领导", "Leadership"), ("明确职责分工，层层压实责任。", "Duties named and answered for."),
            ("职责分工与督促落实：没有事件记录。", "Who answers for what, and whether it was followed up: no event speaks of it.")
        ),
        (
            "publicity", ("加强宣传倡导", "Publicity"), ("宣传政策与示范单位典型。", "Policies explained, model facilities made known."),
            (
                "宣传活动：没有事件记录；示范授牌见“机构与分部”一条。",
                "Publicity: no event speaks of it; demonstration awards stand under institutions and branches."
            )
        ),
        (
            "coordination", ("加强部门联动", "Work between departments"),
            ("卫健部门牵头的联席工作协调机制。", "A standing conference led by the health authority."),
            (
                "联席会议与议定事项：没有事件记录；登记、证照、检查各由其部门的事件说明。",
                "Conferences and what they settled: no event speaks of them; registrations, credentials and inspections are told by their own events."
            )
        ),
    ]

    /// Whether a year before is known of one of the task's figures; evidence is counted at D alone.
    private func hasYearBefore(_ task: PlanTask) -> Bool { task.figures.contains { numberBefore($0, 0) != nil } }

    private func planRows(_ task: PlanTask, _ evidence: [PlanEvidence]) -> [[PageCell]] {
        let known = task.figures.map { figure -> [PageCell] in
            var row: [PageCell] = [.head(.text(title(figure))), .number(number(figure, 0))]
            if hasYearBefore(task) { row.append(numberBefore(figure, 0).map { .number($0) } ?? .plain("—")) }
            row.append(.text(PageMaker.catalog[figure].map { unit($0.unit) } ?? ""))
            return row
        }
        return known
            + evidence.map { piece in
                var row: [PageCell] = [
                    .head(.text(say(piece.chinese, piece.english))),
                    .number(
                        PageMaker.number(
                            String(piece.value), figure: "value", code: piece.task, unit: nil, table: "supplement/plan", key: piece.measure)
                    ),
                ]
                if hasYearBefore(task) { row.append(.plain("—")) }
                row.append(.text(say(piece.unit.0, piece.unit.1)))
                return row
            }
    }
}
