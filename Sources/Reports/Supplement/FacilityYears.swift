import Events
import Figures
import Projections

/// An open facility at one day.
struct FacilityYear: Sendable {
    let span: FacilitySpan
    let enrolled: Int

    /// Nil where it was not open then.
    init?(_ facility: ProjectedFacility, at cut: Int) {
        guard let span = facility.course.span(at: cut), let enrolled = facility.course.enrolled(at: cut) else { return nil }
        (self.span, self.enrolled) = (span, enrolled)
    }

    /// The places of a filed facility that its caregivers sufficed for.
    var usable: Int { UsablePlaces.usable(span) }
    var utilisation: Printed? { Printed(numerator: Int128(enrolled), denominator: Int64(span.capacity.total), places: 4) }

    /// The days that are told of: ends of years, the day one year before D, and D.
    static func cuts(_ plan: ReportPlan) -> [Int] { Set(plan.yearEnds + (plan.yearBefore.map { [$0] } ?? [])).sorted() }
}

/// A class of an open facility at D.
struct FacilityClass: Sendable {
    let placeClass: PlaceClass
    let places: Int
    let usable: Int
    let enrolled: Int

    /// Its classes, youngest children first; none where it is closed.
    static func all(_ facility: ProjectedFacility, at cut: Int) -> [FacilityClass] {
        guard let span = facility.course.span(at: cut) else { return [] }
        let usable = span.isFiled ? UsablePlaces.usable(span.capacity, caregivers: span.caregivers ?? 0) : ByClass()
        return PlaceClass.allCases.map {
            FacilityClass(placeClass: $0, places: span.capacity[$0], usable: usable[$0], enrolled: facility.enrolled[$0])
        }
    }
}

extension ByClass {
    fileprivate subscript(_ placeClass: PlaceClass) -> Int {
        switch placeClass {
        case .infant: infant
        case .toddler: toddler
        case .preschool: preschool
        case .mixed: mixed
        }
    }
}

extension Table {
    private static let usableMeaning =
        "Of a filed facility's places those that its caregivers suffice for at the class ratios, oldest class first; 0 of one not filed."

    /// `facility_years.csv`: what each open facility held at the end of each year, one year before D, and at D.
    static let facilityYears = Table(
        "facility_years", "机构逐年", "Facilities by year",
        columns: [
            Column("facility", .code, "机构编号", "Facility", "The facility's identifier."),
            Column("as_of", .date, "截止日", "As of", "The day at the end of which the row holds; days on which it was not open have none."),
            Column("filed", .flag, "已备案", "Filed", "1 where it was filed."),
            Column("places", .integer, "托位", "Places", "All its places, 0 if never reported.", unit: "places"),
            Column("places_usable", .integer, "可用托位", "Usable places", usableMeaning, unit: "places"),
            Column("enrolled", .integer, "在托人次", "Enrolments", "Enrolments active there.", unit: "enrolments"),
            Column(
                "utilisation", .decimal(places: 4), "托位使用率", "Utilisation", "Enrolments for a place; empty without places.", unit: "1",
                mayBeEmpty: true),
            Column(
                "caregivers", .integer, "保育人员", "Caregivers", "Caregivers last reported by then; empty where never.", unit: "caregivers",
                mayBeEmpty: true),
        ], key: ["facility", "as_of"]
    ) { figures, _, writer in
        let cuts = FacilityYear.cuts(figures.plan)
        for facility in figures.projected.facilities {
            for cut in cuts {
                guard let year = FacilityYear(facility, at: cut) else { continue }
                writer.text(facility.id)
                writer.day(figures.plan.cuts[cut])
                writer.integer(year.span.isFiled ? 1 : 0)
                writer.integer(year.span.capacity.total)
                writer.integer(year.usable)
                writer.integer(year.enrolled)
                writer.printed(year.utilisation)
                writer.printed(year.span.caregivers.map { Printed(count: Int64($0)) })
                writer.endRow()
            }
        }
    }

    /// `facility_classes.csv`: the classes of each open facility at D.
    static let facilityClasses = Table(
        "facility_classes", "机构分班型", "Facilities by class",
        columns: [
            Column("facility", .code, "机构编号", "Facility", "The facility's identifier."),
            Column("class", .word(PlaceClass.allCases.map(\.name)), "班型", "Class", "The class."),
            Column("places", .integer, "托位", "Places", "Its places of that class.", unit: "places"),
            Column("places_usable", .integer, "可用托位", "Usable places", usableMeaning, unit: "places"),
            Column("enrolled", .integer, "在托人次", "Enrolments", "Enrolments active there in that class.", unit: "enrolments"),
        ], key: ["facility", "class"]
    ) { figures, _, writer in
        for facility in figures.projected.facilities {
            for row in FacilityClass.all(facility, at: figures.plan.asOfCut) {
                writer.text(facility.id)
                writer.text(row.placeClass.name)
                writer.integer(row.places)
                writer.integer(row.usable)
                writer.integer(row.enrolled)
                writer.endRow()
            }
        }
    }

    /// `inspections.csv`: the inspections of each facility.
    static let inspections = Table(
        "inspections", "检查记录", "Inspections",
        columns: [
            Column("facility", .code, "机构编号", "Facility", "The facility's identifier."),
            Column("inspection", .integer, "第几次", "Inspection", "Which of its inspections, from 1."),
            Column("day", .date, "日期", "Day", "The day of the inspection."),
            Column("result", .word(InspectionResult.allCases.map(\.name)), "结果", "Result", "pass, rectify or fail."),
        ], key: ["facility", "inspection"]
    ) { figures, _, writer in
        for facility in figures.projected.facilities {
            for (place, inspection) in facility.course.inspections.enumerated() {
                writer.text(facility.id)
                writer.integer(place + 1)
                writer.day(inspection.day)
                writer.text(inspection.result.name)
                writer.endRow()
            }
        }
    }
}
