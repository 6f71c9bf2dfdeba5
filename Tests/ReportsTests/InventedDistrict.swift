import Events
import Figures
import TestSupport

@testable import Projections
@testable import Reports

/// A district made up from a seed, with names that try to break pages.
enum InventedDistrict {
    static let hostileNames = [
        "<script>alert(1)</script>", "=1+1", "+SUM(A1)", "@cmd", "-2", "a\"\u{301} onmouseover=\"alert(1)", "'\u{308}><img src=x>",
        "‮نص‬ 村", "e\u{301}\u{323}村",
        "{{name}}", "&amp;村", "村,\"引号\"", "𬭼𠮷村", "\u{7F}x", "_x0041_村", " 前后空格 ", "甲\u{200F}村", "<\u{0338}b>",
    ]

    static func figures(towns: Int = 4, communitiesInTown: Int = 6, months: Int = 36, seed: UInt64 = 1) throws -> ReportFigures {
        var random = SeededGenerator(seed: seed)
        func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &random) }
        var communities: [Community] = []
        for town in 0..<towns {
            let townCode = padded(320_612_001 + town * 3, 9)
            for place in 0..<communitiesInTown {
                let number = town * communitiesInTown + place
                let name = number % 3 == 1 ? hostileNames[number / 3 % hostileNames.count] : "第\(number)村"
                let position =
                    number % 11 == 5
                    ? nil
                    : Position(
                        longitude: "121.\(padded(town * 970 / max(1, towns) + below(90), 3))", latitude: "32.\(padded(below(300) + 40, 3))")
                communities.append(
                    Community(
                        code: townCode + padded(place + 1, 3), name: name, townCode: townCode,
                        townName: town == 1 ? "<b>镇</b>\"\u{301}" : "第\(town)镇",
                        position: position))
            }
        }
        let areas = try Areas(districtCode: "320612000000", districtName: "示例区", communities: communities)
        let day = Day(rawValue: Day.number(year: 2025, month: 6, day: 30))
        var from = day
        for _ in 1..<max(1, months) { from = Day(rawValue: from.rawValue - Int32(from.civil.day)) }
        let targets = [
            Target(
                name: "2021年<普惠>备案", figure: try named("facilities_inclusive"), level: .district,
                by: Day(rawValue: Day.number(year: 2024, month: 12, day: 31)), bound: .atLeast(try decimal("4"))),
            Target(
                name: "每千人口托位数", figure: try named("places_per_1000"), level: .district,
                by: Day(rawValue: Day.number(year: 2025, month: 12, day: 31)), bound: .atLeast(try decimal("45"))),
            Target(
                name: "覆盖", figure: try named("coverage_rate"), level: .town, by: Day(rawValue: Day.number(year: 2025, month: 3, day: 31)),
                bound: .atLeast(try decimal("0.3"))),
        ]
        let plan = ReportPlan(asOf: day, from: from, targets: targets)
        let rows = communities.enumerated().filter { $0.offset % 17 != 9 }.map {
            PopulationRow(code: $0.element.code, year: 2024, residents: Int64(1500 + $0.offset % 700))
        }
        let settings = ReportSettings(
            areas: areas, population: try Population(rows: rows, areas: areas),
            demand: DemandRules(
                months0to5: TenThousandths(rawValue: 0), months6to11: TenThousandths(rawValue: 800),
                months12to23: TenThousandths(rawValue: 2500),
                months24to35: TenThousandths(rawValue: 5500), planningNorm: DemandRules.defaultNorm), catchment: 1500, targets: targets)
        var projected = Projected(empty: settings.request(plan))
        fill(&projected, areas, day, &random)
        return ReportFigures(projected, plan: plan, settings: settings)
    }

    /// What pages say beside the figures, with the figures themselves as what was known before late records.
    static func context(_ figures: ReportFigures? = nil, synthetic: Bool = true) -> ReportContext {
        let late = figures.map { LateRecords(after: Instant(endOf: $0.plan.asOf), events: [3, 2, 1, 0], figures: $0.asOf) }
        return ReportContext(
            pipeline: "tongzhou<&>", programVersion: "0.5.0", isSynthetic: synthetic,
            checkpoint: Digest([UInt8](repeating: 0xA7, count: 32)).map {
                RecordCheckpoint(origin: "tuowei.example/示例", size: 1234, root: $0)
            },
            batches: Digest([UInt8](repeating: 1, count: 32)).map {
                [
                    BatchSummary(
                        archive: "2024Q1.tar.gz", digest: $0, accepted: 900, duplicates: 12, rejects: [("malformed", 2), ("citizen_id", 1)]),
                    BatchSummary(archive: "=2024<Q2>.zip", digest: $0, accepted: 322, duplicates: 0, rejects: []),
                ]
            } ?? [], late: late)
    }

    private struct Missing: Error {}
    private static func named(_ name: String) throws -> Figure {
        guard let figure = FigureCatalog.figure(named: name) else { throw Missing() }
        return figure
    }
    private static func decimal(_ text: String) throws -> ExactDecimal {
        guard let decimal = ExactDecimal(text) else { throw Missing() }
        return decimal
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func fill(_ projected: inout Projected, _ areas: Areas, _ day: Day, _ random: inout SeededGenerator) {
        let columns = projected.columns
        let cuts = projected.cuts.count
        func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &random) }
        func set(_ counter: Counter, _ cut: Int, _ column: Int, _ value: Int) {
            projected.counts[(counter.rawValue * cuts + cut) * columns + column] = value
        }
        func setDetail(_ counter: DetailCounter, _ column: Int, _ value: Int) {
            projected.details[counter.rawValue * columns + column] = value
        }
        for column in 0..<columns where column != projected.unassigned {
            // Every eighth community is empty: nothing to say of it but its name.
            if column % 8 == 7 { continue }
            let size = below(40) + 4
            for cut in 0..<cuts {
                set(.m0To5, cut, column, size / 3 + cut % 3)
                set(.m6To11, cut, column, size / 3 + 1)
                set(.m12To23, cut, column, size / 2 + cut % 2)
                set(.m24To35, cut, column, size / 2 + 2)
            }
            guard column % 3 != 2 else { continue }
            for number in 0..<(1 + column % 2) {
                var facility = ProjectedFacility(
                    id: "F\(padded(column, 6))-\(number)", name: hostileNames[(column + number) % hostileNames.count] + "托育",
                    community: areas.communities[column].code,
                    column: column, longitude: nil, latitude: nil, state: FacilityState(), enrolled: ByClass(), money: GrantTotals(),
                    registrationOrdinal: column)
                facility.state.standing = column % 13 == 6 ? .closed : .open
                let isOpen = facility.state.standing == .open
                facility.state.isFiled = isOpen && column % 4 != 3
                facility.state.isPending = isOpen && !facility.state.isFiled
                facility.state.isInclusive = facility.state.isFiled && number == 0
                facility.state.form = FacilityForm(rawValue: UInt8(column % 5)) ?? .center
                facility.state.capacity = ByClass(infant: below(6), toddler: below(20), preschool: below(40), mixed: below(10))
                facility.enrolled = ByClass(infant: below(4), toddler: below(10), preschool: below(30), mixed: below(6))
                facility.state.caregivers = column % 6 == 5 ? nil : below(10)
                facility.state.indoorHundredths = column % 5 == 4 ? nil : 12_345 + below(40_000)
                facility.state.fireUntil = day.adding(days: below(400) - 100)
                facility.state.hygieneUntil = day.adding(days: below(400) - 100)
                facility.state.lastInspection = column % 4 == 0 ? nil : InspectionResult(rawValue: UInt8(column % 3))
                let submitted = day.adding(days: -100 - column)
                let filings = [
                    FilingRound(submittedOn: submitted, endedOn: submitted.adding(days: column % 15), ending: .returned),
                    facility.state.isPending
                        ? FilingRound(submittedOn: day.adding(days: -(column % 20)))
                        : FilingRound(submittedOn: submitted.adding(days: 20), endedOn: submitted.adding(days: 23), ending: .accepted),
                ]
                facility.state.registeredOn = day.adding(days: -column * 20)
                facility.money.grants = 1
                facility.money.granted = Int64(1_234_567 + below(90_000_000))
                facility.money.paid = facility.money.granted / 2
                projected.money[Int(Scheme.construction.rawValue) * columns + column].grants += 1
                projected.money[Int(Scheme.construction.rawValue) * columns + column].granted += facility.money.granted
                projected.money[Int(Scheme.construction.rawValue) * columns + column].paid += facility.money.paid
                let span = FacilitySpan(
                    fromCut: min(column, cuts - 1), toCut: cuts, column: column, isFiled: facility.state.isFiled,
                    capacity: facility.state.capacity ?? ByClass(), caregivers: facility.state.caregivers)
                let inspections = facility.state.lastInspection.map { result in
                    [Inspection(day: submitted, result: .rectify), Inspection(day: day, result: result)]
                }
                facility.course = FacilityCourse(
                    filings: filings, inspections: inspections ?? [], spans: isOpen ? [span] : [],
                    enrolled: (0..<cuts).map { Int32($0 * facility.enrolled.total / max(1, cuts - 1)) })
                projected.facilities.append(facility)
                guard isOpen else { continue }
                let places = facility.state.places
                let filed = facility.state.isFiled
                let total = facility.enrolled.total
                for cut in 0..<cuts {
                    func add(_ counter: Counter, _ value: Int) {
                        projected.counts[(counter.rawValue * cuts + cut) * columns + column] += value
                    }
                    add(.facilities, 1)
                    add(.places, places)
                    add(.enrolled, total)
                    add(.enrolledResidents, total * 2 / 3)
                    add(.waitlistedResidents, column % 3)
                    add(.vacant, max(0, places - total))
                    add(.overfull, max(0, total - places))
                    guard filed else { continue }
                    add(.facilitiesFiled, 1)
                    add(.placesFiled, places)
                    if facility.state.isInclusive {
                        add(.facilitiesInclusive, 1)
                        add(.placesInclusive, places)
                    }
                    let capacity = facility.state.capacity ?? ByClass()
                    add(.placesInfant, capacity.infant)
                    add(.placesToddler, capacity.toddler)
                    add(.placesPreschool, capacity.preschool)
                    add(.placesMixed, capacity.mixed)
                    set(.served, cut, column, places > 0 ? 1 : 0)
                }
                let form = Int(facility.state.form.rawValue) * columns + column
                projected.supply[form].facilities += 1
                projected.supply[form].places += places
                projected.supply[form].enrolled += total
                if filed {
                    projected.supply[form].facilitiesFiled += 1
                    projected.supply[form].placesFiled += places
                }
                setDetail(.caregivers, column, projected.count(.caregivers, column: column) + (facility.state.caregivers ?? 0))
                setDetail(
                    .caregiversRequired, column, projected.count(.caregiversRequired, column: column) + facility.enrolled.caregiversRequired
                )
                if facility.state.caregivers == nil { setDetail(.staffingUnreported, column, 1) }
            }
            projected.flows.append(Flow(home: column, place: column, enrolments: 3 + below(8)))
            if column > 3 { projected.flows.append(Flow(home: column, place: column - 3, enrolments: 1 + below(4))) }
            if column % 5 == 0 { projected.flows.append(Flow(home: projected.elsewhere, place: column, enrolments: 1)) }
        }
        var totals = GrantTotals()
        (totals.grants, totals.granted, totals.paid) = (3, 1_234_567, 1_000_001)
        projected.yearlyGrants = [
            YearlyGrants(year: 2023, scheme: .construction, totals: totals), YearlyGrants(year: 2025, scheme: .operating, totals: totals),
        ]
        projected.facilities.sort { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        projected.findings.append(
            .overCapacity, log: .filings, occurredOn: day, eventID: Array("e-1".utf8), subject: Array("F000001-0".utf8))
        projected.findings.append(.voidWithoutTarget, log: .births, occurredOn: day, eventID: Array("e-2".utf8), subject: [])
    }
}
