import Events

/// The archives in which the sample's events arrive: each event in the delivery of the quarter, half-year or year in which it
/// was recorded, in every kind of archive, with what goes wrong on the way.
struct Deliveries {
    /// An archive to be written.
    struct Delivery {
        var name: String
        var packing: Packing
        var entries: [ArchiveEntry]
        var folder = "archives"
        var utf8Names = false
    }

    private let world: World

    init(_ world: World) { self.world = world }

    /// The half of 2023 that came as one GB18030 zip from the bureau's own system.
    private static let gbkYear = 2023

    private func events(_ log: Log, from first: Int, to last: Int) -> [SampleEvent] {
        (world.events[log] ?? []).filter { (first...last).contains(Time.dayInChina($0.recorded)) }
    }

    func all() throws -> [Delivery] {
        try births() + enrollments() + years(.filings) + years(.subsidies) + [bureau()]
    }

    // MARK: Births, by quarter

    private static let kinds: [Packing] = [.tarGzip, .tarXz, .tarZstandard, .tarBzip2, .zip, .sevenZip, .gzip, .zstandard]

    private func births() throws -> [Delivery] {
        var deliveries: [Delivery] = []
        let stock = (world.events[.births] ?? []).filter { $0.day < Clock.first && $0.type == "birth_registered" }
        deliveries.append(
            Delivery(
                name: "births-2016-2018-register", packing: .tarXz, entries: [try ArchiveEntry("births-register.ndjson", stock.map(\.json))]
            ))
        let isStock = Set(stock.map(\.id))
        var number = 0
        for year in 2019...2026 {
            for quarter in 1...(year == 2026 ? 1 : 4) where !(year == Deliveries.gbkYear && quarter > 2) {
                let first = Time.day(year, quarter * 3 - 2, 1)
                let last = Time.day(year, quarter * 3, Time.monthLength(year, quarter * 3))
                let here = events(.births, from: first, to: last).filter { !isStock.contains($0.id) }
                let stem = "births-\(year)Q\(quarter)"
                let packing = Deliveries.kinds[number % Deliveries.kinds.count]
                number += 1
                deliveries.append(try birthDelivery(stem, packing, here, Slip.all[stem] ?? [], repeating: repeated(stem, before: first)))
            }
        }
        // A quarter sent again, as a table: every line of it is known.
        let again = events(.births, from: Time.day(2021, 4, 1), to: Time.day(2021, 4, 20))
        deliveries.append(
            Delivery(
                name: "births-2021Q2-again.csv", packing: .gzip,
                entries: [
                    try ArchiveEntry(
                        "births-2021Q2-again.csv", [0xEF, 0xBB, 0xBF] + Array(Table.lines(again).map { $0 + "\r\n" }.joined().utf8))
                ]))
        return deliveries
    }

    /// The last days of the quarter before, which some offices send along.
    private func repeated(_ stem: String, before first: Int) -> [SampleEvent] {
        ["births-2019Q4", "births-2020Q3", "births-2022Q2", "births-2024Q3"].contains(stem)
            ? events(.births, from: first - 9, to: first - 1).filter { $0.day >= Clock.first } : []
    }

    private func birthDelivery(
        _ stem: String, _ packing: Packing, _ events: [SampleEvent], _ slips: [String], repeating: [SampleEvent]
    ) throws -> Delivery {
        let lines = (repeating + events).map(\.json)
        let bad = lines + slips
        switch packing {
        case .tarBzip2, .sevenZip:
            let entry = try ArchiveEntry("\(stem)/births.csv", Table.lines(repeating + events))
            return Delivery(name: stem, packing: packing, entries: [entry] + (try badEntry(stem, slips)))
        case .gzip, .zstandard, .xz, .bzip2:
            return Delivery(name: "\(stem).ndjson", packing: packing, entries: [try ArchiveEntry("\(stem).ndjson", bad)])
        case .zip:
            // As a Mac packs it: a folder, a UTF-8 name, and a shadow file that is nobody's.
            return Delivery(
                name: stem, packing: packing,
                entries: [
                    try ArchiveEntry("\(stem)/", []), try ArchiveEntry("\(stem)/出生-\(stem.dropFirst(7)).ndjson", bad),
                    try ArchiveEntry("__MACOSX/\(stem)/._出生-\(stem.dropFirst(7)).ndjson", ["Mac OS X"]),
                ], utf8Names: true)
        case .tarGzip:
            // A month an entry, by the day of record.
            var months: [Int: [String]] = [:]
            for event in repeating + events { months[Time.month(Time.dayInChina(event.recorded)), default: []].append(event.json) }
            var entries = [try ArchiveEntry("README.txt", ["南通市通州区（合成数据）"])]
            for month in months.keys.sorted() {
                let isLast = month == months.keys.max()
                entries.append(try ArchiveEntry("\(stem)/births-\(month).ndjson", (months[month] ?? []) + (isLast ? slips : [])))
            }
            return Delivery(name: stem, packing: packing, entries: entries)
        case .tarXz, .tarZstandard:
            return Delivery(name: stem, packing: packing, entries: [try ArchiveEntry("births.ndjson", bad)])
        }
    }

