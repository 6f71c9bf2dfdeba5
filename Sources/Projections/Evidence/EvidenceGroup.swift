import Events

/// What a subject adds to a part in a column.
struct Holding {
    let part: Part
    let column: Int32
    let amount: Int64
}

/// One child, facility or grant with all the events that decide what it adds to figures: its own, and other subjects' that say
/// where it lies or whether a facility is open.
struct EvidenceGroup {
    /// Whose group it is.
    enum Kind {
        case child(UInt32)
        case facility(UInt32)
        case grant(UInt32)
    }

    let kind: Kind
    /// The subject's own line first.
    private(set) var lines: [EvidenceLine]
    /// The context lines by subject.
    private let context: [EvidenceLine.Subject: Int]
    /// The children enrolled at a facility, by class.
    private var classes = ByClass()

    init(_ kind: Kind, _ lines: [EvidenceLine]) {
        self.kind = kind
        self.lines = lines
        var context: [EvidenceLine.Subject: Int] = [:]
        for (place, line) in lines.enumerated() where line.isContext { context[line.subject] = place }
        self.context = context
    }

    /// An event of a group: its line, and its place in it.
    struct Place: Hashable {
        let line: Int
        let event: Int
    }

    func event(_ place: Place) -> EvidenceEvent { lines[place.line].events[place.event] }

    /// Takes an event in or out.
    mutating func set(_ place: Place, _ value: Bool) throws {
        if case .facility = kind, case .enrolment(let before) = lines[place.line].state {
            try lines[place.line].set(place.event, value)
            guard case .enrolment(let after) = lines[place.line].state else { return }
            if before.standing == .enrolled { classes.add(-1, before.placeClass) }
            if after.standing == .enrolled { classes.add(1, after.placeClass) }
        } else {
            try lines[place.line].set(place.event, value)
        }
    }

    /// Every event, day by day; within a day by log, within a log line by line in the contract's order.
    func places(where isWanted: (EvidenceEvent) -> Bool) -> [Place] {
        var places: [Place] = []
        for line in lines.indices {
            for event in lines[line].events.indices where isWanted(lines[line].events[event]) {
                places.append(Place(line: line, event: event))
            }
        }
        return places.sorted { left, right in
            let (a, b) = (event(left), event(right))
            if a.occurredOn != b.occurredOn { return a.occurredOn < b.occurredOn }
            let (rankA, rankB) = (Self.rank(a.log), Self.rank(b.log))
            if rankA != rankB { return rankA < rankB }
            return left.line != right.line ? left.line < right.line : left.event < right.event
        }
    }

    /// Children and facilities exist before they meet, and grants follow.
    private static func rank(_ log: Log) -> Int {
        switch log {
        case .births: 0
        case .filings: 1
        case .enrollments: 2
        case .subsidies: 3
        }
    }

    // MARK: What the group holds

    /// Appends what the group adds to the wanted parts at the end of a day.
    func hold(_ wanted: PartSet, at day: Day, _ columnOf: Table<Int32>, unassigned: Int32, into holdings: inout [Holding]) {
        func add(_ part: Part, _ column: Int32, _ amount: Int) {
            if amount != 0, wanted.contains(part) { holdings.append(Holding(part: part, column: column, amount: Int64(amount))) }
        }
        switch (kind, lines[0].state) {
        case (.child, .child(let child)): holdChild(child, at: day, columnOf, add)
        case (.facility, .facility(let facility)):
            if facility.isOpen { holdFacility(facility, at: day, columnOf[Int(facility.community)], add) }
        case (.grant, .grant(let grant)):
            guard let payee = grant.payee else { return }
            let column = column(of: payee, columnOf) ?? unassigned
            func addMoney(_ part: MoneyPart, _ amount: Int64) { add(.money(part), column, Int(amount)) }
            addMoney(.granted, grant.granted)
            addMoney(.paid, grant.paid)
            addMoney(.recovered, grant.recovered)
            switch grant.scheme {
            case .construction, .operating, .demonstration: addMoney(.netForPlaces, grant.paid &- grant.recovered)
            case .voucher, .childrearing: break
            }
        default: break
        }
    }

