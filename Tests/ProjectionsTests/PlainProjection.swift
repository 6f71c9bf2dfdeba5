import Events
import Projections
import TestSupport

/// The contract once more, written as plainly as it reads and as slowly as that may be: dictionaries of texts, one date at a time, no
/// state machine, table or number shared with the room. What the room computes must equal this.
struct PlainProjection {
    struct Child {
        var status = "none"
        var community = ""
        var born: Day?
        var firstResident: Day?
        var visited = false
    }

    struct Facility {
        var id = ""
        var name = ""
        var status = "none"
        var registered: MemoryEvent?
        var registrar = ""
        var form = ""
        var community = ""
        var longitude: String?
        var latitude: String?
        var filed = false
        var pending = false
        var inclusive = false
        var level: String?
        var capacity: [Int]?
        var credentials: [String: Day] = [:]
        var inspection: String?
        var caregivers: Int?
        var area: String?
        /// Its submissions, each as `day` and, once it ended, `ending day`.
        var rounds: [[String]] = []
        mutating func endRound(_ ending: String, _ event: MemoryEvent) {
            if pending { rounds[rounds.count - 1].append("\(ending) \(event.occurredOn)") }
        }
        var isOpen: Bool { status == "open" }
        var places: Int { (capacity ?? []).reduce(0, +) }
    }

    struct Enrolment {
        var child = ""
        var facility = ""
        var status = "neither"
        var event: MemoryEvent?
        var placeClass = ""
    }

    struct Grant {
        var scheme = ""
        var facility: String?
        var child: String?
        var granted: Int64 = 0
        var paid: Int64 = 0
        var recovered: Int64 = 0
    }

    let asOf: Day
    let registered: [String]
    /// Grants, granted, paid and recovered by year and scheme.
    var yearly: [String: [Int64]] = [:]
    var children: [String: Child] = [:]
    var facilities: [String: Facility] = [:]
    var enrolments: [String: Enrolment] = [:]
    var grants: [String: Grant] = [:]
    var findings: Set<[String]> = []

    init(_ events: [MemoryEvent], asOf: Day, knownAt: Instant?, communities: [String]) {
        self.asOf = asOf
        registered = communities
        let known = events.filter { event in knownAt.map { event.recordedAt <= $0 } ?? true }
        let effective = withoutVoided(known).filter { $0.occurredOn <= asOf }
        for log in Log.allCases {
            for event in effective.filter({ $0.log == log }).sorted(by: Self.isBefore) {
                switch log {
                case .births: birth(event)
                case .enrollments: enrolment(event)
                case .filings: filing(event)
                case .subsidies: break
                }
            }
        }
        for event in effective.filter({ $0.log == .subsidies }).sorted(by: Self.isBefore) {
            subsidy(event, filings: effective.filter { $0.log == .filings })
        }
        judge()
    }

    /// Section 3: the order within a subject; among subjects it does not matter.
    static func isBefore(_ a: MemoryEvent, _ b: MemoryEvent) -> Bool {
        if a.occurredOn != b.occurredOn { return a.occurredOn < b.occurredOn }
        let creating = ["birth_registered", "facility_registered", "subsidy_granted"]
        if creating.contains(a.type) != creating.contains(b.type) { return creating.contains(a.type) }
        if a.recordedAt != b.recordedAt { return a.recordedAt < b.recordedAt }
        let rows = [
            "birth_registered", "child_moved_in", "newborn_visited", "child_relocated", "child_moved_out", "child_died",
            "facility_registered", "facility_relocated", "capacity_set", "filing_submitted", "filing_returned", "filing_accepted",
            "filing_cancelled", "inclusive_recognized", "inclusive_withdrawn", "demonstration_awarded", "demonstration_withdrawn",
            "credential_issued", "inspection_completed", "staffing_reported", "site_reported", "facility_closed", "waitlist_joined",
            "waitlist_left", "child_enrolled", "class_changed", "child_withdrew", "subsidy_granted", "subsidy_paid", "subsidy_recovered",
        ]
        let (rowA, rowB) = (rows.firstIndex(of: a.type) ?? -1, rows.firstIndex(of: b.type) ?? -1)
        if rowA != rowB { return rowA < rowB }
        return Array(a.id.utf8).lexicographicallyPrecedes(Array(b.id.utf8))
    }