    private func badEntry(_ stem: String, _ slips: [String]) throws -> [ArchiveEntry] {
        slips.isEmpty ? [] : [try ArchiveEntry("\(stem)/births-more.ndjson", slips)]
    }

    // MARK: Enrolments, by half-year

    private func enrollments() throws -> [Delivery] {
        var deliveries: [Delivery] = []
        let kinds: [Packing] = [.tarZstandard, .zip, .tarGzip, .tarXz, .gzip, .sevenZip, .bzip2, .tarBzip2]
        for (number, half) in (0..<15).enumerated() {
            let (year, second) = (2019 + half / 2, half % 2 == 1)
            if year == Deliveries.gbkYear, second { continue }
            let first = Time.day(year, second ? 7 : 1, 1)
            let last = second ? Time.day(year, 12, 31) : Time.day(year, 6, 30)
            let here = events(.enrollments, from: first, to: last)
            let stem = "enrollments-\(year)H\(second ? 2 : 1)"
            let packing = kinds[number % kinds.count]
            let slips = Slip.all[stem] ?? []
            if packing.isSingle {
                deliveries.append(
                    Delivery(name: "\(stem).csv", packing: packing, entries: [try ArchiveEntry("\(stem).csv", Table.lines(here) + slips)]))
            } else {
                deliveries.append(
                    Delivery(name: stem, packing: packing, entries: [try ArchiveEntry("enrollments.ndjson", here.map(\.json) + slips)]))
            }
        }
        return deliveries
    }

    // MARK: Filings and subsidies, by year

    private func years(_ log: Log) throws -> [Delivery] {
        var deliveries: [Delivery] = []
        let kinds: [Packing] =
            log == .filings ? [.tarGzip, .xz, .zip, .tarXz, .tarZstandard] : [.bzip2, .tarGzip, .gzip, .sevenZip, .tarXz]
        for year in 2019...2026 {
            let last = year == Deliveries.gbkYear ? Time.day(year, 6, 30) : Time.day(year, 12, 31)
            let here = events(log, from: Time.day(year, 1, 1), to: last)
            if here.isEmpty { continue }
            let stem = "\(log.name)-\(year)"
            let packing = kinds[year % kinds.count]
            let slips = Slip.all[stem] ?? []
            // A CSV beside NDJSON: the two formats of one log.
            let isTable = packing.isSingle || packing == .zip
            let lines = isTable ? Table.lines(here) : here.map(\.json)
            let ending = isTable ? "csv" : "ndjson"
            let name = packing.isSingle ? "\(stem).\(ending)" : stem
            deliveries.append(Delivery(name: name, packing: packing, entries: [try ArchiveEntry("\(stem).\(ending)", lines + slips)]))
        }
        return deliveries
    }

    // MARK: The bureau's own export

