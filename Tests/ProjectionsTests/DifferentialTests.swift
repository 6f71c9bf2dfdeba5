import Events
import TestSupport
import Testing

@testable import Projections

/// The main proof: over random worlds, the room's answer is the plain one's, to the last cell, for any D, K and cuts.
@Suite struct DifferentialTests {
    @Test(arguments: 0..<40)
    func equalsThePlainProjection(group: Int) throws {
        for seed in group * 12..<(group + 1) * 12 {
            var world = RandomWorld(seed: UInt64(seed))
            let source = try MemorySource(world.events, blockSize: 1 + seed % 9)
            for _ in 0..<3 {
                let (cuts, asOf, knownAt) = world.question()
                let request = ProjectionRequest(
                    cuts: cuts, asOf: asOf, knownAt: knownAt, communities: RandomWorld.registered, threads: 1 + seed % 3)
                let projected = try project(source, request, partitionShift: seed % 2 == 0 ? nil : UInt32(seed % 3))
                try expect(projected, equals: world.events, "seed \(seed), D \(asOf), K \(knownAt.map { "\($0)" } ?? "none")")
            }
        }
    }

    /// Compares everything a projection holds.
    private func expect(_ projected: Projected, equals events: [MemoryEvent], _ place: String) throws {
        for (cut, day) in projected.cuts.enumerated() {
            // The state findings and lists are D's own; a few cuts of many suffice for the counters, the ends of stretches counted at once
            // among them.
            guard cut == projected.cuts.count - 1 || cut % 7 == 0 || [0, 23].contains(cut % 24) else { continue }
            let plain = PlainProjection(events, asOf: day, knownAt: projected.knownAt, communities: projected.communities)
            for column in 0..<projected.columns {
                #expect(
                    Counter.allCases.map { projected.count($0, cut: cut, column: column) } == plain.counters(column),
                    "\(place), cut \(day), column \(column)")
            }
        }
        let plain = PlainProjection(events, asOf: projected.asOf, knownAt: projected.knownAt, communities: projected.communities)
        for column in 0..<projected.columns {
            #expect(DetailCounter.allCases.map { projected.count($0, column: column) } == plain.details(column), "\(place)")
            for scheme in Scheme.allCases {
                #expect(projected.money(scheme, column: column) == plain.money(scheme.name, column), "\(place)")
            }
            for form in FacilityForm.allCases {
                #expect(projected.supply(form, column: column) == plain.supply(form.name, column), "\(place)")
            }
        }
        let names = projected.communities + ["unassigned", "elsewhere"]
        #expect(projected.flows.map { "\(names[$0.home]),\(names[$0.place]),\($0.enrolments)" } == plain.flows, "\(place)")
        #expect(projected.facilities.map(Self.line) == plain.facilityLines, "\(place)")
        #expect(
            Dictionary(
                uniqueKeysWithValues: projected.yearlyGrants.map {
                    ("\($0.year) \($0.scheme.name)", [Int64($0.totals.grants), $0.totals.granted, $0.totals.paid, $0.totals.recovered])
                }) == plain.yearly, "\(place)")
        let findings = projected.findings
        #expect(findings.lines(by: findings.count) == plain.findingLines, "\(place)")
        #expect(findings.lines(by: 3) == plain.findingLines, "\(place), in parts")
        for code in FindingCode.allCases {
            #expect(findings.count(of: code) == plain.findingLines.count { $0.hasPrefix(code.name + ",") }, "\(place)")
        }
    }

    private static func line(_ facility: ProjectedFacility) -> String {
        let state = facility.state
        let status = !state.isOpen ? "closed" : state.isFiled ? "filed" : state.isPending ? "pending" : "unfiled"
        let places = state.capacity ?? ByClass()
        func day(_ day: Day?) -> String { day?.description ?? "-" }
        return [
            facility.id, facility.name, state.form.name, state.registrar.name, facility.community, "\(facility.column)", status,
            "\(state.isInclusive)", state.demonstration?.name ?? "-",
            "\([places.infant, places.toddler, places.preschool, places.mixed])",
            "\([facility.enrolled.infant, facility.enrolled.toddler, facility.enrolled.preschool, facility.enrolled.mixed])",
            state.caregivers.map(String.init) ?? "-", state.indoorHundredths.map(String.init) ?? "-", day(state.fireUntil),
            day(state.hygieneUntil), day(state.foodUntil), state.lastInspection?.name ?? "-", facility.longitude ?? "-",
            facility.latitude ?? "-", "\(facility.money.granted) \(facility.money.paid) \(facility.money.recovered)",
            state.registeredOn.description,
            "\(facility.course.filings.map { round in ["\(round.submittedOn)"] + (round.ending.map { ["\($0.name) \(day(round.endedOn))"] } ?? []) })",
        ].joined(separator: "|")
    }
}

/// That the worlds are worth comparing: each finding, tie and kind of void comes about in them.
@Suite struct RandomWorldTests {
    @Test func everyFindingComesAbout() throws {
        var codes: Set<String> = []
        for seed in 0..<150 {
            var world = RandomWorld(seed: UInt64(seed))
            let (_, asOf, knownAt) = world.question()
            let plain = PlainProjection(world.events, asOf: asOf, knownAt: knownAt, communities: RandomWorld.registered)
            for finding in plain.findings { codes.insert(finding[0]) }
        }
        #expect(codes == Set(FindingCode.allCases.map(\.name)))
    }

    @Test func someEventsAreToldApartByIdentifierOnly() throws {
        var ties = 0
        for seed in 0..<50 {
            var seen: Set<[String]> = []
            for event in RandomWorld(seed: UInt64(seed)).events {
                let subject = event.fields["child"] ?? event.fields["facility"] ?? event.fields["grant"] ?? ""
                let object = event.log == .enrollments ? event.fields["facility"] ?? "" : ""
                if !seen.insert([event.type, "\(event.occurredOn)", "\(event.recordedAt)", subject, object]).inserted { ties += 1 }
            }
        }
        #expect(ties > 20)
    }
}
