import Events

/// Reads a record subject by subject: every event of a child, facility or grant, in effect or not, with the others that decide what it
/// adds to figures.
///
/// Subjects are taken in ranges of their numbers, as many as hold about ``budget`` events, so that memory is bounded; each range costs
/// one more pass over the blocks.
final class EvidenceReader {
    let source: any EventSource
    /// The column of each community by its number.
    let columnOf: Table<Int32>
    let unassigned: Int32
    let voids: EvidenceVoids
    let texts = EvidenceTexts()
    private let until: Int32
    private let budget: Int
    private let block = EventColumns()
    private var places: [UInt32: [EvidenceEvent]]?

    /// A reader of the events that occurred up to a day, for parts summed over these subjects.
    init(_ source: any EventSource, communities: [String], until: Day, logs: Set<Log>, threads: Int, budget: Int) throws {
        self.source = source
        self.until = until.rawValue
        self.budget = budget
        unassigned = Int32(truncatingIfNeeded: communities.count)
        let known = try columns(of: source, ProjectionRequest(cuts: [], asOf: until, communities: communities, threads: threads))
        // A number 0 that means nothing is looked up too.
        columnOf = known.count > 0 ? known : Table([unassigned])
        voids = try EvidenceVoids(source, logs: logs, threads: threads)
    }

    /// The logs in which the events of parts lie.
    static func logs(of parts: some Sequence<Part>) -> Set<Log> {
        var logs: Set<Log> = []
        for part in parts {
            switch part.subject {
            case .children: logs.formUnion(part.readsEnrolments ? [.births, .enrollments, .filings] : [.births])
            case .facilities: logs.formUnion(part.readsEnrolments ? [.filings, .enrollments] : [.filings])
            case .grants: logs.formUnion([.subsidies, .births, .filings])
            }
        }
        return logs
    }

    /// Calls `body` with the group of every subject whose events can concern the columns of an area (nil: all of them), in order of
    /// numbers.
    func forEachGroup(_ subject: Part.Subject, _ parts: [Part], area: [Bool]?, _ body: (EvidenceGroup) throws -> Void) throws {
        let parts = parts.filter { $0.subject == subject }
        guard !parts.isEmpty else { return }
        switch subject {
        case .children: try forEachChild(parts, area, body)
        case .facilities: try forEachFacility(parts, area, body)
        case .grants: try forEachGrant(area, body)
        }
    }

    // MARK: Groups

    private func forEachChild(_ parts: [Part], _ area: [Bool]?, _ body: (EvidenceGroup) throws -> Void) throws {
        let readsEnrolments = parts.contains(where: \.readsEnrolments)
        let count = source.identifierCount(of: .child)
        let places = readsEnrolments ? try facilityPlaces() : [:]
        var wanted = Marks(count: count, all: area == nil)
        if let area {
            if parts.contains(where: { $0 != .counter(.enrolledOverAge) }) { try markChildren(in: area, &wanted) }
            if parts.contains(.counter(.enrolledOverAge)) {
                let near = marks(of: places, in: area)
                try scan(.enrollments) { columns, row in
                    if near[columns.object[row]] { wanted.insert(columns.subject[row]) }
                }
            }
        }
        let logs: [(Log, Key)] = [(.births, .subject)] + (readsEnrolments ? [(.enrollments, .subject)] : [])
        try forEachRange(logs, count: count, wanted) { gathered, child in
            let births = ordered(gathered[0][child])
            let enrolments = readsEnrolments ? lines(ofEnrolments: gathered[1][child]) : []
            var lines = [EvidenceLine(.child(child), births)] + enrolments
            for line in enrolments {
                guard case .enrolment(_, let facility) = line.subject, let events = places[facility] else { continue }
                lines.append(EvidenceLine(.facility(facility), events, isContext: true))
            }
            try body(EvidenceGroup(.child(child), lines))
        }
    }

