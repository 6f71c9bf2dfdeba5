import Events
import Synchronization
import TestSupport
import Testing

@testable import Projections

/// That of histories only the groups are read in which something changed, and that what is read is checked.
@Suite struct HistoryGroupsTests {
    private static let root = Digest(Array(repeating: 7, count: 32))
    private static let children = 3_000
    private static let facilities = 40

    /// A file of histories that counts the bytes read from it.
    private final class CountedHistory: Sendable {
        let memory = MemoryHistory()
        let bytesRead = Mutex(0)

        func opened(scatteredPart: Int = .max) -> HistoryFile? {
            let read = memory.read
            let file = HistoryFile(size: size, scatteredPart: scatteredPart) { [self] buffer, offset in
                try read(buffer, offset)
                bytesRead.withLock { $0 += buffer.count }
            }
            bytesRead.withLock { $0 = 0 }
            return file
        }

        var size: Int { memory.bytes.withLock { $0.count } }
    }

    private static func day(_ number: Int) -> Day { Day(rawValue: 19_000 + Int32(number)) }

    private static func event(_ log: Log, _ id: String, _ type: String, _ number: Int, _ fields: [String: String]) -> MemoryEvent {
        let day = day(number)
        return MemoryEvent(
            log, id: id, type: type, occurredOn: day, recordedAt: Instant(endOf: day), fields: fields)
    }

    /// Some thousand children and grants, so that partitions have groups.
    private static func base(_ random: inout SeededGenerator) -> [MemoryEvent] {
        var events: [MemoryEvent] = []
        for facility in 0..<facilities {
            let fields = [
                "facility": "F\(facility)", "community": RandomWorld.registered[facility % 3], "name": "园", "registrar": "market",
                "form": "center",
            ]
            events.append(event(.filings, "f\(facility)", "facility_registered", 0, fields))
            let places = ["facility": "F\(facility)", "infant": "9", "toddler": "20", "preschool": "20", "mixed": "0"]
            events.append(event(.filings, "p\(facility)", "capacity_set", 1, places))
        }
        for child in 0..<children {
            let born = 2 + child / 10
            let home = ["child": "c\(child)", "community": RandomWorld.registered.randomElement(using: &random) ?? ""]
            events.append(event(.births, "b\(child)", "birth_registered", born, home))
            events.append(event(.births, "v\(child)", "newborn_visited", born + 3, ["child": "c\(child)"]))
            let place = "F\(Int.random(in: 0..<facilities, using: &random))"
            let enrolled = ["child": "c\(child)", "facility": place, "mode": "full_day", "class": "infant"]
            events.append(event(.enrollments, "e\(child)", "child_enrolled", born + 200, enrolled))
            let payee = child % 2 == 0 ? ["facility": place] : ["child": "c\(child)"]
            let granted = ["grant": "g\(child)", "scheme": "operating", "amount": "100"].merging(payee) { $1 }
            events.append(event(.subsidies, "s\(child)", "subsidy_granted", born + 210, granted))
        }
        return events
    }

    /// What comes later: a little of everything, about children and grants that were there and about new ones; and, `closing`, a facility
    /// that closes.
    private static func later(_ random: inout SeededGenerator, closing: Bool) -> [MemoryEvent] {
        func some() -> Int { Int.random(in: 0..<children, using: &random) }
        var events: [MemoryEvent] = []
        for number in 0..<4 {
            let day = 320 + number
            events.append(
                event(.births, "m\(number)", "child_relocated", day, ["child": "c\(some())", "community": RandomWorld.registered[0]]))
            events.append(
                event(.births, "n\(number)", "birth_registered", day, ["child": "n\(number)", "community": RandomWorld.registered[1]]))
            events.append(event(.subsidies, "t\(number)", "subsidy_paid", day, ["grant": "g\(some())", "amount": "40"]))
            for (log, letter) in [(Log.births, "b"), (.enrollments, "e"), (.subsidies, "s"), (.births, "v")] {
                let fields = ["target": "\(letter)\(some())", "reason": "r"]
                events.append(event(log, "x\(letter)\(number)", "event_voided", day, fields))
            }
            // Behind the last day asked for.
            events.append(event(.births, "l\(number)", "child_died", 9_000, ["child": "c\(some())"]))
        }
        if closing { events.append(event(.filings, "z", "facility_closed", 330, ["facility": "F\(some() % facilities)"])) }
        return events
    }

    private static func request(_ threads: Int = 2) -> ProjectionRequest {
        ProjectionRequest(
            cuts: [day(100), day(220), day(340)], asOf: day(400), communities: RandomWorld.registered, threads: threads)
    }

