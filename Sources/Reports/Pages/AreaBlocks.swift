import Events
import Figures
import Projections

/// Blocks that pages of every level share.
extension PageMaker {
    /// Key figures with a year before beside them.
    func keyFigures(_ names: [String], _ area: Int, root: String, caption: String) -> Block {
        let others = areas.all[area].level == .community ? [townNumber(of: area), 0] : areas.all[area].level == .town ? [0] : []
        var columns = [Heading(title: say("指标", "Figure"), isNumeric: false), .day(figures.plan.asOf)]
        if let before { columns.append(.day(before.day, unit: say("上年同期", "a year before"))) }
        for other in others { columns.append(Heading(title: name(of: other))) }
        let rows = names.map { figure -> [PageCell] in
            // Communities are many, so only the wider areas' pages lead each figure to its definition.
            var row = [
                areas.all[area].level == .community
                    ? PageCell.head(.text(title(figure))) : PageCell.head(.go(title(figure), to: root + "definitions.html#" + figure))
            ]
            row[0].runs.append(.text(unitSuffix(figure)))
            row.append(.number(number(figure, area)))
            if before != nil { row.append(numberBefore(figure, area).map { .number($0) } ?? .plain("—")) }
            for other in others { row.append(.number(number(figure, other))) }
            return row
        }
        return .table(
            PageTable(
                caption: caption, columns: columns, rows: rows,
                note: source("coverage", "supplement/year_before", root: root)
                    + [.text(say("；定义见 ", "; defined on ")), .go(say("指标定义", "Definitions"), to: root + "definitions.html")]))
    }

    private func unitSuffix(_ figure: String) -> String {
        guard let figure = PageMaker.catalog[figure], figure.unit != .ratio else { return "" }
        return say("（\(unit(figure.unit))）", " (\(unit(figure.unit)))")
    }

    /// What there is to say of an area in a sentence or two.
    func headline(_ area: Int) -> [Run] {
        let gap = value("gap", area)
        var runs: [Run] = [
            .text(say("有 3 岁以下婴幼儿 ", "Children under 3: ")), .number(number("under3", area)),
            .text(say(" 名，备案托位 ", "; filed places: ")), .number(number("places_filed", area)),
            .text(say(" 个；按入托意愿需要 ", "; wanted by intent: ")), .number(number("demand", area)), .text(say(" 个，", ", ")),
        ]
        if gap > 0 {
            runs += [.state(say("缺", "missing"), kind: "no"), .text(" "), .number(number("gap", area)), .text(say(" 个", ""))]
        } else if gap < 0 {
            runs += [
                .state(say("总量够", "enough in total"), kind: "yes"), .text(say("，余 ", ", to spare: ")),
                .number(count(-gap, Balance.differenceNames[0][0], in: "balance", area)), .text(say(" 个", "")),
            ]
        } else {
            runs.append(.text(say("正好相抵", "just balanced")))
        }
        guard value("places", area) > 0 else { return runs + [.text(say("。没有在营托位。", ". No place is open."))] }
        return runs + [
            .text(say("。同时有 ", ". At the same time ")), .number(number("vacant", area)),
            .text(say(" 个托位空着，使用率 ", " places stand empty; utilisation ")), .number(number("utilisation", area)),
            .text(say("。", ".")),
        ]
    }

    /// A figure as a card, with the year before and what it moved by.
    func card(_ figure: String, _ area: Int, title: String? = nil, about: String = "", kind: String = "") -> Card {
        var lines: [[Run]] = about.isEmpty ? [] : [[.text(about)]]
        if let before = numberBefore(figure, area) {
            lines.append([.text(say("上年同期 ", "a year before ")), .number(before)])
            if let moved = change(figure, area) { lines.append([.text(say("变化 ", "change "))] + moved) }
        }
        return Card(
            title: title ?? self.title(figure), number: number(figure, area),
            unit: PageMaker.catalog[figure].map { unit($0.unit) } ?? "", lines: lines, kind: kind)
    }

