public import Events

/// A sum that an explanation is asked for: one part, or several together.
public struct EvidenceTerm: Sendable, Hashable {
    /// Its name: the figure's, or the part's where a figure is made of several.
    public let name: String
    /// The parts, all summed over subjects of one kind.
    public let parts: [Part]

    /// A term.
    public init(_ name: String, _ parts: [Part]) {
        self.name = name
        self.parts = parts
    }
}

/// What is to be explained.
public struct EvidenceRequest: Sendable {
    /// D, K and the state of the record.
    public let view: Viewpoint
    /// The codes of `communities.csv`, ascending as bytes: the columns, behind which lies that of everything else.
    public let communities: [String]
    /// By column, whether it belongs to the area; nil: the whole district.
    public let area: [Bool]?
    /// The sums.
    public let terms: [EvidenceTerm]
    /// Threads that may work at once.
    public let threads: Int
    /// How many events may be held at once.
    public let budget: Int

    /// What is to be explained.
    public init(
        view: Viewpoint, communities: [String], area: [Bool]?, terms: [EvidenceTerm], threads: Int = 1, budget: Int = 1_000_000
    ) {
        self.view = view
        self.communities = communities
        self.area = area
        self.terms = terms
        self.threads = max(1, threads)
        self.budget = max(1, budget)
    }
}

/// An event behind a sum, or one that would be.
public struct Evidence {
    /// Whose figure it changes.
    public enum Subject: Sendable, Hashable {
        /// A child, by its number.
        case child(UInt32)
        /// A facility, by its number.
        case facility(UInt32)
        /// A grant, by its number.
        case grant(UInt32)
    }

    /// What became of it.
    public enum Status: Sendable, Hashable {
        /// It applied; these findings came of it.
        case applied([FindingCode])
        /// It does not apply to its subject's state: no effect.
        case refused([FindingCode])
        /// It was voided by the event of this identifier, as known at K: no effect.
        case voided(by: [UInt8])
        /// It was recorded after K: no effect.
        case notYetKnown
    }

    /// The term.
    public let term: EvidenceTerm
    /// The event.
    public let event: EvidenceEvent
    /// Its identifier.
    public let id: ArraySlice<UInt8>
    /// Whose figure it changes: its own subject, or for where a facility or child lies and whether it is open, another one's.
    public let subject: Subject
    /// Whether it is another subject's, told for what it says of this one's place.
    public let isContext: Bool
    /// What became of it.
    public let status: Status
    /// What the sum grew by when it took effect, with the subject's events taken day by day; 0 where it has no effect.
    public let change: Int64
    /// What the sum would grow by if it had an effect too; nil where it has one or never can.
    public let wouldChange: Int64?
}

/// Tells the events behind some sums, subject by subject, and the sums that their changes add up to.
///
/// Nothing of what a report counts with is used but the rules by which an event changes its subject's state: each subject's events are
/// taken one by one, and after each it is asked what the subject adds now.
///
/// - Throws: what the source and `tell` throw; ``ProjectionError`` where columns contradict each other.
public func explain(
    _ source: some EventSource, _ request: EvidenceRequest, tell: (Evidence) throws -> Void
) throws -> [Int128] {
    let parts = request.terms.flatMap(\.parts)
    let reader = try EvidenceReader(
        source, communities: request.communities, until: request.view.asOf, logs: EvidenceReader.logs(of: parts),
        threads: request.threads, budget: request.budget)
    var sums = [Int128](repeating: 0, count: request.terms.count)
    for subject in Part.Subject.allCases {
        let indices = request.terms.indices.filter { request.terms[$0].parts.first?.subject == subject }
        guard !indices.isEmpty else { continue }
        let terms = indices.map { request.terms[$0] }
        var teller = EvidenceTeller(terms, request, reader)
        try reader.forEachGroup(subject, terms.flatMap(\.parts), area: request.area) { group in try teller.take(group, tell) }
        for (place, index) in indices.enumerated() { sums[index] = teller.sums[place] }
    }
    return sums
}

