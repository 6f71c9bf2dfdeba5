import Events
import Figures
import Projections

/// The pages of towns and communities, and the list of towns.
extension PageMaker {
    private static let townFigures = [
        "population", "under3", "m0_5", "m6_11", "m12_23", "m24_35", "facilities", "facilities_filed", "facilities_inclusive",
        "facilities_compliant", "places", "places_filed", "places_inclusive", "enrolled", "vacant", "overfull", "enrolled_residents",
        "waitlisted_residents", "demand", "demand_planned", "demand_expressed", "gap", "coverage_rate", "places_per_1000", "utilisation",
        "enrolment_rate", "filing_rate", "inclusive_share", "visit_rate", "served_share", "caregivers", "caregivers_required",
        "caregivers_short", "staffing_unreported", "net_paid_per_place",
    ]
    private static let communityFigures = [
        "population", "under3", "m0_5", "m6_11", "m12_23", "m24_35", "facilities", "facilities_filed", "places", "places_filed", "enrolled",
        "vacant", "enrolled_residents", "waitlisted_residents", "demand", "demand_planned", "demand_expressed", "gap", "coverage_rate",
        "utilisation", "enrolment_rate",
    ]

    func townsPage() -> Page {
        let towns = Array(areas.registered(at: .town)) + unassigned(.town)
        return Page(
            path: "towns.html", title: say("各镇街", "Towns"),
            blocks: [
                .table(areaTable(towns, caption: say("各镇街供需", "Supply and demand by town"), root: "")), .picture(townPicture(root: "")),
            ])
    }

    private func unassigned(_ level: Level) -> [Int] {
        let number = level == .town ? areas.towns.upperBound - 1 : areas.communitiesRange.upperBound - 1
        return hasPage(number) ? [number] : []
    }

    func townPage(_ town: Int) -> Page {
        let root = "../"
        let first = areas.communitiesRange.lowerBound
        let communities = (slotsOfTown[town] ?? []).map { first + $0 }
        var blocks: [Block] = [
            .paragraph(headline(town), kind: "lead"), .section(id: "supply", title: say("供给与需求", "Supply and demand")),
        ]
        blocks += supplyCards(town)
        blocks += balanceBlocks(town, root: root)
        blocks.append(.section(id: "pictures", title: say("图示", "Pictures")))
        blocks.append(
            .pictures([timelinePicture(town, id: "c-time", root: root), classPicture(town, id: "c-class", root: root)]))
        blocks.append(.section(id: "communities", title: say("社区", "Communities")))
        let standings = communities.filter { Standing(cut, area: $0).isDesert(context.thresholds) }
        blocks.append(
            .paragraph(
                [
                    .text(say("无机构社区 ", "Without a facility: ")),
                    .number(count(standing.withoutFacility[town], "communities_without_facility", in: "standing", town)),
                    .text(say(" 个；托育荒漠 ", "; deserts: ")), .number(count(standing.deserts[town], "deserts", in: "standing", town)),
                    .text(standings.isEmpty ? say(" 个。", ".") : say(" 个：", ": ")),
                ] + Array(standings.prefix(40).map { [link($0, from: root)] }.joined(separator: [.text(say("、", ", "))]))))
        blocks.append(.table(areaTable(communities, caption: say("各社区供需", "Supply and demand by community"), root: root)))
        blocks.append(.section(id: "facilities", title: say("机构", "Facilities")))
        blocks.append(facilityTable(communities.flatMap { facilitiesOfSlot[$0 - first] }, root: root))
        blocks.append(.section(id: "figures", title: say("全部指标", "All figures")))
        blocks.append(
            keyFigures(PageMaker.townFigures, town, root: root, caption: say("与上年同期和全区比较", "Against a year before and the district")))
        blocks.append(.table(subsidyTable(town, root: root)))
        return Page(
            path: path(of: town) ?? "towns/unassigned.html", title: name(of: town),
            subtitle: [.text(say("代码 ", "Code ")), .code(areas.all[town].code)],
            trail: [(areas.all[0].name, "index.html"), (say("镇街", "Towns"), "towns.html")], blocks: blocks)
    }