    /// Supplies, then demands, each by name.
    func supplyCards(_ area: Int) -> [Block] {
        var usableLines: [[Run]] = [[.text(say("备案托位中人手照护得了的", "filed places with the staff for them"))]]
        if let usableBefore {
            let moved = usable[area] - usableBefore[area]
            usableLines += [
                [
                    .text(say("上年同期 ", "a year before ")),
                    .number(count(usableBefore[area], "places_usable_before", in: "year_change", area)),
                ],
                [
                    .text(say("变化 ", "change ") + (moved > 0 ? "+" : "")),
                    .number(count(moved, "places_usable_change", in: "year_change", area)),
                ],
            ]
        }
        usableLines.append([
            .text(say("从未报人员的机构 ", "never reported staff: ")), .number(number("staffing_unreported", area)), .text(say(" 家", "")),
        ])
        let supplies = [
            card(
                "places_filed", area, title: say("备案托位", "Filed places"), about: say("备案且在营的机构", "open, filed facilities"), kind: "supply"),
            card("places", area, title: say("在营托位", "Open places"), about: say("含未备案的机构", "filed or not"), kind: "supply"),
            Card(
                title: say("可用托位", "Usable places"), number: count(usable[area], "places_usable", in: "balance", area),
                unit: unit(.places), lines: usableLines, kind: "supply"),
        ]
        let demands = [
            card(
                "demand", area, title: say("潜在需求", "Potential need"), about: say("各月龄婴幼儿 × 入托意愿", "children by age × intent"), kind: "need"),
            card(
                "demand_planned", area, title: say("规划需求", "Planning norm"), about: say("常住人口 × 规划标准", "residents × the norm"), kind: "need"
            ),
            card(
                "demand_expressed", area, title: say("表达需求", "Expressed need"), about: say("已入托与轮候儿童", "enrolled and waiting"), kind: "need"
            ),
        ]
        return [
            .cards(title: say("供给：三种口径", "Supply, counted three ways"), supplies),
            .cards(title: say("需求：三种口径，不能相加", "Demand on three bases, never to be added"), demands),
        ]
    }

    func townNumber(of area: Int) -> Int { areas.townOfSlot[area - areas.communitiesRange.lowerBound] }

    /// Three supplies against three demands, and each less each.
    func balanceBlocks(_ area: Int, root: String) -> [Block] {
        let balance = Balance(cut, area: area, usable: usable[area])
        let supplies = [
            say("备案托位", "Filed places"), say("在营托位", "Open places"), say("可用托位", "Usable places"),
        ]
        let demands = [
            (say("潜在需求", "Potential need"), say("各月龄婴幼儿 × 入托意愿", "children by age × intent")),
            (say("规划需求", "Planning norm"), say("常住人口 × 规划标准", "residents × planning norm")),
            (say("表达需求", "Expressed need"), say("已入托与轮候", "enrolled and waiting")),
        ]
        var columns = [Heading(title: say("供给减需求", "Supply less demand"), isNumeric: false), Heading(title: say("合计", "Total"))]
        for demand in demands { columns.append(Heading(title: demand.0, unit: demand.1)) }
        var rows: [[PageCell]] = [
            [
                .head(.text(say("需求", "Demand"))), .plain(""),
            ] + balance.demands.indices.map { .number(count(balance.demands[$0], Balance.demandNames[$0], in: "balance", area)) }
        ]
        for (place, supply) in supplies.enumerated() {
            var row: [PageCell] = [.head(.text(supply))]
            row.append(.number(count(balance.supplies[place], Balance.supplyNames[place], in: "balance", area)))
            for (other, demand) in balance.demands.enumerated() {
                row.append(
                    .balance(count(demand.map { balance.supplies[place] - $0 }, Balance.differenceNames[place][other], in: "balance", area))
                )
            }
            rows.append(row)
        }
        return [
            .table(
                PageTable(
                    caption: say("供给减需求（负数为缺）", "Supply less demand (negative: places are missing)"),
                    columns: columns, rows: rows, note: source("supplement/balance", root: root))),
            .paragraph(
                [
                    .text(
                        say(
                            "可用托位的算法：只看备案机构，按最近一次报送的保育人员，从大班型起依次配足——托大班1∶7、混合编班1∶5、托小班1∶5、乳儿班1∶3；人手用完即止，从未报送人员的机构计 0。三种需求口径不同，不得相加或混用。",
                            "Usable places: filed facilities only; the caregivers last reported are given to classes from the oldest on — preschool 1:7, mixed 1:5, toddler 1:5, infant 1:3 — until they run out; a facility that never reported counts 0. The three demands are different questions: never add or mix them."
                        ))
                ], kind: "rule"),
        ]
    }

