import Events
import Figures
import Foundation
import Testing

@testable import Projections

/// A published report taken back to the counts it was made of, so that everything derived can be made again and compared.
struct PublishedCase {
    let name: String
    let asOf: Day
    let from: Day
    let demand: DemandRules
    let targets: [Target]

    static let all: [PublishedCase] = {
        let rules = DemandRules(
            months0to5: TenThousandths(rawValue: 0), months6to11: TenThousandths(rawValue: 800),
            months12to23: TenThousandths(rawValue: 2500), months24to35: TenThousandths(rawValue: 5525))
        let tiny = DemandRules(
            months0to5: TenThousandths(rawValue: 0), months6to11: TenThousandths(rawValue: 1000),
            months12to23: TenThousandths(rawValue: 3000), months24to35: TenThousandths(rawValue: 6000))
        return [
            PublishedCase(
                name: "tiny", asOf: "2024-06-30", from: "2024-01-31", demand: tiny,
                targets: [
                    ("千人托位", "places_per_1000", .district, nil, "2025-12-31", "4.5", nil),
                    ("各村缺口", "gap", .community, nil, "2024-12-31", nil, "0"),
                ]),
            PublishedCase(name: "unassigned", asOf: "2025-12-31", from: "2024-01-31", demand: rules, targets: long(town: "320612729")),
            PublishedCase(name: "access", asOf: "2025-12-31", from: "2025-06-30", demand: rules, targets: []),
        ]
    }()

    /// The targets of the case that are due on a day of the timeline or after D: of other days nothing is published but the value.
    private static func long(town: String) -> [TargetText] {
        [
            ("每千人口托位数", "places_per_1000", .district, nil, "2025-11-30", "4.5", nil),
            ("社区覆盖", "coverage_rate", .community, "320612729001", "2024-06-30", "0.3", nil),
            ("入托率,目标", "enrolment_rate", .district, nil, "2025-01-31", "0.06", nil),
            ("备案率", "filing_rate", .district, nil, "2024-06-30", "0.65", nil),
            ("普惠占比", "inclusive_share", .town, nil, "2025-12-31", "0.25", nil),
            ("很远", "places", .district, nil, "2030-12-31", "99999999", nil),
            ("每镇缺口", "gap", .town, nil, "2024-12-31", nil, "50"),
        ]
    }

    private typealias TargetText = (
        name: String, figure: String, level: Level, code: String?, by: String, atLeast: String?, atMost: String?
    )

    private init(name: String, asOf: String, from: String, demand: DemandRules, targets: [TargetText]) {
        self.name = name
        self.asOf = Day(asOf) ?? .firstOccurrence
        self.from = Day(from) ?? .firstOccurrence
        self.demand = demand
        self.targets = targets.compactMap { text in
            guard let figure = FigureCatalog.figure(named: text.figure), let by = Day(text.by),
                let bound = text.atLeast.flatMap({ ExactDecimal($0) }).map({ Bound.atLeast($0) })
                    ?? text.atMost.flatMap({ ExactDecimal($0) }).map({ Bound.atMost($0) })
            else { return nil }
            return Target(name: text.name, figure: figure, level: text.level, code: text.code, by: by, bound: bound)
        }
    }

    func text(_ file: String) throws -> String {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        return try String(contentsOf: folder.appendingPathComponent("\(name)/\(file).csv"), encoding: .utf8)
    }

    func rows(_ file: String) throws -> [[String: String]] { PlainCSV(try text(file)).rows }

