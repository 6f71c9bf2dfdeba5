import Events
import Figures
import Projections

/// The first page: where places are missing, where they stand empty, whether the plan is met, what changed.
extension PageMaker {
    func districtPage() -> Page {
        let communities = Array(areas.registered(at: .community))
        let root = ""
        var blocks: [Block] = [.paragraph(headline(0), kind: "lead")]
        blocks.append(.section(id: "supply", title: say("供给与需求", "Supply and demand")))
        blocks.append(.cards(headlineCards(0)))
        blocks.append(contentsOf: balanceBlocks(0, root: root))
        blocks.append(
            keyFigures(
                [
                    "coverage_rate", "places_per_1000", "utilisation", "enrolment_rate", "inclusive_share", "filing_rate",
                    "communities_served",
                    "served_share", "under3", "places", "places_filed", "enrolled", "vacant", "overfull", "waitlisted_residents",
                ], 0, root: root, caption: say("主要指标与上年同期", "Main figures and a year before")))
        blocks.append(.section(id: "targets", title: say("规划目标", "Targets of the plan")))
        blocks.append(.table(targetTable(root: root)))
        blocks.append(.section(id: "where", title: say("哪里缺，哪里空", "Where places are missing, where they stand empty")))
        let listed = context.thresholds.listed
        let gaps = communities.filter { value("gap", $0) > 0 }.sorted { ranks($0, $1, "gap") }.prefix(listed)
        let vacancies = communities.filter { value("vacant", $0) > 0 }.sorted { ranks($0, $1, "vacant") }.prefix(listed)
        blocks.append(
            .table(
                areaTable(
                    Array(gaps), caption: say("缺口最大的 \(listed) 个社区", "The \(listed) communities with the largest gap"), root: root,
                    whenEmpty: say("没有社区存在缺口。", "No community has a gap."))))
        blocks.append(
            .table(
                areaTable(
                    Array(vacancies), caption: say("空余托位最多的 \(listed) 个社区", "The \(listed) communities with most vacant places"),
                    root: root, whenEmpty: say("没有空余托位。", "No place stands empty."))))
        blocks.append(contentsOf: thinBlocks(root: root))
        blocks.append(.section(id: "pictures", title: say("图示", "Pictures")))
        var pictures = [timelinePicture(0, id: "c-time", root: root), classPicture(0, id: "c-class", root: root)]
        if let map = mapPicture(root: root) { pictures.append(map) }
        pictures.append(townPicture(root: root))
        if let flows = flowPicture(root: root) { pictures.append(flows) }
        if let money = moneyPicture(root: root) { pictures.append(money) }
        blocks.append(.pictures(pictures))
        blocks.append(.section(id: "money", title: say("补助资金", "Subsidies")))
        blocks.append(.table(subsidyTable(0, root: root)))
        blocks.append(.section(id: "files", title: say("数据文件", "Data files")))
        blocks.append(.list(fileList()))
        return Page(
            path: "index.html", title: say("\(areas.all[0].name)托位供需报告", "\(areas.all[0].name): child-care places, supply and demand"),
            subtitle: [.text(say("3 岁以下婴幼儿照护服务：供给、需求与规划执行", "Care of children under 3: supply, demand and how the plan is carried out"))],
            blocks: blocks)
    }

    /// Greater first; equal ones by code.
    func ranks(_ left: Int, _ right: Int, _ figure: String) -> Bool {
        let (a, b) = (value(figure, left), value(figure, right))
        return a != b ? a > b : left < right
    }

    /// What there is to say in one sentence.
    func headline(_ area: Int) -> [Run] {
        let gap = value("gap", area)
        var runs: [Run] = [
            .text(say("有 3 岁以下婴幼儿 ", "Children under 3: ")), .number(number("under3", area)),
            .text(say(" 名，备案托位 ", "; filed places: ")), .number(number("places_filed", area)),
            .text(say(" 个；按入托意愿需要 ", "; wanted by intent: ")), .number(number("demand", area)), .text(say(" 个，", ", ")),
        ]
        if gap > 0 {
            runs += [.state(say("缺 ", "missing "), kind: "no"), .number(number("gap", area)), .text(say(" 个", ""))]
        } else if gap < 0 {
            runs += [
                .state(say("总量够", "enough in total"), kind: "yes"), .text(say("（缺口 ", " (gap ")), .number(number("gap", area)),
                .text(say("）", ")")),
            ]
        } else {
            runs.append(.text(say("正好相抵", "just balanced")))
        }
        runs += [
            .text(say("。同时有 ", ". At the same time ")), .number(number("vacant", area)),
            .text(say(" 个托位空着（使用率 ", " places stand empty (utilisation ")), .number(number("utilisation", area)),
            .text(say("）。", ").")),
        ]
        if areas.all[area].level == .district {
            runs += [
                .text(say("没有机构的社区 ", " Communities without a facility: ")),
                .number(count(standing.withoutFacility[area], "communities_without_facility", in: "standing", area)),
                .text(say(" 个，托育荒漠 ", "; child-care deserts: ")),
                .number(count(standing.deserts[area], "deserts", in: "standing", area)), .text(say(" 个。", ".")),
            ]
        }
        return runs
    }

