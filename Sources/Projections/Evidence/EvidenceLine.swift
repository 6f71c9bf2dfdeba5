import Events

/// The events of one subject in the contract's order, some of them in effect, and the state that those make.
///
/// Events are taken in and out one by one; the state always is the one of the events that are in, folded in order by the same rules
/// as a report's (``ChildState``, ``FacilityState``, ``EnrolmentState``, ``GrantState``).
struct EvidenceLine {
    /// Whose events they are.
    enum Subject: Hashable {
        /// A child's births events.
        case child(UInt32)
        /// A facility's filings events.
        case facility(UInt32)
        /// A child's enrollments events at one facility.
        case enrolment(child: UInt32, facility: UInt32)
        /// A grant's subsidies events.
        case grant(UInt32)
    }

    /// What the events make.
    enum State {
        case child(ChildState)
        case facility(FacilityState)
        case enrolment(EnrolmentState)
        case grant(GrantState)
    }

    let subject: Subject
    /// Whether the line is another subject's, read only for what it says of this one's place.
    let isContext: Bool
    /// In the contract's order.
    let events: [EvidenceEvent]
    private(set) var isIn: [Bool]
    private(set) var state: State
    /// The last event that is in; -1: none is.
    private var last = -1

    /// A line with no event in effect yet.
    init(_ subject: Subject, _ events: [EvidenceEvent], isContext: Bool = false) {
        self.subject = subject
        self.isContext = isContext
        self.events = events
        isIn = Array(repeating: false, count: events.count)
        state = Self.start(subject)
    }

    private static func start(_ subject: Subject) -> State {
        switch subject {
        case .child: .child(ChildState())
        case .facility: .facility(FacilityState())
        case .enrolment: .enrolment(EnrolmentState())
        case .grant: .grant(GrantState())
        }
    }

    /// Takes an event in or out and brings the state up to date.
    mutating func set(_ place: Int, _ value: Bool) throws {
        guard isIn[place] != value else { return }
        isIn[place] = value
        if value, place > last {
            last = place
            _ = try Self.apply(events[place], to: &state)
        } else {
            _ = try fold { _, _ in }
        }
    }

    /// What became of each event that is in; nil for the others.
    func outcomes() throws -> [Outcome?] {
        var outcomes = [Outcome?](repeating: nil, count: events.count)
        var copy = self
        try copy.fold { outcomes[$0] = $1 }
        return outcomes
    }

    private mutating func fold(_ tell: (Int, Outcome) -> Void) throws {
        state = Self.start(subject)
        last = -1
        for place in events.indices where isIn[place] {
            last = place
            tell(place, try Self.apply(events[place], to: &state))
        }
    }

    private static func apply(_ event: EvidenceEvent, to state: inout State) throws -> Outcome {
        let day = Day(rawValue: event.occurredOn)
        switch state {
        case .child(var child):
            guard let type = BirthsEvent(rawValue: event.type) else { return .applied }
            let bornOn = Day(rawValue: Int32(truncatingIfNeeded: event.value))
            let outcome = child.apply(type, on: day, community: event.object, bornOn: bornOn)
            state = .child(child)
            return outcome
        case .facility(var facility):
            guard let type = FilingsEvent(rawValue: event.type) else { return .applied }
            var fields = FacilityState.Fields()
            fields.code = event.code
            fields.community = event.object
            fields.value = event.value
            fields.capacity = event.capacity
            let outcome = facility.apply(type, on: day, fields)
            state = .facility(facility)
            return outcome
        case .enrolment(var enrolment):
            guard let type = EnrollmentsEvent(rawValue: event.type) else { return .applied }
            let outcome = enrolment.apply(type, placeClass: PlaceClass(rawValue: event.code & 3) ?? .infant)
            state = .enrolment(enrolment)
            return outcome
        case .grant(var grant):
            guard let type = SubsidiesEvent(rawValue: event.type) else { return .applied }
            let outcome: Outcome?
            switch type {
            case .subsidyGranted:
                let payee: GrantState.Payee = event.code & payeeIsChildBit != 0 ? .child(event.object) : .facility(event.object)
                outcome = grant.grant(event.value, Scheme(rawValue: event.code & 7) ?? .construction, to: payee, on: day)
            case .subsidyPaid: outcome = grant.pay(event.value)
            case .subsidyRecovered: outcome = grant.recover(event.value)
            case .eventVoided: outcome = .applied
            }
            guard let outcome else { throw ProjectionError.amountsTooLarge }
            state = .grant(grant)
            return outcome
        }
    }
}
