import Events
import Synchronization
import TestSupport
import Testing

@testable import Projections

/// That sums kept from an earlier state of a record change how long a projection takes, and nothing else.
@Suite struct DaySumsTests {
    private static let root = Digest(Array(repeating: 7, count: 32))

    /// The sums of a record of these events, in this order.
    static func sums(of events: [MemoryEvent], _ request: ProjectionRequest, _ shift: UInt32?) throws -> DaySums {
        try daySums(
            MemorySource(events, blockSize: 3), request, size: events.count, root: #require(root), program: "1", partitionShift: shift)
    }

    /// The sums that a file of these words holds.
    static func opened(_ words: [UInt64], listsFindings: Bool = true) -> DaySums? {
        DaySums(size: words.count * 8, listsFindings: listsFindings) { buffer, offset in
            try words.withUnsafeBytes { bytes in
                guard offset + buffer.count <= bytes.count else { throw ProjectionError.damagedHistories }
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + buffer.count]))
            }
        }
    }

    static func words(_ sums: DaySums) throws -> [UInt64] {
        try sums.bytes().withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    }

    static func histories(_ events: [MemoryEvent], ends: [Int], _ shift: UInt32?) throws -> Histories {
        var histories = Histories()
        for end in ends where end > histories.entryCount {
            let memory = MemoryHistory()
            try histories.makeNext(
                from: MemorySource(Array(events.prefix(end))), size: end, root: #require(root), find: nil, threads: 1,
                partitionShift: shift, write: memory.write)
            let file = try #require(memory.opened())
            histories = try #require(histories.adding(file))
        }
        return histories
    }

    /// The worlds have late, tied and voided events, voids of what comes later, facilities that close, move and are registered late.
    @Test(arguments: 0..<15)
    func projectAsTheLogDoes(group: Int) throws {
        var used = 0
        // Findings that were kept and stand, among them those of subjects of which something changed; grants folded, and all there are.
        var (standing, again, changedGrants, allGrants) = (0, 0, 0, 0)
        for seed in group * 5..<(group + 1) * 5 {
            var world = RandomWorld(seed: UInt64(7_000 + seed))
            let events = world.events
            let shift = seed % 2 == 0 ? nil : UInt32(seed % 3)
            let source = try MemorySource(events, blockSize: 1 + seed % 9)
            let before = [events.count, events.count - 1, events.count * 9 / 10, events.count / 2, events.count / 5][seed % 5]
            let ends = [[], [events.count], [before], [events.count / 3, before], [before, events.count]][seed / 5 % 5]
            let histories = try Self.histories(events, ends: ends, shift)
            for question in 0..<3 {
                let (cuts, asOf, knownAt) = world.question()
                func request(_ threads: Int, knownAt: Instant? = nil) -> ProjectionRequest {
                    ProjectionRequest(
                        cuts: cuts, asOf: asOf, knownAt: knownAt, communities: RandomWorld.registered, threads: threads)
                }
                let made = try Self.sums(of: Array(events.prefix(before)), request(1 + seed % 3), shift)
                let sums = try #require(try Self.opened(Self.words(made)))
                let place = "seed \(seed), D \(asOf), \(before) of \(events.count), files \(ends)"
                let threads = 1 + (seed + question) % 3
                expect(
                    try project(source, request(threads), histories: histories, sums: { sums }, partitionShift: shift),
                    equals: try project(source, request(1), partitionShift: shift), place)
                try expectCounting(source, request(threads), histories, sums: try Self.words(made), shift, place)
                try expectCounting(
                    source, request(threads, knownAt: knownAt), histories, sums: try Self.words(made), shift, "\(place), with a K")
                let district = try FoldedDistrict(
                    source, request(1), histories: histories, find: nil, sums: { sums }, partitionShift: shift, folded: nil)
                if let kept = district.children.kept {
                    used += 1
                    var new = district.children.tallies.flatMap { $0.birthFindings + $0.enrolmentFindings }
                    let changed = new.count
                    for columns in [kept.sums.birthFindings, kept.sums.enrolmentFindings] {
                        let left = KeptFindings(columns, &new, without: kept.changed, facilities: nil)
                        standing += FindingCode.allCases.reduce(0) { $0 + left.count(of: $1) }
                    }
                    again += changed - new.count
                    let grants = try district.grants(request(1), in: source)
                    changedGrants += (grants.changed?.elements ?? []).reduce(0) { $0 + $1.nonzeroBitCount }
                    allGrants += source.identifierCount(of: .grant)
                } else {
                    // Of a record in which no child was paid they lack where children live; nothing else makes them useless.
                    #expect(sums.lastColumns.isEmpty, "\(place): the sums were not used")
                }
                // At a K they do not hold.
                expect(
                    try project(source, request(threads, knownAt: knownAt), histories: histories, sums: { sums }, partitionShift: shift),
                    equals: try project(source, request(1, knownAt: knownAt), partitionShift: shift), "\(place), with a K")
            }
        }
        #expect(used > 7, "only \(used) of 15 were used")
        #expect(standing > 20 && again < standing, "\(standing) kept findings stand, \(again) of them looked at again")
        #expect(changedGrants > 0 && changedGrants < allGrants, "\(changedGrants) of \(allGrants) grants were folded")
    }

    /// A report and a fold that share what they read say and write what they do each by itself, whoever comes first and where both stand side
    /// by side, of any D; what is shared is of no use to a question at a K, nor behind other histories.
    @Test(arguments: 0..<12)
    func sharesWhatItReads(group: Int) throws {
        let root = try #require(Self.root)
        for seed in group * 3..<(group + 1) * 3 {
            var world = RandomWorld(seed: UInt64(9_000 + seed))
            let events = world.events
            let shift = seed % 2 == 0 ? nil : UInt32(seed % 3)
            let source = try MemorySource(events, blockSize: 1 + seed % 9)
            let before = [events.count * 9 / 10, events.count / 2, events.count / 5][seed % 3]
            let histories = try Self.histories(events, ends: [before], shift)
            let (cuts, asOf, knownAt) = world.question()
            func request(_ knownAt: Instant? = nil) -> ProjectionRequest {
                ProjectionRequest(
                    cuts: cuts, asOf: asOf, knownAt: knownAt, communities: RandomWorld.registered, threads: 1 + seed % 3)
            }
            let words = try Self.words(Self.sums(of: Array(events.prefix(before)), request(), shift))
            let place = "seed \(seed), D \(asOf), \(before) of \(events.count)"
            let alone = MemoryHistory()
            try histories.makeNext(
                from: source, size: events.count, root: root, find: nil, threads: 1, partitionShift: shift, write: alone.write)
            let expected = try project(source, request(), partitionShift: shift)
            for order in 0..<3 {
                let shared = SharedRecords()
                let memory = MemoryHistory()
                @Sendable func fold() throws {
                    try histories.makeNext(
                        from: source, size: events.count, root: root, find: nil, sharing: shared, threads: 1 + seed % 3,
                        partitionShift: shift, write: memory.write)
                }
                let sums = try #require(Self.opened(words))
                func report() throws -> Projected {
                    try project(
                        source, request(), histories: histories, sums: { sums }, sharing: shared, partitionShift: shift)
                }
                let projected: Projected
                switch order {
                case 0:
                    try fold()
                    projected = try report()
                case 1:
                    projected = try report()
                    try fold()
                default:
                    let (folded, made) = try Workers.pair(2, { Result { try fold() } }, report)
                    try folded.get()
                    projected = made
                }
                expect(projected, equals: expected, "\(place), order \(order)")
                #expect(memory.bytes.withLock { $0 } == alone.bytes.withLock { $0 }, "\(place), order \(order)")
                // Both have it by now: a third one reads by itself, and so does a question at a K.
                expect(
                    try project(source, request(), histories: histories, sharing: shared, partitionShift: shift), equals: expected,
                    "\(place), once more")
                expect(
                    try project(source, request(knownAt), histories: histories, sharing: shared, partitionShift: shift),
                    equals: try project(source, request(knownAt), partitionShift: shift), "\(place), with a K")
            }
            // It is read once for two.
            let once = SharedRecords()
            let read = try (0..<3).map { _ in
                try once.records(source, beyond: histories, find: nil, threads: 1, partitionShift: shift).workers[0]
            }
            #expect(read[0] === read[1] && read[2] !== read[0], "\(place)")
            let shared = SharedRecords()
            expect(
                try project(source, request(), histories: histories, sharing: shared, partitionShift: shift), equals: expected, place)
            expect(
                try project(source, request(), sharing: shared, partitionShift: shift), equals: expected, "\(place), without histories")
            let earlier = try MemorySource(Array(events.prefix(events.count - 1)), blockSize: 1 + seed % 9)
            expect(
                try project(earlier, request(), histories: histories, sharing: shared, partitionShift: shift),
                equals: try project(earlier, request(), partitionShift: shift), "\(place), of an earlier state")
        }
    }

    /// Findings that are only counted are as many as those that are listed, with the sums of which nothing else was read and without; all
    /// else is the same, and as it is where less is listed.
    private func expectCounting(
        _ source: MemorySource, _ request: ProjectionRequest, _ histories: Histories, sums words: [UInt64], _ shift: UInt32?,
        _ place: String
    ) throws {
        let sums = try #require(Self.opened(words, listsFindings: false))
        let listed = try project(source, request, partitionShift: shift)
        var counting = request
        counting.lists.remove(.findings)
        // Sums without what findings name are of no use to who lists them.
        #expect(sums.areOf(counting) == (request.knownAt == nil))
        #expect(sums.areOf(request) == (request.knownAt == nil && sums.holdFindingTexts))
        // Nor does what else is listed, or not, change anything.
        let lists: [ProjectionRequest.Lists] = [[.facilities, .flows], .facilities, .flows, []]
        for (sums, lists) in [sums, nil].flatMap({ sums in lists.map { (sums, $0) } }) {
            counting.lists = lists
            var counted = try project(source, counting, histories: histories, sums: { sums }, partitionShift: shift)
            #expect(counted.lists == lists)
            #expect(counted.findings.count == listed.findings.count, "\(place)")
            #expect(listed.findings.areListed && (counted.findings.areListed == (counted.findings.count == 0)), "\(place)")
            for code in FindingCode.allCases {
                #expect(counted.findings.count(of: code) == listed.findings.count(of: code), "\(place), \(code)")
            }
            counted.findings = listed.findings
            expect(counted, equals: listed, place)
        }
    }

    /// Sums of other days, other communities or a longer record are left alone.
    @Test func answerOnlyWhatTheyWereMadeFor() throws {
        let world = RandomWorld(seed: 5)
        let source = try MemorySource(world.events)
        let days = world.days.sorted()
        let asOf = try #require(days.last)
        func request(_ cuts: [Day], _ asOf: Day, _ communities: [String]) -> ProjectionRequest {
            ProjectionRequest(cuts: cuts, asOf: asOf, communities: communities)
        }
        let asked = request([days[0]], asOf, RandomWorld.registered)
        let root = try #require(Self.root)
        let sums = try daySums(source, asked, size: 9, root: root, program: "1")
        let shape = try RecordShape(source)
        #expect(sums.answer(asked, shape))
        for other in [
            request([], asOf, RandomWorld.registered), request([days[0]], asOf.adding(days: 1), RandomWorld.registered),
            request([days[0]], asOf, Array(RandomWorld.registered.dropLast())),
        ] {
            #expect(!sums.answer(other, shape))
        }
        let shorter = try RecordShape(MemorySource(Array(world.events.dropLast())))
        #expect(!sums.answer(asked, shorter))
        let words = try Self.words(sums)
        let head = try #require(DaySumsHead(Array(words.prefix(DaySumsHead.wordCount)), fileSize: words.count * 8))
        #expect(head.isOf(asked, by: "1"))
        #expect(!head.isOf(asked, by: "2"))
        #expect(!head.isOf(request([], asOf, RandomWorld.registered), by: "1"))
        let other = try #require(Digest(Array(repeating: 8, count: 32)))
        #expect(head.isMade(from: root))
        #expect(!head.isMade(from: other))
        #expect(head.eventCount == sums.eventCount && head.size == 9)
        #expect(DaySumsHead(Array(words.prefix(DaySumsHead.wordCount)), fileSize: words.count * 8 - 8) == nil)
    }

    /// Every flipped bit and every cut is found, and the bytes are the events' alone.
    @Test func damageIsFound() throws {
        let world = RandomWorld(seed: 11)
        let request = ProjectionRequest(
            cuts: Array(world.days.sorted().prefix(2)), asOf: world.days.max() ?? Day(rawValue: 0), communities: RandomWorld.registered)
        let root = try #require(Self.root)
        let words = try Self.words(daySums(MemorySource(world.events), request, size: 9, root: root, program: "1"))
        #expect(try Self.opened(words).map { try Self.words($0) } == words)
        for (threads, blockSize, shift) in [(2, 3, 1), (3, 50, 0)] as [(Int, Int, UInt32)] {
            let again = ProjectionRequest(cuts: request.cuts, asOf: request.asOf, communities: request.communities, threads: threads)
            let source = try MemorySource(world.events, blockSize: blockSize)
            let made = try daySums(source, again, size: 9, root: root, program: "1", partitionShift: shift)
            #expect(try Self.words(made) == words)
        }
        var unread = 0
        for place in words.indices {
            var damaged = words
            damaged[place] ^= 1 << UInt64(place % 64)
            #expect(Self.opened(damaged) == nil, "word \(place)")
            for lists in [true, false] { #expect(Self.opened(Array(words.prefix(place)), listsFindings: lists) == nil) }
            // What is not read is not checked, and nothing of it is there.
            if let counting = Self.opened(damaged, listsFindings: false) {
                unread += 1
                for findings in [counting.birthFindings, counting.enrolmentFindings, counting.grantFindings] {
                    #expect(findings.ordinals.isEmpty && findings.days.isEmpty && findings.facilities.isEmpty)
                    #expect(findings.idLengths.isEmpty && findings.ids.isEmpty && findings.subjectLengths.isEmpty)
                    #expect(findings.subjectTexts.isEmpty && findings.count > 0 && findings.subjects.count == findings.count)
                }
            }
        }
        let findings = try [#require(Self.opened(words))].flatMap { [$0.birthFindings, $0.enrolmentFindings, $0.grantFindings] }
        let printed = findings.reduce(0) { sum, columns in
            let texts = (columns.ids.count + 7) / 8 + (columns.subjectTexts.count + 7) / 8
            return sum + 3 * ((columns.count + 1) / 2) + 2 * ((columns.count + 7) / 8) + texts
        }
        #expect(unread == printed, "\(unread) words of \(words.count) are not read where findings are counted")
        for lists in [true, false] { #expect(Self.opened(words + [0], listsFindings: lists) == nil) }
    }

    /// Whether histories lie beside the log changes no byte of them: not where children are paid later than D either, or by voided grants.
    @Test(arguments: 0..<12)
    func haveTheSameBytesWithHistories(seed: Int) throws {
        var world = RandomWorld(seed: UInt64(8_000 + seed))
        let events = world.events
        let (cuts, _, _) = world.question()
        let (source, root) = (try MemorySource(events, blockSize: 7), try #require(Self.root))
        let histories = try Self.histories(events, ends: [events.count / 2, events.count], 1)
        let days = world.days.sorted()
        for asOf in [days.first, days[days.count / 2], days.last].compactMap(\.self) {
            let request = ProjectionRequest(cuts: cuts.filter { $0 <= asOf }, asOf: asOf, communities: RandomWorld.registered, threads: 2)
            let alone = try daySums(source, request, size: 9, root: root, program: "1", partitionShift: 1)
            let beside = try daySums(source, request, size: 9, root: root, program: "1", histories: histories, partitionShift: 1)
            #expect(try alone.bytes() == beside.bytes(), "seed \(seed), D \(asOf)")
        }
    }

    /// Made in one pass, histories and sums are those that are made one after the other: records that do not count at D stand in the
    /// histories and in no sum, ties are resolved once for both, and ranges are counted round by round.
    @Test(arguments: 0..<24)
    func areMadeBesideHistories(seed: Int) throws {
        var world = RandomWorld(seed: UInt64(9_000 + seed))
        let (events, days) = (world.events, world.days.sorted())
        let (cuts, _, _) = world.question()
        let (source, root) = (try MemorySource(events, blockSize: 1 + seed % 9), try #require(Self.root))
        let shift = [nil, 0, 1, 2][seed % 4] as UInt32?
        let histories = MemoryHistory()
        try Histories().makeNext(from: source, size: 9, root: root, find: nil, threads: 1, partitionShift: shift, write: histories.write)
        for asOf in [days.first, days[days.count / 2], days.last].compactMap(\.self) {
            for threads in 1...3 {
                let request = ProjectionRequest(
                    cuts: cuts.filter { $0 <= asOf }, asOf: asOf, communities: RandomWorld.registered, threads: threads)
                let alone = try daySums(source, request, size: 9, root: root, program: "1", partitionShift: shift)
                let beside = MemoryHistory()
                let sums = try daySumsAndHistories(
                    source, request, size: 9, root: root, program: "1", partitionShift: shift, write: beside.write)
                #expect(try sums.bytes() == alone.bytes(), "seed \(seed), D \(asOf)")
                let written = MemoryHistory()
                try sums.write(threads: threads, to: written.write)
                #expect(written.bytes.withLock { $0 } == (try alone.bytes()), "seed \(seed), D \(asOf)")
                #expect(beside.bytes.withLock { $0 } == histories.bytes.withLock { $0 }, "seed \(seed), D \(asOf)")
            }
        }
    }

    /// Lengths that a file claims cost nothing before they are held against its size.
    @Test func whatIsNotWellFormedIsRefused() throws {
        let world = RandomWorld(seed: 12)
        let request = ProjectionRequest(
            cuts: Array(world.days.sorted().prefix(2)), asOf: world.days.max() ?? Day(rawValue: 0), communities: RandomWorld.registered)
        let source = try MemorySource(world.events)
        let sums = try daySums(source, request, size: 9, root: #require(Self.root), program: "1")
        let words = try Self.words(sums)
        for place in 0..<DaySumsHead.wordCount {
            for value in [UInt64.max, UInt64(UInt32.max), 1 << 31, words[place] &+ 1] where value != words[place] {
                var damaged = words
                damaged[place] = value
                #expect(Self.opened(damaged) == nil, "word \(place)")
            }
        }
        // Numbers that no fold could index by or add up, under a right checksum.
        func columns(_ codes: FindingCode..., ordinal: UInt32 = 0, facility: UInt32 = 0) -> FindingColumns {
            var columns = FindingColumns()
            for code in codes {
                columns.ordinals.append(ordinal)
                columns.days.append(0)
                columns.subjects.append(0)
                columns.facilities.append(facility)
                columns.codes.append(code.rawValue)
                columns.idLengths.append(1)
                columns.subjectLengths.append(1)
            }
            columns.ids = codes.map { _ in 65 }
            columns.subjectTexts = columns.ids
            return columns
        }
        let column = Int32(request.columns)
        let spoils: [(inout DaySums) -> Void] = [
            { $0.lookups[0].column = column }, { $0.lookups[0].column = -1 }, { $0.lookups[0].index = 1 << 20 },
            { $0.lookups[0].index = -2 }, { $0.lookups[0].openTo = 60_000 }, { $0.lookups[0].openFrom = 60_000 },
            { $0.cuts[0] = .max }, { $0.birthFindings = columns(.duplicateBirth, ordinal: 1 << 30) },
            { $0.birthFindings = columns(.duplicateBirth, .bornOnMismatch) }, { $0.grantFindings = columns(.overpaid, ordinal: 1 << 30) },
            { $0.enrolmentFindings = columns(.notApplicable, facility: 1 << 30) }, { $0.money[0].grants = -1 },
            { $0.money[0].grants = .max }, { $0.facilityMoney[0].paid = -1 }, { $0.yearly[0].recovered = -1 },
            { $0.flows = [FlowCount(key: .max, count: 1)] }, { $0.flows = [FlowCount(key: 1, count: 0)] },
            { $0.flows = [FlowCount(key: 1, count: -1)] },
            { $0.flows = [FlowCount(key: 2, count: 1), FlowCount(key: 1, count: 1)] }, { $0.lastColumns = [column] },
            { $0.lastColumns = [-2] }, { $0.counts = PackedNumbers(width: 3, bytes: Array(repeating: 0, count: 3 * $0.counts.count)) },
            { $0.enrolments = PackedNumbers(width: 8, bytes: Array(repeating: 0, count: 8 * $0.enrolments.count)) },
        ]
        for (place, spoil) in spoils.enumerated() {
            var spoilt = sums
            spoil(&spoilt)
            #expect(try Self.opened(Self.words(spoilt)) == nil, "case \(place)")
        }
        // Numbers of any width are read as they were written.
        for (largest, width) in [(254, 1), (300, 2), (70_000, 4)] as [(Int32, Int)] {
            var wide = sums
            wide.enrolments = PackedNumbers((0..<sums.enrolments.count).map { $0 == 1 ? largest : Int32($0 % 3) })
            wide.counts = PackedNumbers((0..<sums.counts.count).map { $0 == 2 ? largest : Int32($0 % 5) })
            let opened = try #require(try Self.opened(Self.words(wide)))
            #expect(opened.enrolments.width == width && opened.enrolments.bytes == wide.enrolments.bytes)
            #expect(opened.counts.width == width && opened.counts[2] == largest && opened.counts.bytes == wide.counts.bytes)
        }
    }
}
