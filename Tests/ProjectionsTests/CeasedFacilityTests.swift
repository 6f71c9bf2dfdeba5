import Events
import TestSupport
import Testing

@testable import Projections

/// That sums are used, and give the same, where facilities that they know as registered are so no more, or in another way.
@Suite struct CeasedFacilityTests {
    /// What came to pass in random worlds.
    private struct Met {
        var ceased = 0
        var several = 0
        var first = 0
        var last = 0
        var all = 0
        var withChildren = 0
        var withPayments = 0
        var registeredLater = 0
        var registeredAgain = 0
        var voidsOfVoids = 0
        var unused = 0

        mutating func note(_ kept: FoldedChildren.Kept, _ facilities: FoldedFacilities) {
            let sums = kept.sums
            let places = sums.lookups.indices.filter { sums.lookups[$0].index >= 0 && kept.facilities.places[$0] < 0 }
                .map { Int(sums.lookups[$0].index) }
            registeredAgain += sums.lookups.indices.count { number in
                kept.facilities.places[number] >= 0 && kept.facilities.changed[number] && sums.lookups[number].index >= 0
            }
            guard !places.isEmpty else { return }
            ceased += 1
            several += places.count > 1 ? 1 : 0
            all += places.count == sums.facilities ? 1 : 0
            // Whatever stands behind the first, or before the last, has another place now.
            first += places.contains(0) && places.count < sums.facilities ? 1 : 0
            last += places.contains(sums.facilities - 1) && places.count < sums.facilities ? 1 : 0
            withChildren += places.contains { place in (0..<4).contains { sums.classes[place * 4 + $0] > 0 } } ? 1 : 0
            withPayments += places.contains { sums.facilityMoney[$0].paid > 0 } ? 1 : 0
        }
    }

    /// Registrations of all facilities on the first day, in whatever order their numbers come to be.
    private func registrations(_ events: [MemoryEvent], _ random: inout SeededGenerator) -> [MemoryEvent] {
        guard let first = events.min(by: { $0.occurredOn < $1.occurredOn }) else { return [] }
        return (1...3).shuffled(using: &random).map { number in
            let fields = [
                "facility": "f\(number)", "community": RandomWorld.registered.randomElement(using: &random) ?? "", "name": "园",
                "registrar": "market", "form": "center",
            ]
            return MemoryEvent(
                .filings, id: "first\(number)", type: "facility_registered", occurredOn: first.occurredOn, recordedAt: first.recordedAt,
                fields: fields)
        }
    }

    /// Late events that void registrations, each of a facility's or the first; some facilities are registered anew, by D or later.
    private func withdrawals(
        _ events: [MemoryEvent], asOf: Day, _ random: inout SeededGenerator, _ met: inout Met
    ) -> [MemoryEvent] {
        let registrations = events.filter { $0.type == "facility_registered" }
        let facilities = Set(registrations.compactMap { $0.fields["facility"] }).sorted().shuffled(using: &random)
        let late = Instant(rawValue: events.map(\.recordedAt.rawValue).max() ?? 0)
        var added: [MemoryEvent] = []
        func void(_ target: String) {
            added.append(
                MemoryEvent(
                    .filings, id: "void\(added.count)", type: "event_voided", occurredOn: asOf, recordedAt: late,
                    fields: ["target": target, "reason": "r"]))
        }
        for facility in facilities.prefix([1, 1, 2, 3].randomElement(using: &random) ?? 1) {
            let all = registrations.filter { $0.fields["facility"] == facility }
            let isWhole = Int.random(in: 0..<4, using: &random) > 0
            for registration in isWhole ? all : Array(all.prefix(1)) { void(registration.id) }
            if let last = added.last, Int.random(in: 0..<4, using: &random) == 0 {
                void(last.id)
                met.voidsOfVoids += 1
            }
            if isWhole, var anew = all.randomElement(using: &random), Bool.random(using: &random) {
                let days = Int.random(in: -90...90, using: &random)
                anew.id = "anew-\(facility)"
                anew.occurredOn = asOf.adding(days: days)
                anew.recordedAt = late
                added.append(anew)
                if days > 0 { met.registeredLater += 1 }
            }
        }
        return added.shuffled(using: &random)
    }

