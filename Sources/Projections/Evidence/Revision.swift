public import Events

/// Why a figure is another one than before. In the order in which a revision is taken apart.
public enum Cause: Int, CaseIterable, Sendable {
    /// Reference data or settings: another row of the population, another register, another rule.
    case reference = 0
    /// An event was voided, and one of the same type for the same subject came in its place; both together.
    case corrected
    /// An event was voided, or its void is known from one side only.
    case voided
    /// An event that had occurred by both days is known from one side only.
    case late
    /// Time passed: children reached an age at which they count.
    case agedIn
    /// Time passed: children reached an age at which they count no more, or credentials ran out.
    case agedOut
    /// An event occurred after the earlier of the two days.
    case new

    /// The word in answers.
    public var name: String {
        switch self {
        case .reference: "reference"
        case .corrected: "corrected"
        case .voided: "voided"
        case .late: "late"
        case .agedIn: "aged_in"
        case .agedOut: "aged_out"
        case .new: "new"
        }
    }
}

/// What an event changed between two viewpoints.
public struct Revision {
    /// An amount of a part in a community.
    public struct Change: Sendable, Hashable {
        /// The part.
        public let part: Part
        /// The community's column.
        public let column: Int
        /// By how much the part grew there.
        public let amount: Int64
    }

    /// Why, where an event came or went; nil: time passed.
    let step: Cause?
    /// The event that came or went; where time passed, the one whose date it passed: of a child's birth, of a credential's issue.
    public let event: EvidenceEvent
    /// Its identifier.
    public let id: ArraySlice<UInt8>
    /// Whose figures changed.
    public let subject: Evidence.Subject
    /// What changed; never empty, no part and column twice.
    public let changes: [Change]

    /// Why an amount changed: where time passed, what grew aged in and what shrank aged out.
    public func cause(of amount: Int64) -> Cause { step ?? (amount > 0 ? .agedIn : .agedOut) }
}

/// Two states and what lies between them, by part and column.
public struct RevisionSums: Sendable {
    private let columns: Int
    private var before: [Int64]
    private var after: [Int64]
    private var causes: [[Int64]]

    init(columns: Int) {
        self.columns = columns
        let count = Part.all.count * columns
        before = Array(repeating: 0, count: count)
        after = before
        causes = Array(repeating: before, count: Cause.allCases.count)
    }

    /// A part in a column from the first viewpoint.
    public func before(_ part: Part, column: Int) -> Int64 { before[part.index * columns + column] }
    /// A part in a column from the second viewpoint.
    public func after(_ part: Part, column: Int) -> Int64 { after[part.index * columns + column] }
    /// What a cause changed of a part in a column; the causes add up to the difference. ``Cause/reference`` never changes a part.
    public func change(_ cause: Cause, _ part: Part, column: Int) -> Int64 { causes[cause.rawValue][part.index * columns + column] }

    fileprivate mutating func addBefore(_ holdings: [Holding]) {
        for holding in holdings where holding.part != .counter(.served) {
            before[holding.part.index * columns + Int(holding.column)] &+= holding.amount
        }
    }

    fileprivate mutating func addAfter(_ holdings: [Holding]) {
        for holding in holdings where holding.part != .counter(.served) {
            after[holding.part.index * columns + Int(holding.column)] &+= holding.amount
        }
    }

    /// Counts each community of the register that is served, by how many facilities does not matter.
    fileprivate mutating func setServed(_ served: [Int], isBefore: Bool) {
        for column in 0..<columns - 1 where served[column] > 0 {
            let place = Part.counter(.served).index * columns + column
            if isBefore { before[place] = 1 } else { after[place] = 1 }
        }
    }

    fileprivate mutating func add(_ revision: Revision) {
        for change in revision.changes {
            causes[revision.cause(of: change.amount).rawValue][change.part.index * columns + change.column] &+= change.amount
        }
    }
}

/// What two reports of one record are compared over.
public struct RevisionRequest: Sendable {
    /// The earlier viewpoint.
    public let from: Viewpoint
    /// The later one.
    public let to: Viewpoint
    /// Whether the viewpoints were given the other way round.
    public let isTurned: Bool
    /// The codes of `communities.csv`, ascending as bytes.
    public let communities: [String]
    /// Threads that may work at once.
    public let threads: Int
    /// How many events may be held at once.
    public let budget: Int

