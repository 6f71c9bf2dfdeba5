import Events
import TestSupport
import Testing

@testable import Projections

/// The sums of explanations: over random worlds, what the events add up to is what the counters counted, for every part and area.
@Suite struct EvidenceTests {
    static let areas: [[Bool]?] = [nil] + (0..<4).map { column in (0..<4).map { $0 == column } } + [[true, true, false, false]]

    @Test(arguments: 0..<20)
    func eventsAddUpToWhatWasCounted(group: Int) throws {
        for seed in group * 3..<(group + 1) * 3 {
            var world = RandomWorld(seed: UInt64(seed))
            let source = try MemorySource(world.events, blockSize: 1 + seed % 9)
            let (_, asOf, knownAt) = world.question()
            let projected = try project(
                source, ProjectionRequest(cuts: [], asOf: asOf, knownAt: knownAt, communities: RandomWorld.registered))
            for area in Self.areas {
                let terms = Part.all.map { EvidenceTerm("\($0)", [$0]) }
                let request = EvidenceRequest(
                    view: Viewpoint(asOf: asOf, knownAt: knownAt, of: source), communities: RandomWorld.registered, area: area,
                    terms: terms, budget: 1 + seed % 40)
                var told: [EvidenceTerm: Int64] = [:]
                let sums = try explain(source, request) { evidence in told[evidence.term, default: 0] += evidence.change }
                for (place, part) in Part.all.enumerated() {
                    let counted = (0..<4).reduce(0) { sum, column in
                        area?[column] ?? true ? sum + Self.count(projected, part, column) : sum
                    }
                    let note = "seed \(seed), \(part), D \(asOf), K \(knownAt.map { "\($0)" } ?? "none"), area \(String(describing: area))"
                    #expect(sums[place] == Int128(counted), "\(note)")
                    #expect(told[terms[place], default: 0] == counted, "told: \(note)")
                }
            }
        }
    }

    /// A part as the counters have it; unassigned communities are served by nobody.
    static func count(_ projected: Projected, _ part: Part, _ column: Int) -> Int64 {
        switch part {
        case .counter(.served): column == projected.unassigned ? 0 : Int64(projected.count(.served, cut: 0, column: column))
        case .counter(let counter): Int64(projected.count(counter, cut: projected.cuts.count - 1, column: column))
        case .detail(let counter): Int64(projected.count(counter, column: column))
        case .money(let money):
            Scheme.allCases.reduce(0) { sum, scheme in
                let totals = projected.money(scheme, column: column)
                switch money {
                case .granted: return sum + totals.granted
                case .paid: return sum + totals.paid
                case .recovered: return sum + totals.recovered
                case .netForPlaces:
                    return [.construction, .operating, .demonstration].contains(scheme) ? sum + totals.paid - totals.recovered : sum
                }
            }
        }
    }

    @Test func tellsWhyAnEventHasNoEffect() throws {
        let events = try MemoryEvent.lines(
            """
            births b1 birth_registered 2024-01-10 child=c1 community=320612101001
            births b2 birth_registered 2024-02-10 child=c2 community=320612101001
            births b3 event_voided 2024-03-01 target=b2 reason=r
            births b4 birth_registered 2024-01-20 child=c1 community=320612101001
            births b5 birth_registered 2024-04-01 @2025-06-01T00:00:00Z child=c3 community=320612101001
            births b6 child_moved_out 2024-05-01 child=c1
            births b7 child_moved_in 2024-06-01 child=c1 community=320612101001 born_on=2024-01-10
            """)
        let source = try MemorySource(events)
        let view = Viewpoint(asOf: try #require(Day("2024-12-31")), knownAt: Instant("2025-01-01T00:00:00Z"), of: source)
        let bands: [Part] = [.counter(.m0To5), .counter(.m6To11), .counter(.m12To23), .counter(.m24To35)]
        var lines: [String] = []
        let sums = try explain(
            source,
            EvidenceRequest(
                view: view, communities: RandomWorld.registered, area: [true, false, false, false], terms: [EvidenceTerm("under3", bands)])
        ) { evidence in
            let status =
                switch evidence.status {
                case .applied(let codes): (["applied"] + codes.map(\.name)).joined(separator: " ")
                case .refused(let codes): (["refused"] + codes.map(\.name)).joined(separator: " ")
                case .voided(let void): "voided by " + String(decoding: void, as: UTF8.self)
                case .notYetKnown: "not yet known"
                }
            lines.append("\(String(decoding: evidence.id, as: UTF8.self)) \(evidence.change) \(evidence.wouldChange ?? 0) \(status)")
        }
        #expect(sums == [1])
        #expect(
            lines == [
                "b1 1 0 applied", "b4 0 0 refused duplicate_birth", "b6 -1 0 applied", "b7 1 0 applied", "b2 0 1 voided by b3",
                "b5 0 1 not yet known",
            ])
    }
}

