import Events
import Figures
import Projections

/// The page of a facility: everything that its events say.
extension PageMaker {
    func facilityPage(_ place: Int) -> Page {
        let root = "../"
        let facility = figures.projected.facilities[place]
        let town = areas.townOfSlot[facility.column]
        let community = areas.communitiesRange.lowerBound + facility.column
        var blocks: [Block] = [.paragraph(facilityHeadline(facility), kind: "lead")]
        let concerns = concerns(facility, place)
        if !concerns.isEmpty { blocks.append(.list(concerns)) }
        blocks.append(.cards(title: "", facilityCards(facility)))
        blocks.append(.section(id: "identity", title: say("机构信息", "The facility")))
        blocks.append(.terms(identity(facility, community, root: root)))
        blocks.append(.section(id: "places", title: say("托位与在托", "Places and enrolments")))
        blocks.append(.table(classTable(facility, root: root)))
        if let picture = facilityPicture(facility, root: root) { blocks.append(.pictures([picture])) }
        blocks.append(.section(id: "filing", title: say("备案、凭证与检查", "Filing, credentials, inspections")))
        blocks.append(
            .terms([
                Term([.text(say("备案申请与答复", "Submissions and answers"))], filingLines(place)),
                Term([.text(say("消防凭证有效期至", "Fire credential until"))], [until(facility.state.fireUntil)]),
                Term([.text(say("卫生凭证有效期至", "Hygiene credential until"))], [until(facility.state.hygieneUntil)]),
                Term([.text(say("食品凭证有效期至", "Food credential until"))], [until(facility.state.foodUntil)]),
                Term([.text(say("检查（新的在前）", "Inspections, the last one first"))], inspectionLines(facility)),
            ]))
        blocks.append(.section(id: "money", title: say("补助资金", "Subsidies")))
        blocks.append(.table(moneyTable(facility, root: root)))
        return Page(
            path: PageMaker.path(ofFacility: facility.id), title: facility.name,
            subtitle: [.text(say("机构编号 ", "Identifier ")), .code(facility.id), .text(" · "), link(community, from: root)],
            trail: [
                (areas.all[0].name, "index.html"), (say("机构", "Facilities"), "facilities.html"), (name(of: town), registerPath(town: town)),
            ], blocks: blocks)
    }

    // MARK: what it is

    private func facilityHeadline(_ facility: ProjectedFacility) -> [Run] {
        let state = facility.state
        var runs: [Run] = [
            .text(formName(state.form) + say("，", ", ")), statusOf(facility),
            .text(state.isOpen && state.isInclusive ? say("，普惠", ", inclusive") : ""),
            .text(state.isOpen ? state.demonstration.map { say("，", ", ") + demonstrationName($0) } ?? "" : ""),
        ]
        guard state.isOpen else {
            runs.append(.text(state.closedOn.map { say("，\($0) 关闭。", " on \($0).") } ?? say("。", ".")))
            return runs
        }
        return runs + [.text(say("：托位 ", ": ")), number("places", facility, state.places), .text(say(" 个，在托 ", " places, "))]
            + [number("enrolled", facility, facility.enrolled.total), .text(say(" 人。", " children enrolled."))]
    }

    private func number(_ column: String, _ facility: ProjectedFacility, _ value: Int) -> Run {
        cell(String(value), column, facility).runs[0]
    }

    /// What of an open facility asks for attention, the gravest first.
    private func concerns(_ facility: ProjectedFacility, _ place: Int) -> [[Run]] {
        let state = facility.state
        guard state.isOpen else { return [] }
        var lines: [[Run]] = []
        // The state is a few words, since it is never broken over lines; the rest follows it.
        func add(_ state: String, _ kind: String, _ more: [Run] = []) {
            lines.append([.state(state, kind: kind)] + (more.isEmpty ? [] : [.text(say("：", ": "))] + more))
        }
        if !state.isFiled { add(state.isPending ? say("备案待答复", "filing not answered yet") : say("未备案", "not filed"), "no") }
        if (answers[place] ?? []).contains(where: \.isOverdue) {
            add(
                say("备案答复超期", "answer overdue"), "no",
                [
                    .text(
                        say(
                            "超过 \(context.thresholds.answerWorkingDays) 个工作日",
                            "more than \(context.thresholds.answerWorkingDays) working days since it was submitted"))
                ])
        }
        let asOf = figures.plan.asOf
        let credentials = [
            (say("消防凭证", "fire credential"), state.fireUntil), (say("卫生凭证", "hygiene credential"), state.hygieneUntil),
            (say("食品凭证", "food credential"), state.foodUntil),
        ]
        for (name, day) in credentials {
            guard let day, day < asOf else { continue }
            add(name + say("已过期", " expired"), "no", [.day(day.description)])
        }
        if state.lastInspection == .fail { add(say("最近检查不合格", "failed its last inspection"), "no") }
        if state.lastInspection == .rectify { add(say("最近检查要求整改", "has to rectify"), "pending") }
        let required = facility.enrolled.caregiversRequired
        if let caregivers = state.caregivers, caregivers < required {
            add(
                say("保育人员不足", "too few caregivers"), "no",
                [
                    .text(say("在册 ", "")), number("caregivers", facility, caregivers), .text(say("，应配 ", " reported, ")),
                    number("caregivers_required", facility, required), .text(say("", " required")),
                ])
        } else if state.caregivers == nil {
            add(say("从未报送保育人员", "caregivers never reported"), "pending")
        }
        if facility.enrolled.total > state.places { add(say("在托超过托位", "more enrolled than places"), "no") }
        for (name, day) in credentials {
            guard let day, day >= asOf, day <= asOf.adding(days: context.thresholds.credentialDays) else { continue }
            add(name + say("将到期", " expiring"), "pending", [.day(day.description)])
        }
        return lines
    }

