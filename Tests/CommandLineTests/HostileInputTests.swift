import Foundation
import TestSupport
import Testing

/// The program given what somebody made to do harm: it refuses at once, tells no secrets, writes nowhere else and stays small.
@Suite(.timeLimit(.minutes(5))) struct HostileInputTests {
    /// A folder with a pipeline that names its archives on the command line.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let source = ConformanceTests.folder.appendingPathComponent("tiny")
        for file in ["communities.csv", "population.csv"] {
            try FileManager.default.copyItem(at: source.appendingPathComponent(file), to: folder.url.appendingPathComponent(file))
        }
        let pipeline = """
            name: hostile
            district: { code: "320612000000", name: 示例区 }
            communities: communities.csv
            population: population.csv
            archives: [none/*]
            store: store
            reports: reports
            from: 2024-01-31
            intent: { m0_5: 0, m6_11: 0.1, m12_23: 0.25, m24_35: 0.5 }
            catchment_m: 1500
            """
        try Data(pipeline.utf8).write(to: folder.url.appendingPathComponent("p.yaml"))
        return folder
    }

    private func ingest(_ archives: [String], in folder: TemporaryFolder) throws -> Program.Outcome {
        try Program.run(["ingest", "--pipeline", "p.yaml", "--json"] + archives, in: folder.url)
    }

    private func put(_ text: String, _ name: String, in folder: TemporaryFolder) throws {
        try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
    }

    private func shell(_ command: String, in folder: TemporaryFolder) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-euo", "pipefail", "-c", command]
        process.currentDirectoryURL = folder.url
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command)")
    }

    /// Lines of births with distinct children.
    private func births(_ range: Range<Int>) -> String {
        range.map { number in
            "{\"event_id\":\"b-\(number)\",\"type\":\"birth_registered\",\"occurred_on\":\"2024-03-0\(number % 9 + 1)\","
                + "\"recorded_at\":\"2024-03-10T08:00:00+08:00\",\"child\":\"c-\(number)\",\"community\":\"320612001001\"}\n"
        }.joined()
    }

    // MARK: What is no file

    @Test func refusesAtOnceWhatIsNoFile() throws {
        let folder = try Self.folder()
        try shell("mkdir folder; mkfifo pipe; ln -s nowhere dangling; ln -s dangling loop; ln -sf loop loop", in: folder)
        for (argument, words) in [
            ("folder", "is a folder"), ("pipe", "is a pipe"), ("/dev/zero", "is a device"), ("dangling", "no such file"), ("loop", "links"),
            ("none", "no such file"), ("p.yaml/x", "no folder"),
        ] {
            let outcome = try ingest([argument], in: folder)
            #expect(outcome.status == 3, "\(argument): \(outcome.status)")
            #expect(outcome.output.contains("\"why\": \"unreadable\""), "\(argument)")
            #expect(outcome.errors.contains(words), "\(argument): \(outcome.errors)")
        }
        // The same where a file of the pipeline stands.
        for (key, file) in [("communities", "folder"), ("population", "pipe"), ("communities", "/dev/zero"), ("population", "dangling")] {
            let text = try String(contentsOf: folder.url.appendingPathComponent("p.yaml"), encoding: .utf8)
            try put(text.replacing("\(key): \(key).csv", with: "\(key): \(file)"), "q.yaml", in: folder)
            let outcome = try Program.run(["report", "--pipeline", "q.yaml", "--as-of", "2024-03-31"], in: folder.url)
            #expect(outcome.status == 2, "\(file): \(outcome.errors)")
        }
        for pipeline in ["folder", "pipe", "/dev/zero", "dangling"] {
            #expect(try Program.run(["ingest", "--pipeline", pipeline], in: folder.url).status == 2, "\(pipeline)")
        }
    }

    // MARK: Names and values

    /// Entry names go into JSON as they are, onto a terminal spelt out, and nowhere into a path.
    @Test func writesNowhereElse() throws {
        let folder = try Self.folder()
        let names = [
            "../../escaped.csv", "/tmp/escaped-tuowei.csv", "a\u{1B}[2J\nb.csv", "births/../../../escaped.txt", "=cmd|calc.csv",
            "\u{202E}vsc.x",
        ]
        let code = """
            import io, json, sys, tarfile
            names = json.loads(sys.argv[1])
            with tarfile.open("names.tar.gz", "w:gz") as tar:
                for name in names + ["births-x.ndjson"]:
                    entry = tarfile.TarInfo(name)
                    entry.size = 1
                    tar.addfile(entry, io.BytesIO(b"\\n"))
                for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                    entry = tarfile.TarInfo("births-link.ndjson")
                    entry.type, entry.linkname = kind, "../../../../etc/passwd"
                    tar.addfile(entry)
            """
        try put(code, "make.py", in: folder)
        let list = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
        try put(list, "names.json", in: folder)
        try shell("python3 make.py \"$(cat names.json)\"", in: folder)
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        let outcome = try ingest(["names.tar.gz"], in: folder)
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(answer["status"] as? String == "appended")
        #expect(answer["skipped"] as? [String] == names + ["births-link.ndjson", "births-link.ndjson"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == (before + ["store"]).sorted())
        #expect(!FileManager.default.fileExists(atPath: "/tmp/escaped-tuowei.csv"))
        let spoken = try Program.run(["ingest", "--pipeline", "p.yaml", "names.tar.gz", "make.py"], in: folder.url)
        for text in [spoken.output, spoken.errors] {
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E || $0.value == 0x7F })
        }
    }

    @Test func repeatsNoValueOfALine() throws {
        let folder = try Self.folder()
        let secret = "SECRET"
        let good = births(1..<2)
        let lines = [
            good.replacing("c-1", with: "\(secret) 1"), good.replacing("b-1", with: "\(secret)-11010519491231002X"),
            good.replacing("2024-03-02", with: "\(secret)"), good.replacing("birth_registered", with: secret), "{\"\(secret)\":\n",
            "\(secret)\u{1B}\n",
            good, good.replacing("320612001001", with: "320612001002").replacing("c-1", with: secret),
            "{\"event_id\":\"\(secret)\",\"\(secret)\":1}\n", good.replacing("2024-03-10T08", with: "2024-03-10\(secret)"),
        ]
        try put(lines.joined(), "births.ndjson", in: folder)
        try put("event_id,type,\(secret),\(secret)\n", "births-header.csv", in: folder)
        try put("event_id,type,\"\(secret)\n", "births-quote.csv", in: folder)
        let outcome = try ingest(["births.ndjson", "births-header.csv", "births-quote.csv"], in: folder)
        #expect(outcome.status == 3)
        #expect(!outcome.output.contains(secret) && !outcome.errors.contains(secret), "\(outcome.errors)")
        #expect(outcome.errors.contains("citizen_id") && outcome.errors.contains("conflicting_id") && outcome.errors.contains("malformed"))
        let text = try String(contentsOf: folder.url.appendingPathComponent("p.yaml"), encoding: .utf8)
        try put(text + "\nreject_limit: 20\n", "p.yaml", in: folder)
        #expect(try ingest(["births.ndjson"], in: folder).status == 0)
        let rejects = try Program.run(["rejects", "--pipeline", "p.yaml"], in: folder.url)
        #expect(rejects.output.split(separator: "\n").count == 9)
        #expect(!rejects.output.contains(secret))
    }

    /// The first and the last day and instant that a form takes go through every stage; the ones beyond are rejects.
    @Test func keepsExtremeInstants() throws {
        let folder = try Self.folder()
        let instants = [
            "0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00-23:59", "9999-12-31T23:59:59.999999-23:59", "9999-12-31T23:59:59+23:59",
            "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z", "2024-03-10T08:00:00.9999999999999999999+00:00",
        ]
        let days = ["1900-01-01", "2199-12-31", "2024-02-29"]
        var lines = ""
        for (number, (instant, day)) in instants.flatMap({ instant in days.map { (instant, $0) } }).enumerated() {
            lines += births(number..<number + 1)
                .replacing(/"occurred_on":"[^"]*"/, with: "\"occurred_on\":\"\(day)\"")
                .replacing(/"recorded_at":"[^"]*"/, with: "\"recorded_at\":\"\(instant)\"")
            // In the same breath, somebody who moved in and was born in the year 1, and a void of nothing.
            lines +=
                "{\"event_id\":\"m-\(number)\",\"type\":\"child_moved_in\",\"occurred_on\":\"\(day)\",\"recorded_at\":\"\(instant)\","
                + "\"child\":\"n-\(number)\",\"community\":\"320612001001\",\"born_on\":\"0001-01-01\"}\n"
                + "{\"event_id\":\"v-\(number)\",\"type\":\"event_voided\",\"occurred_on\":\"\(day)\",\"recorded_at\":\"\(instant)\","
                + "\"target\":\"nothing\",\"reason\":\"x\"}\n"
        }
        try put(lines, "births.ndjson", in: folder)
        let beyond = [
            ("occurred_on", "1899-12-31"), ("occurred_on", "2200-01-01"), ("occurred_on", "0000-01-01"), ("occurred_on", "99999-01-01"),
            ("occurred_on", "2023-02-29"), ("recorded_at", "9999-12-31T24:00:00Z"), ("recorded_at", "2024-13-01T00:00:00Z"),
            ("recorded_at", "10000-01-01T00:00:00Z"), ("recorded_at", "2024-03-10T08:00:00+24:00"),
            ("recorded_at", "-001-01-01T00:00:00Z"),
        ]
        let broken = try beyond.enumerated().map { number, one in
            let (field, value) = one
            let member = try Regex("\"\(field)\":\"[^\"]*\"")
            return births(1_000 + number..<1_001 + number).replacing(member, with: "\"\(field)\":\"\(value)\"")
        }
        try put(broken.joined(), "births-beyond.ndjson", in: folder)
        let outcome = try ingest(["births.ndjson", "births-beyond.ndjson"], in: folder)
        #expect(outcome.output.contains("\"births\": \(3 * instants.count * days.count)"), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("\(beyond.count) rejected lines"), "\(outcome.errors)")
        #expect(outcome.errors.contains("invalid_field") && !outcome.errors.contains("conflicting_id"), "\(outcome.errors)")
        let pipeline = ["--pipeline", "p.yaml"]
        #expect(try Program.run(["fold"] + pipeline, in: folder.url).status == 0)
        for (day, known) in [
            ("2199-12-31", ""), ("2024-02-29", "0000-01-01T00:00:00+23:59"), ("2024-02-29", "9999-12-31T23:59:59-23:59"),
            ("2024-01-31", "1970-01-01T00:00:00Z"),
        ] {
            let moment = ["--as-of", day] + (known.isEmpty ? [] : ["--known-at", known])
            let report = try Program.run(["report"] + pipeline + moment + ["--out", "r"], in: folder.url)
            #expect(report.status == 0, "\(day) \(known): \(report.errors)")
            let check = try Program.run(["verify"] + pipeline + ["--report", "r"], in: folder.url)
            #expect(check.status == 0, "\(day) \(known): \(check.errors)")
        }
    }

    // MARK: Ceilings

    /// An archive of nothing but bad lines has as many rejects as lines; only those that are shown are kept.
    @Test func keepsNoMountainOfRejects() throws {
        let folder = try Self.folder()
        try shell("python3 -c \"import gzip; gzip.open('births-bad.ndjson.gz', 'wb', 1).write(b'x\\n' * 5_000_000)\"", in: folder)
        let cost = try Program.measure(["ingest", "--pipeline", "p.yaml", "births-bad.ndjson.gz"], in: folder.url)
        #expect(cost.status == 3)
        #expect(cost.errors.contains("5000000 rejected lines"), "\(cost.errors)")
        #expect(cost.peakMemory < 160 << 20, "\(cost.peakMemory >> 20) MiB")
    }

    /// The map of a sparse file stands before its data, and the library keeps a node for each of its lines.
    @Test func keepsNoMapWithoutEnd() throws {
        let folder = try Self.folder()
        let code = """
            import gzip, tarfile
            def entry(name, content, kind=b"0"):
                info = tarfile.TarInfo(name)
                info.size, info.type = len(content), kind
                return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)
            def record(key, value):
                text = f" {key}={value}\\n"
                return f"{len(text) + 2}{text}".encode()
            names = {"major": "1", "minor": "0", "name": "births.csv", "realsize": "100"}
            pax = b"".join(record("GNU.sparse." + key, value) for key, value in names.items())
            lines = b"5000000\\n" + b"0\\n1\\n" * 5000000
            with gzip.open("sparse.tar.gz", "wb", 1) as file:
                file.write(entry("h", pax, b"x") + entry("births.csv", lines) + bytes(1024))
            """
        try put(code, "make.py", in: folder)
        try shell("python3 make.py", in: folder)
        let cost = try Program.measure(["ingest", "--pipeline", "p.yaml", "sparse.tar.gz"], in: folder.url)
        #expect(cost.status == 3)
        #expect(cost.errors.contains("a header without end"), "\(cost.errors)")
        #expect(cost.peakMemory < 160 << 20, "\(cost.peakMemory >> 20) MiB")
    }

    /// Identifiers that were chosen so that the tables' hashes are alike are told, and the archive is refused before it costs anything.
    @Test(arguments: ["event_id", "child"]) func endsFloodsOfLikeHashes(_ field: String) throws {
        let folder = try Self.folder()
        let ids = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("alike.txt"), encoding: .utf8)
        let parts = ids.split(separator: "\n").first.map(String.init) ?? ""
        try #require(parts.contains("########"))
        var lines = ""
        for number in 0..<60_000 {
            let digits = String(number)
            let alike = parts.replacing("########", with: String(repeating: "0", count: 8 - digits.count) + digits)
            let line = births(number..<number + 1)
            lines +=
                field == "child" ? line.replacing("c-\(number)\"", with: "\(alike)\"") : line.replacing("b-\(number)\"", with: "\(alike)\"")
        }
        try put(lines, "births.ndjson", in: folder)
        try put(births(0..<10), "births-good.ndjson", in: folder)
        let outcome = try ingest(["births.ndjson", "births-good.ndjson"], in: folder)
        #expect(outcome.status == 3)
        #expect(outcome.output.contains("\"why\": \"limit\""))
        #expect(outcome.errors.contains("share one hash"))
        #expect(outcome.output.contains("\"births\": 10"), "the next archive goes on")
        #expect(try Program.run(["verify", "--pipeline", "p.yaml"], in: folder.url).status == 0)
    }

    /// Reading costs the same memory however much is read; what grows is the index of the events that are kept, by less than 100 bytes
    /// an event beyond the first ten thousand. Few files are open at once.
    @Test func staysWithinItsMemory() throws {
        let folder = try Self.folder()
        try put(births(0..<10_000), "births-1.ndjson", in: folder)
        try put(births(0..<100_000), "births-10.ndjson", in: folder)
        var large = ""
        for part in 0..<10 { large += births(part * 100_000..<(part + 1) * 100_000) }
        try put(large, "births-100.ndjson", in: folder)
        try shell("gzip -1k births-1.ndjson births-10.ndjson births-100.ndjson", in: folder)
        // The same ten thousand events a hundred times over: 100 times the input, one time the events.
        try shell("for i in $(seq 100); do cat births-1.ndjson; done | gzip -1 > births-again.ndjson.gz", in: folder)
        func peak(_ archive: String) throws -> Int {
            try? FileManager.default.removeItem(at: folder.url.appendingPathComponent("store"))
            let cost = try Program.measure(["ingest", "--pipeline", "p.yaml", "--threads", "2", archive], in: folder.url, files: 48)
            #expect(cost.status == 0, "\(cost.errors)")
            return cost.peakMemory
        }
        let one = try peak("births-1.ndjson.gz")
        let ten = try peak("births-10.ndjson.gz")
        let hundred = try peak("births-100.ndjson.gz")
        let again = try peak("births-again.ndjson.gz")
        let message = "1×: \(one >> 20), 10×: \(ten >> 20), 100×: \(hundred >> 20), 100× the same events: \(again >> 20) MiB"
        #expect(one < 120 << 20, "\(message)")
        #expect(ten < one + (64 << 20), "\(message)")
        // Blocks that wait for the writer take up to 96 MiB, the tables some 80 bytes an event.
        #expect(hundred < one + (96 << 20) + 1_000_000 * 160, "\(message)")
        #expect(again < one + (112 << 20), "\(message)")
        print("peak memory of ingest, \(message)")
    }
}