/// Revisions: over random worlds, the causes add up to the difference, always, and both ends are what a report counts.
@Suite struct RevisionTests {
    @Test(arguments: 0..<20)
    func causesAddUpToTheDifference(group: Int) throws {
        for seed in group * 8..<(group + 1) * 8 {
            var world = RandomWorld(seed: UInt64(seed))
            var random = SeededGenerator(seed: UInt64(seed) &+ 77)
            let source = try MemorySource(world.events, blockSize: 1 + seed % 9)
            func view() throws -> (Viewpoint, Projected) {
                let (_, asOf, knownAt) = world.question()
                let held = Array(world.events.prefix(Int.random(in: 0...world.events.count, using: &random)))
                let part = try MemorySource(held, blockSize: 3)
                let request = ProjectionRequest(cuts: [], asOf: asOf, knownAt: knownAt, communities: RandomWorld.registered)
                return (Viewpoint(asOf: asOf, knownAt: knownAt, of: part), try project(part, request))
            }
            let (from, projectedFrom) = try view()
            let (to, projectedTo) = try view()
            var told: [[Int64]] = Array(
                repeating: Array(repeating: 0, count: Part.all.count * 4), count: Cause.allCases.count)
            let request = RevisionRequest(from: from, to: to, communities: RandomWorld.registered, budget: 1 + seed % 40)
            let sums = try compare(source, request) { revision in
                for change in revision.changes {
                    told[revision.cause(of: change.amount).rawValue][change.part.index * 4 + change.column] += change.amount
                }
            }
            #expect(RevisionRequest(from: to, to: from, communities: []).from == request.from)
            let (first, second) = request.isTurned ? (projectedTo, projectedFrom) : (projectedFrom, projectedTo)
            for part in Part.all {
                for column in 0..<4 {
                    let note = "seed \(seed), \(part), column \(column), \(from) to \(to)"
                    #expect(sums.before(part, column: column) == EvidenceTests.count(first, part, column), "from: \(note)")
                    #expect(sums.after(part, column: column) == EvidenceTests.count(second, part, column), "to: \(note)")
                    var sum = sums.before(part, column: column)
                    for cause in Cause.allCases {
                        let change = sums.change(cause, part, column: column)
                        sum += change
                        #expect(told[cause.rawValue][part.index * 4 + column] == change, "told \(cause.name): \(note)")
                    }
                    #expect(sum == sums.after(part, column: column), "sum: \(note)")
                }
            }
        }
    }

    @Test func namesEachCause() throws {
        let events = try MemoryEvent.lines(
            """
            births b1 birth_registered 2024-01-10 child=c1 community=320612101001
            births b2 birth_registered 2021-09-10 child=c2 community=320612101001
            filings f1 facility_registered 2023-01-01 facility=f name=n registrar=market form=center community=320612101001
            filings f2 capacity_set 2023-01-02 facility=f infant=300 toddler=0 preschool=0 mixed=0
            filings f3 filing_accepted 2023-02-01 facility=f receipt=r
            filings f4 event_voided 2024-08-01 @2024-08-01T00:00:00Z target=f2 reason=r
            filings f5 capacity_set 2023-01-02 @2024-08-02T00:00:00Z facility=f infant=30 toddler=0 preschool=0 mixed=0
            births b3 birth_registered 2024-05-01 @2024-08-03T00:00:00Z child=c3 community=320612101001
            births b4 birth_registered 2024-09-01 child=c4 community=320612101001
            births b5 event_voided 2024-08-01 @2024-08-05T00:00:00Z target=b1 reason=r
            """)
        let source = try MemorySource(events)
        let from = Viewpoint(asOf: try #require(Day("2024-06-30")), knownAt: Instant("2024-07-01T00:00:00Z"), of: source)
        let to = Viewpoint(asOf: try #require(Day("2024-12-31")), knownAt: nil, of: source)
        var lines: Set<String> = []
        _ = try compare(source, RevisionRequest(from: from, to: to, communities: RandomWorld.registered)) { revision in
            for change in revision.changes
            where [.counter(.places), .counter(.m24To35), .counter(.m6To11), .counter(.m0To5)].contains(change.part) {
                lines.insert(
                    "\(revision.cause(of: change.amount).name) \(String(decoding: revision.id, as: UTF8.self)) \(change.part) \(change.amount)"
                )
            }
        }
        #expect(
            lines == [
                "corrected f2 counter(Projections.Counter.places) -300", "corrected f5 counter(Projections.Counter.places) 30",
                "voided b1 counter(Projections.Counter.m0To5) -1", "late b3 counter(Projections.Counter.m0To5) 1",
                "aged_out b2 counter(Projections.Counter.m24To35) -1", "aged_out b3 counter(Projections.Counter.m0To5) -1",
                "aged_in b3 counter(Projections.Counter.m6To11) 1", "new b4 counter(Projections.Counter.m0To5) 1",
            ])
    }
}
