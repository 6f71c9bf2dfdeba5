import Events

/// The numbers of a record that every fold needs.
struct RecordShape: Sendable, Equatable {
    let eventCounts: [Int]
    let children: Int
    let facilities: Int
    let grants: Int
    let communities: Int

    /// What the number of a community in a record stays below: those of types without one have 0.
    @inline(__always) var communityLimit: UInt32 { UInt32(truncatingIfNeeded: max(1, communities)) }

    /// How many subjects the events of a log are of.
    func subjects(of log: Log) -> Int {
        switch log {
        case .births, .enrollments: children
        case .filings: facilities
        case .subsidies: grants
        }
    }

    /// Whether a void's target, where there is one that it voids, is of a subject of the record: the folds index by it.
    func hasTarget(_ void: ResolvedVoid) -> Bool {
        void.target == nil || void.targetIsVoid || Int(void.targetSubject) < subjects(of: void.log)
    }

    init(_ source: any EventSource) throws {
        eventCounts = Log.allCases.map { source.eventCount(of: $0) }
        for log in Log.allCases where eventCounts[Int(log.rawValue)] > Int(UInt32.max) {
            throw ProjectionError.tooManyEvents(log: log, limit: Int(UInt32.max))
        }
        children = source.identifierCount(of: .child)
        facilities = source.identifierCount(of: .facility)
        grants = source.identifierCount(of: .grant)
        communities = source.identifierCount(of: .community)
    }
}

/// Which events exist and count: `recorded_at` ≤ K and `occurred_on` ≤ D.
struct Horizon: Sendable {
    let asOf: Int32
    let knownAt: Int64

    /// Every event, of whatever date.
    static let everything = Horizon(asOf: .max, knownAt: .max)

    init(asOf: Int32, knownAt: Int64) {
        self.asOf = asOf
        self.knownAt = knownAt
    }

    /// What a request asks for.
    init(_ request: ProjectionRequest) { self.init(asOf: request.asOf.rawValue, knownAt: request.knownAt?.rawValue ?? .max) }
}

/// How subjects are split; tests make partitions small to have many.
struct PartitionPlans {
    let children: PartitionPlan
    let facilities: PartitionPlan
    let grants: PartitionPlan

    init(_ shape: RecordShape, shift: UInt32?) {
        children = PartitionPlan(subjects: shape.children, shift: shift)
        // They are few and have many events each; with large partitions there would be none for most threads.
        facilities = PartitionPlan(subjects: shape.facilities, shift: shift ?? 9)
        grants = PartitionPlan(subjects: shape.grants, shift: shift)
    }

    /// The powers of two of the sizes of partitions.
    var shifts: [Int] { [Int(children.shift), Int(facilities.shift), Int(grants.shift)] }
}

/// What one worker has read: records by partition, voids, and how many events exist at K.
final class Gatherer {
    let births: PartitionWriter<BirthRecord>
    let enrolments: PartitionWriter<EnrolmentRecord>
    let filings: PartitionWriter<FilingRecord>
    let grants: PartitionWriter<GrantRecord>
    private(set) var voids: [VoidRow] = []
    private(set) var knownEvents: [Int] = Array(repeating: 0, count: Log.allCases.count)
    private(set) var paysChildren = false

    private let source: any EventSource
    private let shape: RecordShape
    private let plans: PartitionPlans
    private let horizon: Horizon
    /// By log: the first event to take over.
    private let first: [Int]
    private let columns = EventColumns()

    init(_ source: any EventSource, _ shape: RecordShape, _ plans: PartitionPlans, _ horizon: Horizon, from first: [Int]) {
        self.first = first
        self.source = source
        self.shape = shape
        self.plans = plans
        self.horizon = horizon
        births = PartitionWriter(partitions: plans.children.count)
        enrolments = PartitionWriter(partitions: plans.children.count)
        filings = PartitionWriter(partitions: plans.facilities.count)
        grants = PartitionWriter(partitions: plans.grants.count)
    }

    /// Gives the memory of the children's records back once they are folded.
    func freeChildren() {
        births.free()
        enrolments.free()
    }