    /// The report's figures from the published counts of communities, its facilities, grants, flows and findings.
    func figures() throws -> ReportFigures {
        let areas = try Areas(
            districtCode: "320612000000", districtName: rows("coverage").first?["name"] ?? "",
            communities: rows("communities").map { row in
                Community(
                    code: row["code"] ?? "", name: row["name"] ?? "", townCode: row["town_code"] ?? "", townName: row["town_name"] ?? "",
                    position: Position(longitude: row["longitude"] ?? "", latitude: row["latitude"] ?? ""))
            })
        let population = try Population(
            rows: rows("population").map { row in
                PopulationRow(
                    code: row["code"] ?? "", year: Int(row["year"] ?? "") ?? 0, residents: row["residents"].flatMap { Int64($0) })
            }, areas: areas)
        let settings = ReportSettings(areas: areas, population: population, demand: demand, catchment: 1500, targets: targets)
        let plan = ReportPlan(asOf: asOf, from: from, targets: targets)
        var projected = Projected(empty: settings.request(plan))
        try fillCounts(&projected, areas, plan)
        try fillFacilities(&projected, areas)
        try fillRest(&projected, areas)
        return ReportFigures(projected, plan: plan, settings: settings)
    }
}

/// A published decimal as an integer of its last place.
func units(_ text: String?) -> Int64 { Int64((text ?? "").filter { $0 != "." }) ?? 0 }

extension PublishedCase {
    private static let counters: [(Counter, String)] = [
        (.m0To5, "m0_5"), (.m6To11, "m6_11"), (.m12To23, "m12_23"), (.m24To35, "m24_35"), (.enrolledResidents, "enrolled_residents"),
        (.waitlistedResidents, "waitlisted_residents"), (.facilities, "facilities"), (.facilitiesFiled, "facilities_filed"),
        (.facilitiesInclusive, "facilities_inclusive"), (.facilitiesDemonstration, "facilities_demonstration"), (.places, "places"),
        (.placesFiled, "places_filed"), (.placesInclusive, "places_inclusive"), (.placesInfant, "places_infant"),
        (.placesToddler, "places_toddler"), (.placesPreschool, "places_preschool"), (.placesMixed, "places_mixed"), (.enrolled, "enrolled"),
        (.enrolledOverAge, "enrolled_over_age"), (.vacant, "vacant"), (.overfull, "overfull"),
    ]
    private static let details: [(DetailCounter, String)] = [
        (.newborns, "newborns"), (.newbornsVisited, "newborns_visited"), (.facilitiesCompliant, "facilities_compliant"),
        (.caregivers, "caregivers"), (.caregiversRequired, "caregivers_required"), (.caregiversShort, "caregivers_short"),
        (.staffingUnreported, "staffing_unreported"),
    ]

    private func fillCounts(_ projected: inout Projected, _ areas: Areas, _ plan: ReportPlan) throws {
        for row in try rows("timeline") where row["level"] == "community" {
            let cut = try #require(Day(row["as_of"] ?? "").flatMap { plan.cut(of: $0) })
            let column = areas.slot(of: row["code"] ?? "")
            for (counter, name) in Self.counters {
                projected.counts[(counter.rawValue * projected.cuts.count + cut) * projected.columns + column] = Int(row[name] ?? "") ?? 0
            }
            projected.counts[(Counter.served.rawValue * projected.cuts.count + cut) * projected.columns + column] =
                units(row["places_filed"]) > 0 ? 1 : 0
        }
        for row in try rows("coverage") where row["level"] == "community" {
            let column = areas.slot(of: row["code"] ?? "")
            for (counter, name) in Self.details {
                projected.details[counter.rawValue * projected.columns + column] = Int(row[name] ?? "") ?? 0
            }
        }
    }

