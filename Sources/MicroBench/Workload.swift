import EventStore
import Events
import Ingest

/// A small world as NDJSON lines, always the same, and what becomes of it stage by stage.
struct Workload {
    static let communities = (0..<200).map { "3206121\(10_000 + $0)" }
    /// The lines of each log.
    private(set) var lines: [[UInt8]] = [[], [], [], []]
    private(set) var events = 0
    private var state: UInt64 = 7

    /// A world of some `events` events.
    init(events wanted: Int) {
        let facilities = max(2, wanted / 400)
        for number in 0..<facilities {
            add(
                .filings, "facility_registered", 1, number,
                "\"facility\":\"\(facility(number))\",\"name\":\"园\(number)\",\"registrar\":\"civil_affairs\",\"form\":\"center\",\"community\":\"\(community())\""
            )
            add(
                .filings, "capacity_set", 2, number,
                "\"facility\":\"\(facility(number))\",\"infant\":10,\"toddler\":20,\"preschool\":10,\"mixed\":5")
        }
        var child = 0
        while events < wanted {
            let name = "c-\(hex(UInt64(child) &* 0x9E37_79B9_7F4A_7C15))"
            let born = Int(random() % 2_000)
            add(.births, "birth_registered", born, child, "\"child\":\"\(name)\",\"community\":\"\(community())\"")
            add(.births, "newborn_visited", born + Int(random() % 40), child, "\"child\":\"\(name)\"")
            if random() % 3 == 0 {
                add(.births, "child_relocated", born + 300, child, "\"child\":\"\(name)\",\"community\":\"\(community())\"")
            }
            if random() % 2 == 0 {
                let facility = facility(Int(random() % UInt64(facilities)))
                add(
                    .enrollments, "child_enrolled", born + 500, child,
                    "\"child\":\"\(name)\",\"facility\":\"\(facility)\",\"class\":\"toddler\",\"mode\":\"full_day\"")
                add(.enrollments, "child_withdrew", born + 900, child, "\"child\":\"\(name)\",\"facility\":\"\(facility)\"")
            }
            if random() % 10 == 0 {
                add(
                    .subsidies, "subsidy_granted", born + 600, child,
                    "\"grant\":\"g\(child)\",\"scheme\":\"voucher\",\"child\":\"\(name)\",\"amount\":\"1200.50\"")
            }
            child += 1
        }
    }

    private mutating func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    private mutating func community() -> String { Self.communities[Int(random() % UInt64(Self.communities.count))] }
    private func facility(_ number: Int) -> String { "f-\(hex(UInt64(number) &* 0xD6E8_FEB8_6659_FD93))" }
    private func hex(_ number: UInt64) -> String { String(number, radix: 16) }

    private mutating func add(_ log: Log, _ type: String, _ day: Int, _ number: Int, _ fields: String) {
        let date = Day(rawValue: Int32(18_000 + day))
        let id = "\(log.name.prefix(1))\(hex(UInt64(events) &* 0xBF58_476D_1CE4_E5B9))"
        let line =
            "{\"event_id\":\"\(id)\",\"type\":\"\(type)\",\"occurred_on\":\"\(date)\",\"recorded_at\":\"\(date)T10:00:00+08:00\",\(fields)}\n"
        lines[Int(log.rawValue)] += Array(line.utf8)
        events += 1
    }

    /// The events of a log, read from its lines.
    func parsed(_ log: Log) -> [ParsedBlock] {
        let reader = EntryReader(entry: "lines", log: log, format: .ndjson, rules: SourceRules())
        var padded = lines[Int(log.rawValue)]
        padded.withUnsafeMutableBytes { reader.feed(UnsafeRawBufferPointer($0)) }
        reader.finish()
        return reader.takeBlocks()
    }
}