    private mutating func find(_ code: String, _ event: MemoryEvent, _ subject: String) {
        findings.insert([code, event.log.name, event.id, subject, event.occurredOn.description])
    }

    private mutating func withoutVoided(_ known: [MemoryEvent]) -> [MemoryEvent] {
        var voided: Set<[String]> = []
        for void in known where void.type == "event_voided" {
            let target = known.first { $0.log == void.log && $0.id == void.fields["target"] }
            if target == nil {
                find("void_without_target", void, "")
            } else if target?.type == "event_voided" {
                find("void_of_void", void, "")
            } else {
                voided.insert([void.log.name, void.fields["target"] ?? ""])
            }
        }
        return known.filter { $0.type != "event_voided" && !voided.contains([$0.log.name, $0.id]) }
    }

    private mutating func birth(_ event: MemoryEvent) {
        let id = event.fields["child"] ?? ""
        var child = children[id] ?? Child()
        let community = event.fields["community"] ?? ""
        switch event.type {
        case "birth_registered":
            if child.status == "none" {
                child = Child(status: "resident", community: community, born: event.occurredOn, firstResident: event.occurredOn)
            } else {
                find("duplicate_birth", event, id)
            }
        case "child_moved_in":
            let born = Day(event.fields["born_on"] ?? "")
            if child.status == "dead" {
                find("not_applicable", event, id)
            } else {
                if child.born != nil, child.born != born { find("born_on_mismatch", event, id) }
                if child.status == "resident" { find("moved_in_while_resident", event, id) }
                child.born = child.born ?? born
                child.firstResident = child.firstResident ?? event.occurredOn
                child.status = "resident"
                child.community = community
            }
        case "newborn_visited":
            if child.status == "resident", let born = child.born,
                (0...28).contains(event.occurredOn.rawValue - born.rawValue)
            {
                child.visited = true
            } else {
                find("not_applicable", event, id)
            }
        case "child_relocated":
            if child.status == "resident" { child.community = community } else { find("not_applicable", event, id) }
        case "child_moved_out":
            if child.status == "resident" { child.status = "away" } else { find("not_applicable", event, id) }
        case "child_died":
            if ["resident", "away"].contains(child.status) { child.status = "dead" } else { find("not_applicable", event, id) }
        default: break
        }
        children[id] = child
    }

    private mutating func filing(_ event: MemoryEvent) {
        let id = event.fields["facility"] ?? ""
        var facility = facilities[id] ?? Facility()
        if let code = Self.apply(event, to: &facility) { find(code, event, id) }
        facilities[id] = facility
    }

    /// Section 5; the finding's code, if any.
    private static func apply(_ event: MemoryEvent, to facility: inout Facility) -> String? {
        let fields = event.fields
        let applies: Bool
        switch event.type {
        case "facility_registered": applies = facility.status == "none"
        case "filing_submitted", "filing_accepted": applies = facility.isOpen && !facility.filed
        case "filing_returned": applies = facility.pending
        case "filing_cancelled": applies = facility.filed
        case "inclusive_recognized": applies = facility.isOpen && !facility.inclusive
        case "inclusive_withdrawn": applies = facility.isOpen && facility.inclusive
        case "demonstration_withdrawn": applies = facility.level != nil
        default: applies = facility.isOpen
        }
        guard applies else { return event.type == "facility_registered" ? "duplicate_registration" : "not_applicable" }
        var code: String?
        switch event.type {
        case "facility_registered":
            facility.status = "open"
            facility.registered = event
            facility.id = fields["facility"] ?? ""
            facility.name = fields["name"] ?? ""
            facility.registrar = fields["registrar"] ?? ""
            facility.form = fields["form"] ?? ""
            facility.community = fields["community"] ?? ""
            facility.longitude = fields["longitude"]
            facility.latitude = fields["latitude"]
        case "facility_relocated":
            facility.community = fields["community"] ?? ""
            facility.longitude = fields["longitude"]
            facility.latitude = fields["latitude"]
        case "capacity_set": facility.capacity = ["infant", "toddler", "preschool", "mixed"].map { Int(fields[$0] ?? "") ?? 0 }
        case "filing_submitted":
            facility.endRound("resubmitted", event)
            facility.rounds.append(["\(event.occurredOn)"])
            facility.pending = true
        case "filing_returned":
            facility.endRound("returned", event)
            facility.pending = false
        case "filing_accepted":
            if !facility.pending { code = "accepted_without_submission" }
            facility.endRound("accepted", event)
            facility.filed = true
            facility.pending = false
        case "filing_cancelled": facility.filed = false
        case "inclusive_recognized": facility.inclusive = true
        case "inclusive_withdrawn": facility.inclusive = false
        case "demonstration_awarded": facility.level = fields["level"]
        case "demonstration_withdrawn": facility.level = nil
        case "credential_issued": facility.credentials[fields["kind"] ?? ""] = Day(fields["valid_until"] ?? "")
        case "inspection_completed": facility.inspection = fields["result"]
        case "staffing_reported": facility.caregivers = Int(fields["caregivers"] ?? "")
        case "site_reported": facility.area = fields["indoor_m2"]
        case "facility_closed":
            facility.endRound("closed", event)
            facility.status = "closed"
            facility.filed = false
            facility.pending = false
            facility.inclusive = false
            facility.level = nil
        default: break
        }
        return code
    }