/// Takes the events of group after group into effect, and tells those that matter.
private struct EvidenceTeller {
    private(set) var sums: [Int128]
    private let terms: [EvidenceTerm]
    private let view: Viewpoint
    private let reader: EvidenceReader
    private var scale: EvidenceScale
    private var scratch: [Holding] = []

    init(_ terms: [EvidenceTerm], _ request: EvidenceRequest, _ reader: EvidenceReader) {
        self.terms = terms
        view = request.view
        self.reader = reader
        scale = EvidenceScale(terms, area: request.area, asOf: request.view.asOf, reader)
        sums = Array(repeating: 0, count: terms.count)
    }

    private struct Row {
        let place: EvidenceGroup.Place
        let standing: Standing
        var changes: [Int64]
    }

    mutating func take(_ group: EvidenceGroup, _ tell: (Evidence) throws -> Void) throws {
        var group = group
        var rows: [Row] = []
        var before = scale.weigh(group, &scratch)
        for place in group.places(where: { $0.occurredOn <= view.asOf.rawValue }) {
            let standing = reader.voids.standing(of: group.event(place), from: view)
            var changes = [Int64](repeating: 0, count: terms.count)
            if standing == .inEffect {
                try group.set(place, true)
                let after = scale.weigh(group, &scratch)
                for term in terms.indices { changes[term] = after[term] &- before[term] }
                before = after
            }
            rows.append(Row(place: place, standing: standing, changes: changes))
        }
        // What has no effect is put into effect alone, to see what it would change, and taken out again.
        for row in rows.indices where rows[row].standing != .inEffect {
            try group.set(rows[row].place, true)
            let after = scale.weigh(group, &scratch)
            try group.set(rows[row].place, false)
            for term in terms.indices { rows[row].changes[term] = after[term] &- before[term] }
        }
        for term in terms.indices { sums[term] += Int128(before[term]) }
        if rows.contains(where: { $0.standing == .inEffect ? $0.changes.contains { $0 != 0 } : true }) || hasRefusals(group) {
            try tellRows(group, rows, tell)
        }
        scale.note(group, &scratch)
    }

    /// Whether a subject that changes nothing is worth a look for events that were refused.
    private func hasRefusals(_ group: EvidenceGroup) -> Bool {
        guard case .child(let child) = group.lines[0].state, child.standing != .none else { return true }
        return view.asOf.completedMonths(since: child.bornOn) < 36
    }

    private func tellRows(_ group: EvidenceGroup, _ rows: [Row], _ tell: (Evidence) throws -> Void) throws {
        let outcomes = try group.lines.map { try $0.outcomes() }
        let mayCount = hasRefusals(group)
        for (place, term) in terms.enumerated() {
            let isListed = rows.contains { $0.changes[place] != 0 }
            for row in rows {
                let event = group.event(row.place)
                let isContext = group.lines[row.place.line].isContext
                guard isContext || row.changes[place] != 0 || term.parts.contains(where: { $0.reads(event.log, type: event.type) }) else {
                    continue
                }
                let outcome = outcomes[row.place.line][row.place.event]
                let status: Evidence.Status
                switch row.standing {
                case .voided(let void): status = .voided(by: void)
                case .notKnown, .afterAsOf: status = .notYetKnown
                case .inEffect:
                    let codes = outcome?.findings ?? []
                    status = outcome?.applied ?? true ? .applied(codes) : .refused(codes)
                }
                if !isListed {
                    // Refused where it would have placed its subject in the area, or paid a grant.
                    guard case .refused = status, mayCount,
                        event.log == .subsidies || (reader.namesCommunity(event) && scale.isInArea(event))
                    else { continue }
                }
                let isEffective = row.standing == .inEffect
                try tell(
                    Evidence(
                        term: term, event: event, id: reader.texts.id(event), subject: group.subject, isContext: isContext, status: status,
                        change: isEffective ? row.changes[place] : 0, wouldChange: isEffective ? nil : row.changes[place]))
            }
        }
    }
}

extension EvidenceGroup {
    /// Whose group it is, for telling.
    var subject: Evidence.Subject {
        switch kind {
        case .child(let number): .child(number)
        case .facility(let number): .facility(number)
        case .grant(let number): .grant(number)
        }
    }
}