    /// The timeline of children, places and enrolled.
    func timelinePicture(_ area: Int, id: String, root: String) -> Picture {
        let counters: [(String, String, (Int, Int) -> Int)] = [
            (
                say("3岁以下婴幼儿", "Children under 3"), "under3",
                { cut, slot in
                    figures.projected.count(.m0To5, cut: cut, column: slot) + figures.projected.count(.m6To11, cut: cut, column: slot)
                        + figures.projected.count(.m12To23, cut: cut, column: slot)
                        + figures.projected.count(.m24To35, cut: cut, column: slot)
                }
            ),
            (say("备案托位", "Filed places"), "places_filed", { figures.projected.count(.placesFiled, cut: $0, column: $1) }),
            (say("在托人次", "Enrolments"), "enrolled", { figures.projected.count(.enrolled, cut: $0, column: $1) }),
        ]
        let cuts = figures.plan.timeline
        let days = timelineDays
        let slots =
            areas.all[area].level == .community
            ? [area - areas.communitiesRange.lowerBound]
            : area == 0 ? Array(0..<areas.slotCount) : slotsOfTown[area] ?? []
        let series = counters.map { counter in
            LineChart.Series(name: counter.0, values: cuts.map { cut in slots.reduce(0) { $0 + counter.2(cut, $1) } })
        }
        let code = areas.all[area].code
        // The table behind shows year ends and D; every month is in the CSV.
        let shown = cuts.indices.filter { yearEnds.contains(cuts[$0]) }
        let rows = shown.map { place -> [PageCell] in
            [.head(.text(days[place]))]
                + series.enumerated().map { number, line in
                    .number(
                        PageMaker.number(
                            (line.values[place]).map(String.init) ?? "", figure: counters[number].1, code: code, unit: nil,
                            table: "timeline",
                            key: days[place]))
                }
        }
        let title = say("婴幼儿、托位与在托变化（月末）", "Children, places and enrolments (month ends)")
        let described = series.map { line in
            "\(line.name) \(line.values.first.flatMap { $0 }.map { Axis.label($0) } ?? "—") → \(line.values.last.flatMap { $0 }.map { Axis.label($0) } ?? "—")"
        }.joined(separator: say("；", "; "))
        let span = "\(days.first ?? "") – \(days.last ?? ""): "
        return Picture(
            title: title + say("，单位：名、个、人次", ", in children, places, enrolments"),
            svg: LineChart(id: id, title: title, description: span + described, days: days, series: series).svg,
            data: PageTable(
                caption: title, columns: [Heading(title: say("日期", "Day"), isNumeric: false)] + counters.map { Heading(title: $0.0) },
                rows: rows, note: source("timeline", root: root)))
    }

