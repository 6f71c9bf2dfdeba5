import Events

/// An event before it is written: 32 bytes, so that the drafts of one archive of a hundred million events still fit in memory.
struct Draft {
    /// The place in the archive: seconds on the calendar's clock; the record time, or for an event sent again a moment of the later window.
    var order: UInt32
    /// Record time in seconds of local time (+08:00) since the calendar's first day.
    var recorded: UInt32
    /// The 64 random bits of the event's identifier.
    var id: UInt64
    /// The number of the child or the facility; for a void the upper half of its target's bits.
    var subject: UInt32
    /// A community, a facility, or the number of a grant among its subject's; for a void the lower half of its target's bits.
    var object: UInt32
    /// What the type needs beside: a day, an amount in fen, or random bits from which the writer makes the details.
    var value: Int32
    /// Valid time in days since the calendar's first day.
    var occurred: Int16
    /// ``EventType/code``.
    var type: UInt8
    /// Words by their places in the type's lists; for a grant also its kind of payee.
    var words: UInt8
}

/// Days, counted from the first one that any event needs, and the windows in which events are delivered.
struct Calendar: Sendable {
    /// Day 0.
    static let first = Day.number(year: 2010, month: 1, day: 1)
    /// The day, counted from ``first``.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int { Int(Day.number(year: year, month: month, day: day) - first) }

    /// The record begins on 2019-01-01; what is older is recorded in the first weeks.
    static let opening = day(2019, 1, 1)
    /// The seven years end before this day; what is recorded from it on is the delta.
    static let close = day(2026, 1, 1)
    /// Nothing happens from this day on.
    static let end = day(2026, 4, 1)
    /// Quarters of the seven years.
    static let quarters = 28

    /// The first day of each window, and the end of the last one: the quarters, then the delta.
    let starts: [Int]

    /// The calendar whose delta ends before `deltaEnd`.
    init(deltaEnd: Int) {
        starts = (0...Calendar.quarters).map { Calendar.day(2019 + $0 / 4, 1 + $0 % 4 * 3, 1) } + [deltaEnd]
    }

    /// The window's name in file names.
    static func name(_ window: Int) -> String { "\(2019 + window / 4)Q\(window % 4 + 1)" }
}

/// The drafts of one window: every life is told to it, and it keeps what was recorded, sent again or voided in its window.
struct Harvest {
    /// The drafts by log.
    var drafts: [[Draft]] = [[], [], [], []]
    /// Events sent again, and voids, among them.
    var duplicates = 0
    var voids = 0
    private let from: UInt32
    private let to: UInt32
    private let days: Int

    /// For the days from `from` up to, not including, `to`.
    init(from: Int, to: Int) {
        self.from = UInt32(from) * 86_400
        self.to = UInt32(to) * 86_400
        days = to - from
    }

    /// Tells of an event. Delay of its record, sending again and voiding are drawn here, the same in each window that asks.
    @inline(__always)
    mutating func tell(
        _ log: Log, _ type: UInt8, _ occurred: Int, _ subject: Int, _ object: Int = 0, value: Int = 0, words: UInt8 = 0,
        by random: inout Random
    ) {
        guard occurred < Calendar.end else { return }
        let id = random.next()
        let fate = random.next()
        // 88 % are recorded within two days, 10 % within a month, 2 % within half a year.
        let lot = Int(fate & 0xFF)
        let spread = Int((fate >> 8) & 0xFFFF)
        var delay = spread % 3
        if lot >= 250 { delay = 31 + spread % 150 } else if lot >= 225 { delay = 3 + spread % 28 }
        var day = occurred + delay
        if day < Calendar.opening { day = Calendar.opening + spread % 75 }
        let second = 8 * 3600 + Int((fate >> 24) & 0x7FFF)
        let recorded = UInt32(day * 86_400 + second)
        let draft = Draft(
            order: recorded, recorded: recorded, id: id, subject: UInt32(subject), object: UInt32(object),
            value: Int32(value), occurred: Int16(occurred), type: type, words: words)
        if recorded >= from, recorded < to { drafts[Int(log.rawValue)].append(draft) }
        let chance = Int((fate >> 40) & 0xFFFF)
        if chance < 655 {
            // Sent again in one of the next deliveries, somewhere in it.
            let again = recorded + UInt32(86_400 * (92 + spread % 90))
            if again >= from, again < to {
                var copy = draft
                copy.order = again
                drafts[Int(log.rawValue)].append(copy)
                duplicates += 1
            }
        } else if chance < 655 + 197 {
            let later = recorded + UInt32(86_400 * (1 + spread % 120)) + 61
            guard later >= from, later < to else { return }
            drafts[Int(log.rawValue)].append(
                Draft(
                    order: later, recorded: later, id: Random.mix(id ^ 0x5851_F42D_4C95_7F2D), subject: UInt32(id >> 32),
                    object: UInt32(truncatingIfNeeded: id), value: Int32(spread), occurred: Int16(later / 86_400),
                    type: EventType.voidCode, words: 0))
            voids += 1
        }
    }

    /// Puts the drafts of each log in the order in which an office would export them.
    mutating func sort() {
        for log in drafts.indices {
            drafts[log].sort { $0.order != $1.order ? $0.order < $1.order : $0.id < $1.id }
        }
    }
}
