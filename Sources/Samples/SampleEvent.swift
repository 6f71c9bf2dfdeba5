import Events

/// An event of the sample before it has an identifier.
struct SampleEvent {
    var log: Log
    var type: String
    /// Valid time as a day number.
    var day: Int
    /// Record time in seconds since 1970, UTC.
    var recorded: Int
    /// The type's own fields in the contract's order; the value of `target` is filled in last.
    var fields: [(name: String, value: String)]
    /// The number of the event that a void corrects.
    var target: Int?
    /// The identifier, given once all events are in order.
    var id = ""

    /// Every field in order, the envelope first.
    var allFields: [(name: String, value: String)] {
        [("event_id", id), ("type", type), ("occurred_on", Time.date(day)), ("recorded_at", Time.instant(recorded))] + fields
    }

    /// A line of NDJSON. Counts are numbers, all else texts.
    var json: String {
        let members = allFields.map { name, value in
            "\"\(name)\":" + (SampleEvent.numbers.contains(name) ? value : "\"\(SampleEvent.escaped(value))\"")
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private static let numbers: Set<String> = ["infant", "toddler", "preschool", "mixed", "caregivers"]

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}

/// Days and instants of the sample, in China's time.
enum Time {
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int { Int(Day.number(year: year, month: month, day: day)) }
    static func date(_ day: Int) -> String { Day(rawValue: Int32(day)).description }
    static func year(_ day: Int) -> Int { Day(rawValue: Int32(day)).civil.year }
    static func month(_ day: Int) -> Int { Day(rawValue: Int32(day)).civil.month }
    static func monthLength(_ year: Int, _ month: Int) -> Int {
        month == 12 ? 31 : Time.day(year, month + 1, 1) - Time.day(year, month, 1)
    }
    /// Completed months at a day of a child born on another.
    static func months(_ born: Int, at day: Int) -> Int {
        let (from, to) = (Day(rawValue: Int32(born)).civil, Day(rawValue: Int32(day)).civil)
        return 12 * (to.year - from.year) + to.month - from.month - (to.day < from.day ? 1 : 0)
    }
    /// The day in China of a record time.
    static func dayInChina(_ recorded: Int) -> Int { (recorded + 8 * 3600) / 86_400 }

    static func instant(_ recorded: Int) -> String {
        let local = recorded + 8 * 3600
        let second = local % 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date(local / 86_400))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))+08:00"
    }
}

/// The sample's span and how late offices record.
enum Clock {
    static let first = Time.day(2019, 1, 1)
    static let last = Time.day(2025, 12, 31)
    /// The last day of record: the first quarter of 2026 brings what 2025 left behind.
    static let lastRecord = Time.day(2026, 3, 31)

    /// A record time after `day`: mostly within `usual` days, `late` times in a thousand one to five months later, and in working hours.
    static func recorded(_ day: Int, usual: Int, late: Int, _ dice: inout Dice) -> Int {
        var delay = dice.number(0...usual)
        if dice.chance(late) { delay = dice.chance(150) ? dice.number(150...400) : dice.number(31...150) }
        var on = day + delay
        if on > lastRecord { on = max(day, lastRecord - dice.number(0...20)) }
        // From 08:30 on for nine hours, in China's time.
        return on * 86_400 + 30_600 - 8 * 3600 + dice.number(0...32_399)
    }
}