    @Test func sumsAreUsedAndGiveTheSame() throws {
        var met = Met()
        for seed in 0..<120 as Range<UInt64> {
            var world = RandomWorld(seed: 9_000 + seed)
            var random = SeededGenerator(seed: seed)
            var (cuts, asOf, _) = world.question()
            if seed % 3 > 0 { asOf = world.days.max() ?? asOf }
            cuts = cuts.filter { $0 <= asOf }
            let part = seed % 2 == 0 ? world.events.count : world.events.count * 2 / 3
            let known = (seed % 4 > 0 ? registrations(world.events, &random) : []) + world.events.prefix(part)
            let before = known.count
            let added = withdrawals(known, asOf: asOf, &random, &met)
            let events = known + (world.events.dropFirst(part) + added).shuffled(using: &random)
            let shift = seed % 4 == 0 ? nil : UInt32(seed % 3)
            let source = try MemorySource(events, blockSize: 1 + Int(seed % 9))
            func request(_ threads: Int) -> ProjectionRequest {
                ProjectionRequest(cuts: cuts, asOf: asOf, communities: RandomWorld.registered, threads: threads)
            }
            let made = try DaySumsTests.sums(of: known, request(1), shift)
            let sums = try #require(try DaySumsTests.opened(DaySumsTests.words(made)))
            let histories = try DaySumsTests.histories(
                events, ends: [[], [before], [before, events.count]][Int(seed % 3)], shift)
            let place = "seed \(seed), D \(asOf), \(before) of \(events.count) events"
            let threads = 1 + Int(seed % 3)
            expect(
                try project(source, request(threads), histories: histories, sums: { sums }, partitionShift: shift),
                equals: try project(source, request(1), partitionShift: shift), place)
            let district = try FoldedDistrict(
                source, request(threads), histories: histories, find: nil, sums: { sums }, partitionShift: shift, folded: nil)
            if let kept = district.children.kept {
                met.note(kept, district.facilities)
            } else {
                met.unused += 1
                #expect(sums.lastColumns.isEmpty, "\(place): the sums were not used")
            }
        }
        #expect(met.ceased > 40 && met.several > 10 && met.all > 5 && met.first > 10 && met.last > 10, "\(met)")
        #expect(met.withChildren > 20 && met.withPayments > 3, "\(met)")
        #expect(met.registeredLater > 20 && met.registeredAgain > 20 && met.voidsOfVoids > 20 && met.unused < 20, "\(met)")
    }

    /// A case of the two villages: late events, and whom they make a report fold.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let late: String
        let children: [String]
        let grants: [String]
        /// Events found to be of an unknown facility.
        let unknown: [String]
    }

    private static let register = "name=甲托育 registrar=market form=center community=320612101001"
    private static let ofF1 = (children: ["c1", "c2", "c3"], grants: ["G1"])

    @Test(arguments: [
        Case(
            testDescription: "the first place, with enrolments, one waiting, and money paid",
            late: "event_voided 2024-07-05 target=f1 reason=r", children: ofF1.children,
            grants: ofF1.grants, unknown: ["e1"]),
        Case(
            testDescription: "the last place", late: "event_voided 2024-07-05 target=f7 reason=r", children: ["c4", "c5"], grants: ["G2"],
            unknown: ["e2", "e3"]),
        Case(
            testDescription: "both", late: "event_voided 2024-07-05 target=f1 reason=r\nevent_voided 2024-07-05 target=f7 reason=r",
            children: ["c1", "c2", "c3", "c4", "c5"], grants: ["G1", "G2"], unknown: ["e1", "e2", "e3"]),
        Case(
            testDescription: "registered anew behind D",
            late: "event_voided 2024-07-05 target=f1 reason=r\nfacility_registered 2024-07-01 facility=F1 \(register)",
            children: ofF1.children, grants: ofF1.grants, unknown: ["e1"]),
        Case(
            testDescription: "registered anew before D",
            late: "event_voided 2024-07-05 target=f1 reason=r\nfacility_registered 2024-05-02 facility=F1 \(register)",
            children: ofF1.children, grants: ofF1.grants, unknown: []),
        Case(
            testDescription: "registered anew as it was, and its filing stands",
            late: "event_voided 2024-07-05 target=f1 reason=r\nfacility_registered 2023-06-01 facility=F1 \(register)",
            children: [], grants: [], unknown: []),
        Case(
            testDescription: "a void of the void changes nothing",
            late: "event_voided 2024-07-05 target=f1 reason=r\nevent_voided 2024-07-06 target=late0 reason=r",
            children: ofF1.children, grants: ofF1.grants, unknown: ["e1"]),
    ])
    func onlyWhatIsTouchedIsFolded(_ given: Case) throws {
        let known = try MemoryEvent.lines(TinyTests.record)
        let lines = given.late.split(separator: "\n").enumerated().map { "filings late\($0) \($1)" }
        let events = try known + MemoryEvent.lines(lines.joined(separator: "\n"))
        let source = try MemorySource(events)
        let request = try ProjectionRequest(
            cuts: ["2024-03-31", "2024-05-31"].map { try #require(Day($0)) }, asOf: #require(Day("2024-06-30")),
            communities: ["320612101001", "320612101002"], threads: 2)
        let sums = try DaySumsTests.sums(of: known, request, 0)
        let anew = try project(source, request, partitionShift: 0)
        expect(try project(source, request, sums: { sums }, partitionShift: 0), equals: anew, given.testDescription)
        let unknown = anew.findings.lines(by: 8).map { $0.split(separator: ",") }.filter { $0[0] == "unknown_facility" }
        #expect(unknown.map { String($0[2]) }.sorted() == given.unknown)

        let district = try FoldedDistrict(
            source, request, histories: Histories(), find: nil, sums: { sums }, partitionShift: 0, folded: nil)
        let kept = try #require(district.children.kept, "the sums were not used")
        #expect(try Self.names(kept.changed, .child, in: source) == given.children)
        let grants = try #require(try district.grants(request, in: source).changed)
        #expect(try Self.names(grants, .grant, in: source) == given.grants)
    }

    /// The identifiers of subjects whose bits are set.
    private static func names(_ bits: Table<UInt64>, _ space: Namespace, in source: MemorySource) throws -> [String] {
        let (starts, bytes) = try source.identifiers(of: space)
        var names: [String] = []
        bits.forEachBit { names.append(String(decoding: bytes[Int(starts[$0])..<Int(starts[$0 + 1])], as: UTF8.self)) }
        return names.sorted()
    }
}
