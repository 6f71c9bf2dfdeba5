import Figures
import Projections

extension Report {
    /// The further tables that readable reports rest on, in `supplement/`: numbers on pages that no table of the contract holds.
    public static func supplement(_ context: ReportContext) -> [Table] {
        [
            .balance, .standing(context.thresholds), .yearBefore, .yearChange, .targetSummary, .townFlows, .nearest, .plan(context),
            .filings(context), .facilityYears, .facilityClasses, .inspections, .subsidiesByYear, .perPlace, .archives(context),
            .late(context),
        ]
    }
}

extension Table {
    /// `balance.csv`: three supplies, three bases of demand, and each supply less each demand.
    static let balance: Table = {
        func difference(_ name: String, _ chinese: String, _ english: String, mayBeEmpty: Bool = false) -> Column {
            Column(
                name, .integer, chinese, english, "\(english); negative where places are missing.", unit: "places", mayBeEmpty: mayBeEmpty)
        }
        return Table(
            "balance", "供需对照", "Supply against demand",
            columns: [
                AreaColumns.level, AreaColumns.code,
                Column("places_filed", .integer, "备案托位", "Filed places", "Places of filed facilities.", unit: "places"),
                Column("places", .integer, "在营托位", "Open places", "Places of open facilities, filed or not.", unit: "places"),
                Column(
                    "places_usable", .integer, "可用托位", "Usable places",
                    "Of a filed facility's places those that its reported caregivers suffice for at the class ratios, oldest class first: "
                        + "preschool 7, mixed 5, toddler 5, infant 3 children a caregiver; none where caregivers were never reported.",
                    unit: "places"),
                Column("demand", .integer, "潜在需求", "Potential need", "As in coverage.csv.", unit: "places"),
                Column("demand_planned", .integer, "规划需求", "Planning norm", "As in coverage.csv.", unit: "places", mayBeEmpty: true),
                Column("demand_expressed", .integer, "表达需求", "Expressed need", "As in coverage.csv.", unit: "children"),
                difference("filed_less_potential", "备案托位减潜在需求", "Filed places less potential need"),
                difference("filed_less_planned", "备案托位减规划需求", "Filed places less planning norm", mayBeEmpty: true),
                difference("filed_less_expressed", "备案托位减表达需求", "Filed places less expressed need"),
                difference("open_less_potential", "在营托位减潜在需求", "Open places less potential need"),
                difference("open_less_planned", "在营托位减规划需求", "Open places less planning norm", mayBeEmpty: true),
                difference("open_less_expressed", "在营托位减表达需求", "Open places less expressed need"),
                difference("usable_less_potential", "可用托位减潜在需求", "Usable places less potential need"),
                difference("usable_less_planned", "可用托位减规划需求", "Usable places less planning norm", mayBeEmpty: true),
                difference("usable_less_expressed", "可用托位减表达需求", "Usable places less expressed need"),
            ], key: ["level", "code"]
        ) { figures, _, writer in
            let usable = UsablePlaces.byArea(figures)
            for (number, area) in figures.areas.all.enumerated() where figures.isShown(area: number) {
                writer.area(area)
                let balance = Balance(figures.asOf, area: number, usable: usable[number])
                for supply in balance.supplies { writer.integer(supply) }
                for demand in balance.demands { writer.printed(demand.map { Printed(count: $0) }) }
                for supply in balance.supplies {
                    for demand in balance.demands { writer.printed(demand.map { Printed(count: supply - $0) }) }
                }
                writer.endRow()
            }
        }
    }()

    /// `standing.csv`: communities without a facility, and deserts.
    static func standing(_ thresholds: PageThresholds) -> Table {
        Table(
            "standing", "薄弱社区", "Thinly served communities",
            columns: [
                AreaColumns.level, AreaColumns.code,
                Column(
                    "communities_without_facility", .integer, "无机构社区", "Communities without a facility",
                    "Registered communities of the area without an open facility.", unit: "communities"),
                Column(
                    "deserts", .integer, "托育荒漠", "Child-care deserts",
                    "Registered communities with at least \(thresholds.desertLeastChildren) children under 3 and more than "
                        + "\(thresholds.desertChildrenPerPlace) of them for a filed place.", unit: "communities"),
                Column(
                    "children_in_deserts", .integer, "荒漠社区婴幼儿", "Children in deserts", "Children under 3 living in them.",
                    unit: "children"),
                Column(
                    "communities_short", .integer, "有缺口社区", "Communities short of places",
                    "Registered communities of the area whose gap is above 0.", unit: "communities"),
                Column("places_short", .integer, "社区缺口合计", "Places short", "The sum of their gaps.", unit: "places"),
                Column("places_spare", .integer, "社区富余合计", "Places to spare", "The sum of the surpluses of the others.", unit: "places"),
            ], key: ["level", "code"]
        ) { figures, _, writer in
            let counts = StandingCounts(figures, thresholds)
            for (number, area) in figures.areas.all.enumerated() where figures.isShown(area: number) {
                writer.area(area)
                writer.integer(counts.withoutFacility[number])
                writer.integer(counts.deserts[number])
                writer.integer(counts.childrenInDeserts[number])
                writer.integer(counts.communitiesShort[number])
                writer.integer(counts.placesShort[number])
                writer.integer(counts.placesSpare[number])
                writer.endRow()
            }
        }
    }