    private func forEachFacility(_ parts: [Part], _ area: [Bool]?, _ body: (EvidenceGroup) throws -> Void) throws {
        let readsEnrolments = parts.contains(where: \.readsEnrolments)
        let count = source.identifierCount(of: .facility)
        let wanted = area.map { area in marks(ofFacilities: area) } ?? { Marks(count: count, all: true) }
        let logs: [(Log, Key)] = [(.filings, .subject)] + (readsEnrolments ? [(.enrollments, .object)] : [])
        try forEachRange(logs, count: count, try wanted()) { gathered, facility in
            let filings = EvidenceLine(.facility(facility), ordered(gathered[0][facility]))
            let enrolments = readsEnrolments ? lines(ofEnrolments: gathered[1][facility]) : []
            try body(EvidenceGroup(.facility(facility), [filings] + enrolments))
        }
    }

    private func marks(ofFacilities area: [Bool]) -> () throws -> Marks {
        { [self] in marks(of: try facilityPlaces(), in: area) }
    }

    private func forEachGrant(_ area: [Bool]?, _ body: (EvidenceGroup) throws -> Void) throws {
        let count = source.identifierCount(of: .grant)
        let isEverywhere = area.map { $0[Int(unassigned)] } ?? true
        var wanted = Marks(count: count, all: isEverywhere)
        let places = try facilityPlaces()
        if let area, !isEverywhere {
            var children = Marks(count: source.identifierCount(of: .child), all: false)
            try markChildren(in: area, &children)
            let facilities = marks(of: places, in: area)
            try scan(.subsidies) { columns, row in
                guard columns.type[row] == SubsidiesEvent.subsidyGranted.rawValue else { return }
                let payee = columns.object[row]
                if columns.code[row] & payeeIsChildBit != 0 ? children[payee] : facilities[payee] { wanted.insert(columns.subject[row]) }
            }
        }
        // In the whole district it does not matter where a grant lies.
        let needsPlaces = area.map { $0.contains(false) } ?? true
        var homes: [UInt32: [EvidenceEvent]] = [:]
        try forEachRange([(.subsidies, .subject)], count: count, wanted) { gathered in
            if needsPlaces { homes = try self.homesOfPayees(gathered[0]) }
        } each: { gathered, grant in
            let events = ordered(gathered[0][grant])
            var lines = [EvidenceLine(.grant(grant), events)]
            var payees: Set<EvidenceLine.Subject> = []
            for event in events where needsPlaces && event.type == SubsidiesEvent.subsidyGranted.rawValue {
                let isChild = event.code & payeeIsChildBit != 0
                let payee: EvidenceLine.Subject = isChild ? .child(event.object) : .facility(event.object)
                guard payees.insert(payee).inserted, let known = isChild ? homes[event.object] : places[event.object] else { continue }
                lines.append(EvidenceLine(payee, known, isContext: true))
            }
            try body(EvidenceGroup(.grant(grant), lines))
        }
    }

    /// The births events, visits aside, of the children to whom grants are made.
    private func homesOfPayees(_ grants: Gathered) throws -> [UInt32: [EvidenceEvent]] {
        var children: Set<UInt32> = []
        for event in grants.events where event.type == SubsidiesEvent.subsidyGranted.rawValue && event.code & payeeIsChildBit != 0 {
            children.insert(event.object)
        }
        guard !children.isEmpty else { return [:] }
        var homes: [UInt32: [EvidenceEvent]] = [:]
        try read(.births) { columns, row in
            guard columns.type[row] != BirthsEvent.newbornVisited.rawValue, children.contains(columns.subject[row]) else { return }
            homes[columns.subject[row], default: []].append(try event(columns, row))
        }
        return homes.mapValues { ordered($0[...]) }
    }

    /// The enrolments of a child or at a facility, a line for each pair, by the other's number.
    private func lines(ofEnrolments events: ArraySlice<EvidenceEvent>) -> [EvidenceLine] {
        let sorted = events.sorted { left, right in
            if left.subject != right.subject { return left.subject < right.subject }
            if left.object != right.object { return left.object < right.object }
            return left.precedes(right, texts)
        }
        var lines: [EvidenceLine] = []
        var start = 0
        while start < sorted.count {
            let (child, facility) = (sorted[start].subject, sorted[start].object)
            var end = start
            while end < sorted.count, sorted[end].subject == child, sorted[end].object == facility { end += 1 }
            lines.append(EvidenceLine(.enrolment(child: child, facility: facility), Array(sorted[start..<end])))
            start = end
        }
        return lines
    }