    /// Supplies, then demands, each by name.
    func headlineCards(_ area: Int) -> [Card] {
        func lines(_ figure: String) -> [[Run]] {
            numberBefore(figure, area).map { [[.text(say("上年同期 ", "a year before ")), .number($0)]] } ?? []
        }
        let places = say("个", "")
        return [
            Card(title: say("备案托位", "Filed places"), number: number("places_filed", area), unit: places, lines: lines("places_filed")),
            Card(title: say("在营托位", "Open places"), number: number("places", area), unit: places, lines: lines("places")),
            Card(
                title: say("可用托位", "Usable places"), number: count(usable[area], "places_usable", in: "balance", area), unit: places,
                lines: [
                    [
                        .text(say("未报人员机构 ", "never reported staff: ")), .number(number("staffing_unreported", area)), .text(say(" 家", "")),
                    ]
                ]),
            Card(title: say("潜在需求", "Potential need"), number: number("demand", area), unit: places, lines: lines("demand"), kind: "need"),
            Card(
                title: say("规划需求", "Planning norm"), number: number("demand_planned", area), unit: places, lines: lines("demand_planned"),
                kind: "need"),
            Card(
                title: say("表达需求", "Expressed need"), number: number("demand_expressed", area), unit: say("名", ""),
                lines: lines("demand_expressed"), kind: "need"),
            Card(title: title("coverage_rate"), number: number("coverage_rate", area), lines: lines("coverage_rate"), kind: "rate"),
            Card(title: title("utilisation"), number: number("utilisation", area), lines: lines("utilisation"), kind: "rate"),
        ]
    }

    /// The targets of the plan. Levels below the district are summed up beyond a screenful.
    func targetTable(root: String) -> PageTable {
        var rows: [[PageCell]] = []
        var note = source("targets", root: root)
        let most = 60
        for result in figures.targets.prefix(most) {
            let target = figures.settings.targets[result.target]
            let bound: String =
                switch target.bound {
                case .atLeast(let bound): "≥ \(bound.description)"
                case .atMost(let bound): "≤ \(bound.description)"
                }
            let area = areas.all[result.area]
            let value = PageMaker.number(
                result.value?.text ?? "", figure: "value", code: area.code, unit: target.figure.unit, table: "targets",
                key: String(result.target))
            let sign: (String, String) =
                switch result.met {
                case .yes: (say("已达成", "met"), "yes")
                case .no: (say("未达成", "not met"), "no")
                case .pending: (say("未到期", "not yet due"), "pending")
                }
            var on: [Run] = [.text(result.metOn?.description ?? "—")]
            if let metOn = result.metOn, metOn > target.by { on.append(.text(say("（晚于期限）", " (late)"))) }
            rows.append([
                .head(.name(target.name)), .runs(link(result.area, from: root)), .text(title(target.figure)), .text(target.by.description),
                .plain(bound), .number(value), .runs(.state(sign.0, kind: sign.1)), PageCell(runs: on),
            ])
        }
        if figures.targets.count > most {
            note.insert(.text(say("这里列出前 \(most) 行。", "The first \(most) rows are listed. ")), at: 0)
        }
        return PageTable(
            caption: say("目标与达成情况", "Targets and how they stand"),
            columns: [
                Heading(title: say("目标", "Target"), isNumeric: false), Heading(title: say("区域", "Area"), isNumeric: false),
                Heading(title: say("指标", "Figure"), isNumeric: false), Heading(title: say("期限", "By"), isNumeric: false),
                Heading(title: say("要求", "Bound")), Heading(title: say("实际", "Value")),
                Heading(title: say("状态", "State"), isNumeric: false), Heading(title: say("首次达成", "Met on"), isNumeric: false),
            ], rows: rows, note: note, whenEmpty: say("管道没有给出目标。", "The pipeline names no target."))
    }

