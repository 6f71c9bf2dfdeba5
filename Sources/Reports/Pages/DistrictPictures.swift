import Events
import Figures
import Projections

/// The pictures of the first page.
extension PageMaker {
    /// Gap and vacancy of towns side by side.
    func townPicture(root: String) -> Picture {
        let towns = Array(areas.registered(at: .town))
        // A chart of a thousand lines is none; the widest gaps and vacancies are shown, the table has all.
        let shown = towns.count <= 40 ? towns : Array(towns.sorted { ranks($0, $1, "gap") }.prefix(40))
        let title = say("各镇街缺口与空余托位", "Gap and vacant places by town")
        return Picture(
            title: title + say("，单位：个", ", in places"),
            svg: PairedBars(
                id: "c-towns", title: title,
                description: shown.map { "\(name(of: $0)): \(value("gap", $0)) / \(value("vacant", $0))" }.joined(separator: "; "),
                leftName: say("缺口（空心为富余）", "Gap (hollow: surplus)"), rightName: say("空余托位", "Vacant places"),
                rows: shown.map { (name(of: $0), Int(value("gap", $0)), Int(value("vacant", $0))) }
            ).svg,
            note: shown.count < towns.count
                ? say("只画缺口最大的 \(shown.count) 个；全部见镇街页。", "The \(shown.count) with the largest gap are drawn; all are on the towns' page.")
                : "",
            data: areaTable(shown, caption: title, root: root))
    }

    /// Communities and facilities where they lie.
    func mapPicture(root: String) -> Picture? {
        let rate = FigureCatalog.figure(named: "coverage_rate")
        let first = areas.communitiesRange.lowerBound
        let middle: Int128 = 4500
        let limit = 3000
        let slots = areas.communities.indices.filter { areas.communities[$0].position != nil }
        // Beyond some thousand bubbles nothing can be told apart: those with most children are drawn.
        let drawn = slots.count <= limit ? Array(slots) : Array(slots.sorted { ranks(first + $0, first + $1, "under3") }.prefix(limit))
        var bubbles: [MapChart.Bubble] = []
        for slot in drawn {
            guard let position = areas.communities[slot].position else { continue }
            let area = first + slot
            let state = Standing(cut, area: area)
            guard state.children > 0 else { continue }
            let coverage: Int
            if state.placesFiled == 0 {
                coverage = 0
            } else if Int128(state.children) > Int128(context.thresholds.desertChildrenPerPlace) * Int128(state.placesFiled) {
                coverage = 1
            } else {
                coverage = (rate.flatMap { cut.printed($0, of: area) }?.units ?? 0) < middle ? 2 : 3
            }
            bubbles.append(
                MapChart.Bubble(
                    position: position, children: Int(state.children), coverage: coverage,
                    words: "\(name(of: area)): \(number("under3", area).shown) · \(number("coverage_rate", area).shown)"))
        }
        let open = figures.projected.facilities.filter { $0.state.isOpen }
        let rings = open.prefix(limit).compactMap { facility in
            AccessRow.position(of: facility, areas: areas).map { MapChart.Ring(position: $0, words: facility.name) }
        }
        guard !bubbles.isEmpty else { return nil }
        let towns = Array(areas.registered(at: .town))
        let labels = towns.count > 60 ? [] : towns.compactMap { town in mapLabel(town) }
        let title = say("社区与机构分布", "Communities and facilities")
        let legend = [
            say("没有备案托位", "no filed place"),
            say(
                "每托位超过 \(context.thresholds.desertChildrenPerPlace) 名", "over \(context.thresholds.desertChildrenPerPlace) children a place"
            ),
            say("覆盖率低于 45%", "coverage under 45%"), say("覆盖率 45% 及以上", "coverage 45% and more"),
        ]
        return Picture(
            title: title + say("（圆面积：婴幼儿；填充：覆盖率；环：机构）", " (area: children; fill: coverage; ring: facility)"),
            svg: MapChart(
                id: "c-map", title: title,
                description: say(
                    "共 \(bubbles.count) 个有坐标的社区、\(rings.count) 家在营机构；",
                    "\(bubbles.count) communities with coordinates, \(rings.count) open facilities; ")
                    + legend.enumerated().map { place, words in
                        "\(words) \(bubbles.count { $0.coverage == place })"
                    }.joined(separator: say("，", ", ")),
                bubbles: bubbles, rings: Array(rings), labels: labels, legend: legend,
                legendTitle: say("覆盖率 = 备案托位 ÷ 3 岁以下婴幼儿", "Coverage = filed places ÷ children under 3"),
                ringName: say("在营机构", "open facility"), bubbleName: say("名婴幼儿", "children")
            ).svg,
            note: say(
                "深浅与符号（× 没有，– 荒漠）都表示覆盖率，不靠颜色也能读。把指针停在圆上看名称与数字。",
                "Shade and sign (× none, – desert) both tell the coverage, so that no colour is needed. Point at a circle for its name and numbers."
            ),
            data: mapTable(title, root: root), isBroad: true)
    }