    /// Reads a block and takes over its events.
    func read(_ block: Int, of log: Log) throws {
        let needsTexts = log == .filings
        try source.readBlock(block, of: log, texts: needsTexts, into: columns)
        let inconsistent = ProjectionError.inconsistentBlock(log: log, block: block)
        guard columns.log == log, columns.firstOrdinal >= 0, columns.firstOrdinal + columns.count <= shape.eventCounts[Int(log.rawValue)],
            !needsTexts || columns.hasDetails
        else { throw inconsistent }
        var voidRows: [Int] = []
        var isWhole = true
        let start = min(columns.count, max(0, first[Int(log.rawValue)] - columns.firstOrdinal))
        try columns.withColumns(block: block) { rows in
            var known = rows.count - start
            if horizon.knownAt != .max {
                for row in start..<rows.count where rows.recordedAt[row] > horizon.knownAt { known &-= 1 }
            }
            knownEvents[Int(log.rawValue)] += known
            switch log {
            case .births: isWhole = gatherBirths(rows, from: start, &voidRows)
            case .enrollments: isWhole = gatherEnrolments(rows, from: start, &voidRows)
            case .filings: isWhole = gatherFilings(rows, from: start, &voidRows)
            case .subsidies: isWhole = gatherGrants(rows, from: start, &voidRows)
            }
        }
        guard isWhole else { throw inconsistent }
        guard !voidRows.isEmpty else { return }
        var details: [ArraySlice<UInt8>] = []
        if needsTexts {
            details = voidRows.map { columns.detail($0) }
        } else {
            let (starts, bytes) = try source.eventDetails(voidRows, ofBlock: block, of: log)
            guard starts.count == voidRows.count + 1, starts.last == bytes.count else { throw inconsistent }
            details = voidRows.indices.map { bytes[starts[$0]..<starts[$0 + 1]] }
        }
        for (row, detail) in zip(voidRows, details) {
            guard let target = Self.target(detail) else { throw inconsistent }
            voids.append(
                VoidRow(
                    log: log, ordinal: UInt32(truncatingIfNeeded: columns.firstOrdinal + row), occurredOn: columns.occurredOn[row],
                    recordedAt: columns.recordedAt[row], target: target))
        }
    }

    /// Whether a row exists and counts; voids are noted aside whatever their date and record time.
    @inline(__always)
    private func counts(_ rows: Columns, _ row: Int, _ voids: inout [Int]) -> Bool {
        if rows.type[row] == EventType.voidCode {
            voids.append(row)
            return false
        }
        return rows.occurredOn[row] <= horizon.asOf && rows.recordedAt[row] <= horizon.knownAt
    }

    /// Whether the day is one on which events may occur, so that it fits its bits.
    @inline(__always)
    private func isOccurrence(_ day: Int32) -> Bool {
        day >= FoldKey.firstDay && day <= FoldKey.lastDay
    }

    private func gatherBirths(_ rows: Columns, from start: Int, _ voids: inout [Int]) -> Bool {
        let (plan, children, communities) = (plans.children, UInt64(shape.children), UInt64(shape.communities))
        for row in start..<rows.count where counts(rows, row, &voids) {
            let (type, day, child, community) = (rows.type[row], rows.occurredOn[row], rows.subject[row], rows.object[row])
            var age: Int64 = 0
            if type == BirthsEvent.childMovedIn.rawValue {
                age = Int64(day) &- rows.value[row]
                guard age >= 0, age <= 0xF_FFFF else { return false }
            }
            guard type <= BirthsEvent.childDied.rawValue, isOccurrence(day), UInt64(child) < children,
                UInt64(community) < communities || !Self.namesCommunity(births: type)
            else { return false }
            births.append(
                BirthRecord(
                    key: FoldKey.pack(local: plan.local(of: child), day: day, type: type, payload: UInt32(truncatingIfNeeded: age)),
                    recordedAt: rows.recordedAt[row], community: community,
                    ordinal: UInt32(truncatingIfNeeded: rows.firstOrdinal &+ row)),
                to: plan.partition(of: child))
        }
        return true
    }

    @inline(__always)
    private static func namesCommunity(births type: UInt8) -> Bool {
        type == BirthsEvent.birthRegistered.rawValue || type == BirthsEvent.childMovedIn.rawValue
            || type == BirthsEvent.childRelocated.rawValue
    }

    private func gatherEnrolments(_ rows: Columns, from start: Int, _ voids: inout [Int]) -> Bool {
        let (plan, children, facilities) = (plans.children, UInt64(shape.children), UInt64(shape.facilities))
        for row in start..<rows.count where counts(rows, row, &voids) {
            let (type, day, child, facility) = (rows.type[row], rows.occurredOn[row], rows.subject[row], rows.object[row])
            guard type <= EnrollmentsEvent.childWithdrew.rawValue, isOccurrence(day), UInt64(child) < children,
                UInt64(facility) < facilities
            else { return false }
            enrolments.append(
                EnrolmentRecord(
                    key: FoldKey.pack(local: plan.local(of: child), day: day, type: type, payload: UInt32(rows.code[row])),
                    recordedAt: rows.recordedAt[row], facility: facility,
                    ordinal: UInt32(truncatingIfNeeded: rows.firstOrdinal &+ row)),
                to: plan.partition(of: child))
        }
        return true
    }