    /// Deserts, and communities without a facility.
    func thinBlocks(root: String) -> [Block] {
        let thresholds = context.thresholds
        let communities = Array(areas.registered(at: .community))
        let deserts = communities.filter { Standing(cut, area: $0).isDesert(thresholds) }.sorted { ranks($0, $1, "under3") }
        let without = communities.filter { Standing(cut, area: $0).facilities == 0 }.sorted { ranks($0, $1, "under3") }
        func townCounts() -> PageTable {
            PageTable(
                caption: say("各镇街的薄弱社区", "Thinly served communities by town"),
                columns: [
                    Heading(title: say("镇街", "Town"), isNumeric: false), Heading(title: say("社区数", "Communities")),
                    Heading(title: say("无机构社区", "Without a facility")), Heading(title: say("托育荒漠", "Deserts")),
                    Heading(title: say("荒漠社区婴幼儿", "Children in deserts")),
                ],
                rows: areas.registered(at: .town).map { town in
                    [
                        .head(link(town, from: root)), .number(number("communities", town)),
                        .number(count(standing.withoutFacility[town], "communities_without_facility", in: "standing", town)),
                        .number(count(standing.deserts[town], "deserts", in: "standing", town)),
                        .number(count(standing.childrenInDeserts[town], "children_in_deserts", in: "standing", town)),
                    ]
                }, note: source("supplement/standing", root: root))
        }
        func names(_ list: [Int]) -> [Run] {
            var runs: [Run] = []
            for (place, area) in list.prefix(40).enumerated() {
                if place > 0 { runs.append(.text(say("、", ", "))) }
                runs.append(link(area, from: root))
                runs.append(.text(" "))
                runs.append(.number(number("under3", area)))
            }
            if list.count > 40 { runs.append(.text(say(" 等；其余见各镇街页。", " and more: see the towns' pages."))) }
            return runs.isEmpty ? [.text(say("没有。", "None."))] : runs
        }
        return [
            .subsection(id: "deserts", title: say("托育荒漠", "Child-care deserts")),
            .paragraph([
                .text(
                    say(
                        "标准：3 岁以下婴幼儿不少于 \(thresholds.desertLeastChildren) 名，且每个备案托位对应超过 \(thresholds.desertChildrenPerPlace) 名。共 ",
                        "At least \(thresholds.desertLeastChildren) children under 3 and more than \(thresholds.desertChildrenPerPlace) of them for a filed place: "
                    )),
                .number(count(standing.deserts[0], "deserts", in: "standing", 0)), .text(say(" 个社区，住着 ", " communities with ")),
                .number(count(standing.childrenInDeserts[0], "children_in_deserts", in: "standing", 0)),
                .text(say(" 名婴幼儿。", " children.")),
            ]),
            .table(
                areaTable(
                    Array(deserts.prefix(thresholds.listed)),
                    caption: say("婴幼儿最多的 \(thresholds.listed) 个托育荒漠", "The \(thresholds.listed) deserts with most children"), root: root,
                    whenEmpty: say("没有托育荒漠。", "There is no desert."))),
            .subsection(id: "without", title: say("没有机构的社区", "Communities with no facility")),
            .paragraph([.text(say("按婴幼儿人数排列（名字后为人数）：", "By children under 3 (the number after the name): "))] + names(without)),
            .folded(title: say("各镇街合计", "By town"), [.table(townCounts())]),
        ]
    }

    func fileList() -> [[Run]] {
        var lines: [[Run]] = [
            [.go("report.xlsx", to: "report.xlsx"), .text(say("：全部表格，一表一页，含图", ": every table, one a sheet, with charts"))],
            [.go("report.sqlite", to: "report.sqlite"), .text(say("：可用 SQL 查询的数据库", ": a database to query"))],
            [
                .go("datapackage.json", to: "datapackage.json"),
                .text(say("：各表的字段、单位、键与校验和", ": fields, units, keys and hashes of each table")),
            ],
        ]
        for table in Report.tables {
            lines.append([.go(table.fileName, to: table.fileName), .text(say("：", ": ") + say(table.chinese, table.english))])
        }
        for table in Report.supplement(context) {
            let path = "supplement/" + table.fileName
            lines.append([.go(path, to: path), .text(say("：", ": ") + say(table.chinese, table.english))])
        }
        return lines
    }
}