    /// The communities of the map; of very many those with most children.
    private func mapTable(_ title: String, root: String) -> PageTable {
        let all = areas.registered(at: .community).filter { hasPage($0) }
        let most = 400
        guard all.count > most else { return areaTable(all, caption: title, root: root, withTown: true) }
        let shown = all.sorted { ranks($0, $1, "under3") }.prefix(most)
        var table = areaTable(Array(shown), caption: title, root: root, withTown: true)
        table.note.insert(.text(say("这里列出婴幼儿最多的 \(most) 个。", "The \(most) with most children are listed. ")), at: 0)
        return table
    }

    /// A town's name with the box of its communities.
    private func mapLabel(_ town: Int) -> MapChart.Label? {
        let positions = (slotsOfTown[town] ?? []).compactMap { $0 < areas.communities.count ? areas.communities[$0].position : nil }
        let (longitudes, latitudes) = (positions.map(\.longitude), positions.map(\.latitude))
        guard let west = longitudes.min(), let east = longitudes.max(), let south = latitudes.min(), let north = latitudes.max() else {
            return nil
        }
        return MapChart.Label(west: west, east: east, south: south, north: north, words: name(of: town))
    }

    /// Flows from home town to the facility's town.
    func flowPicture(root: String) -> Picture? {
        guard !townFlows.isEmpty else { return nil }
        var homes: [Int?] = []
        var places: [Int] = []
        // Of many towns those are drawn that send or take most children across their borders.
        var crossings = [Int](repeating: 0, count: areas.all.count)
        for flow in townFlows where flow.home != flow.place {
            if let home = flow.home { crossings[home] += flow.enrolments }
            crossings[flow.place] += flow.enrolments
        }
        let busy = areas.towns.filter { crossings[$0] > 0 }.sorted { (crossings[$1], $0) < (crossings[$0], $1) }
        let drawn = areas.towns.count <= 40 ? nil : Set(busy.prefix(20))
        func isDrawn(_ town: Int) -> Bool { drawn?.contains(town) ?? true }
        for town in areas.towns where isDrawn(town) && townFlows.contains(where: { $0.home == town }) { homes.append(town) }
        if townFlows.contains(where: { $0.home == nil }) { homes.append(nil) }
        for town in areas.towns where isDrawn(town) && townFlows.contains(where: { $0.place == town }) { places.append(town) }
        let title = say("从居住镇街到机构所在镇街的入托", "Enrolments from home town to the facility's town")
        func homeName(_ home: Int?) -> String { home.map { name(of: $0) } ?? say("区外", "elsewhere") }
        let crossing = townFlows.filter { $0.home != $0.place }.sorted { $0.enrolments > $1.enrolments }
        let rows = crossing.prefix(30).map { flow -> [PageCell] in
            [
                .head(flow.home.map { link($0, from: root) } ?? .text(homeName(nil))), .runs(link(flow.place, from: root)),
                .number(
                    PageMaker.number(
                        String(flow.enrolments), figure: "enrolments", code: areas.all[flow.place].code, unit: nil,
                        table: "supplement/town_flows", key: flow.homeCode(areas))),
            ]
        }
        let data = PageTable(
            caption: say("跨镇街最多的流向", "The largest flows between towns"),
            columns: [
                Heading(title: say("居住镇街", "Home"), isNumeric: false), Heading(title: say("机构所在镇街", "Facility"), isNumeric: false),
                Heading(title: title, unit: say("人次", "enrolments")),
            ], rows: rows, note: source("supplement/town_flows", root: root), whenEmpty: say("没有跨镇街入托。", "No enrolment crosses towns."))
        let values = homes.map { home in
            places.map { place in townFlows.first { $0.home == home && $0.place == place }?.enrolments ?? 0 }
        }
        return Picture(
            title: title + say("，单位：人次", ", in enrolments"),
            svg: MatrixChart(
                id: "c-flows", title: title,
                description: crossing.prefix(5).map { "\(homeName($0.home)) → \(name(of: $0.place)): \($0.enrolments)" }.joined(
                    separator: "; "),
                rowTitle: say("居住", "home"), columnTitle: say("机构", "facility"), rows: homes.map(homeName),
                columns: places.map { name(of: $0) },
                values: values
            ).svg,
            note: say("方块面积为人次；浅色为本镇街内。", "A square's area is the enrolments; the light ones stay within a town.")
                + (drawn == nil
                    ? "" : say("只画跨镇街人次最多的 20 个镇街。", " The 20 towns with most enrolments across their borders are drawn.")),
            data: data)
    }