    private func fillFacilities(_ projected: inout Projected, _ areas: Areas) throws {
        for row in try rows("facilities") {
            var state = FacilityState()
            state.standing = row["status"] == "closed" ? .closed : .open
            state.isFiled = row["status"] == "filed"
            state.isPending = row["status"] == "pending"
            state.isInclusive = row["inclusive"] == "1"
            state.demonstration = DemonstrationLevel.allCases.first { $0.name == row["demonstration"] }
            state.form = try #require(FacilityForm.allCases.first { $0.name == row["form"] })
            state.registrar = try #require(Registrar.allCases.first { $0.name == row["registrar"] })
            state.capacity = ByClass(
                infant: Int(units(row["infant"])), toddler: Int(units(row["toddler"])), preschool: Int(units(row["preschool"])),
                mixed: Int(units(row["mixed"])))
            state.caregivers = Int(units(row["caregivers"]))
            if row["indoor_m2"] != "" { state.indoorHundredths = Int(units(row["indoor_m2"])) }
            state.fireUntil = Day(row["fire_until"] ?? "")
            state.hygieneUntil = Day(row["hygiene_until"] ?? "")
            state.foodUntil = Day(row["food_until"] ?? "")
            state.lastInspection = InspectionResult.allCases.first { $0.name == row["last_inspection"] }
            var money = GrantTotals()
            money.granted = units(row["granted"])
            money.paid = units(row["paid"])
            money.recovered = units(row["recovered"])
            projected.facilities.append(
                ProjectedFacility(
                    id: row["facility"] ?? "", name: row["name"] ?? "", community: row["community"] ?? "",
                    column: areas.slot(of: row["community"] ?? ""), longitude: nil, latitude: nil, state: state,
                    enrolled: try byClass(Int(units(row["enrolled"])), requiring: Int(units(row["caregivers_required"]))), money: money,
                    registrationOrdinal: 0))
        }
    }

    /// Some children by class that are so many together and require so many caregivers; the table does not say which.
    private func byClass(_ children: Int, requiring caregivers: Int) throws -> ByClass {
        for infant in 0...children {
            for toddler in 0...children - infant {
                for preschool in 0...children - infant - toddler {
                    let some = ByClass(
                        infant: infant, toddler: toddler, preschool: preschool, mixed: children - infant - toddler - preschool)
                    if some.caregiversRequired == caregivers { return some }
                }
            }
        }
        throw CocoaError(.coderValueNotFound)
    }

    private func fillRest(_ projected: inout Projected, _ areas: Areas) throws {
        for row in try rows("supply") where row["level"] == "community" {
            let form = try #require(FacilityForm.allCases.first { $0.name == row["form"] })
            var totals = SupplyTotals()
            totals.facilities = Int(units(row["facilities"]))
            totals.facilitiesFiled = Int(units(row["facilities_filed"]))
            totals.places = Int(units(row["places"]))
            totals.placesFiled = Int(units(row["places_filed"]))
            totals.placesInclusive = Int(units(row["places_inclusive"]))
            totals.enrolled = Int(units(row["enrolled"]))
            projected.supply[Int(form.rawValue) * projected.columns + areas.slot(of: row["code"] ?? "")] = totals
        }
        for row in try rows("subsidies") where row["level"] == "community" {
            let scheme = try #require(Scheme.allCases.first { $0.name == row["scheme"] })
            var totals = GrantTotals()
            totals.grants = Int(units(row["grants"]))
            totals.granted = units(row["granted"])
            totals.paid = units(row["paid"])
            totals.recovered = units(row["recovered"])
            projected.money[Int(scheme.rawValue) * projected.columns + areas.slot(of: row["code"] ?? "")] = totals
        }
        for row in try rows("flows") {
            let home = row["home"] == "elsewhere" ? projected.elsewhere : areas.slot(of: row["home"] ?? "")
            projected.flows.append(
                Flow(home: home, place: areas.slot(of: row["place"] ?? ""), enrolments: Int(units(row["enrolments"]))))
        }
        for row in try rows("findings") {
            projected.findings.append(
                try #require(FindingCode.allCases.first { $0.name == row["code"] }), log: try #require(Log(name: row["log"] ?? "")),
                occurredOn: try #require(Day(row["occurred_on"] ?? "")), eventID: Array((row["event_id"] ?? "").utf8),
                subject: Array((row["subject"] ?? "").utf8))
        }
    }
}
