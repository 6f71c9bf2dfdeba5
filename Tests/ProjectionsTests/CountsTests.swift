import Events
import TestSupport
import Testing

@testable import Projections

/// That numbers are the same however wide they are kept, and that what does not fit into 32 bits is kept whole.
@Suite struct CountsTests {
    @Test func widensWhereANumberDoesNotFit() {
        var counts = Counts(zeros: 3)
        counts[0] = 7
        counts[2] = Int(Int32.max)
        var other = counts
        #expect(counts.read(narrow: { $0.count }, wide: { _ in -1 }) == 3)
        counts[1] = Int(Int32.max) + 1
        #expect(counts.indices.map { counts[$0] } == [7, Int(Int32.max) + 1, Int(Int32.max)])
        #expect(counts.read(narrow: { _ in -1 }, wide: { $0.count }) == 3)
        #expect(counts != other)
        counts[1] = 0
        #expect(counts == other)
        other[1] += 1
        #expect(counts != other)
    }

    /// Children move from band to band by one addition to four counters.
    @Test func bandsAreTheFirstFourCounters() {
        #expect([Counter.m0To5, .m6To11, .m12To23, .m24To35].map(\.rawValue) == [0, 1, 2, 3])
    }

    private static let day = Day(rawValue: 19_000)

    /// Facilities of one community, each with as many places as there may be, from the second day on.
    private func largeFacilities(_ number: Int) -> [MemoryEvent] {
        func event(_ id: String, _ type: String, _ day: Day, _ fields: [String: String]) -> MemoryEvent {
            MemoryEvent(.filings, id: id, type: type, occurredOn: day, recordedAt: Instant(endOf: day), fields: fields)
        }
        return (0..<number).flatMap { facility in
            let place = ["community": RandomWorld.registered[0], "name": "园", "registrar": "market", "form": "center"]
            let most = ["infant": "100000", "toddler": "100000", "preschool": "100000", "mixed": "100000"]
            let id = ["facility": "F\(facility)"]
            return [
                event("r\(facility)", "facility_registered", Self.day, place.merging(id) { $1 }),
                event("c\(facility)", "capacity_set", Self.day.adding(days: 1), most.merging(id) { $1 }),
                event("s\(facility)", "staffing_reported", Self.day.adding(days: 2), ["caregivers": "3"].merging(id) { $1 }),
                event("f\(facility)", "filing_accepted", Self.day.adding(days: 3), ["receipt": "R"].merging(id) { $1 }),
            ]
        }
    }

    /// More places than 32 bits count, in one column: 5,400 facilities of 400,000.
    @Test(arguments: [1, 2, 7])
    func moreThan32Bits(threads: Int) throws {
        let request = ProjectionRequest(
            cuts: (0..<6).map { Self.day.adding(days: $0) }, asOf: Self.day.adding(days: 8), communities: RandomWorld.registered,
            threads: threads)
        for (number, isNarrow) in [(5_300, true), (5_400, false)] {
            let projected = try project(MemorySource(largeFacilities(number), blockSize: 500), request)
            #expect(projected.counts.read(narrow: { _ in true }, wide: { _ in false }) == isNarrow)
            func counts(_ counter: Counter) -> [Int] {
                projected.cuts.indices.map { projected.count(counter, cut: $0, column: 0) }
            }
            let most = number * 400_000
            #expect(counts(.facilities) == Array(repeating: number, count: 7))
            #expect(counts(.places) == [0, most, most, most, most, most, most])
            #expect(counts(.placesFiled) == [0, 0, 0, most, most, most, most])
            #expect(counts(.placesMixed) == [0, 0, 0, most / 4, most / 4, most / 4, most / 4])
            #expect(counts(.vacant) == [0, most, most, most, most, most, most])
            #expect(counts(.served) == [0, 0, 0, 1, 1, 1, 1])
        }
    }

    /// What changes nothing at a cut begins no segment, and what does begins one.
    @Test func segmentsGoOn() throws {
        let days = (0..<6).map { Self.day.adding(days: $0) }
        let request = ProjectionRequest(cuts: days, asOf: Self.day.adding(days: 8), communities: RandomWorld.registered)
        let quiet = (0..<6).map { day in
            MemoryEvent(
                .filings, id: "i\(day)", type: "inspection_completed", occurredOn: days[day], recordedAt: Instant(endOf: days[day]),
                fields: ["facility": "F0", "result": "pass"])
        }
        let projected = try project(MemorySource(largeFacilities(2) + quiet, blockSize: 3), request)
        for (facility, inspections) in zip(projected.facilities, [6, 0]) {
            #expect(facility.course.spans.map { [$0.fromCut, $0.toCut] } == [[0, 1], [1, 2], [2, 3], [3, 7]])
            #expect(facility.course.spans.map(\.isFiled) == [false, false, false, true])
            #expect(facility.course.spans.map(\.caregivers) == [nil, nil, 3, 3])
            #expect(facility.course.inspections.count == inspections)
            #expect(facility.course.filings.isEmpty)
        }
    }
}
