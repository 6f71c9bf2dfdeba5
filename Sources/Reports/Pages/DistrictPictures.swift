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
            ).svg, data: areaTable(towns, caption: title, root: root))
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
            AccessRow.place(of: facility, areas: areas).map { MapChart.Ring(position: $0, words: facility.name) }
        }
        guard !bubbles.isEmpty else { return nil }
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
                bubbles: bubbles, rings: Array(rings), legend: legend,
                legendTitle: say("覆盖率 = 备案托位 ÷ 3 岁以下婴幼儿", "Coverage = filed places ÷ children under 3"),
                ringName: say("在营机构", "open facility"), bubbleName: say("圆面积 = 婴幼儿，最大", "area = children, largest")
            ).svg,
            data: areaTable(
                Array(areas.registered(at: .community).filter { hasPage($0) }.prefix(400)), caption: title, root: root))
    }

    /// Flows from home town to the facility's town.
    func flowPicture(root: String) -> Picture? {
        guard !townFlows.isEmpty else { return nil }
        var homes: [Int?] = []
        var places: [Int] = []
        for town in areas.towns where townFlows.contains(where: { $0.home == town }) { homes.append(town) }
        if townFlows.contains(where: { $0.home == nil }) { homes.append(nil) }
        for town in areas.towns where townFlows.contains(where: { $0.place == town }) { places.append(town) }
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
        guard homes.count <= 40, places.count <= 40 else { return Picture(title: title, svg: "", data: data) }
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
            ).svg, note: say("方块面积为人次；浅色为本镇街内。", "A square's area is the enrolments; the light ones stay within a town."), data: data)
    }

    /// Subsidies by scheme: granted, paid, recovered.
    func moneyPicture(root: String) -> Picture? {
        let schemes = Scheme.allCases.filter { scheme in
            (0..<areas.slotCount).contains { figures.projected.money(scheme, column: $0).grants > 0 }
        }
        guard !schemes.isEmpty else { return nil }
        func sum(_ scheme: Scheme, _ part: (GrantTotals) -> Int64) -> Int {
            // In whole ten thousands of yuan, as bureaus plan.
            Int((0..<areas.slotCount).reduce(Int64(0)) { $0 + part(figures.projected.money(scheme, column: $1)) } / 1_000_000)
        }
        let kinds: [(name: String, values: [Int?])] = [
            (say("核定", "Granted"), schemes.map { sum($0) { $0.granted } }), (say("已拨付", "Paid"), schemes.map { sum($0) { $0.paid } }),
            (say("已追回", "Recovered"), schemes.map { sum($0) { $0.recovered } }),
        ]
        let title = say("补助按项目", "Subsidies by scheme")
        return Picture(
            title: title + say("，单位：万元（取整）", ", in 10,000 yuan, rounded down"),
            svg: GroupedBars(
                id: "c-money", title: title,
                description: schemes.enumerated().map { place, scheme in
                    "\(schemeName(scheme)): " + kinds.map { "\($0.name) \($0.values[place] ?? 0)" }.joined(separator: ", ")
                }.joined(separator: "; "), groups: schemes.map(schemeName), kinds: kinds
            ).svg, data: subsidyTable(0, root: root))
    }
}

extension AccessRow {
    /// A facility's own coordinates, else its community's.
    static func place(of facility: ProjectedFacility, areas: Areas) -> Position? {
        if let longitude = facility.longitude, let latitude = facility.latitude,
            let own = Position(longitude: longitude, latitude: latitude)
        {
            return own
        }
        return facility.column < areas.communities.count ? areas.communities[facility.column].position : nil
    }
}