    /// What is compared. The viewpoints are put in order: by day, then K, then the size of the record.
    public init(from: Viewpoint, to: Viewpoint, communities: [String], threads: Int = 1, budget: Int = 1_000_000) {
        let isTurned = to.precedes(from)
        (self.from, self.to) = isTurned ? (to, from) : (from, to)
        self.isTurned = isTurned
        self.communities = communities
        self.threads = max(1, threads)
        self.budget = max(1, budget)
    }
}

/// Takes apart what lies between two viewpoints of a record: tells each event that changed something, and sums the changes up.
///
/// It goes one way only, from the earlier viewpoint to the later; whoever asked for the other way turns the signs. On the way there are
/// three steps for each subject. As of the earlier day events are taken out and put in that one side does not know or
/// knows to be voided: corrections, voids, late ones, each in order of occurrence. Then time passes with no event. Then the events
/// occur that lie behind the earlier day, one by one. What a subject adds to each part is asked after every single event, so the changes
/// add up to the difference.
///
/// - Throws: what the source and `tell` throw; ``ProjectionError`` where columns contradict each other.
public func compare(
    _ source: some EventSource, _ request: RevisionRequest, tell: (Revision) throws -> Void
) throws -> RevisionSums {
    let (early, late) = (request.from, request.to)
    let reader = try EvidenceReader(
        source, communities: request.communities, until: late.asOf, logs: Set(Log.allCases), threads: request.threads,
        budget: request.budget)
    var teller = RevisionTeller(early, late, reader)
    // How many facilities serve each community at first must be known before any of them changes.
    try reader.forEachGroup(.facilities, [.counter(.served)], area: nil) { group in try teller.noteServed(group) }
    teller.setServed(isBefore: true)
    for subject in Part.Subject.allCases {
        let parts = Part.all.filter { $0.subject == subject }
        try reader.forEachGroup(subject, parts, area: nil) { group in try teller.take(group, tell) }
    }
    teller.setServed(isBefore: false)
    return teller.sums
}

extension Viewpoint {
    /// Whether a comparison begins here rather than there: by day, then K, then the size of the record.
    fileprivate func precedes(_ other: Viewpoint) -> Bool {
        if asOf != other.asOf { return asOf < other.asOf }
        let (known, otherKnown) = (knownAt?.rawValue ?? .max, other.knownAt?.rawValue ?? .max)
        if known != otherKnown { return known < otherKnown }
        return eventCounts.lexicographicallyPrecedes(other.eventCounts)
    }
}

private struct RevisionTeller {
    private(set) var sums: RevisionSums
    private let early: Viewpoint
    private let late: Viewpoint
    private let reader: EvidenceReader
    private let everything = PartSet(Part.all)
    /// By column, the facilities that serve it as far as the way was gone.
    private var served: [Int]

    init(_ early: Viewpoint, _ late: Viewpoint, _ reader: EvidenceReader) {
        self.early = early
        self.late = late
        self.reader = reader
        sums = RevisionSums(columns: Int(reader.unassigned) + 1)
        served = Array(repeating: 0, count: Int(reader.unassigned) + 1)
    }

    private struct Step {
        let place: EvidenceGroup.Place
        let enters: Bool
        var cause: Cause
    }

    mutating func noteServed(_ group: EvidenceGroup) throws {
        var group = group
        _ = try takeInEarly(&group)
        for holding in rawHoldings(group, at: early.asOf) where holding.part == .counter(.served) { served[Int(holding.column)] += 1 }
    }

    mutating func setServed(isBefore: Bool) { sums.setServed(served, isBefore: isBefore) }

    mutating func take(_ group: EvidenceGroup, _ tell: (Revision) throws -> Void) throws {
        var group = group
        let steps = try takeInEarly(&group)
        noteOthers(rawHoldings(group, at: early.asOf), by: -1)
        var now = holdings(group, at: early.asOf)
        sums.addBefore(now)
        func step(_ step: Step, _ day: Day) throws {
            try group.set(step.place, step.enters)
            let next = holdings(group, at: day)
            try self.tell(step.cause, group.event(step.place), group, Self.changes(from: now, to: next), tell)
            now = next
        }
        for one in steps where one.cause != .new { try step(one, early.asOf) }
        if early.asOf != late.asOf {
            let next = holdings(group, at: late.asOf)
            let changes = Self.changes(from: now, to: next)
            if !changes.isEmpty, let event = try dated(group) { try self.tell(nil, event, group, changes, tell) }
            now = next
        }
        for one in steps where one.cause == .new { try step(one, late.asOf) }
        sums.addAfter(now)
        noteOthers(rawHoldings(group, at: late.asOf), by: 1)
    }

