import Events
import Figures
import Projections

/// What every page of a report is made from, gathered once.
struct PageMaker: Sendable {
    let figures: ReportFigures
    let context: ReportContext
    let say: Language
    /// The figures one year before D, where the plan has that day.
    let before: CutFigures?
    let usable: [Int64]
    let standing: StandingCounts
    let townFlows: [TownFlow]
    /// Facilities by community slot, by identifier.
    let facilitiesOfSlot: [[Int]]
    /// Flows by home slot and by place slot, as places in the projection's list.
    let flowsFrom: [[Int]]
    let flowsTo: [[Int]]
    let slotsOfTown: [Int: [Int]]
    let change: YearChange?
    /// The facilities nearest to each community, by slot.
    let nearest: [[NearbyFacility]]
    /// Submissions for filing, by facility.
    let answers: [Int: [FilingAnswer]]
    let paidForPlaces: [Int64]
    /// The usable places one year before D, by area; nil where the plan has no such day.
    let usableBefore: [Int64]?
    /// The paths of areas' pages, nil where an area has none.
    private let paths: [String?]
    /// The days of the timeline.
    let timelineDays: [String]
    /// The places in the plan's cuts of those days of the timeline that tables behind pictures show: year ends, and D.
    let yearEnds: [Int]

    init(_ figures: ReportFigures, _ context: ReportContext, _ language: Language) {
        self.figures = figures
        self.context = context
        say = language
        before = figures.plan.yearBefore.map { figures.figures(cut: $0) }
        usable = UsablePlaces.byArea(figures)
        standing = StandingCounts(figures, context.thresholds)
        townFlows = TownFlow.all(figures)
        let areas = figures.areas
        var facilitiesOfSlot = [[Int]](repeating: [], count: areas.slotCount)
        for (place, facility) in figures.projected.facilities.enumerated() { facilitiesOfSlot[facility.column].append(place) }
        self.facilitiesOfSlot = facilitiesOfSlot
        var (from, to) = ([[Int]](repeating: [], count: areas.slotCount), [[Int]](repeating: [], count: areas.slotCount))
        for (place, flow) in figures.projected.flows.enumerated() {
            if flow.home < areas.slotCount { from[flow.home].append(place) }
            to[flow.place].append(place)
        }
        flowsFrom = from
        flowsTo = to
        var slotsOfTown: [Int: [Int]] = [:]
        for slot in 0..<areas.slotCount { slotsOfTown[areas.townOfSlot[slot], default: []].append(slot) }
        self.slotsOfTown = slotsOfTown
        change = YearChange(figures)
        nearest = NearestFacilities.all(figures.projected, areas: areas, count: Report.nearbyFacilities)
        answers = Dictionary(grouping: FilingAnswer.all(figures, context), by: \.facility)
        paidForPlaces = PlaceMoney.byArea(figures)
        usableBefore = figures.plan.yearBefore.map { UsablePlaces.byArea(figures, cut: $0) }
        let cut = figures.asOf
        paths = areas.all.indices.map { area in
            PageMaker.hasPage(area, cut) ? PageMaker.path(of: areas.all[area]) : nil
        }
        timelineDays = figures.plan.timeline.map { figures.plan.cuts[$0].description }
        yearEnds = figures.plan.yearEnds
    }

    /// The catalog by name: pages ask it millions of times.
    static let catalog = Dictionary(uniqueKeysWithValues: FigureCatalog.all.map { ($0.name, $0) })
    private static let beyondName = FigureCatalog.all.filter { $0.name != "communities" }

    var areas: Areas { figures.areas }
    var cut: CutFigures { figures.asOf }

    // MARK: numbers

    /// A number of a figure as pages show it: counts grouped, ratios in percent, unknown as a dash.
    static func number(
        _ value: String, figure: String, code: String, unit: Unit?, table: String = "coverage", key: String = ""
    ) -> PageNumber {
        let shown: String = value.isEmpty ? "—" : unit == .ratio ? Digits.percent(value) : Digits.grouped(value)
        return PageNumber(table: table, figure: figure, code: code, key: key, value: value, shown: shown)
    }

