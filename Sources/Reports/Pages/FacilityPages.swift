import Events
import Figures
import Projections

/// The pages of facilities: a list of towns, and for each town its register with everything known of a facility.
extension PageMaker {
    func statusOf(_ facility: ProjectedFacility) -> Run {
        let state = facility.state
        if !state.isOpen { return .state(say("已关闭", "closed"), kind: "closed") }
        if state.isFiled { return .state(say("已备案", "filed"), kind: "yes") }
        if state.isPending { return .state(say("备案中", "pending"), kind: "pending") }
        return .state(say("未备案", "unfiled"), kind: "no")
    }

    private func cell(_ value: String, _ column: String, _ facility: ProjectedFacility, unit: Unit? = nil) -> PageCell {
        .number(PageMaker.number(value, figure: column, code: facility.id, unit: unit, table: "facilities"))
    }

    /// The main columns of facilities; each leads to its entry on the town's page.
    func facilityTable(_ places: [Int], root: String, town: Int) -> Block {
        let rows = places.map { place -> [PageCell] in
            let facility = figures.projected.facilities[place]
            let capacity = facility.state.capacity ?? ByClass()
            return [
                .head(facilityLink(facility, root: root)),
                .text(formName(facility.state.form)), .runs(statusOf(facility)),
                .text(facility.state.isOpen && facility.state.isInclusive ? say("普惠", "inclusive") : ""),
                cell(String(capacity.total), "places", facility), cell(String(facility.enrolled.total), "enrolled", facility),
                cell(
                    Printed(numerator: Int128(facility.enrolled.total), denominator: Int64(capacity.total), places: 4)?.text ?? "",
                    "utilisation", facility, unit: .ratio),
            ]
        }
        return .table(
            PageTable(
                caption: say("机构", "Facilities"),
                columns: [
                    Heading(title: say("机构", "Facility"), isNumeric: false), Heading(title: say("形式", "Form"), isNumeric: false),
                    Heading(title: say("状态", "Status"), isNumeric: false), Heading(title: say("普惠", "Inclusive"), isNumeric: false),
                    Heading(title: say("托位", "Places")), Heading(title: say("在托", "Enrolled")), Heading(title: say("使用率", "Utilisation")),
                ], rows: rows, note: source("facilities", root: root), whenEmpty: say("没有机构登记。", "No facility is registered.")))
    }

    /// The facility's name, leading to its entry in its town's register.
    func facilityLink(_ facility: ProjectedFacility, root: String) -> Run {
        .link(facility.name, to: root + facilitiesPath(town: areas.townOfSlot[facility.column]) + "#" + anchor(facility))
    }

    /// An identifier as an anchor.
    func anchor(_ facility: ProjectedFacility) -> String { "f-" + facility.id }

    func facilitiesPage() -> Page {
        let towns = Array(areas.towns).filter { !facilities(of: $0).isEmpty || !areas.all[$0].isUnassigned }
        let columns = ["facilities", "facilities_filed", "facilities_inclusive", "facilities_compliant", "places", "enrolled", "vacant"]
        let rows = ([0] + towns.filter { hasPage($0) }).map { area -> [PageCell] in
            [
                .head(
                    area == 0 || facilities(of: area).isEmpty
                        ? .name(name(of: area)) : .link(name(of: area), to: facilitiesPath(town: area)))
            ] + columns.map { .number(number($0, area)) }
        }
        let forms = FacilityForm.allCases.compactMap { form -> [PageCell]? in
            var totals = SupplyTotals()
            for slot in 0..<areas.slotCount {
                let own = figures.projected.supply(form, column: slot)
                totals.facilities += own.facilities
                totals.facilitiesFiled += own.facilitiesFiled
                totals.places += own.places
                totals.placesFiled += own.placesFiled
                totals.placesInclusive += own.placesInclusive
                totals.enrolled += own.enrolled
            }
            guard totals.facilities > 0 else { return nil }
            func cell(_ value: Int, _ column: String) -> PageCell {
                .number(
                    PageMaker.number(
                        String(value), figure: column, code: areas.all[0].code, unit: nil, table: "supply", key: form.name))
            }
            return [
                .head(.text(formName(form))), cell(totals.facilities, "facilities"), cell(totals.facilitiesFiled, "facilities_filed"),
                cell(totals.places, "places"), cell(totals.placesFiled, "places_filed"), cell(totals.placesInclusive, "places_inclusive"),
                cell(totals.enrolled, "enrolled"),
            ]
        }
        return Page(
            path: "facilities.html", title: say("托育机构", "Facilities"),
            blocks: [
                .table(
                    PageTable(
                        caption: say("按形式", "By form"),
                        columns: [Heading(title: say("形式", "Form"), isNumeric: false)]
                            + ["facilities", "facilities_filed", "places", "places_filed", "places_inclusive", "enrolled"].map {
                                Heading(title: title($0))
                            }, rows: forms, note: source("supply", root: ""), whenEmpty: say("没有在营机构。", "No facility is open."))),
                .table(
                    PageTable(
                        caption: say("按镇街（点名称看台账）", "By town (the name leads to the register)"),
                        columns: [Heading(title: say("镇街", "Town"), isNumeric: false)] + columns.map { Heading(title: title($0)) },
                        rows: rows, note: source("coverage", root: ""))),
            ])
    }