    private func ordered(_ events: ArraySlice<EvidenceEvent>) -> [EvidenceEvent] {
        events.count < 2 ? Array(events) : events.sorted { $0.precedes($1, texts) }
    }

    // MARK: Who is concerned

    /// The events that say where facilities lie and whether they are open, by facility; read once and kept.
    private func facilityPlaces() throws -> [UInt32: [EvidenceEvent]] {
        if let places { return places }
        let types = [FilingsEvent.facilityRegistered, .facilityRelocated, .facilityClosed].map(\.rawValue)
        var found: [UInt32: [EvidenceEvent]] = [:]
        try read(.filings) { columns, row in
            guard types.contains(columns.type[row]) else { return }
            found[columns.subject[row], default: []].append(try event(columns, row))
        }
        let sorted = found.mapValues { ordered($0[...]) }
        places = sorted
        return sorted
    }

    /// The facilities that any event places in an area.
    private func marks(of places: [UInt32: [EvidenceEvent]], in area: [Bool]) -> Marks {
        var marks = Marks(count: source.identifierCount(of: .facility), all: false)
        for (facility, events) in places where events.contains(where: { namesCommunity($0) && area[Int(columnOf[Int($0.object)])] }) {
            marks.insert(facility)
        }
        return marks
    }

    /// Marks the children that any event places in an area.
    private func markChildren(in area: [Bool], _ marks: inout Marks) throws {
        let types = [BirthsEvent.birthRegistered, .childMovedIn, .childRelocated].map(\.rawValue)
        try scan(.births) { columns, row in
            if types.contains(columns.type[row]), area[Int(columnOf[Int(columns.object[row])])] { marks.insert(columns.subject[row]) }
        }
    }

    /// Whether an event says in which community its subject is.
    func namesCommunity(_ event: EvidenceEvent) -> Bool {
        switch event.log {
        case .births: [BirthsEvent.birthRegistered, .childMovedIn, .childRelocated].contains { $0.rawValue == event.type }
        case .filings: [FilingsEvent.facilityRegistered, .facilityRelocated].contains { $0.rawValue == event.type }
        case .enrollments, .subsidies: false
        }
    }

    // MARK: Reading

    /// Which column of an event is its subject's number in a pass.
    private enum Key { case subject, object }

    /// The events of one pass, those of each subject together.
    private struct Gathered {
        let first: UInt32
        var events: [EvidenceEvent]
        var starts: [Int]

        /// The events of a subject in reading order.
        subscript(_ number: UInt32) -> ArraySlice<EvidenceEvent> {
            events[starts[Int(number - first)]..<starts[Int(number - first) + 1]]
        }
    }

    private func forEachRange(
        _ logs: [(Log, Key)], count: Int, _ wanted: Marks, begin: (([Gathered]) throws -> Void)? = nil,
        each body: ([Gathered], UInt32) throws -> Void
    ) throws {
        // Numbers go by buckets, buckets by ranges of at most `budget` events.
        let shift = 8
        var counts = [Int](repeating: 0, count: (count >> shift) + 1)
        for (log, key) in logs {
            try scan(log) { columns, row in
                let number = key == .subject ? columns.subject[row] : columns.object[row]
                if wanted[number] { counts[Int(number) >> shift] += 1 }
            }
        }
        let kept = texts.count
        var bucket = 0
        while bucket < counts.count {
            let start = bucket
            var sum = 0
            while bucket < counts.count, bucket == start || sum + counts[bucket] <= budget {
                sum += counts[bucket]
                bucket += 1
            }
            guard sum > 0 else { continue }
            let range = start << shift..<min(count, bucket << shift)
            let gathered = try logs.map { try gather($0.0, $0.1, range, wanted) }
            try begin?(gathered)
            for number in range {
                let number = UInt32(truncatingIfNeeded: number)
                if gathered.contains(where: { !$0[number].isEmpty }) { try body(gathered, number) }
            }
            texts.truncate(to: kept)
        }
    }