    private mutating func enrolment(_ event: MemoryEvent) {
        let (child, facility) = (event.fields["child"] ?? "", event.fields["facility"] ?? "")
        let subject = "\(child)@\(facility)"
        var enrolment = enrolments[subject] ?? Enrolment(child: child, facility: facility)
        switch (event.type, enrolment.status) {
        case ("waitlist_joined", "neither"): enrolment.status = "waiting"
        case ("waitlist_left", "waiting"): enrolment.status = "neither"
        case ("child_enrolled", "neither"), ("child_enrolled", "waiting"):
            enrolment.status = "enrolled"
            enrolment.event = event
            enrolment.placeClass = event.fields["class"] ?? ""
        case ("class_changed", "enrolled"): enrolment.placeClass = event.fields["class"] ?? ""
        case ("child_withdrew", "enrolled"): enrolment.status = "neither"
        default: find("not_applicable", event, subject)
        }
        enrolments[subject] = enrolment
    }

    static func fen(_ amount: String?) -> Int64 {
        let parts = (amount ?? "").split(separator: ".")
        let fraction = parts.count == 2 ? (String(parts[1]) + "0").prefix(2) : "00"
        return (Int64(parts[0]) ?? 0) * 100 + (Int64(fraction) ?? 0)
    }

    private mutating func subsidy(_ event: MemoryEvent, filings: [MemoryEvent]) {
        let id = event.fields["grant"] ?? ""
        let amount = Self.fen(event.fields["amount"])
        guard var grant = grants[id] else {
            if event.type == "subsidy_granted" {
                note(event, event.fields["scheme"] ?? "", [1, amount, 0, 0])
                grants[id] = Grant(
                    scheme: event.fields["scheme"] ?? "", facility: event.fields["facility"], child: event.fields["child"], granted: amount)
                if ["operating", "demonstration"].contains(event.fields["scheme"] ?? ""), let facility = event.fields["facility"] {
                    var then = Facility()
                    for filing in filings.sorted(by: Self.isBefore)
                    where filing.fields["facility"] == facility && filing.occurredOn <= event.occurredOn {
                        _ = Self.apply(filing, to: &then)
                    }
                    if !then.filed { find("grant_to_unfiled_facility", event, id) }
                }
            } else {
                find("unknown_grant", event, id)
            }
            return
        }
        switch event.type {
        case "subsidy_granted": find("duplicate_grant", event, id)
        case "subsidy_paid":
            grant.paid += amount
            note(event, grant.scheme, [0, 0, amount, 0])
            if grant.paid > grant.granted { find("overpaid", event, id) }
        case "subsidy_recovered":
            grant.recovered += amount
            note(event, grant.scheme, [0, 0, 0, amount])
            if grant.recovered > grant.paid { find("overrecovered", event, id) }
        default: break
        }
        grants[id] = grant
    }

    private mutating func note(_ event: MemoryEvent, _ scheme: String, _ amounts: [Int64]) {
        let key = "\(event.occurredOn.civil.year) \(scheme)"
        yearly[key] = zip(yearly[key] ?? [0, 0, 0, 0], amounts).map { $0 + $1 }
    }