    private func holdChild(_ child: ChildState, at day: Day, _ columnOf: Table<Int32>, _ add: (Part, Int32, Int) -> Void) {
        guard child.standing != .none else { return }
        let months = day.completedMonths(since: child.bornOn)
        var (isEnrolled, isWaiting) = (false, false)
        for line in lines {
            guard case .enrolment(let enrolment) = line.state, case .enrolment(_, let facility) = line.subject,
                enrolment.standing != .none, let place = context[.facility(facility)], case .facility(let state) = lines[place].state,
                state.isOpen
            else { continue }
            if enrolment.standing == .waiting {
                isWaiting = true
            } else {
                isEnrolled = true
                if months >= 36 { add(.counter(.enrolledOverAge), columnOf[Int(state.community)], 1) }
            }
        }
        guard child.standing == .resident, months >= 0 else { return }
        let column = columnOf[Int(child.community)]
        switch months {
        case 0...5: add(.counter(.m0To5), column, 1)
        case 6...11: add(.counter(.m6To11), column, 1)
        case 12...23: add(.counter(.m12To23), column, 1)
        case 24...35: add(.counter(.m24To35), column, 1)
        default: return
        }
        if isEnrolled {
            add(.counter(.enrolledResidents), column, 1)
        } else if isWaiting {
            add(.counter(.waitlistedResidents), column, 1)
        }
        if months < 12, day.rawValue &- child.bornOn.rawValue >= 29, child.firstResidentOn.rawValue &- child.bornOn.rawValue <= 28 {
            add(.detail(.newborns), column, 1)
            if child.isVisited { add(.detail(.newbornsVisited), column, 1) }
        }
    }

    private func holdFacility(_ facility: FacilityState, at day: Day, _ column: Int32, _ add: (Part, Int32, Int) -> Void) {
        let capacity = facility.capacity ?? ByClass()
        let enrolled = classes.total
        let required = classes.caregiversRequired
        add(.counter(.facilities), column, 1)
        add(.counter(.facilitiesDemonstration), column, facility.demonstration == .province ? 1 : 0)
        add(.counter(.places), column, capacity.total)
        add(.counter(.enrolled), column, enrolled)
        add(.counter(.vacant), column, max(0, capacity.total - enrolled))
        add(.counter(.overfull), column, max(0, enrolled - capacity.total))
        add(.detail(.caregivers), column, facility.caregivers ?? 0)
        add(.detail(.caregiversRequired), column, required)
        add(.detail(.caregiversShort), column, max(0, required - (facility.caregivers ?? 0)))
        add(.detail(.staffingUnreported), column, facility.caregivers == nil ? 1 : 0)
        guard facility.isFiled else { return }
        add(.counter(.facilitiesFiled), column, 1)
        add(.detail(.facilitiesCompliant), column, facility.isCompliant(on: day) ? 1 : 0)
        add(.counter(.placesFiled), column, capacity.total)
        add(.counter(.placesInfant), column, capacity.infant)
        add(.counter(.placesToddler), column, capacity.toddler)
        add(.counter(.placesPreschool), column, capacity.preschool)
        add(.counter(.placesMixed), column, capacity.mixed)
        add(.counter(.served), column, capacity.total > 0 ? 1 : 0)
        guard facility.isInclusive else { return }
        add(.counter(.facilitiesInclusive), column, 1)
        add(.counter(.placesInclusive), column, capacity.total)
    }

    /// Where a grant's payee is or was last known to be; nil: never known.
    private func column(of payee: GrantState.Payee, _ columnOf: Table<Int32>) -> Int32? {
        switch payee {
        case .facility(let number):
            guard let place = context[.facility(number)], case .facility(let state) = lines[place].state, state.standing != .unregistered
            else { return nil }
            return columnOf[Int(state.community)]
        case .child(let number):
            guard let place = context[.child(number)], case .child(let state) = lines[place].state, state.standing != .none else {
                return nil
            }
            return columnOf[Int(state.community)]
        }
    }
}

extension ByClass {
    /// Adds children of a class.
    fileprivate mutating func add(_ children: Int, _ placeClass: PlaceClass) {
        switch placeClass {
        case .infant: infant += children
        case .toddler: toddler += children
        case .preschool: preschool += children
        case .mixed: mixed += children
        }
    }
}