    func communityPage(_ area: Int) -> Page {
        let root = "../"
        let slot = area - areas.communitiesRange.lowerBound
        let town = areas.townOfSlot[slot]
        var blocks: [Block] = [
            .paragraph(headline(area), kind: "lead"), .paragraph(why(area)),
            .section(id: "supply", title: say("供给与需求", "Supply and demand")),
        ]
        blocks += balanceBlocks(area, root: root)
        blocks.append(.section(id: "pictures", title: say("婴幼儿、托位与变化", "Children, places and how they moved")))
        var pictures = [classPicture(area, id: "c-class", root: root)]
        if figures.plan.timeline.count > 1 { pictures.insert(timelinePicture(area, id: "c-time", root: root), at: 0) }
        blocks.append(.pictures(pictures))
        blocks.append(.section(id: "figures", title: say("指标", "Figures")))
        blocks.append(
            keyFigures(
                PageMaker.communityFigures, area, root: root,
                caption: say("与上年同期、镇街和全区比较", "Against a year before, the town and the district")))
        if slot < figures.access.count, let reach = figures.access[slot].reach {
            func cell(_ value: Double, _ column: String) -> Run {
                let text = nineDigits(value)
                return .number(PageNumber(table: "access", figure: column, code: areas.all[area].code, value: text, shown: text))
            }
            blocks.append(
                .paragraph([
                    .text(say("可达托位（每名婴幼儿，搜寻半径内，两步移动搜寻法）：", "Places within reach for a child (two-step floating catchment area): ")),
                    cell(reach.plain, "access_2sfca"), .text(say("；按距离衰减：", "; decaying with distance: ")),
                    cell(reach.gaussian, "access_gaussian"), .text(say("。", ".")),
                ]))
        }
        blocks.append(.section(id: "facilities", title: say("机构", "Facilities")))
        blocks.append(facilityTable(facilitiesOfSlot[slot], root: root))
        if slot < nearest.count, !nearest[slot].isEmpty {
            blocks.append(.section(id: "nearest", title: say("最近的机构", "Nearest facilities")))
            blocks.append(.table(nearestTable(slot, root: root)))
        }
        blocks.append(.section(id: "flows", title: say("入托流向", "Where children are enrolled")))
        blocks.append(.table(flowTable(area, slot: slot, root: root)))
        if slot < areas.slotCount, value("granted", area) > 0 { blocks.append(.table(subsidyTable(area, root: root))) }
        return Page(
            path: path(of: area) ?? "communities/unassigned.html", title: name(of: area),
            subtitle: [.text(say("代码 ", "Code ")), .code(areas.all[area].code)],
            trail: [
                (areas.all[0].name, "index.html"), (name(of: town), path(of: town) ?? "towns.html"),
            ], blocks: blocks)
    }

    /// Why a community is called what it is called.
    func why(_ area: Int) -> [Run] {
        let state = Standing(cut, area: area)
        let thresholds = context.thresholds
        if state.isDesert(thresholds) {
            return [
                .state(say("托育荒漠", "Child-care desert"), kind: "no"),
                .text(
                    say(
                        "：婴幼儿不少于 \(thresholds.desertLeastChildren) 名，且多于备案托位的 \(thresholds.desertChildrenPerPlace) 倍。",
                        ": at least \(thresholds.desertLeastChildren) children under 3, and more than \(thresholds.desertChildrenPerPlace) times the filed places."
                    )),
            ]
        }
        if state.facilities == 0 {
            return [
                .state(say("没有机构", "No facility"), kind: "pending"),
                .text(
                    state.children < Int64(thresholds.desertLeastChildren)
                        ? say(
                            "：婴幼儿不足 \(thresholds.desertLeastChildren) 名，不算托育荒漠。",
                            ": fewer than \(thresholds.desertLeastChildren) children under 3, so no desert.")
                        : say("。", ".")),
            ]
        }
        return [
            .state(say("不是托育荒漠", "Not a desert"), kind: "yes"),
            .text(
                state.children < Int64(thresholds.desertLeastChildren)
                    ? say("：婴幼儿不足 \(thresholds.desertLeastChildren) 名。", ": fewer than \(thresholds.desertLeastChildren) children under 3.")
                    : say(
                        "：每个备案托位对应的婴幼儿不超过 \(thresholds.desertChildrenPerPlace) 名。",
                        ": at most \(thresholds.desertChildrenPerPlace) children for a filed place.")),
        ]
    }

