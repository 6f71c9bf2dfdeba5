import Events

/// The whole synthetic district: reference data and the events of its four logs, in the order in which offices recorded them.
public struct World {
    let geography: Geography
    /// The events of each log by record time, with their identifiers.
    let events: [Log: [SampleEvent]]

    /// The world of a seed; `make sample-data` uses 20251231.
    public init(seed: UInt64) {
        let dice = Dice(seed: seed)
        let geography = Geography(dice.split(1))
        let children = Children(geography, dice.split(2))
        let facilities = Facilities(geography, dice.split(3))
        let enrolments = Enrolments(geography, children.all, facilities.all, dice.split(4))
        let subsidies = Subsidies(children.all, facilities.all, enrolments, dice.split(5))
        var slips = Slips(dice.split(6))
        self.geography = geography
        events = [
            .births: World.numbered(slips.births(children.events, children.all, geography)),
            .enrollments: World.numbered(slips.enrollments(enrolments.events, facilities.all)),
            .filings: World.numbered(slips.filings(facilities.events)),
            .subsidies: World.numbered(slips.subsidies(subsidies.events)),
        ]
    }

    /// Events in order of record, each with an identifier of its log, year of record and number; voids name their targets.
    private static func numbered(_ events: [SampleEvent]) -> [SampleEvent] {
        let order = events.indices.sorted { (events[$0].recorded, $0) < (events[$1].recorded, $1) }
        var events = events
        var counts: [Int: Int] = [:]
        for place in order {
            let year = Time.year(Time.dayInChina(events[place].recorded))
            let number = (counts[year] ?? 0) + 1
            counts[year] = number
            let digits = String(number)
            let letter = ["B", "E", "F", "S"][Int(events[place].log.rawValue)]
            events[place].id = "\(letter)\(year)-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        }
        for place in order {
            guard let target = events[place].target else { continue }
            // The one void of nothing names an event that never was.
            events[place].fields.insert((name: "target", value: target < 0 ? "B2018-000001" : events[target].id), at: 0)
        }
        return order.map { events[$0] }
    }
}

/// What offices enter wrongly and correct, or do not correct.
struct Slips {
    private var dice: Dice

    init(_ dice: Dice) { self.dice = dice }

    private func void(_ log: Log, _ target: Int, _ recorded: Int, _ reason: String) -> SampleEvent {
        SampleEvent(
            log: log, type: "event_voided", day: Time.dayInChina(recorded), recorded: recorded, fields: [("reason", reason)], target: target
        )
    }

    /// Some events entered a second time, most of the second ones voided later; some entered in error and voided.
    private mutating func correct(_ events: [SampleEvent], every step: Int, _ reason: String) -> [SampleEvent] {
        var events = events
        let count = events.count
        var place = dice.number(0...step)
        let latest = Clock.lastRecord * 86_400
        while place < count {
            let original = events[place]
            let recorded = min(latest, original.recorded + dice.number(600...260_000))
            if recorded > original.recorded {
                var again = original
                again.recorded = recorded
                events.append(again)
                if dice.chance(860) {
                    let found = recorded + dice.number(1...80) * 86_400 + dice.number(0...9000)
                    if found < latest { events.append(void(original.log, events.count - 1, found, reason)) }
                }
            }
            place += dice.number(step / 2...step * 3 / 2)
        }
        return events
    }

    mutating func births(_ events: [SampleEvent], _ children: [SampleChild], _ geography: Geography) -> [SampleEvent] {
        var events = correct(events.filter { $0.day >= Clock.first }, every: 420, "重复登记") + events.filter { $0.day < Clock.first }
        // A child that came back with another date of birth, and children who moved in where they already lived.
        for turn in 0..<12 {
            let child = children[20_000 + turn * 2311]
            let day = min(Clock.last - turn, child.born + 400 + turn * 20)
            guard let home = child.home(at: day), day >= Clock.first else { continue }
            let born = turn % 3 == 0 ? child.born + 1 : child.born
            events.append(
                SampleEvent(
                    log: .births, type: "child_moved_in", day: day, recorded: day * 86_400 + 30_000 + turn * 61,
                    fields: [("child", child.id), ("community", geography.communities[home].code), ("born_on", Time.date(born))]))
        }
        // A void of an event that never was, and a void of a void.
        let recorded = Time.day(2024, 5, 20) * 86_400 + 12_345
        events.append(void(.births, -1, recorded, "登记有误"))
        if let voided = events.lastIndex(where: { $0.type == "event_voided" && ($0.target ?? -1) >= 0 }) {
            events.append(void(.births, voided, events[voided].recorded + 864_000 / 2, "撤销更正"))
        }
        return events
    }

    mutating func enrollments(_ events: [SampleEvent], _ facilities: [SampleFacility]) -> [SampleEvent] {
        var events = correct(events, every: 260, "重复录入")
        // Entered at the wrong facility, and put right within weeks.
        for place in stride(from: 311, to: events.count, by: 521) where events[place].type == "child_enrolled" {
            var wrong = events[place]
            wrong.fields[1].value = dice.one(facilities.filter { $0.isActive(at: wrong.day) }).id
            guard wrong.fields[1].value != events[place].fields[1].value else { continue }
            events.append(wrong)
            let found = wrong.recorded + dice.number(5...70) * 86_400
            if found < Clock.lastRecord * 86_400 { events.append(void(.enrollments, events.count - 1, found, "机构填写错误")) }
        }
        return events
    }

    mutating func filings(_ events: [SampleEvent]) -> [SampleEvent] { correct(events, every: 330, "重复录入") }

    mutating func subsidies(_ events: [SampleEvent]) -> [SampleEvent] { correct(events, every: 600, "重复录入") }
}
