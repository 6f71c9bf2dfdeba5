import Events
import Figures
import Projections

/// The first page: where places are missing, where they stand empty, whether the plan is met, what changed.
extension PageMaker {
    /// The figures that the issue of the day is told by, in this order.
    static let headlineFigures = [
        "coverage_rate", "places_per_1000", "utilisation", "enrolment_rate", "inclusive_share", "filing_rate", "communities_served",
    ]
    private static let furtherFigures = [
        "under3", "population", "facilities", "facilities_filed", "places", "places_filed", "enrolled", "vacant", "overfull",
        "enrolled_residents", "waitlisted_residents", "served_share",
    ]

    func districtPage() -> Page {
        let communities = Array(areas.registered(at: .community))
        let root = ""
        var blocks: [Block] = [.answers(answersInAMinute())]
        blocks.append(.section(id: "supply", title: say("供给与需求", "Supply and demand")))
        blocks += supplyCards(0)
        blocks += balanceBlocks(0, root: root)
        blocks.append(.section(id: "figures", title: say("主要指标", "Main figures")))
        blocks.append(.cards(title: "", PageMaker.headlineFigures.map { card($0, 0, kind: "rate") }))
        blocks.append(
            .folded(
                title: say("更多指标与上年同期", "Further figures and a year before"),
                [
                    keyFigures(
                        PageMaker.headlineFigures + PageMaker.furtherFigures, 0, root: root,
                        caption: say("指标与上年同期", "Figures and a year before"))
                ]))
        blocks.append(.section(id: "targets", title: say("规划目标", "Targets of the plan")))
        blocks += targetBlocks(root: root)
        blocks.append(.section(id: "where", title: say("哪里缺，哪里空", "Where places are missing, where they stand empty")))
        let listed = context.thresholds.listed
        blocks.append(
            .table(
                areaTable(
                    mostShort(listed), caption: say("缺口最大的 \(listed) 个社区", "The \(listed) communities with the largest gap"), root: root,
                    whenEmpty: say("没有社区存在缺口。", "No community has a gap."), withTown: true)))
        blocks.append(
            .table(
                areaTable(
                    mostVacant(listed), caption: say("空余托位最多的 \(listed) 个社区", "The \(listed) communities with most vacant places"),
                    root: root, whenEmpty: say("没有空余托位。", "No place stands empty."), withTown: true)))
        blocks += thinBlocks(communities, root: root)
        blocks.append(.section(id: "pictures", title: say("图示", "Pictures")))
        var pictures = [timelinePicture(0, id: "c-time", root: root), classPicture(0, id: "c-class", root: root)]
        if let map = mapPicture(root: root) { pictures.append(map) }
        pictures.append(townPicture(root: root))
        // In two columns: the two shorter ones beside the tall one.
        if let money = moneyPicture(root: root) { pictures.append(money) }
        if let flows = flowPicture(root: root) { pictures.append(flows) }
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

    // MARK: in a minute

    /// The four questions with which a planner comes.
    private func answersInAMinute() -> [Answer] {
        [missingAnswer(), emptyAnswer(), planAnswer(), changeAnswer()]
    }

    private func missingAnswer() -> Answer {
        let short = standing.communitiesShort[0]
        var runs: [Run] = total(0)
        func count(_ value: Int64, _ column: String) -> Run { .number(self.count(value, column, in: "standing", 0)) }
        runs += [
            .text(say("但分到社区：", " Community by community, however: ")), count(short, "communities_short"),
            .text(say(" 个社区合计缺 ", " communities are short of ")), count(standing.placesShort[0], "places_short"),
            .text(say(" 个", " places")),
        ]
        runs += names(mostShort(3), "gap", before: say("，缺得最多的是", "; most of all "))
        runs += [
            .text(say("。没有机构的社区 ", ". ")), count(standing.withoutFacility[0], "communities_without_facility"),
            .text(say(" 个，托育荒漠 ", " communities have no facility; ")), count(standing.deserts[0], "deserts"),
            .text(say(" 个。", " are child-care deserts.")),
        ]
        return Answer(
            question: say("哪里缺托位？", "Where are places missing?"), kind: short > 0 ? "no" : "yes", runs: runs,
            more: Link(text: say("看名单", "The list"), target: "#where"))
    }

    private func emptyAnswer() -> Answer {
        var runs: [Run] = [
            .number(number("vacant", 0)), .text(say(" 个托位空着，使用率 ", " places stand empty; utilisation ")), .number(number("utilisation", 0)),
        ]
        runs += names(mostVacant(3), "vacant", before: say("。空得最多的是", ". Most of all in "))
        runs.append(.text(say("。", ".")))
        return Answer(
            question: say("哪里托位空着？", "Where do they stand empty?"), kind: value("vacant", 0) > 0 ? "pending" : "yes", runs: runs,
            more: Link(text: say("看名单", "The list"), target: "#where"))
    }

    private func planAnswer() -> Answer {
        let summaries = TargetSummary.all(figures)
        guard !summaries.isEmpty else {
            return Answer(
                question: say("规划完成了吗？", "Is the plan met?"), kind: "", runs: [.text(say("管道没有给出目标。", "The pipeline names no target."))])
        }
        func sum(_ part: (TargetSummary) -> Int, _ column: String) -> Run {
            .number(cell(String(summaries.reduce(0) { $0 + part($1) }), column, in: "target_summary", row: "0"))
        }
        var runs: [Run] = [
            sum(\.results.count, "areas"), .text(say(" 项（逐区域计）中达成 ", " targets, area by area: ")), sum(\.met, "met"),
            .text(say(" 项，未达成 ", " met, ")), sum(\.missed, "missed"), .text(say(" 项，未到期 ", " missed, ")), sum(\.pending, "pending"),
            .text(say(" 项。", " not yet due. ")),
        ]
        let missed = summaries.filter { $0.missed > 0 }
        if !missed.isEmpty {
            runs.append(.text(say("未达成：", "Missed: ")))
            for (place, summary) in missed.prefix(4).enumerated() {
                if place > 0 { runs.append(.text(say("、", ", "))) }
                runs.append(.name(summary.target.name))
            }
            runs.append(.text(missed.count > 4 ? say(" 等。", " and more.") : say("。", ".")))
        }
        return Answer(
            question: say("规划完成了吗？", "Is the plan met?"),
            kind: !missed.isEmpty ? "no" : summaries.contains { $0.pending > 0 } ? "pending" : "yes", runs: runs,
            more: Link(text: say("逐项看", "One by one"), target: "#targets"))
    }

    private func changeAnswer() -> Answer {
        let question = say("一年来变了什么？", "What changed in a year?")
        guard let change, let before else {
            return Answer(
                question: question, kind: "", runs: [.text(say("没有上年同期可比。", "There is no year before to compare with."))])
        }
        var runs: [Run] = [.text(say("与 \(before.day.description) 相比：", "Against \(before.day.description): "))]
        let told = [
            ("under3", say("婴幼儿 ", "children ")), ("places_filed", say("备案托位 ", "filed places ")), ("enrolled", say("在托 ", "enrolments ")),
            ("coverage_rate", say("覆盖率 ", "coverage ")), ("utilisation", say("使用率 ", "utilisation ")),
        ]
        for (figure, words) in told {
            guard let moved = self.change(figure, 0) else { continue }
            runs.append(.text(words))
            runs += moved.map { run in if case .text(let sign) = run, sign == "+" { .strong(sign) } else { run } }
            runs.append(.text(say("，", ", ")))
        }
        func number(_ value: Int64, _ column: String) -> Run { .number(count(value, column, in: "year_change", 0)) }
        let usable = usable[0] - change.usableBefore[0]
        runs += [
            .text(say("可用托位 ", "usable places ")), .strong(usable > 0 ? "+" : ""), number(usable, "places_usable_change"),
            .text(say("，", ", ")),
        ]
        runs += [
            .text(say("新登记机构 ", "")), number(change.opened[0], "facilities_opened"), .text(say(" 家，关闭 ", " facilities opened, ")),
            number(change.closed[0], "facilities_closed"), .text(say(" 家。", " closed.")),
        ]
        return Answer(question: question, kind: "", runs: runs, more: Link(text: say("看变化图", "The pictures"), target: "#pictures"))
    }

    /// Filed places against potential need and the norm, in a sentence.
    private func total(_ area: Int) -> [Run] {
        let balance = Balance(cut, area: area, usable: usable[area])
        func against(_ demand: Int, _ words: String) -> [Run] {
            guard let need = balance.demands[demand] else { return [] }
            let rest = balance.supplies[0] - need
            let number = Run.number(count(rest, Balance.differenceNames[0][demand], in: "balance", area))
            return [
                .text(words), .state(rest < 0 ? say("差额", "short:") : say("富余", "to spare:"), kind: rest < 0 ? "no" : "yes"), .text(" "),
                number,
            ]
        }
        return [
            .text(say("全区备案托位 ", "Filed places in all: ")), .number(number("places_filed", area)),
            .text(say("；对潜在需求", "; against potential need, ")),
        ] + against(0, "") + [.text(balance.demands[1] == nil ? "" : say("，对规划需求", "; against the planning norm, "))] + against(1, "")
            + [.text(say("。", "."))]
    }

    private func names(_ list: [Int], _ figure: String, before: String) -> [Run] {
        guard !list.isEmpty else { return [] }
        var runs: [Run] = [.text(before)]
        for (place, area) in list.enumerated() {
            if place > 0 { runs.append(.text(say("、", ", "))) }
            runs += [link(area, from: ""), .text(" "), .number(number(figure, area))]
        }
        return runs
    }

    // MARK: lists

    /// Greater first; equal ones by code.
    func ranks(_ left: Int, _ right: Int, _ figure: String) -> Bool {
        let (a, b) = (value(figure, left), value(figure, right))
        return a != b ? a > b : left < right
    }

    private func largest(_ figure: String, _ count: Int) -> [Int] {
        let communities = areas.registered(at: .community).filter { value(figure, $0) > 0 }
        return Array(communities.sorted { ranks($0, $1, figure) }.prefix(count))
    }

    private func mostShort(_ count: Int) -> [Int] { largest("gap", count) }
    private func mostVacant(_ count: Int) -> [Int] { largest("vacant", count) }

    /// Communities without a facility, and deserts.
    private func thinBlocks(_ communities: [Int], root: String) -> [Block] {
        let thresholds = context.thresholds
        let deserts = communities.filter { Standing(cut, area: $0).isDesert(thresholds) }.sorted { ranks($0, $1, "under3") }
        let without = communities.filter { Standing(cut, area: $0).facilities == 0 }.sorted { ranks($0, $1, "under3") }
        return [
            .subsection(id: "without", title: say("没有机构的社区", "Communities with no facility")),
            .paragraph(
                [
                    .number(count(standing.withoutFacility[0], "communities_without_facility", in: "standing", 0)),
                    .text(
                        say(
                            " 个社区没有在营机构。按婴幼儿人数排列（名字后为人数）：",
                            " communities have no open facility. By children under 3 (the number after the name): ")),
                ] + listed(without, root: root)),
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
                    whenEmpty: say("没有托育荒漠。", "There is no desert."), withTown: true)),
            .folded(title: say("各镇街合计", "By town"), [.table(thinTowns(root: root))]),
        ]
    }

    private func listed(_ list: [Int], root: String) -> [Run] {
        var runs: [Run] = []
        for (place, area) in list.prefix(40).enumerated() {
            if place > 0 { runs.append(.text(say("、", ", "))) }
            runs += [link(area, from: root), .text(" "), .number(number("under3", area))]
        }
        if list.count > 40 { runs.append(.text(say(" 等；其余见各镇街页。", " and more: see the towns' pages."))) }
        return runs
    }

    private static let mostTowns = 100

    private func thinTowns(root: String) -> PageTable {
        let all = areas.registered(at: .town)
        let towns =
            all.count <= PageMaker.mostTowns
            ? Array(all)
            : Array(
                all.sorted { (standing.placesShort[$1], $0) < (standing.placesShort[$0], $1) }.prefix(PageMaker.mostTowns))
        let columns: [(String, String, [Int64])] = [
            (say("无机构社区", "Without a facility"), "communities_without_facility", standing.withoutFacility),
            (say("托育荒漠", "Deserts"), "deserts", standing.deserts),
            (say("荒漠社区婴幼儿", "Children in deserts"), "children_in_deserts", standing.childrenInDeserts),
            (say("有缺口社区", "Short of places"), "communities_short", standing.communitiesShort),
            (say("缺口合计", "Places short"), "places_short", standing.placesShort),
            (say("富余合计", "Places to spare"), "places_spare", standing.placesSpare),
        ]
        return PageTable(
            caption: say("各镇街的薄弱社区", "Thinly served communities by town"),
            columns: [Heading(title: say("镇街", "Town"), isNumeric: false), Heading(title: say("社区数", "Communities"))]
                + columns.map { Heading(title: $0.0) },
            rows: towns.map { town in
                [.head(link(town, from: root)), .number(number("communities", town))]
                    + columns.map { .number(count($0.2[town], $0.1, in: "standing", town)) }
            },
            note: (towns.count < all.count
                ? [.text(say("这里列出缺口合计最大的 \(towns.count) 个镇街。", "The \(towns.count) towns with most places short are listed. "))] : [])
                + source("supplement/standing", root: root) + [
                    .text(say("；社区缺口各自进一，不与镇街缺口相等。", "; communities' gaps are each rounded up and do not add up to the town's."))
                ])
    }

    private func fileList() -> [[Run]] {
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