    /// Places by class against children by age.
    func classPicture(_ area: Int, id: String, root: String) -> Picture {
        let groups: [(String, String, children: String?, places: String)] = [
            (say("乳儿班", "Infant"), say("6—11月", "6–11 m"), "m6_11", "places_infant"),
            (say("托小班", "Toddler"), say("12—23月", "12–23 m"), "m12_23", "places_toddler"),
            (say("托大班", "Preschool"), say("24—35月", "24–35 m"), "m24_35", "places_preschool"),
            (say("混合", "Mixed"), say("18—35月", "18–35 m"), nil, "places_mixed"),
        ]
        let title = say("各班型备案托位与对应月龄婴幼儿", "Filed places by class and children of that age")
        let kinds: [(name: String, values: [Int?])] = [
            (say("婴幼儿", "Children"), groups.map { $0.children.map { Int(value($0, area)) } }),
            (say("备案托位", "Filed places"), groups.map { Int(value($0.places, area)) }),
        ]
        let rows = groups.map { group -> [PageCell] in
            [
                .head(.text(group.0)), .text(group.1), group.children.map { .number(number($0, area)) } ?? .plain("—"),
                .number(number(group.places, area)),
            ]
        }
        let described = groups.map {
            "\($0.0): \($0.children.map { number($0, area).shown } ?? "—") / \(number($0.places, area).shown)"
        }.joined(separator: "; ")
        return Picture(
            title: title + say("，单位：名、个", ", in children and places"),
            svg: GroupedBars(
                id: id, title: title, description: described, groups: groups.map { "\($0.0) \($0.1)" }, kinds: kinds
            ).svg,
            note: say(
                "混合编班跨月龄，不与某一月龄对应；0—5 月龄无对应班型。", "Mixed classes span ages; for 0–5 months there is no class."),
            data: PageTable(
                caption: title,
                columns: [
                    Heading(title: say("班型", "Class"), isNumeric: false), Heading(title: say("月龄", "Age"), isNumeric: false),
                    Heading(title: say("婴幼儿", "Children")), Heading(title: say("备案托位", "Filed places")),
                ], rows: rows, note: source("coverage", root: root)))
    }

    /// Areas with their gap and vacancy and what they rest on.
    func areaTable(_ rows: [Int], caption: String, root: String, whenEmpty: String = "", withTown: Bool = false) -> PageTable {
        let columns = ["under3", "places_filed", "demand", "gap", "enrolled", "vacant", "coverage_rate", "utilisation", "facilities"]
        return PageTable(
            caption: caption,
            columns: [Heading(title: say("名称", "Name"), isNumeric: false)]
                + columns.map { name in
                    let figure = PageMaker.catalog[name]
                    return Heading(title: title(name), unit: figure.map { unit($0.unit) } ?? "")
                },
            rows: rows.map { area in
                var name = PageCell.head(link(area, from: root))
                if withTown { name.runs += [.text(" "), .small(self.name(of: townNumber(of: area)))] }
                return [name] + columns.map { .number(number($0, area)) }
            },
            note: source("coverage", root: root), whenEmpty: whenEmpty)
    }

    /// Subsidies by scheme of an area.
    func subsidyTable(_ area: Int, root: String) -> PageTable {
        let slots =
            areas.all[area].level == .community
            ? [area - areas.communitiesRange.lowerBound]
            : area == 0 ? Array(0..<areas.slotCount) : slotsOfTown[area] ?? []
        var rows: [[PageCell]] = []
        for scheme in Scheme.allCases {
            var sum = GrantTotals()
            for slot in slots {
                let totals = figures.projected.money(scheme, column: slot)
                sum.grants += totals.grants
                sum.granted += totals.granted
                sum.paid += totals.paid
                sum.recovered += totals.recovered
            }
            guard sum.grants > 0 else { continue }
            func cell(_ value: String, _ column: String) -> PageCell {
                .number(
                    PageMaker.number(
                        value, figure: column, code: areas.all[area].code, unit: nil, table: "subsidies", key: scheme.name))
            }
            func yuan(_ fen: Int64) -> String { Printed(units: Int128(fen), places: 2).text }
            rows.append([
                .head(.text(schemeName(scheme))), cell(String(sum.grants), "grants"), cell(yuan(sum.granted), "granted"),
                cell(yuan(sum.paid), "paid"), cell(yuan(sum.recovered), "recovered"),
            ])
        }
        return PageTable(
            caption: say("补助按项目（截至 \(figures.plan.asOf) 累计）", "Subsidies by scheme (to \(figures.plan.asOf))"),
            columns: [
                Heading(title: say("项目", "Scheme"), isNumeric: false), Heading(title: say("笔数", "Grants")),
                Heading(title: say("核定", "Granted"), unit: say("元", "yuan")), Heading(title: say("已拨付", "Paid"), unit: say("元", "yuan")),
                Heading(title: say("已追回", "Recovered"), unit: say("元", "yuan")),
            ], rows: rows, note: source("subsidies", root: root), whenEmpty: say("没有补助记录。", "No grants are recorded."))
    }
}