    /// The state findings of `figures.md`, section 4.
    private mutating func judge() {
        for enrolment in active {
            guard let event = enrolment.event else { continue }
            let subject = "\(enrolment.child)@\(enrolment.facility)"
            switch facilities[enrolment.facility]?.status ?? "none" {
            case "none": find("unknown_facility", event, subject)
            case "closed": find("enrolled_at_closed_facility", event, subject)
            default:
                if activeInOpen.count(where: { $0.child == enrolment.child }) > 1 { find("enrolled_twice", event, subject) }
                let child = children[enrolment.child] ?? Child()
                if child.status != "resident" { find("enrolled_not_resident", event, subject) }
                if isOverAge(child) { find("enrolled_over_age", event, subject) }
            }
        }
        for facility in facilities.values where facility.isOpen && enrolled(facility.id).count > facility.places {
            if let event = facility.registered { find("over_capacity", event, facility.id) }
        }
    }

    // MARK: What is asked of the state at D

    var active: [Enrolment] { enrolments.values.filter { $0.status == "enrolled" } }
    var activeInOpen: [Enrolment] { active.filter { facilities[$0.facility]?.isOpen == true } }

    func enrolled(_ facility: String) -> [Enrolment] { active.filter { $0.facility == facility } }

    /// Section 2's age, by its formula.
    func months(_ born: Day) -> Int {
        let (d, b) = (asOf.civil, born.civil)
        return 12 * (d.year - b.year) + (d.month - b.month) - (d.day < b.day ? 1 : 0)
    }

    func isOverAge(_ child: Child) -> Bool { child.born.map { months($0) >= 36 } ?? false }

    func column(_ community: String) -> Int { registered.firstIndex(of: community) ?? registered.count }

    /// Every counter in one column, in the order of ``Counter``.
    func counters(_ column: Int) -> [Int] {
        let here = children.filter { $0.value.status == "resident" && self.column($0.value.community) == column }
        func aged(_ range: ClosedRange<Int>) -> Int { here.values.count { $0.born.map { range.contains(months($0)) } ?? false } }
        let under3 = here.filter { $0.value.born.map { (0...35).contains(months($0)) } ?? false }
        let enrolledHere = under3.keys.filter { id in activeInOpen.contains { $0.child == id } }
        let waitingHere = under3.keys.filter { id in
            !enrolledHere.contains(id)
                && enrolments.values.contains {
                    $0.child == id && $0.status == "waiting" && facilities[$0.facility]?.isOpen == true
                }
        }
        let open = facilities.values.filter { $0.isOpen && self.column($0.community) == column }
        let filed = open.filter(\.filed)
        let inclusive = filed.filter(\.inclusive)
        func places(_ list: [Facility]) -> Int { list.reduce(0) { $0 + $1.places } }
        func ofClass(_ place: Int) -> Int { filed.reduce(0) { $0 + ($1.capacity?[place] ?? 0) } }
        let enrolledThere = open.flatMap { enrolled($0.id) }
        return [
            aged(0...5), aged(6...11), aged(12...23), aged(24...35), enrolledHere.count, waitingHere.count, open.count, filed.count,
            inclusive.count, open.count { $0.level == "province" }, places(open), places(filed), places(inclusive), ofClass(0),
            ofClass(1), ofClass(2), ofClass(3), enrolledThere.count, enrolledThere.count { isOverAge(children[$0.child] ?? Child()) },
            open.reduce(0) { $0 + max(0, $1.places - enrolled($1.id).count) },
            open.reduce(0) { $0 + max(0, enrolled($1.id).count - $1.places) }, filed.contains { $0.places > 0 } ? 1 : 0,
        ]
    }

    func required(_ facility: Facility) -> Int {
        func ceiling(_ placeClass: String, _ children: Int) -> Int {
            (enrolled(facility.id).count { $0.placeClass == placeClass } + children - 1) / children
        }
        return ceiling("infant", 3) + ceiling("toddler", 5) + ceiling("preschool", 7) + ceiling("mixed", 5)
    }