    /// The facilities of a town, by identifier.
    func facilities(of town: Int) -> [Int] { (slotsOfTown[town] ?? []).flatMap { facilitiesOfSlot[$0] }.sorted() }

    /// The register of a town: everything `facilities.csv` says of each.
    func registerPage(_ town: Int) -> Page {
        let root = "../"
        let places = facilities(of: town)
        var blocks: [Block] = [facilityTable(places, root: root, town: town)]
        if !places.isEmpty { blocks.append(.section(id: "entries", title: say("逐家情况", "Facility by facility"))) }
        for place in places { blocks += entry(place, root: root) }
        return Page(
            path: facilitiesPath(town: town), title: say("\(name(of: town))：机构台账", "\(name(of: town)): facilities"),
            trail: [(areas.all[0].name, "index.html"), (say("机构", "Facilities"), "facilities.html")], blocks: blocks)
    }

    private func entry(_ place: Int, root: String) -> [Block] {
        let facility = figures.projected.facilities[place]
        let state = facility.state
        let capacity = state.capacity ?? ByClass()
        let community = areas.communitiesRange.lowerBound + facility.column
        let usable = UsablePlaces.usable(capacity, caregivers: state.caregivers ?? 0)
        func runs(_ value: String, _ column: String) -> [Run] { cell(value, column, facility).runs }
        let unknown = say("未报", "never reported")
        func until(_ day: Day?, _ column: String) -> [Run] {
            guard let day else { return [.text(unknown)] }
            let asOf = figures.plan.asOf
            var line = [Run.text(day.description)]
            if day < asOf {
                line.append(.state(say("已过期", "expired"), kind: "no"))
            } else if day <= asOf.adding(days: context.thresholds.credentialDays) {
                line.append(
                    .state(
                        say("\(context.thresholds.credentialDays) 天内到期", "expires within \(context.thresholds.credentialDays) days"),
                        kind: "pending"))
            }
            return line
        }
        let inspection: String =
            switch state.lastInspection {
            case .pass: say("合格", "pass")
            case .rectify: say("整改", "rectify")
            case .fail: say("不合格", "fail")
            case nil: say("没有检查记录", "never inspected")
            }
        let registrar: String =
            switch state.registrar {
            case .institution: say("编办", "institutional")
            case .civilAffairs: say("民政", "civil affairs")
            case .market: say("市场监管", "market regulation")
            }
        let indoor = state.indoorHundredths
        let area = indoor.map { Printed(units: Int128($0), places: 2).text } ?? ""
        let perPlace = indoor.flatMap { Printed(numerator: Int128($0), denominator: Int64(capacity.total) * 100, places: 4) }?.text ?? ""
        let classes: [(String, String, Int, Int)] = [
            (say("乳儿班", "infant"), "infant", capacity.infant, usable.infant),
            (say("托小班", "toddler"), "toddler", capacity.toddler, usable.toddler),
            (say("托大班", "preschool"), "preschool", capacity.preschool, usable.preschool),
            (say("混合编班", "mixed"), "mixed", capacity.mixed, usable.mixed),
        ]
        var byClass: [Run] = []
        for (place, each) in classes.enumerated() {
            byClass.append(.text((place > 0 ? say("，", ", ") : "") + each.0 + " "))
            byClass += runs(String(each.2), each.1)
        }
        func yuan(_ fen: Int64) -> String { Printed(units: Int128(fen), places: 2).text }
        return [
            .subsection(id: anchor(facility), title: facility.name),
            .terms([
                Term(
                    [.text(say("编号、形式、登记、社区", "Identifier, form, registrar, community"))],
                    [
                        [
                            .code(facility.id), .text(" · \(formName(state.form)) · \(registrar) · "), link(community, from: root),
                            .text(" "),
                            statusOf(facility), .text(state.isOpen && state.isInclusive ? say(" 普惠", " inclusive") : ""),
                            .text(state.isOpen ? state.demonstration.map { " " + demonstrationName($0) } ?? "" : ""),
                        ]
                    ]
                ),
                Term(
                    [.text(say("托位与在托", "Places and enrolled"))],
                    [
                        [.text(say("托位 ", "places "))] + runs(String(capacity.total), "places") + [.text(say("（", " ("))] + byClass + [
                            .text(say("），在托 ", "), enrolled "))
                        ] + runs(String(facility.enrolled.total), "enrolled")
                    ]
                ),
                Term(
                    [.text(say("人员", "Staff"))],
                    [
                        state.caregivers == nil
                            ? [.text(unknown + say("，应配 ", ", required "))]
                                + runs(String(facility.enrolled.caregiversRequired), "caregivers_required")
                            : [.text(say("在册 ", "reported "))] + runs(String(state.caregivers ?? 0), "caregivers") + [
                                .text(say("，应配 ", ", required "))
                            ]
                                + runs(String(facility.enrolled.caregiversRequired), "caregivers_required")
                    ]
                ),
                Term(
                    [.text(say("场地", "Site"))],
                    [
                        indoor == nil
                            ? [.text(unknown)]
                            : runs(area, "indoor_m2") + [.text(say(" 平方米，每托位 ", " m², per place "))] + runs(perPlace, "m2_per_place")
                    ]
                ),
                Term(
                    [.text(say("消防、卫生、食品凭证有效期", "Fire, hygiene, food credentials until"))],
                    [
                        until(state.fireUntil, "fire_until") + [.text(" · ")] + until(state.hygieneUntil, "hygiene_until") + [.text(" · ")]
                            + until(state.foodUntil, "food_until")
                    ]
                ),
                Term(
                    [.text(say("备案申请与答复", "Submissions and answers"))], filingLines(place)),
                Term([.text(say("最近检查", "Last inspection"))], [[.text(inspection)]]),
                Term(
                    [.text(say("补助（元）：核定、已拨付、已追回", "Subsidies (yuan): granted, paid, recovered"))],
                    [
                        runs(yuan(facility.money.granted), "granted") + [.text(" · ")] + runs(yuan(facility.money.paid), "paid") + [
                            .text(" · ")
                        ]
                            + runs(yuan(facility.money.recovered), "recovered")
                    ]
                ),
            ]),
        ]
    }

