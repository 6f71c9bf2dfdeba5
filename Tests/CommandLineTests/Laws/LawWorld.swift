import Events
import Foundation
import TestSupport

/// A small messy world as files: a pipeline, a register, and its events packed into archives one way of many.
struct LawWorld {
    /// Every table of the contract.
    static let tables = ["coverage", "timeline", "facilities", "supply", "flows", "subsidies", "targets", "findings", "access"]

    /// The seeds of a law: so many from `first` on, times what TUOWEI_LAWS says (`make laws`).
    static func seeds(_ first: UInt64, _ count: UInt64) -> Range<UInt64> {
        let times = ProcessInfo.processInfo.environment["TUOWEI_LAWS"].flatMap { UInt64($0) } ?? 1
        return first..<first + count * min(times, 1_000)
    }

    let seed: UInt64
    let events: [MemoryEvent]
    /// The day to ask about.
    let asOf: Day
    /// The moment to ask about.
    let knownAt: Instant

    init(seed: UInt64) {
        self.seed = seed
        var world = RandomWorld(seed: seed)
        events = world.events
        asOf = world.question().asOf
        let moments = events.map(\.recordedAt).sorted { $0.rawValue < $1.rawValue }
        // Some events are known by then and some are not, unless all were recorded at once.
        knownAt = moments[moments.count / 2]
    }

    /// The first day on which anything happens.
    private var start: Day { Day(rawValue: events.map(\.occurredOn.rawValue).min() ?? 0) }

