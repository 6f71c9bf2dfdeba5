import Events
import Figures
import Projections

/// The lists of facilities: of towns, and for each town its register.
extension PageMaker {
    func statusOf(_ facility: ProjectedFacility) -> Run {
        let state = facility.state
        if !state.isOpen { return .state(say("已关闭", "closed"), kind: "closed") }
        if state.isFiled { return .state(say("已备案", "filed"), kind: "yes") }
        if state.isPending { return .state(say("备案中", "pending"), kind: "pending") }
        return .state(say("未备案", "unfiled"), kind: "no")
    }

    func cell(_ value: String, _ column: String, _ facility: ProjectedFacility, unit: Unit? = nil) -> PageCell {
        .number(PageMaker.number(value, figure: column, code: facility.id, unit: unit, table: "facilities"))
    }

    /// The main columns of facilities; each leads to its page. A register has further ones.
    func facilityTable(_ places: [Int], root: String, isRegister: Bool = false) -> Block {
        let rows = places.map { place -> [PageCell] in
            let facility = figures.projected.facilities[place]
            let capacity = facility.state.capacity ?? ByClass()
            var row: [PageCell] = [
                .head(facilityLink(facility, root: root)),
                .text(formName(facility.state.form)), .runs(statusOf(facility)),
                .text(facility.state.isOpen && facility.state.isInclusive ? say("普惠", "inclusive") : ""),
                cell(String(capacity.total), "places", facility), cell(String(facility.enrolled.total), "enrolled", facility),
                cell(
                    Printed(numerator: Int128(facility.enrolled.total), denominator: Int64(capacity.total), places: 4)?.text ?? "",
                    "utilisation", facility, unit: .ratio),
            ]
            guard isRegister else { return row }
            let usable = facility.course.span(at: figures.plan.asOfCut).map(UsablePlaces.usable)
            row += [
                usable.map { .number(year(String($0), "places_usable", facility, at: figures.plan.asOfCut)) } ?? .plain("—"),
                cell(String(facility.state.caregivers ?? 0), "caregivers", facility),
                cell(String(facility.enrolled.caregiversRequired), "caregivers_required", facility),
                facility.state.lastInspection.map { .runs(inspectionState($0)) } ?? .text("—"),
            ]
            return row
        }
        var columns = [
            Heading(title: say("机构", "Facility"), isNumeric: false), Heading(title: say("形式", "Form"), isNumeric: false),
            Heading(title: say("状态", "Status"), isNumeric: false), Heading(title: say("普惠", "Inclusive"), isNumeric: false),
            Heading(title: say("托位", "Places")), Heading(title: say("在托", "Enrolled")), Heading(title: say("使用率", "Utilisation")),
        ]
        if isRegister {
            columns += [
                Heading(title: say("可用托位", "Usable places")), Heading(title: say("保育人员", "Caregivers")),
                Heading(title: say("应配", "Required")), Heading(title: say("最近检查", "Last inspection"), isNumeric: false),
            ]
        }
        return .table(
            PageTable(
                caption: say("机构", "Facilities"), columns: columns, rows: rows,
                note: isRegister
                    ? source("facilities", "supplement/facility_years", root: root)
                        + [
                            .text(
                                say(
                                    "；可用托位只算已备案的机构；人员 0 也可能是从未报送。",
                                    "; usable are places of filed facilities only; 0 caregivers may also be never reported."))
                        ] : source("facilities", root: root),
                whenEmpty: say("没有机构登记。", "No facility is registered.")))
    }

    /// The facility's name, leading to its page.
    func facilityLink(_ facility: ProjectedFacility, root: String) -> Run {
        .link(facility.name, to: root + PageMaker.path(ofFacility: facility.id))
    }

    func facilitiesPage() -> Page {
        let towns = Array(areas.towns).filter { !facilities(of: $0).isEmpty || !areas.all[$0].isUnassigned }
        let columns = ["facilities", "facilities_filed", "facilities_inclusive", "facilities_compliant", "places", "enrolled", "vacant"]
        let rows = ([0] + towns.filter { hasPage($0) }).map { area -> [PageCell] in
            [
                .head(
                    area == 0 || facilities(of: area).isEmpty
                        ? .name(name(of: area)) : .link(name(of: area), to: registerPath(town: area)))
            ] + columns.map { .number(number($0, area)) }
        }
        let forms = FacilityForm.allCases.compactMap { form -> [PageCell]? in
            var totals = SupplyTotals()
            for slot in 0..<areas.slotCount {
                totals += figures.projected.supply(form, column: slot)
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

    /// The register of a town; each name leads to the facility's page.
    func registerPage(_ town: Int) -> Page {
        let root = "../"
        return Page(
            path: registerPath(town: town), title: say("\(name(of: town))：机构台账", "\(name(of: town)): facilities"),
            trail: [(areas.all[0].name, "index.html"), (say("机构", "Facilities"), "facilities.html")],
            blocks: [facilityTable(facilities(of: town), root: root, isRegister: true)])
    }
}