    private func gatherFilings(_ rows: Columns, from start: Int, _ voids: inout [Int]) -> Bool {
        let (plan, facilities, communities) = (plans.facilities, UInt64(shape.facilities), UInt64(shape.communities))
        for row in start..<rows.count where counts(rows, row, &voids) {
            let (type, day, facility, community) = (rows.type[row], rows.occurredOn[row], rows.subject[row], rows.object[row])
            let namesCommunity =
                type == FilingsEvent.facilityRegistered.rawValue || type == FilingsEvent.facilityRelocated.rawValue
            guard type <= FilingsEvent.facilityClosed.rawValue, isOccurrence(day), UInt64(facility) < facilities,
                UInt64(community) < communities || !namesCommunity, let value = Int32(exactly: rows.value[row])
            else { return false }
            var places = SIMD4<Int32>.zero
            if type == FilingsEvent.capacitySet.rawValue {
                guard let read = Self.capacity(columns.detail(row)) else { return false }
                places = read
            }
            filings.append(
                FilingRecord(
                    key: FoldKey.pack(local: plan.local(of: facility), day: day, type: type, payload: UInt32(rows.code[row])),
                    recordedAt: rows.recordedAt[row], community: community,
                    ordinal: UInt32(truncatingIfNeeded: rows.firstOrdinal &+ row), value: value, infant: places[0], toddler: places[1],
                    preschool: places[2], mixed: places[3]),
                to: plan.partition(of: facility))
        }
        return true
    }

    /// The identifier that a void names, the first part of its detail.
    private static func target(_ detail: ArraySlice<UInt8>) -> [UInt8]? {
        var first: [UInt8]?
        let isWhole = Detail.forEachPart(of: detail) { if first == nil { first = Array($0) } }
        return isWhole ? first : nil
    }

    /// The four numbers of places of a `capacity_set`.
    private static func capacity(_ detail: ArraySlice<UInt8>) -> SIMD4<Int32>? {
        var places = SIMD4<Int32>.zero
        var count = 0
        let isWhole = detail.withUnsafeBufferPointer { detail in
            Detail.forEachPart(of: detail) { part in
                if count < 4, (1...6).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) {
                    for digit in part { places[count] = places[count] * 10 + Int32(digit - 0x30) }
                } else {
                    count = 4
                }
                count += 1
            }
        }
        return isWhole && count == 4 ? places : nil
    }

    private func gatherGrants(_ rows: Columns, from start: Int, _ voids: inout [Int]) -> Bool {
        let (plan, count) = (plans.grants, UInt64(shape.grants))
        let (children, facilities) = (UInt64(shape.children), UInt64(shape.facilities))
        for row in start..<rows.count {
            // Whether children are paid is a matter of the whole record, as in histories: not of D, nor of K.
            if rows.type[row] == SubsidiesEvent.subsidyGranted.rawValue, rows.code[row] & payeeIsChildBit != 0 { paysChildren = true }
            guard counts(rows, row, &voids) else { continue }
            let (type, day, grant, payee) = (rows.type[row], rows.occurredOn[row], rows.subject[row], rows.object[row])
            guard type <= SubsidiesEvent.subsidyRecovered.rawValue, isOccurrence(day), UInt64(grant) < count, rows.value[row] > 0 else {
                return false
            }
            if type == SubsidiesEvent.subsidyGranted.rawValue {
                let isChild = rows.code[row] & payeeIsChildBit != 0
                guard UInt64(payee) < (isChild ? children : facilities), Scheme(rawValue: rows.code[row] & 7) != nil else { return false }
            }
            grants.append(
                GrantRecord(
                    key: FoldKey.pack(local: plan.local(of: grant), day: day, type: type, payload: UInt32(rows.code[row])),
                    recordedAt: rows.recordedAt[row], amount: rows.value[row], payee: payee,
                    ordinal: UInt32(truncatingIfNeeded: rows.firstOrdinal &+ row)),
                to: plan.partition(of: grant))
        }
        return true
    }
}

/// Reads the blocks of a record that hold events from `first` on, by log, on several threads.
func gather(
    _ source: any EventSource, _ shape: RecordShape, _ plans: PartitionPlans, _ horizon: Horizon, from first: [Int], threads: Int
) throws -> [Gatherer] {
    let workers = (0..<threads).map { _ in Gatherer(source, shape, plans, horizon, from: first) }
    var items: [(log: Log, block: Int)] = []
    for log in Log.allCases { items += blocks(of: log, from: first[Int(log.rawValue)], in: source).map { (log, $0) } }
    try Workers.run(threads, items: items.count) { worker, item in
        try workers[worker].read(items[item].block, of: items[item].log)
    }
    return workers
}

/// The blocks of a log that hold events from an ordinal on.
func blocks(of log: Log, from first: Int, in source: any EventSource) -> Range<Int> {
    let count = source.blockCount(of: log)
    guard first < source.eventCount(of: log) else { return count..<count }
    var (low, high) = (0, count)
    while low < high {
        let middle = (low + high) / 2
        if source.firstOrdinal(ofBlock: middle, of: log) <= first { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)..<count
}