    private func gather(_ log: Log, _ key: Key, _ range: Range<Int>, _ wanted: Marks) throws -> Gathered {
        var events: [EvidenceEvent] = []
        func number(_ event: EvidenceEvent) -> Int { Int(key == .subject ? event.subject : event.object) - range.lowerBound }
        try read(
            log,
            where: { columns, row in
                let number = key == .subject ? columns.subject[row] : columns.object[row]
                return range.contains(Int(number)) && wanted[number]
            }
        ) { columns, row in events.append(try event(columns, row)) }
        // A counting sort keeps the reading order within a subject.
        var starts = [Int](repeating: 0, count: range.count + 1)
        for event in events { starts[number(event) + 1] += 1 }
        for place in 1..<starts.count { starts[place] += starts[place - 1] }
        var next = starts
        var order = [Int](repeating: 0, count: events.count)
        for (place, event) in events.enumerated() {
            order[next[number(event)]] = place
            next[number(event)] += 1
        }
        return Gathered(first: UInt32(truncatingIfNeeded: range.lowerBound), events: order.map { events[$0] }, starts: starts)
    }

    private func event(_ columns: EventColumns, _ row: Int) throws -> EvidenceEvent {
        guard let event = EvidenceEvent(columns, row: row, texts: texts) else {
            throw ProjectionError.inconsistentBlock(log: columns.log, block: 0)
        }
        return event
    }

    /// Calls `body` for every event of a log up to the day, voids aside, without texts.
    private func scan(_ log: Log, _ body: (EventColumns, Int) -> Void) throws {
        for number in 0..<source.blockCount(of: log) {
            try source.readBlock(number, of: log, texts: false, into: block)
            try check(number, log, texts: false)
            for row in 0..<block.count where isWanted(row) { body(block, row) }
        }
    }

    /// The same with texts, reading those only of blocks in which an event is wanted.
    private func read(
        _ log: Log, where wants: ((EventColumns, Int) -> Bool)? = nil, _ body: (EventColumns, Int) throws -> Void
    ) throws {
        for number in 0..<source.blockCount(of: log) {
            if let wants {
                try source.readBlock(number, of: log, texts: false, into: block)
                try check(number, log, texts: false)
                guard (0..<block.count).contains(where: { isWanted($0) && wants(block, $0) }) else { continue }
            }
            try source.readBlock(number, of: log, texts: true, into: block)
            try check(number, log, texts: true)
            for row in 0..<block.count where isWanted(row) && wants?(block, row) ?? true { try body(block, row) }
        }
    }

    private func isWanted(_ row: Int) -> Bool { block.type[row] != EventType.voidCode && block.occurredOn[row] <= until }

    /// Refuses a block whose numbers would be no places of the tables.
    private func check(_ number: Int, _ log: Log, texts: Bool) throws {
        let count = block.count
        let inconsistent = ProjectionError.inconsistentBlock(log: log, block: number)
        guard block.log == log, block.firstOrdinal >= 0, block.firstOrdinal + count <= source.eventCount(of: log),
            [block.type.count, block.code.count].allSatisfy({ $0 >= count }), block.occurredOn.count >= count,
            block.recordedAt.count >= count, block.subject.count >= count, block.object.count >= count, block.value.count >= count,
            !texts || block.hasIdentifiers && block.hasDetails
        else { throw inconsistent }
        let spaces: (subject: Namespace, object: Namespace) =
            switch log {
            case .births: (.child, .community)
            case .enrollments: (.child, .facility)
            case .filings: (.facility, .community)
            case .subsidies: (.grant, .facility)
            }
        let subjects = source.identifierCount(of: spaces.subject)
        let objects = source.identifierCount(of: spaces.object)
        let children = source.identifierCount(of: .child)
        for row in 0..<count where block.type[row] != EventType.voidCode {
            let isChild = log == .subsidies && block.code[row] & payeeIsChildBit != 0
            let object = Int(block.object[row])
            guard Int(block.subject[row]) < subjects, object == 0 || object < (isChild ? children : objects) else { throw inconsistent }
        }
    }
}

/// Numbers that are wanted, a bit each.
private struct Marks {
    private var words: [UInt64]

    init(count: Int, all: Bool) { words = Array(repeating: all ? .max : 0, count: count / 64 + 1) }

    subscript(_ number: UInt32) -> Bool { words[Int(number >> 6)] >> UInt64(number & 63) & 1 != 0 }

    mutating func insert(_ number: UInt32) { words[Int(number >> 6)] |= 1 << UInt64(number & 63) }
}