    /// A facility's submissions for filing, a line each.
    private func filingLines(_ place: Int) -> [[Run]] {
        let id = figures.projected.facilities[place].id
        let lines = (answers[place] ?? []).map { answer -> [Run] in
            var runs: [Run] = [.text(answer.round.submittedOn.description + say(" 提交", " submitted"))]
            switch answer.round.ending {
            case .accepted: runs.append(.text(say("，\(ended(answer)) 出具回执", ", accepted on \(ended(answer))")))
            case .returned: runs.append(.text(say("，\(ended(answer)) 退回补正", ", returned on \(ended(answer))")))
            case .resubmitted: runs.append(.text(say("，\(ended(answer)) 再次提交", ", submitted again on \(ended(answer))")))
            case .closed: runs.append(.text(say("，未答复即关闭", ", closed before an answer")))
            case nil: runs.append(.text(say("，尚未答复", ", not answered yet")))
            }
            guard let days = answer.workingDays else { return runs }
            runs += [
                .text(say("（", " (working days: ")),
                .number(cell(String(days), "working_days", in: "filings", row: id, key: String(answer.number))),
                .text(say(" 个工作日）", ")")),
            ]
            if answer.isOnTime == false { runs.append(.state(say("超过期限", "beyond the rule"), kind: "no")) }
            return runs
        }
        return lines.isEmpty ? [[.text(say("没有提交记录", "no submission is recorded"))]] : lines
    }

    private func ended(_ answer: FilingAnswer) -> String { answer.round.endedOn?.description ?? "" }

    func demonstrationName(_ level: DemonstrationLevel) -> String {
        switch level {
        case .province: say("省级示范", "provincial demonstration")
        case .city: say("市级示范", "city demonstration")
        case .district: say("区级示范", "district demonstration")
        }
    }
}