    /// Writes the pipeline and its reference tables into a folder of its own.
    func makeFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(at: folder.url.appendingPathComponent("archives"), withIntermediateDirectories: true)
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
        }
        try write(
            "pipeline.yaml",
            """
            name: law
            district: { code: "320612000000", name: 试验区 }
            communities: communities.csv
            population: population.csv
            archives: [ 'archives/*' ]
            store: out/store
            reports: out/reports
            from: \(Day(rawValue: start.rawValue - 10))
            intent: { m0_5: 0.1, m6_11: 0.08, m12_23: 0.25, m24_35: 0.55 }
            catchment_m: 3000
            targets:
              - { name: 托位, figure: places_per_1000, level: town, by: \(Day(rawValue: asOf.rawValue - 40)), at_least: 1.0 }
              - { name: 空位, figure: vacant, level: community, by: \(Day(rawValue: asOf.rawValue + 40)), at_most: 1 }
              - { name: 入托, figure: enrolment_rate, level: district, by: \(asOf), at_least: 0.5 }

            """)
        try write(
            "communities.csv",
            """
            code,name,town_code,town_name,longitude,latitude
            320612101001,甲村,320612101,东镇,121.01,31.01
            320612101002,乙村,320612101,东镇,121.02,31.02
            320612102001,丙村,320612102,西镇,,
            320612102002,丁村,320612102,西镇,121.03,31.01

            """)
        try write(
            "population.csv",
            "code,year,residents\n320612101001,2020,1000\n320612101002,2022,900\n320612102001,2024,\n320612102001,2023,500\n320612102002,2021,70\n"
        )
        return folder
    }

    // MARK: Packing

    /// Packs events into archives of random kinds, names, order and grouping. Where `overlap` is given, that share of the events (in
    /// hundredths) stands in two archives.
    func pack(_ events: [MemoryEvent], as packing: UInt64, overlap: Int = 0, into folder: URL) throws {
        var random = SeededGenerator(seed: seed &* 1_000 &+ packing)
        let count = Int.random(in: 1...7, using: &random)
        var groups: [[MemoryEvent]] = Array(repeating: [], count: count)
        for event in events.shuffled(using: &random) {
            groups[Int.random(in: 0..<count, using: &random)].append(event)
            if Int.random(in: 0..<100, using: &random) < overlap { groups[Int.random(in: 0..<count, using: &random)].append(event) }
        }
        for (number, group) in groups.enumerated() where !group.isEmpty {
            let letter = ["a", "B", "出", "0"].randomElement(using: &random) ?? ""
            try pack(group, name: "\(letter)\(packing)-\(number)", into: folder, &random)
        }
    }

    private func pack(_ group: [MemoryEvent], name: String, into folder: URL, _ random: inout SeededGenerator) throws {
        let logs = Log.allCases.filter { log in group.contains { $0.log == log } }
        var files: [(name: String, content: [UInt8])] = []
        for log in logs {
            let events = group.filter { $0.log == log }
            // One log's events may stand in two entries of two formats.
            let cut = Bool.random(using: &random) ? events.count : Int.random(in: 0...events.count, using: &random)
            for (part, slice) in [events[..<cut], events[cut...]].enumerated() where !slice.isEmpty {
                files.append(entry(Array(slice), log, "\(part)", &random))
            }
        }
        var packing = Packing()
        var fileName = name
        if files.count == 1, Bool.random(using: &random) {
            let endings = ["", ".gz", ".xz", ".zst", ".bz2"]
            let kind = Int.random(in: 0..<endings.count, using: &random)
            packing = Packing(format: .raw, filter: Packing.Filter.allCases[kind])
            // A single file's own name says the log.
            let inner = files[0].name.split(separator: "/").last.map(String.init) ?? files[0].name
            let dot = inner.lastIndex(of: ".") ?? inner.endIndex
            fileName = inner[..<dot] + "-" + name + inner[dot...] + endings[kind]
        } else {
            let kind = Int.random(in: 0..<6, using: &random)
            packing.format = [.tar, .pax, .gnu, .zip, .stored, .sevenZip][kind]
            if kind < 3 { packing.filter = Packing.Filter.allCases.randomElement(using: &random) ?? .none }
        }
        let bytes = try packing.pack(files)
        try Data(bytes).write(to: folder.appendingPathComponent("archives/\(fileName)"))
    }

    private func entry(
        _ events: [MemoryEvent], _ log: Log, _ part: String, _ random: inout SeededGenerator
    ) -> (name: String, content: [UInt8]) {
        let folder = ["", "data/", "一/"].randomElement(using: &random) ?? ""
        let mark: [UInt8] = Bool.random(using: &random) ? [0xEF, 0xBB, 0xBF] : []
        if Bool.random(using: &random) {
            let lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
            return ("\(folder)\(log.name.uppercased())-\(part).csv", mark + Array(MemoryEvent.csv(events, of: log, lineEnd: lineEnd).utf8))
        }
        let asText = Bool.random(using: &random)
        let lines = events.map { $0.json(numbersAsText: asText) + "\n" }.joined()
        return ("\(folder)\(log.name)_\(part).jsonl", mark + Array(lines.utf8))
    }

    // MARK: Running

    /// Runs the whole job in a folder and gives its tables by name.
    func tables(
        in folder: URL, asOf: Day? = nil, knownAt: Instant? = nil, extra: [String] = [], environment: [String: String] = [:]
    ) throws -> [String: Data] {
        try run(["run"] + question(asOf, knownAt) + extra, in: folder, environment: environment)
        return try LawWorld.read(folder.appendingPathComponent("out/report"))
    }

    /// The arguments that ask for the tables of a day and a moment.
    func question(_ asOf: Day?, _ knownAt: Instant?) -> [String] {
        var arguments = ["--as-of", "\(asOf ?? self.asOf)", "--out", "out/report", "--tables", LawWorld.tables.joined(separator: ",")]
        if let knownAt { arguments += ["--known-at", "\(knownAt)"] }
        return arguments
    }

    /// Runs the program on the folder's pipeline; anything but success is the test's failure.
    func run(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws {
        let outcome = try Program.run(arguments + ["--pipeline", "pipeline.yaml"], in: folder, environment: environment)
        guard outcome.status == 0 else { throw LawFailure(description: "seed \(seed): \(arguments): \(outcome.status): \(outcome.errors)") }
    }

    static func read(_ report: URL) throws -> [String: Data] {
        var tables: [String: Data] = [:]
        for name in LawWorld.tables { tables[name] = try Data(contentsOf: report.appendingPathComponent("\(name).csv")) }
        return tables
    }

    /// The first line in which two reports differ; nil: none does.
    static func difference(_ left: [String: Data], _ right: [String: Data]) -> String? {
        for name in LawWorld.tables where left[name] != right[name] {
            let lines = [left, right].map { String(decoding: $0[name] ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init) }
            let pair = zip(lines[0], lines[1]).first { $0 != $1 }
            return "\(name).csv: \(pair?.0 ?? "\(lines[0].count) lines") against \(pair?.1 ?? "\(lines[1].count) lines")"
        }
        return nil
    }
}

/// What a law's run could not do.
struct LawFailure: Error, CustomStringConvertible {
    let description: String
}