    /// A figure of an area at D.
    func number(_ name: String, _ area: Int) -> PageNumber {
        guard let figure = PageMaker.catalog[name] else { return PageNumber(figure: name, code: "", value: "", shown: "—") }
        return PageMaker.number(
            cut.printed(figure, of: area)?.text ?? "", figure: name, code: areas.all[area].code, unit: figure.unit)
    }

    /// The same one year before; nil where there is none to compare with.
    func numberBefore(_ name: String, _ area: Int) -> PageNumber? {
        guard let before, let figure = PageMaker.catalog[name], figure.tables == .coverageAndTimeline,
            isShownBefore(area)
        else { return nil }
        return PageMaker.number(
            before.printed(figure, of: area)?.text ?? "", figure: name, code: areas.all[area].code, unit: figure.unit,
            table: "supplement/year_before")
    }

    private func isShownBefore(_ area: Int) -> Bool {
        guard areas.all[area].isUnassigned, let before else { return true }
        return before.isNotEmpty(FigureCatalog.timeline, of: area)
    }

    /// How a figure moved in a year, with its sign before it; nil where there is nothing to compare with.
    func change(_ name: String, _ area: Int) -> [Run]? {
        guard let change, let figure = PageMaker.catalog[name], let moved = change.change(figure, of: area, at: cut) else { return nil }
        let number = PageMaker.number(
            moved.text, figure: YearChange.column(name), code: areas.all[area].code, unit: nil, table: "supplement/year_change")
        let unit = figure.unit == .ratio ? say(" 个百分点", " percentage points") : ""
        return [.text(moved.units > 0 ? "+" : ""), .number(number), .text(unit)]
    }

    /// A count of a supplement's table.
    func count(_ value: Int64?, _ column: String, in table: String, _ area: Int) -> PageNumber {
        PageMaker.number(
            value.map(String.init) ?? "", figure: column, code: areas.all[area].code, unit: nil, table: "supplement/" + table)
    }

    /// A number of a supplement's table whose rows are no areas.
    func cell(_ value: String, _ column: String, in table: String, row: String, key: String = "", unit: Unit? = nil) -> PageNumber {
        PageMaker.number(value, figure: column, code: row, unit: unit, table: "supplement/" + table, key: key)
    }

    func value(_ name: String, _ area: Int) -> Int64 {
        PageMaker.catalog[name].flatMap { cut.printed($0, of: area) }.map { Int64(clamping: $0.units) } ?? 0
    }

    // MARK: words

    func title(_ figure: Figure) -> String { say(figure.chinese, figure.english) }
    func title(_ name: String) -> String { PageMaker.catalog[name].map(title) ?? name }

    func unit(_ unit: Unit) -> String {
        switch unit {
        case .residents: say("人", "persons")
        case .children: say("名", "children")
        case .facilities: say("家", "facilities")
        case .places: say("个托位", "places")
        case .enrolments: say("人次", "enrolments")
        case .caregivers: say("人", "persons")
        case .communities: say("个社区", "communities")
        case .ratio: ""
        case .placesPer1000: say("个/千人", "per 1,000")
        case .yuan: say("元", "yuan")
        case .yuanPerPlace: say("元/托位", "yuan per place")
        }
    }

    func name(of area: Int) -> String {
        let shown = areas.all[area]
        return shown.isUnassigned ? say("未归属", "Unassigned") : shown.name
    }

    func formName(_ form: FacilityForm) -> String {
        switch form {
        case .center: say("托育机构", "Care centre")
        case .community: say("社区嵌入", "Community-embedded")
        case .kindergarten: say("幼儿园托班", "Kindergarten class")
        case .employer: say("用人单位", "Employer")
        case .home: say("家庭托育点", "Home-based")
        }
    }

    func schemeName(_ scheme: Scheme) -> String {
        switch scheme {
        case .construction: say("建设补助", "Construction")
        case .operating: say("运营补助", "Operating")
        case .demonstration: say("示范奖励", "Demonstration")
        case .voucher: say("托育消费券", "Voucher")
        case .childrearing: say("育儿补贴", "Child-rearing")
        }
    }

    // MARK: places of pages

    /// The path of an area's page; nil where it has none.
    func path(of area: Int) -> String? { paths[area] }

    /// Whether there is more to say of an area than its name.
    func hasPage(_ area: Int) -> Bool { paths[area] != nil }

