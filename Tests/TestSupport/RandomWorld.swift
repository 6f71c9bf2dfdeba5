public import Events

/// A small world in which everything happens that may: few subjects, few days, few moments, so that ties, repetitions and events out
/// of place are the rule.
public struct RandomWorld {
    /// The communities that are in the register.
    public static let registered = ["320612101001", "320612101002", "320612102001"]
    private static let communities = registered + ["320612999999", "320999000001"]

    /// Its events, in no order.
    public private(set) var events: [MemoryEvent] = []
    /// The days on which something happens.
    public private(set) var days: [Day] = []
    private var random: SeededGenerator

    /// The world of a seed.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let start = Day(rawValue: 19_000 + Int32.random(in: 0...1_500, using: &random))
        let span = Int32([3, 60, 400, 1_500].randomElement(using: &random) ?? 60)
        days = (0..<max(4, Int32.random(in: 4...40, using: &random))).map { _ in
            Day(rawValue: start.rawValue + Int32.random(in: 0...span, using: &random))
        }
        // Few moments, on a grid that K and days share.
        let count = Int.random(in: 5...120, using: &random)
        let moments = Int.random(in: 1...max(1, count / 2), using: &random)
        for number in 0..<count {
            let day = days.randomElement(using: &random) ?? start
            let moment = Instant(endOf: Day(rawValue: start.rawValue + Int32(Int.random(in: 0..<moments, using: &random) * 20)))
            add(number, day, moment)
        }
        events.shuffle(using: &random)
    }

    /// Dates and moments to ask about: before, among and after the events.
    public mutating func question() -> (cuts: [Day], asOf: Day, knownAt: Instant?) {
        // Often where something turns: 28 days, a year, three years.
        let turns: [Int32] = [0, -1, 1, 28, 29, 30, 365, 366, 1_095, 1_096]
        let later = Bool.random(using: &random) ? turns.randomElement(using: &random) ?? 0 : Int32.random(in: -40...1_300, using: &random)
        let asOf = Day(rawValue: (days.randomElement(using: &random)?.rawValue ?? 0) + later)
        let cuts = (0..<Int.random(in: 0...90, using: &random)).map { _ in
            Day(rawValue: (days.randomElement(using: &random)?.rawValue ?? 0) + Int32.random(in: -200...1_300, using: &random))
        }
        let knownAt = Bool.random(using: &random) ? nil : events.randomElement(using: &random)?.recordedAt
        return (cuts, asOf, knownAt)
    }

    private mutating func pick(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }

    private mutating func one(of prefix: String, _ count: Int) -> String { "\(prefix)\(Int.random(in: 1...count, using: &random))" }

    private mutating func add(_ number: Int, _ day: Day, _ moment: Instant) {
        let log = Log.allCases.randomElement(using: &random) ?? .births
        // Identifiers of unequal length, in no order, so that their bytes decide.
        let id = "\(pick(["a", "B", "e-", "0"]))\(Int.random(in: 0...9, using: &random))\(number)"
        var event = MemoryEvent(log, id: id, type: "", occurredOn: day, recordedAt: moment, fields: [:])
        if Int.random(in: 0..<10, using: &random) == 0 {
            event.type = "event_voided"
            let target = events.filter { $0.log == log }.randomElement(using: &random)?.id
            event.fields = [
                "target": Int.random(in: 0..<6, using: &random) == 0 ? pick(["nothing", id]) : target ?? "nothing", "reason": "r",
            ]
        } else {
            switch log {
            case .births: birth(&event)
            case .enrollments: enrolment(&event)
            case .filings: filing(&event)
            case .subsidies: subsidy(&event)
            }
        }
        events.append(event)
    }

    private mutating func birth(_ event: inout MemoryEvent) {
        event.type = pick([
            "birth_registered", "birth_registered", "birth_registered", "child_moved_in", "child_moved_in", "newborn_visited",
            "child_relocated", "child_moved_out", "child_died",
        ])
        event.fields["child"] = one(of: "c", 6)
        if ["birth_registered", "child_moved_in", "child_relocated"].contains(event.type) {
            event.fields["community"] = pick(Self.communities)
        }
        if event.type == "child_moved_in" {
            let ages = [0, 1, 28, 29, 30, 200, 400, 1_000, 1_095, 1_096, 20_000, 700_000]
            let age = ages.randomElement(using: &random) ?? 0
            event.fields["born_on"] = event.occurredOn.adding(days: -age).description
        }
    }

    private mutating func enrolment(_ event: inout MemoryEvent) {
        event.type = pick([
            "waitlist_joined", "waitlist_left", "child_enrolled", "child_enrolled", "child_enrolled", "class_changed", "child_withdrew",
        ])
        event.fields["child"] = one(of: "c", 7)
        event.fields["facility"] = one(of: "f", 4)
        let classes = ["infant", "toddler", "preschool", "mixed"]
        if ["child_enrolled", "class_changed"].contains(event.type) { event.fields["class"] = pick(classes) }
        if event.type == "child_enrolled" { event.fields["mode"] = pick(["full_day", "half_day", "hourly"]) }
    }

    private mutating func filing(_ event: inout MemoryEvent) {
        event.type = pick([
            "facility_registered", "facility_registered", "facility_registered", "facility_registered", "facility_relocated",
            "capacity_set", "capacity_set", "filing_submitted", "filing_returned", "filing_accepted", "filing_accepted",
            "filing_cancelled", "inclusive_recognized", "inclusive_withdrawn", "demonstration_awarded", "demonstration_withdrawn",
            "credential_issued", "credential_issued", "inspection_completed", "staffing_reported", "site_reported", "facility_closed",
        ])
        event.fields["facility"] = one(of: "f", 3)
        switch event.type {
        case "facility_registered", "facility_relocated":
            event.fields["community"] = pick(Self.communities)
            if event.type == "facility_registered" {
                event.fields["name"] = one(of: "园", 99)
                event.fields["registrar"] = pick(["institution", "civil_affairs", "market"])
                event.fields["form"] = pick(["center", "community", "kindergarten", "employer", "home"])
            }
            if Bool.random(using: &random) {
                event.fields["longitude"] = one(of: "121.", 9)
                event.fields["latitude"] = one(of: "-31.", 9)
            }
        case "capacity_set":
            for name in ["infant", "toddler", "preschool", "mixed"] { event.fields[name] = "\(Int.random(in: 0...2, using: &random))" }
        case "filing_returned", "filing_cancelled": event.fields["reason"] = "r"
        case "filing_accepted": event.fields["receipt"] = "R"
        case "demonstration_awarded": event.fields["level"] = pick(["province", "city", "district"])
        case "credential_issued":
            event.fields["kind"] = pick(["fire", "hygiene", "food"])
            event.fields["valid_until"] = event.occurredOn.adding(days: Int.random(in: 0...900, using: &random)).description
        case "inspection_completed": event.fields["result"] = pick(["pass", "rectify", "fail"])
        case "staffing_reported": event.fields["caregivers"] = "\(Int.random(in: 0...3, using: &random))"
        case "site_reported": event.fields["indoor_m2"] = pick(["120", "85.5", "0.01"])
        default: break
        }
    }

    private mutating func subsidy(_ event: inout MemoryEvent) {
        event.type = pick(["subsidy_granted", "subsidy_granted", "subsidy_paid", "subsidy_paid", "subsidy_recovered"])
        event.fields["grant"] = one(of: "g", 5)
        event.fields["amount"] = pick(["100", "60.5", "0.01", "1000000000"])
        if event.type == "subsidy_granted" {
            event.fields["scheme"] = pick(["construction", "operating", "operating", "demonstration", "voucher", "childrearing"])
            if Bool.random(using: &random) { event.fields["facility"] = one(of: "f", 4) } else { event.fields["child"] = one(of: "c", 8) }
        }
    }
}