    private func identity(_ facility: ProjectedFacility, _ community: Int, root: String) -> [Term] {
        let state = facility.state
        let registrar: String =
            switch state.registrar {
            case .institution: say("编办", "institutional office")
            case .civilAffairs: say("民政", "civil affairs")
            case .market: say("市场监管", "market regulation")
            }
        let area = state.indoorHundredths.map { Printed(units: Int128($0), places: 2).text }
        let perPlace = state.indoorHundredths.flatMap { Printed(numerator: Int128($0), denominator: Int64(state.places) * 100, places: 4) }
        var site: [Run] = [.text(say("未报", "never reported"))]
        if let area {
            site = cell(area, "indoor_m2", facility).runs + [.text(say(" 平方米，每托位 ", " m², "))]
            site += cell(perPlace?.text ?? "", "m2_per_place", facility).runs + [.text(say(" 平方米", " m² for a place"))]
        }
        var registered: [Run] = [.day(state.registeredOn.description), .text(say("，\(registrar)登记", ", \(registrar)"))]
        if let closed = state.closedOn { registered += [.text(say("；关闭于 ", "; closed on ")), .day(closed.description)] }
        return [
            Term([.text(say("登记", "Registered"))], [registered]),
            Term([.text(say("所在社区", "Community"))], [[link(community, from: root), .text(" "), .code(facility.community)]]),
            Term([.text(say("室内面积", "Indoor area"))], [site]),
        ]
    }

    // MARK: numbers of its years

    /// A cell of the facility's row of a day.
    func year(_ value: String, _ column: String, _ facility: ProjectedFacility, at cut: Int, unit: Unit? = nil) -> PageNumber {
        cell(value, column, in: "facility_years", row: facility.id, key: figures.plan.cuts[cut].description, unit: unit)
    }

    private func facilityCards(_ facility: ProjectedFacility) -> [Card] {
        let cut = figures.plan.asOfCut
        guard let now = FacilityYear(facility, at: cut) else { return [] }
        let before = figures.plan.yearBefore.flatMap { cut in FacilityYear(facility, at: cut).map { (cut, $0) } }
        func card(_ title: String, _ column: String, _ kind: String, unit: String, _ value: (FacilityYear) -> String, _ more: [Run] = [])
            -> Card
        {
            let ratio: Unit? = column == "utilisation" ? .ratio : nil
            var lines: [[Run]] = more.isEmpty ? [] : [more]
            if let before {
                lines.append([
                    .text(say("上年同期 ", "a year before ")), .number(year(value(before.1), column, facility, at: before.0, unit: ratio)),
                ])
            }
            return Card(
                title: title, number: year(value(now), column, facility, at: cut, unit: ratio), unit: unit, lines: lines, kind: kind)
        }
        return [
            card(say("托位", "Places"), "places", "supply", unit: unit(.places)) { String($0.span.capacity.total) },
            card(
                say("可用托位", "Usable places"), "places_usable", "supply", unit: unit(.places), { String($0.usable) },
                [.text(say("备案且人手照护得了的", "filed, with the staff for them"))]),
            card(say("在托", "Enrolled"), "enrolled", "need", unit: unit(.enrolments)) { String($0.enrolled) },
            card(say("使用率", "Utilisation"), "utilisation", "rate", unit: "") { $0.utilisation?.text ?? "" },
            card(
                say("保育人员", "Caregivers"), "caregivers", "rate", unit: unit(.caregivers), { $0.span.caregivers.map(String.init) ?? "" },
                [
                    .text(say("按在托应配 ", "required for the enrolled: ")),
                    number("caregivers_required", facility, facility.enrolled.caregiversRequired),
                ]),
        ]
    }