    private static func path(of area: Area) -> String {
        switch area.level {
        case .district: "index.html"
        case .town: "towns/\(fileName(area.code)).html"
        case .community: "communities/\(fileName(area.code)).html"
        }
    }

    private static func hasPage(_ area: Int, _ cut: CutFigures) -> Bool {
        let shown = cut.areas.all[area]
        switch shown.level {
        case .district: return true
        case .town where !shown.isUnassigned: return true
        case .town, .community: return cut.isNotEmpty(beyondName, of: area)
        }
    }

    /// A code as a file's name: what is neither digit nor letter is left out. Codes of areas are digits, so nothing is lost.
    static func fileName(_ code: String) -> String {
        String(
            String.UnicodeScalarView(code.unicodeScalars.filter { $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0) }))
    }

    /// The area's name, leading to its page where it has one.
    func link(_ area: Int, from root: String) -> Run {
        path(of: area).map { .link(name(of: area), to: root + $0) } ?? .name(name(of: area))
    }

    /// The file of a town's register of facilities.
    func registerPath(town: Int) -> String { "registers/\(PageMaker.fileName(areas.all[town].code)).html" }

    /// The file of a facility's page. Identifiers that differ get files whose names differ also where case is not told apart.
    static func path(ofFacility id: String) -> String {
        var name = "facilities/f-"
        var (mask, bit): (UInt64, UInt64) = (0, 1)
        for scalar in id.unicodeScalars {
            if ("a"..."z").contains(scalar) { mask |= bit }
            bit &<<= 1
            // Elsewhere a colon parts a drive or a stream from a name. No identifier has another character than these.
            if scalar == ":" {
                name += "+"
            } else if scalar.isASCII, scalar != "/", scalar.value > 0x20 {
                name.unicodeScalars.append(scalar)
            }
        }
        return name + (mask == 0 ? "" : "~" + String(mask, radix: 16)) + ".html"
    }

    /// A sentence that leads to the CSV with the same cells.
    func source(_ tables: String..., root: String) -> [Run] {
        var runs: [Run] = [.text(say("同样的数字见 ", "The same cells: "))]
        for (place, table) in tables.enumerated() {
            if place > 0 { runs.append(.text(say("、", ", "))) }
            runs.append(.go(table + ".csv", to: root + table + ".csv"))
        }
        return runs
    }

    /// The navigation of every page.
    var navigation: [(text: String, target: String)] {
        [
            (say("首页", "Overview"), "index.html"), (say("镇街", "Towns"), "towns.html"), (say("机构", "Facilities"), "facilities.html"),
            (say("实施方案", "The plan"), "plan.html"), (say("指标定义", "Definitions"), "definitions.html"),
            (say("数据质量", "Data quality"), "quality.html"), (say("来源与复算", "Provenance"), "provenance.html"),
        ]
    }

    var frame: PageFrame {
        var facts: [[Run]] = [
            [.text(say("截至 ", "As of ")), .strong(figures.plan.asOf.description)],
            [
                .text(say("已知至 ", "As known at ")),
                .strong(figures.projected.knownAt?.description ?? say("全部记录", "everything recorded")),
            ],
        ]
        if let checkpoint = context.checkpoint {
            facts.append([
                .text(say("日志根 ", "Log root ")), .code(checkpoint.root.description),
                .text(say("（\(checkpoint.size) 条）", " (\(checkpoint.size) entries)")),
            ])
        } else {
            facts.append([.text(say("日志根：未给出", "Log root: not given"))])
        }
        return PageFrame(
            language: say, district: areas.all[0].name, facts: facts,
            synthetic: context.isSynthetic
                ? say(
                    "本报告使用合成样本：人口、儿童、机构与金额均为虚构，不代表任何真实地区。",
                    "Synthetic sample: population, children, facilities and amounts are invented and describe no real place.") : "",
            navigation: navigation,
            footer: [
                .text(say("由 tuowei ", "Written by tuowei ")), .text(context.programVersion),
                .text(say(" 按管道 ", " from the pipeline ")), .name(context.pipeline),
                .text(say(" 生成；同样的输入得到同样的字节。不含任何儿童个人信息。", "; the same input gives the same bytes. No child is identified.")),
            ], style: Style.sheet)
    }
}