    /// What was paid each year, by scheme, one on top of the other.
    func moneyPicture(root: String) -> Picture? {
        let rows = figures.projected.yearlyGrants
        guard let first = rows.first?.year, let last = rows.last?.year else { return nil }
        let years = Array(max(first, last - PageMaker.mostYears + 1)...last)
        let schemes = Scheme.allCases.filter { scheme in rows.contains { $0.scheme == scheme } }
        func sums(_ year: Int, _ scheme: Scheme) -> GrantTotals? { rows.first { $0.year == year && $0.scheme == scheme }?.totals }
        // In whole ten thousands of yuan, as bureaus plan.
        let kinds = schemes.map { scheme in
            (name: schemeName(scheme), values: years.map { year -> Int? in sums(year, scheme).map { Int($0.paid / 1_000_000) } })
        }
        let title = say("各年拨付的补助，按项目", "Subsidies paid each year, by scheme")
        func yuan(_ fen: Int64) -> String { Printed(units: Int128(fen), places: 2).text }
        let data = PageTable(
            caption: title,
            columns: [
                Heading(title: say("年份", "Year"), isNumeric: false), Heading(title: say("项目", "Scheme"), isNumeric: false),
                Heading(title: say("笔数", "Grants")), Heading(title: say("核定", "Granted"), unit: say("元", "yuan")),
                Heading(title: say("拨付", "Paid"), unit: say("元", "yuan")), Heading(title: say("追回", "Recovered"), unit: say("元", "yuan")),
            ],
            rows: rows.filter { years.contains($0.year) }.map { row in
                func cell(_ value: String, _ column: String) -> PageCell {
                    .number(self.cell(value, column, in: "subsidies_by_year", row: String(row.year), key: row.scheme.name))
                }
                return [
                    .head(.text(String(row.year))), .text(schemeName(row.scheme)), cell(String(row.totals.grants), "grants"),
                    cell(yuan(row.totals.granted), "granted"), cell(yuan(row.totals.paid), "paid"),
                    cell(yuan(row.totals.recovered), "recovered"),
                ]
            }, note: source("supplement/subsidies_by_year", root: root))
        return Picture(
            title: title + say("，单位：万元（取整）", ", in 10,000 yuan, rounded down"),
            svg: GroupedBars(
                id: "c-money", title: title,
                description: years.enumerated().map { place, year in
                    "\(year): " + kinds.map { "\($0.name) \($0.values[place] ?? 0)" }.joined(separator: ", ")
                }.joined(separator: "; "), groups: years.map(String.init), kinds: kinds, isStacked: true
            ).svg,
            note: say(
                "核定、拨付、追回各按其事件发生的年份。拨付未扣追回。",
                "Grants, payments and recoveries each in the year of their own event; payments are shown before recoveries."), data: data)
    }

    private static let mostYears = 12
}