    /// The open facilities nearest to a community, in it or not.
    private func nearestTable(_ slot: Int, root: String) -> PageTable {
        let code = areas.communities[slot].code
        let rows = nearest[slot].enumerated().map { place, near -> [PageCell] in
            let facility = figures.projected.facilities[near.facility]
            let community = areas.communitiesRange.lowerBound + facility.column
            func number(_ value: Int, _ column: String) -> PageCell {
                .number(PageMaker.number(String(value), figure: column, code: facility.id, unit: nil, table: "facilities"))
            }
            return [
                .head(facilityLink(facility, root: root)), .runs(link(community, from: root)), .runs(statusOf(facility)),
                .number(cell(String(near.metres), "metres", in: "nearest", row: code, key: String(place + 1))),
                number(facility.state.places, "places"), number(facility.enrolled.total, "enrolled"),
            ]
        }
        return PageTable(
            caption: say("直线距离最近的 \(rows.count) 家在营机构", "The \(rows.count) open facilities nearest as the crow flies"),
            columns: [
                Heading(title: say("机构", "Facility"), isNumeric: false), Heading(title: say("所在社区", "Community"), isNumeric: false),
                Heading(title: say("状态", "Status"), isNumeric: false), Heading(title: say("距离", "Distance"), unit: say("米", "metres")),
                Heading(title: say("托位", "Places")), Heading(title: say("在托", "Enrolled")),
            ], rows: rows, note: source("supplement/nearest", "facilities", root: root))
    }

    /// Where the community's children go, and whence its facilities' children come.
    private func flowTable(_ area: Int, slot: Int, root: String) -> PageTable {
        let projected = figures.projected
        let first = areas.communitiesRange.lowerBound
        let all = flowsFrom[slot] + flowsTo[slot].filter { projected.flows[$0].home != slot }
        func largest(_ places: [Int]) -> [Int] {
            places.sorted { (projected.flows[$1].enrolments, $0) < (projected.flows[$0].enrolments, $1) }.prefix(8).sorted()
        }
        let shown = largest(flowsFrom[slot]) + largest(flowsTo[slot].filter { projected.flows[$0].home != slot })
        let rows = shown.map { index -> [PageCell] in
            let flow = projected.flows[index]
            let isHere = flow.home < areas.slotCount
            let homeCode = isHere ? areas.all[first + flow.home].code : "elsewhere"
            return [
                .head(isHere ? link(first + flow.home, from: root) : .text(say("区外", "elsewhere"))),
                .runs(link(first + flow.place, from: root)),
                .number(
                    PageMaker.number(
                        String(flow.enrolments), figure: "enrolments", code: areas.all[first + flow.place].code, unit: nil, table: "flows",
                        key: homeCode)),
            ]
        }
        var note = source("flows", root: root)
        if all.count > shown.count { note.insert(.text(say("只列最多的几条。", "The largest are listed. ")), at: 0) }
        return PageTable(
            caption: say("从居住社区到机构所在社区", "From home community to the facility's"),
            columns: [
                Heading(title: say("居住社区", "Home"), isNumeric: false),
                Heading(title: say("机构所在社区", "Facility's community"), isNumeric: false),
                Heading(title: say("在托", "Enrolments"), unit: say("人次", "")),
            ], rows: rows, note: note, whenEmpty: say("没有在托记录。", "Nobody is enrolled."))
    }
}