    /// A record, histories of its first events, and the sums that were made of these.
    private func world(_ seed: UInt64, closing: Bool) throws -> (events: [MemoryEvent], history: CountedHistory, sums: DaySums) {
        var random = SeededGenerator(seed: seed)
        let base = Self.base(&random)
        let root = try #require(Self.root)
        let history = CountedHistory()
        let sums = try daySumsAndHistories(
            MemorySource(base, blockSize: 100), Self.request(), size: base.count, root: root, program: "1", write: history.memory.write)
        return (base + Self.later(&random, closing: closing), history, try #require(try DaySumsTests.opened(DaySumsTests.words(sums))))
    }

    /// Where nothing changed nothing is read, wherever the file lies; and what comes of it is what the log gives.
    @Test(arguments: 0..<6)
    func onlyWhatChangedIsRead(seed: Int) throws {
        let isClosing = seed % 3 == 2
        let (events, history, sums) = try world(UInt64(seed), closing: isClosing)
        let source = try MemorySource(events, blockSize: 90)
        let right = try project(source, Self.request(1))
        var read: [Int] = []
        for (scatteredPart, threads) in [(Int.max, 1), (.max, 3), (0, 2)] {
            let file = try #require(history.opened(scatteredPart: scatteredPart))
            let histories = try #require(Histories().adding(file))
            let projected = try project(source, Self.request(threads), histories: histories, sums: { sums })
            expect(projected, equals: right, "seed \(seed), \(scatteredPart), \(threads) threads")
            read.append(history.bytesRead.withLock { $0 })
        }
        #expect(read[0] == read[1] && read[0] <= read[2], "\(read) bytes")
        // Of a facility that closed, all enrolments are looked through.
        #expect(read[0] < history.size / (isClosing ? 1 : 2), "\(read) of \(history.size) bytes")
        #expect(read[0] > 0)
    }

    /// Damage in a group that is read is found when it is; in another one when all is read.
    @Test func whatIsReadIsChecked() throws {
        let (events, history, sums) = try world(99, closing: false)
        let source = try MemorySource(events, blockSize: 90)
        let right = try project(source, Self.request(1))
        let start = try #require(history.opened()).head.start(.births)
        var (found, unread) = (0, 0)
        for place in stride(from: start + 5, to: history.size, by: history.size / 60) {
            history.memory.bytes.withLock { $0[place] ^= 16 }
            defer { history.memory.bytes.withLock { $0[place] ^= 16 } }
            let file = try #require(history.opened())
            let histories = try #require(Histories().adding(file))
            #expect(try !histories.isWhole(threads: 2), "byte \(place)")
            do {
                let projected = try project(source, Self.request(2), histories: histories, sums: { sums })
                expect(projected, equals: right, "byte \(place)")
                unread += 1
            } catch ProjectionError.damagedHistories {
                found += 1
            }
        }
        #expect(found > 5 && unread > 5, "\(found) found, \(unread) not read")
    }

    /// Voids that name subjects which the record has not, or that come twice, stand under a right checksum in no file of histories but
    /// one that was tampered with.
    @Test func voidsAreChecked() throws {
        let (events, _, sums) = try world(7, closing: false)
        let source = try MemorySource(events, blockSize: 90)
        let memory = MemoryHistory()
        try Histories().makeNext(
            from: source, size: events.count, root: #require(Self.root), find: nil, threads: 1, partitionShift: nil, write: memory.write)
        let head = try #require(memory.opened()).head
        /// The file with other voids.
        func histories(_ change: (inout [ResolvedVoid]) -> Void) throws -> Histories? {
            var other = head
            change(&other.voids)
            try other.words().withUnsafeBytes { try memory.write($0, 0) }
            return memory.opened().flatMap { Histories().adding($0) }
        }
        for log in [Log.births, .enrollments, .subsidies] {
            let place = try #require(head.voids.firstIndex { $0.log == log && $0.target != nil })
            for subject in [UInt32(source.identifierCount(of: log == .subsidies ? .grant : .child)), 8_191, 1 << 20, .max] {
                let forged = try #require(
                    try histories {
                        let void = $0[place]
                        $0[place] = ResolvedVoid(
                            log: log, ordinal: void.ordinal, occurredOn: void.occurredOn, recordedAt: void.recordedAt, target: void.target,
                            targetRecordedAt: void.targetRecordedAt, targetIsVoid: false, targetSubject: subject, text: void.text)
                    })
                #expect(throws: ProjectionError.damagedHistories, "subject \(subject) of \(log)") {
                    try project(source, Self.request(), histories: forged, sums: { sums })
                }
            }
        }
        #expect(try histories { $0[1] = $0[0] } == nil)
        #expect(try histories { $0.swapAt(0, 1) } == nil)
        let whole = try #require(try histories { _ in })
        expect(try project(source, Self.request(), histories: whole, sums: { sums }), equals: try project(source, Self.request(1)), "whole")
    }

    /// Groups are those of 64 subjects where a partition has many records, and stand in words as they are.
    @Test func groupsStandInWords() throws {
        let counts = [0, 5_000, 2_047, 2_048]
        var groups = HistoryGroups(counts, shift: 8)
        #expect(counts.indices.map { groups.groups($0).count } == [1, 4, 1, 4])
        groups.sums = (0..<groups.count).map { UInt64($0) << 40 }
        groups.ends = [0, 1_000, 1_000, 4_999, 5_000, 2_047, 0, 1, 2, 2_048]
        /// Whether words are taken, and what they become.
        func taken(_ words: ArraySlice<UInt64>, _ counts: [Int], shift: Int) -> HistoryGroups? {
            var groups = HistoryGroups(counts, shift: shift)
            return groups.take(words, counts) ? groups : nil
        }
        #expect(groups.words.count == groups.wordCount)
        let read = try #require(taken(groups.words[...], counts, shift: 8))
        #expect(read.sums == groups.sums && read.ends == groups.ends)
        #expect(read.records(2, 1) == 1_000..<4_999 && read.records(0, 3) == 0..<0)
        // Ends that fall, that do not reach the last record, or a word too few.
        for (place, end) in [(2, 999), (4, 4_999), (5, 2_048), (0, 1)] as [(Int, UInt32)] {
            var wrong = groups
            wrong.ends[place] = end
            #expect(taken(wrong.words[...], counts, shift: 8) == nil, "group \(place)")
        }
        #expect(taken(groups.words.dropLast(), counts, shift: 8) == nil)
        // Odd numbers of groups fill up the last word.
        let odd = [3, 4, 5]
        var few = HistoryGroups(odd, shift: 13)
        few.ends = [3, 4, 5]
        few.sums = [7, 8, 9]
        #expect(few.wordCount == 5)
        let again = try #require(taken(few.words[...], odd, shift: 13))
        #expect(again.ends == [3, 4, 5] && again.sums == [7, 8, 9])
    }
}