    private func bureau() throws -> Delivery {
        let year = Deliveries.gbkYear
        var entries: [ArchiveEntry] = []
        for (log, word) in [(Log.births, "出生"), (.filings, "备案"), (.enrollments, "入托"), (.subsidies, "补助")] {
            let here = events(log, from: Time.day(year, 7, 1), to: Time.day(year, 12, 31))
            let lines = Table.lines(here, names: ChineseWords.columns, words: ChineseWords.cells)
            var content = try Encoding.gb18030(lines.map { $0 + "\r\n" }.joined())
            // One row was cut in the middle of a character.
            if log == .births { content += Array("B2023-BAD001,".utf8) + [0xB3] + Array("\r\n".utf8) }
            entries.append(try ArchiveEntry("通州区\(year)年下半年/\(word)\(year)下半年.csv", content, inGB18030: true))
        }
        return Delivery(name: "\(year)H2-bureau", packing: .zip, entries: entries, folder: "gbk")
    }
}

/// Lines that are rejected, by the delivery that brings them: every reason once at least.
enum Slip {
    /// The citizen number's region is 000000, which nobody has; its check character is right.
    private static let citizen = "00000020210315018X"

    private static func birth(_ id: String, _ rest: String) -> String {
        "{\"event_id\":\"\(id)\",\"type\":\"birth_registered\",\(rest)}"
    }

    static let all: [String: [String]] = [
        // Cut off in copying.
        "births-2019Q3": ["{\"event_id\":\"B2019-BAD001\",\"type\":\"birth_registered\",\"occurred_on\":\"2019-08-3"],
        "births-2020Q1": [
            "{\"event_id\":\"B2020-BAD001\",\"type\":\"birth_registred\",\"occurred_on\":\"2020-02-03\",\"recorded_at\":\"2020-02-05T10:00:00+08:00\",\"child\":\"bad001\",\"community\":\"320612001001\"}"
        ],
        "births-2021Q4": [
            birth(
                "B2021-BAD001",
                "\"occurred_on\":\"2021-11-03\",\"recorded_at\":\"2021-11-05T10:00:00+08:00\",\"child\":\"bad002\"")
        ],
        "births-2022Q2": [
            birth(
                "B2022-BAD001",
                "\"occurred_on\":\"2022-02-30\",\"recorded_at\":\"2022-04-05T10:00:00+08:00\",\"child\":\"bad003\",\"community\":\"320612001001\""
            ),
            birth(
                "B2022-BAD002",
                "\"occurred_on\":\"2022-04-02\",\"recorded_at\":\"2022-04-05T10:00:00+08:00\",\"child\":\"bad004\",\"community\":320612001001"
            ),
        ],
        "births-2022Q4": [
            birth(
                "B2022-BAD003",
                "\"occurred_on\":\"2022-11-02\",\"recorded_at\":\"2022-11-05T10:00:00+08:00\",\"child\":\"\(citizen)\",\"community\":\"320612001001\""
            )
        ],
        // The identifier of the register's first event of 2021 again, with another content.
        "births-2021Q3": [
            birth(
                "B2021-000001",
                "\"occurred_on\":\"2021-01-01\",\"recorded_at\":\"2021-07-05T10:00:00+08:00\",\"child\":\"bad005\",\"community\":\"320612001001\""
            )
        ],
        "enrollments-2021H1": ["E2021-BAD001,child_enrolled,2021-03-01"],
        "enrollments-2022H2": [
            "{\"event_id\":\"E2022-BAD001\",\"type\":\"child_enrolled\",\"occurred_on\":\"2022-09-05\",\"recorded_at\":\"2022-09-06T09:00:00+08:00\",\"child\":\"bad006\",\"facility\":\"TZ-F0003\",\"class\":\"big\",\"mode\":\"full_day\"}"
        ],
        "filings-2024": [
            "{\"event_id\":\"F2024-BAD001\",\"type\":\"facility_relocated\",\"occurred_on\":\"2024-05-05\",\"recorded_at\":\"2024-05-06T09:00:00+08:00\",\"facility\":\"TZ-F0003\",\"community\":\"320612001001\",\"longitude\":\"121.07\"}"
        ],
        "subsidies-2024": [
            "{\"event_id\":\"S2024-BAD001\",\"type\":\"subsidy_paid\",\"occurred_on\":\"2024-05-05\",\"recorded_at\":\"2024-05-06T09:00:00+08:00\",\"grant\":\"TZBZ2024-00001\",\"amount\":\"12,000\"}"
        ],
    ]
}