    /// Puts a group into the state of the earlier viewpoint; the steps to the later one in order.
    private func takeInEarly(_ group: inout EvidenceGroup) throws -> [Step] {
        var steps: [Step] = []
        for place in group.places(where: { _ in true }) {
            let event = group.event(place)
            let before = reader.voids.standing(of: event, from: early)
            let after = reader.voids.standing(of: event, from: late)
            if before == .inEffect { try group.set(place, true) }
            guard (before == .inEffect) != (after == .inEffect) else { continue }
            let cause: Cause
            switch before == .inEffect ? after : before {
            case .afterAsOf: cause = .new
            case .notKnown: cause = .late
            case .voided, .inEffect: cause = .voided
            }
            steps.append(Step(place: place, enters: after == .inEffect, cause: cause))
        }
        return Self.ordered(steps, group)
    }

    /// Finds corrections among the steps, and puts the steps in order of their causes.
    private static func ordered(_ steps: [Step], _ group: EvidenceGroup) -> [Step] {
        guard steps.count > 1 else { return steps }
        var steps = steps
        for place in steps.indices where steps[place].cause == .voided {
            let type = group.event(steps[place].place).type
            let other = steps.indices.first {
                steps[$0].cause == .late && steps[$0].enters != steps[place].enters && steps[$0].place.line == steps[place].place.line
                    && group.event(steps[$0].place).type == type
            }
            guard let other else { continue }
            steps[place].cause = .corrected
            steps[other].cause = .corrected
        }
        return Cause.allCases.flatMap { cause in steps.filter { $0.cause == cause } }
    }

    private mutating func tell(
        _ step: Cause?, _ event: EvidenceEvent, _ group: EvidenceGroup, _ changes: [Revision.Change], _ tell: (Revision) throws -> Void
    ) throws {
        guard !changes.isEmpty else { return }
        let revision = Revision(step: step, event: event, id: reader.texts.id(event), subject: group.subject, changes: changes)
        sums.add(revision)
        try tell(revision)
    }

    /// The event whose date time passed: the one from which a child's birth date is known, the credential that ran out first.
    private func dated(_ group: EvidenceGroup) throws -> EvidenceEvent? {
        let line = group.lines[0]
        let applied = zip(line.events, try line.outcomes()).compactMap { $1?.applied == true ? $0 : nil }
        switch line.subject {
        case .child:
            return applied.first { [BirthsEvent.birthRegistered.rawValue, BirthsEvent.childMovedIn.rawValue].contains($0.type) }
        case .facility:
            let credentials = applied.filter { $0.type == FilingsEvent.credentialIssued.rawValue }
            let current = [CredentialKind.fire, .hygiene].compactMap { kind in credentials.last { $0.code & 3 == kind.rawValue } }
            return current.min { $0.value != $1.value ? $0.value < $1.value : $0.code & 3 < $1.code & 3 } ?? applied.first
        case .enrolment, .grant: return applied.first
        }
    }

    // MARK: What a group holds

    private func rawHoldings(_ group: EvidenceGroup, at day: Day) -> [Holding] {
        var holdings: [Holding] = []
        group.hold(everything, at: day, reader.columnOf, unassigned: reader.unassigned, into: &holdings)
        return holdings
    }

    /// The same, a community of the register served once however many facilities do.
    private func holdings(_ group: EvidenceGroup, at day: Day) -> [Holding] {
        rawHoldings(group, at: day).filter { holding in
            holding.part != .counter(.served) || (holding.column != reader.unassigned && served[Int(holding.column)] == 0)
        }
    }

    private mutating func noteOthers(_ holdings: [Holding], by amount: Int) {
        for holding in holdings where holding.part == .counter(.served) { served[Int(holding.column)] += amount }
    }

    private static func changes(from old: [Holding], to new: [Holding]) -> [Revision.Change] {
        var changes: [(part: Part, column: Int32, amount: Int64)] = []
        func add(_ holding: Holding, _ amount: Int64) {
            if let place = changes.firstIndex(where: { $0.part == holding.part && $0.column == holding.column }) {
                changes[place].amount &+= amount
            } else {
                changes.append((holding.part, holding.column, amount))
            }
        }
        for holding in new { add(holding, holding.amount) }
        for holding in old { add(holding, 0 &- holding.amount) }
        return changes.filter { $0.amount != 0 }.map { Revision.Change(part: $0.part, column: Int($0.column), amount: $0.amount) }
    }
}
