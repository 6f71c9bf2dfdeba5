import ArgumentParser
import Dispatch
import Events
import Glibc
import Synchronization

/// `tuowei-bench-data`: a province of any size as quarterly deliveries, the same bytes for the same seed.
@main
struct BenchData: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuowei-bench-data",
        abstract: "Writes a synthetic province for benchmarks: archives, reference data and a pipeline.",
        discussion: """
            DIR/archives has 28 quarterly archives (2019 to 2025) with an entry a log; DIR/delta one archive of the weeks after, with one \
            new event for each hundred, late ones, voids and events sent again among them. DIR/pipeline.yaml reads archives, \
            DIR/pipeline-all.yaml archives and delta. DIR/manifest.json counts what was written.
            """)

    /// What `--format` may name.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tarGzip = "tar.gz"
        case tarZstandard = "tar.zst"
        case zip
        case tarXz = "tar.xz"
        case sevenZip = "7z"
        case gb18030 = "gb18030-csv"

        var form: Form { self == .gb18030 ? .gb18030 : .ndjson }
        var packing: Packing {
            switch self {
            case .tarGzip, .gb18030: .tarGzip
            case .tarZstandard: .tarZstandard
            case .zip: .zip
            case .tarXz: .tarXz
            case .sevenZip: .sevenZip
            }
        }
    }

    @Option(help: "How many events the seven years hold, roughly; events sent again and voids are counted.")
    var events: Int
    @Option(help: "How many communities there are; by itself, 2,200 for ten million events.")
    var communities: Int?
    @Option(help: "The seed; the same seed gives the same bytes.")
    var seed: UInt64 = 1
    @Option(help: "The folder to write; made if it is missing.")
    var out: String
    @Option(help: "What the archives are: NDJSON in tar.gz, tar.zst, tar.xz, zip or 7z, or CSV in GB18030 in tar.gz (gb18030-csv).")
    var format: Format = .tarGzip
    @Option(help: "How many threads write archives.")
    var threads: Int = 2

    func validate() throws {
        guard (1000...1_000_000_000).contains(events) else { throw ValidationError("--events is from 1000 to 1000000000") }
        guard (12...500_000).contains(communities ?? 12) else { throw ValidationError("--communities is from 12 to 500000") }
        guard (1...64).contains(threads) else { throw ValidationError("--threads is from 1 to 64") }
    }

    func run() throws {
        // zip and 7z write times of day in local time.
        setenv("TZ", "UTC", 1)
        tzset()
        for folder in [out, "\(out)/archives", "\(out)/delta"] {
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw DeliveryError(description: "\(folder): cannot be made") }
        }
        let (world, deltaEnd) = World.sized(events: events, communities: communities, seed: seed)
        let calendar = Calendar(deltaEnd: deltaEnd)
        let tables = Tables(format.form)

        let results = Mutex<[Result<Count, any Error>?]>(Array(repeating: nil, count: Calendar.quarters + 1))
        let next = Atomic<Int>(0)
        let format = format
        let out = out
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while true {
                // The later windows have more events; the longest first, so that no thread waits for the other at the end.
                let window = Calendar.quarters - next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard window >= 0 else { return }
                let folder = window == Calendar.quarters ? "delta" : "archives"
                let path = "\(out)/\(folder)/\(Calendar.name(window)).\(format.packing.rawValue)"
                let result = Result {
                    try deliver(world, tables, from: calendar.starts[window], to: calendar.starts[window + 1], path, format)
                }
                results.withLock { $0[window] = result }
            }
        }
        let counts = try results.withLock { try $0.compactMap { try $0?.get() } }

        try write("communities.csv", Reference.communities(world))
        try write("population.csv", Reference.population(world))
        try write("pipeline.yaml", Reference.pipeline(format.form, archives: ["archives/*"], store: "base"))
        try write("pipeline-all.yaml", Reference.pipeline(format.form, archives: ["archives/*", "delta/*"], store: "all"))
        let base = Count.sum(counts.dropLast())
        try write(
            "manifest.json",
            """
            {"seed":\(seed),"format":"\(format.rawValue)","communities":\(world.communities),"facilities":\(world.facilities),\
            "children":\(world.children),\n"base":\(base.json),\n"delta":\(Count.sum(counts.suffix(1)).json)}

            """)
        print(base.json)
    }

    /// One archive: the drafts of a window, an entry a log.
    private func deliver(_ world: World, _ tables: Tables, from: Int, to: Int, _ path: String, _ format: Format) throws -> Count {
        let harvest = world.harvest(from: from, to: to)
        var count = Count(archives: 1, duplicates: harvest.duplicates, voids: harvest.voids)
        let delivery = try Delivery(path, format.packing)
        for log in Log.allCases {
            let drafts = harvest.drafts[Int(log.rawValue)]
            let measure = Lines(world, tables) { _ in }
            try measure.write(drafts, of: log)
            try delivery.begin("\(log.name).\(format.form == .ndjson ? "ndjson" : "csv")", size: measure.written)
            try Lines(world, tables) { try delivery.write($0) }.write(drafts, of: log)
            count.events[Int(log.rawValue)] = drafts.count
            count.bytes += measure.written
        }
        try delivery.close()
        return count
    }

    private func write(_ name: String, _ text: String) throws {
        guard let file = fopen("\(out)/\(name)", "w") else { throw DeliveryError(description: "\(out)/\(name): cannot be written") }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw DeliveryError(description: "\(out)/\(name): cannot be written") }
    }
}

/// What archives hold.
struct Count: Sendable {
    var archives = 0
    var events = [0, 0, 0, 0]
    var bytes = 0
    var duplicates = 0
    var voids = 0

    static func sum(_ counts: some Sequence<Count>) -> Count {
        counts.reduce(into: Count()) { sum, count in
            sum.archives += count.archives
            for log in 0..<4 { sum.events[log] += count.events[log] }
            sum.bytes += count.bytes
            sum.duplicates += count.duplicates
            sum.voids += count.voids
        }
    }

    var json: String {
        let logs = Log.allCases.map { "\"\($0.name)\":\(events[Int($0.rawValue)])" }.joined(separator: ",")
        return "{\"archives\":\(archives),\"events\":\(events.reduce(0, +)),\(logs),\"bytes\":\(bytes),"
            + "\"duplicates\":\(duplicates),\"voids\":\(voids)}"
    }
}