    /// `year_before.csv`: the timeline's figures one year before D, as known at the report's K.
    static let yearBefore = Table(
        "year_before", "上年同期", "One year before", columns: AreaColumns.all + FigureCatalog.timeline.map(Column.init),
        key: ["level", "code"]
    ) { figures, _, writer in
        guard let cut = figures.plan.yearBefore else { return }
        writer.areas(figures.figures(cut: cut), FigureCatalog.timeline)
    }

    /// `town_flows.csv`: the flows between towns.
    static let townFlows = Table(
        "town_flows", "镇街间流向", "Flows between towns",
        columns: [
            Column(
                "home", .code, "居住镇街", "Home town",
                "The child's town; unassigned where the register lacks the community, elsewhere where the child is not resident."),
            Column("place", .code, "机构所在镇街", "Place", "The facility's town; unassigned where the register lacks its community."),
            Column("enrolments", .integer, "在托人次", "Enrolments", "Enrolments active in open facilities.", unit: "enrolments"),
        ], key: ["home", "place"]
    ) { figures, _, writer in
        for flow in TownFlow.all(figures) {
            writer.text(flow.homeCode(figures.areas))
            writer.text(figures.areas.all[flow.place].code)
            writer.integer(flow.enrolments)
            writer.endRow()
        }
    }
}

/// Enrolments from one town to another.
struct TownFlow: Sendable {
    /// The home town's number; nil: the child is not resident.
    let home: Int?
    /// The place's town.
    let place: Int
    let enrolments: Int

    func homeCode(_ areas: Areas) -> String { home.map { areas.all[$0].code } ?? "elsewhere" }

    /// Every flow, towns by code, those from elsewhere last.
    static func all(_ figures: ReportFigures) -> [TownFlow] {
        let areas = figures.areas
        let width = areas.towns.count
        var sums = [Int](repeating: 0, count: (width + 1) * width)
        for flow in figures.projected.flows {
            let home = flow.home == figures.projected.elsewhere ? width : areas.townOfSlot[flow.home] - areas.towns.lowerBound
            let place = areas.townOfSlot[flow.place] - areas.towns.lowerBound
            sums[home * width + place] += flow.enrolments
        }
        return sums.indices.filter { sums[$0] > 0 }.map { index in
            let home = index / width
            return TownFlow(
                home: home == width ? nil : areas.towns.lowerBound + home, place: areas.towns.lowerBound + index % width,
                enrolments: sums[index])
        }
    }
}

/// The three supplies and the three bases of demand of an area at D.
struct Balance: Sendable {
    /// Filed, open, usable.
    let supplies: [Int64]
    /// Potential, planned (nil where the population is unknown), expressed.
    let demands: [Int64?]

    static let supplyNames = ["places_filed", "places", "places_usable"]
    static let demandNames = ["demand", "demand_planned", "demand_expressed"]
    static let differenceNames = [
        ["filed_less_potential", "filed_less_planned", "filed_less_expressed"],
        ["open_less_potential", "open_less_planned", "open_less_expressed"],
        ["usable_less_potential", "usable_less_planned", "usable_less_expressed"],
    ]

    init(_ cut: CutFigures, area: Int, usable: Int64) {
        supplies = [cut.count(.placesFiled, of: area), cut.count(.places, of: area), usable]
        demands = [cut.number(.demand, of: area), cut.number(.demandPlanned, of: area), cut.number(.demandExpressed, of: area)]
    }
}

extension ReportFigures {
    /// Whether an area has a row in `coverage.csv`; one of the register always has.
    func isShown(area: Int) -> Bool {
        !areas.all[area].isUnassigned || asOf.isNotEmpty(FigureCatalog.all, of: area)
    }
}