    /// Places, usable ones and enrolments by class.
    private func classTable(_ facility: ProjectedFacility, root: String) -> PageTable {
        let names: [PlaceClass: (String, String)] = [
            .infant: (say("乳儿班（6—12月）", "Infant (6–12 months)"), "1∶3"), .toddler: (say("托小班（12—24月）", "Toddler (12–24 months)"), "1∶5"),
            .preschool: (say("托大班（24—36月）", "Preschool (24–36 months)"), "1∶7"),
            .mixed: (say("混合编班（18月以上）", "Mixed (18 months and over)"), "1∶5"),
        ]
        let rows = FacilityClass.all(facility, at: figures.plan.asOfCut).map { row -> [PageCell] in
            func number(_ value: Int, _ column: String) -> PageCell {
                .number(cell(String(value), column, in: "facility_classes", row: facility.id, key: row.placeClass.name))
            }
            return [
                .head(.text(names[row.placeClass]?.0 ?? "")), .text(names[row.placeClass]?.1 ?? ""), number(row.places, "places"),
                number(row.usable, "places_usable"), number(row.enrolled, "enrolled"),
            ]
        }
        return PageTable(
            caption: say("按班型", "By class"),
            columns: [
                Heading(title: say("班型", "Class"), isNumeric: false),
                Heading(title: say("师幼比", "Ratio"), isNumeric: false),
                Heading(title: say("托位", "Places")), Heading(title: say("可用托位", "Usable places")), Heading(title: say("在托", "Enrolled")),
            ], rows: rows, note: source("supplement/facility_classes", root: root))
    }

    private func facilityPicture(_ facility: ProjectedFacility, root: String) -> Picture? {
        let cuts = figures.plan.timeline
        guard cuts.count > 1, facility.course.cuts == figures.plan.cuts.count else { return nil }
        // From the month in which it opened; while it was closed its lines have a gap.
        let spans = cuts.map { facility.course.span(at: $0) }
        guard let first = spans.firstIndex(where: { $0 != nil }), first + 1 < cuts.count else { return nil }
        let names = [say("托位", "Places"), say("可用托位", "Usable places"), say("在托", "Enrolled")]
        let values: [[Int?]] = [
            spans.map { $0?.capacity.total }, spans.map { $0.map(UsablePlaces.usable) },
            cuts.indices.map { place in spans[place].flatMap { _ in facility.course.enrolled(at: cuts[place]) } },
        ]
        let columns = ["places", "places_usable", "enrolled"]
        let rows = FacilityYear.cuts(figures.plan).compactMap { cut -> [PageCell]? in
            guard let year = FacilityYear(facility, at: cut) else { return nil }
            let numbers = zip(columns, [year.span.capacity.total, year.usable, year.enrolled])
            return [.head(.day(figures.plan.cuts[cut].description))]
                + numbers.map { .number(self.year(String($0.1), $0.0, facility, at: cut)) }
        }
        let title = say("托位与在托变化（月末）", "Places and enrolments (month ends)")
        let described = zip(names, values).map { name, line in
            "\(name) \(line[first].map { Axis.label($0) } ?? "—") → \((line.last ?? nil).map { Axis.label($0) } ?? "—")"
        }
        return Picture(
            title: title + say("，单位：个、人次", ", in places, enrolments"),
            svg: LineChart(
                id: "c-time", title: title,
                description: "\(timelineDays[first]) – \(timelineDays[cuts.count - 1]): " + described.joined(separator: say("；", "; ")),
                days: Array(timelineDays[first...]),
                series: zip(names, values).map { LineChart.Series(name: $0.0, values: Array($0.1[first...])) }
            ).svg,
            data: PageTable(
                caption: title, columns: [Heading(title: say("日期", "Day"), isNumeric: false)] + names.map { Heading(title: $0) },
                rows: rows,
                note: source("supplement/facility_years", root: root)))
    }

    private func moneyTable(_ facility: ProjectedFacility, root: String) -> PageTable {
        func yuan(_ fen: Int64, _ column: String) -> PageCell { cell(Printed(units: Int128(fen), places: 2).text, column, facility) }
        let money = facility.money
        return PageTable(
            caption: say("截至 \(figures.plan.asOf) 累计", "To \(figures.plan.asOf)"),
            columns: [("核定", "Granted"), ("已拨付", "Paid"), ("已追回", "Recovered")].map {
                Heading(title: say($0.0, $0.1), unit: say("元", "yuan"))
            },
            rows: money.grants == 0
                ? [] : [[yuan(money.granted, "granted"), yuan(money.paid, "paid"), yuan(money.recovered, "recovered")]],
            note: source("facilities", root: root), whenEmpty: say("没有补助记录。", "No grants are recorded."))
    }
}