    /// Every detail counter in one column.
    func details(_ column: Int) -> [Int] {
        let newborns = children.values.filter { child in
            guard child.status == "resident", self.column(child.community) == column, let born = child.born,
                let first = child.firstResident
            else { return false }
            return months(born) < 12 && asOf.rawValue - born.rawValue >= 29 && first.rawValue - born.rawValue <= 28
        }
        let open = facilities.values.filter { $0.isOpen && self.column($0.community) == column }
        let compliant = open.filter { facility in
            guard facility.filed, facility.inspection != "fail", let fire = facility.credentials["fire"],
                let hygiene = facility.credentials["hygiene"]
            else { return false }
            return fire >= asOf && hygiene >= asOf
        }
        return [
            newborns.count, newborns.count { $0.visited }, compliant.count, open.reduce(0) { $0 + ($1.caregivers ?? 0) },
            open.reduce(0) { $0 + required($1) }, open.reduce(0) { $0 + max(0, required($1) - ($1.caregivers ?? 0)) },
            open.count { $0.caregivers == nil },
        ]
    }

    /// The column in which a grant lies.
    func column(_ grant: Grant) -> Int {
        if let facility = grant.facility {
            return facilities[facility].map { $0.status == "none" ? registered.count : column($0.community) } ?? registered.count
        }
        return children[grant.child ?? ""].map { $0.status == "none" ? registered.count : column($0.community) } ?? registered.count
    }

    func totals(_ list: [Grant]) -> GrantTotals {
        var totals = GrantTotals()
        totals.grants = list.count
        for grant in list {
            totals.granted += grant.granted
            totals.paid += grant.paid
            totals.recovered += grant.recovered
        }
        return totals
    }

    func money(_ scheme: String, _ column: Int) -> GrantTotals {
        totals(grants.values.filter { $0.scheme == scheme && self.column($0) == column })
    }

    func supply(_ form: String, _ column: Int) -> SupplyTotals {
        let open = facilities.values.filter { $0.isOpen && $0.form == form && self.column($0.community) == column }
        var totals = SupplyTotals()
        totals.facilities = open.count
        totals.facilitiesFiled = open.count { $0.filed }
        totals.places = open.reduce(0) { $0 + $1.places }
        totals.placesFiled = open.filter(\.filed).reduce(0) { $0 + $1.places }
        totals.placesInclusive = open.filter { $0.filed && $0.inclusive }.reduce(0) { $0 + $1.places }
        totals.enrolled = open.reduce(0) { $0 + enrolled($1.id).count }
        return totals
    }

    /// `home,place,number` lines sorted as bytes.
    var flows: [String] {
        func name(_ community: String) -> String { registered.contains(community) ? community : "unassigned" }
        var counts: [String: Int] = [:]
        for enrolment in activeInOpen {
            let child = children[enrolment.child] ?? Child()
            let home = child.status == "resident" ? name(child.community) : "elsewhere"
            counts["\(home),\(name(facilities[enrolment.facility]?.community ?? ""))", default: 0] += 1
        }
        return counts.map { "\($0.key),\($0.value)" }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// One line a facility ever registered, by identifier.
    var facilityLines: [String] {
        facilities.values.filter { $0.status != "none" }
            .sorted { Array($0.id.utf8).lexicographicallyPrecedes(Array($1.id.utf8)) }
            .map { facility in
                let status = !facility.isOpen ? "closed" : facility.filed ? "filed" : facility.pending ? "pending" : "unfiled"
                let money = totals(grants.values.filter { $0.facility == facility.id })
                let classes = ["infant", "toddler", "preschool", "mixed"].map { name in
                    enrolled(facility.id).count { $0.placeClass == name }
                }
                func day(_ kind: String) -> String { facility.credentials[kind]?.description ?? "-" }
                return [
                    facility.id, facility.name, facility.form, facility.registrar, facility.community, "\(column(facility.community))",
                    status, "\(facility.inclusive)", facility.level ?? "-", "\(facility.capacity ?? [0, 0, 0, 0])", "\(classes)",
                    facility.caregivers.map(String.init) ?? "-", facility.area.map { "\(Self.fen($0))" } ?? "-", day("fire"),
                    day("hygiene"), day("food"), facility.inspection ?? "-", facility.longitude ?? "-", facility.latitude ?? "-",
                    "\(money.granted) \(money.paid) \(money.recovered)", facility.registered?.occurredOn.description ?? "-",
                    "\(facility.rounds)",
                ].joined(separator: "|")
            }
    }

    /// The findings' lines in order.
    var findingLines: [String] {
        findings.sorted { left, right in
            for (a, b) in zip(left, right) where a != b { return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8)) }
            return false
        }
        .map { $0.joined(separator: ",") }
    }
}
