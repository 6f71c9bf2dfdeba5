import Events
import Figures
import Projections

extension Table {
    /// `facilities.csv`: each facility ever registered by D, by identifier.
    static let facilities = Table(
        "facilities", "机构台账", "Facilities", columns: facilityColumns, key: ["facility"], lists: .facilities,
        parts: { ($0.projected.facilities.count + facilitiesInPart - 1) / facilitiesInPart }
    ) { figures, part, writer in
        let facilities = figures.projected.facilities
        for facility in facilities[(part * facilitiesInPart)..<min((part + 1) * facilitiesInPart, facilities.count)] {
            writer.facility(facility, figures.areas)
        }
    }
}

private let facilitiesInPart = 4096

private let facilityColumns = [
    Column("facility", .code, "机构编号", "Facility", "The facility's identifier."),
    Column("name", .text, "机构名称", "Name", "The name it registered with."),
    Column("form", .word(FacilityForm.allCases.map(\.name)), "形式", "Form", "The form it registered with."),
    Column("registrar", .word(Registrar.allCases.map(\.name)), "登记机关", "Registrar", "The authority that registered it."),
    Column("community", .code, "社区代码", "Community", "The community it lies in or last lay in, as its events name it."),
    Column(
        "town_code", .code, "镇街代码", "Town", "The town of that community; empty where the register lacks the community.", mayBeEmpty: true),
    Column(
        "status", .word(["filed", "pending", "unfiled", "closed"]), "状态", "Status",
        "filed: open and filed; pending: open, not filed, a submission pending; unfiled: open and neither; closed."),
    Column("inclusive", .flag, "普惠", "Inclusive", "1 where it is recognized as inclusive; 0 of a closed one."),
    Column(
        "demonstration", .word(DemonstrationLevel.allCases.map(\.name)), "示范级别", "Demonstration",
        "The level of its award; empty without one and of a closed one.", mayBeEmpty: true),
    Column("infant", .integer, "乳儿班托位", "Infant places", "Places in infant classes, 0 if never reported.", unit: "places"),
    Column("toddler", .integer, "托小班托位", "Toddler places", "Places in toddler classes, 0 if never reported.", unit: "places"),
    Column("preschool", .integer, "托大班托位", "Preschool places", "Places in preschool classes, 0 if never reported.", unit: "places"),
    Column("mixed", .integer, "混合编班托位", "Mixed places", "Places in mixed classes, 0 if never reported.", unit: "places"),
    Column("places", .integer, "托位", "Places", "All its places.", unit: "places"),
    Column("enrolled", .integer, "在托人次", "Enrolments", "Enrolments active there.", unit: "enrolments"),
    Column(
        "utilisation", .decimal(places: 4), "托位使用率", "Utilisation", "Enrolments for a place; empty without places.", unit: "1",
        mayBeEmpty: true),
    Column("caregivers", .integer, "保育人员", "Caregivers", "Caregivers last reported, 0 if never.", unit: "caregivers"),
    Column(
        "caregivers_required", .integer, "应配保育人员", "Caregivers required",
        "What the children enrolled there require: ⌈infant/3⌉ + ⌈toddler/5⌉ + ⌈preschool/7⌉ + ⌈mixed/5⌉.", unit: "caregivers"),
    Column("indoor_m2", .decimal(places: 2), "室内面积", "Indoor area", "The indoor area last reported.", unit: "m²", mayBeEmpty: true),
    Column(
        "m2_per_place", .decimal(places: 4), "每托位面积", "Area per place", "Indoor area for a place.", unit: "m² per place", mayBeEmpty: true),
    Column("fire_until", .date, "消防有效期至", "Fire until", "The last day of its fire credential.", mayBeEmpty: true),
    Column("hygiene_until", .date, "卫生有效期至", "Hygiene until", "The last day of its hygiene credential.", mayBeEmpty: true),
    Column("food_until", .date, "食品有效期至", "Food until", "The last day of its food credential.", mayBeEmpty: true),
    Column(
        "last_inspection", .word(InspectionResult.allCases.map(\.name)), "最近检查", "Last inspection", "The result of its last inspection.",
        mayBeEmpty: true),
    Column("granted", .decimal(places: 2), "核定补助", "Granted", "Sum of its grants.", unit: "yuan"),
    Column("paid", .decimal(places: 2), "已拨付", "Paid", "Sum of the payments on them.", unit: "yuan"),
    Column("recovered", .decimal(places: 2), "已追回", "Recovered", "Sum of the recoveries on them.", unit: "yuan"),
]

extension RowWriter {
    fileprivate mutating func facility(_ facility: ProjectedFacility, _ areas: Areas) {
        let state = facility.state
        text(facility.id)
        text(facility.name)
        text(state.form.name)
        text(state.registrar.name)
        text(facility.community)
        text(areas.townCode(of: facility.community))
        text(state.isOpen ? state.isFiled ? "filed" : state.isPending ? "pending" : "unfiled" : "closed")
        integer(state.isOpen && state.isInclusive ? 1 : 0)
        text(state.isOpen ? state.demonstration?.name : nil)
        let capacity = state.capacity ?? ByClass()
        integer(capacity.infant)
        integer(capacity.toddler)
        integer(capacity.preschool)
        integer(capacity.mixed)
        integer(capacity.total)
        integer(facility.enrolled.total)
        let places = Int64(capacity.total)
        printed(Printed(numerator: Int128(facility.enrolled.total), denominator: places, places: 4))
        integer(state.caregivers ?? 0)
        integer(facility.enrolled.caregiversRequired)
        printed(state.indoorHundredths.map { Printed(units: Int128($0), places: 2) })
        printed(state.indoorHundredths.flatMap { Printed(numerator: Int128($0), denominator: places * 100, places: 4) })
        day(state.fireUntil)
        day(state.hygieneUntil)
        day(state.foodUntil)
        text(state.lastInspection?.name)
        yuan(facility.money.granted)
        yuan(facility.money.paid)
        yuan(facility.money.recovered)
        endRow()
    }
}
