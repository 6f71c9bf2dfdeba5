import Events
import Foundation
import TestSupport
import Testing

@testable import Ingest

/// JSON by RFC 8259, narrowed as the contract says: hundreds of cases by hand, and documents without end against Python's reader.
@Suite struct JSONCasesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var line: [UInt8]
        var isAccepted: Bool
        var testDescription: String
    }

    /// The cases of `Fixtures/json-cases.txt`.
    static func cases() throws -> [Case] {
        let folder = try #require(Bundle.module.resourcePath)
        let text = try String(contentsOfFile: folder + "/Fixtures/json-cases.txt", encoding: .utf8)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { row in
            let parts = row.split(separator: " ", maxSplits: 2)
            let bar = try #require(row.range(of: " | "))
            var bytes: [UInt8] = []
            var rest = row[bar.upperBound...].utf8[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "%") {
                    bytes.append(try #require(UInt8(String(rest.prefix(2)) ?? "", radix: 16)))
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            }
            let line = parts[1] == "value" ? Array("{\"x\":".utf8) + bytes + [0x7D] : bytes
            return Case(line: line, isAccepted: parts[0] == "y" || parts[0] == "i-yes", testDescription: String(row.prefix(80)))
        }
    }

    /// Whether a line is anything but malformed; nil where it is blank.
    private func isAccepted(_ line: [UInt8], piece: Int = .max) -> Bool? {
        let reader = EntryReader(entry: "e", log: .births, format: .ndjson, rules: SourceRules())
        var place = 0
        while place < line.count {
            let count = min(piece, line.count - place)
            let bytes = Array(line[place..<place + count]) + [UInt8](repeating: 0x7D, count: Word.padding)
            bytes.withUnsafeBytes { reader.feed(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            place += count
        }
        reader.finish()
        if let reject = reader.takeRejects().first { return reject.reason != .malformed }
        return reader.takeBlocks().isEmpty ? nil : true
    }

    @Test func acceptsAndRefusesAsTheStandardSays() throws {
        let cases = try Self.cases()
        #expect(cases.count > 600)
        for one in cases {
            // A carriage return at the end belongs to the line's end.
            #expect(isAccepted(one.line) == one.isAccepted, "\(one.testDescription)")
            #expect(isAccepted(one.line, piece: 1) == one.isAccepted, "\(one.testDescription), byte by byte")
        }
    }

    @Test func judgesAsThePlainReaderDoes() throws {
        let plain = PlainReader(.births)
        for one in try Self.cases() where !one.line.starts(with: [0xEF, 0xBB, 0xBF]) {
            let verdict = plain.object(one.line)
            #expect((verdict != .reject(field: "", reason: .malformed)) == one.isAccepted, "\(one.testDescription)")
        }
    }

    /// Long ones that no file of cases needs to hold.
    @Test func holdsToTheLinesLength() {
        func padded(_ count: Int, _ fill: String) -> [UInt8] {
            let head = Array("{\"a\":".utf8) + (fill == "9" ? [] : [0x22])
            let tail: [UInt8] = (fill == "9" ? [] : [0x22]) + [0x7D]
            return head + [UInt8](repeating: Array(fill.utf8)[0], count: count - head.count - tail.count) + tail
        }
        for fill in ["9", "x"] {
            #expect(isAccepted(padded(60_000, fill)) == true)
            #expect(isAccepted(padded(65_536, fill)) == true)
            #expect(isAccepted(padded(65_536, fill) + [0x0D]) == true)
            #expect(isAccepted(padded(65_537, fill)) == false)
            #expect(isAccepted(padded(65_537, fill) + [0x0D]) == false)
            #expect(isAccepted(padded(3 << 20, fill)) == false)
        }
        #expect(isAccepted([UInt8](repeating: 0x20, count: 3 << 20)) == nil, "blank, however long")
        #expect(isAccepted([UInt8](repeating: 0x5B, count: 65_536)) == false)
        // Numbers of 60,000 digits in fields that are numbers: read, and of no form.
        let digits = String(repeating: "7", count: 60_000)
        for (value, field) in [(digits, "amount"), ("0.\(digits)", "amount"), ("-\(digits)", "amount"), ("\"\(digits)\"", "amount")] {
            let line =
                "{\"event_id\":\"e\",\"type\":\"subsidy_paid\",\"occurred_on\":\"2024-01-01\",\"recorded_at\":\"2024-01-01T00:00:00Z\","
                + "\"grant\":\"g\",\"\(field)\":\(value)}\n"
            let reader = EntryReader(entry: "e", log: .subsidies, format: .ndjson, rules: SourceRules())
            let bytes = Array(line.utf8) + [UInt8](repeating: 0, count: Word.padding)
            bytes.withUnsafeBytes { reader.feed(UnsafeRawBufferPointer(rebasing: $0.dropLast(Word.padding))) }
            reader.finish()
            #expect(reader.takeRejects() == [Reject(entry: "e", line: 1, field: field, reason: .invalidField)])
        }
    }

    /// Names that were chosen so that their hashes are alike cost no more than others: measured in the processor's time of this thread, since
    /// other tests run at the same time.
    @Test func sortsNamesThatWereChosen() {
        func seconds() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = seconds()
        let alike = ChosenIdentifiers.alike(1_500)
        let hashes = alike.map { text in
            Array(text.utf8).withUnsafeBufferPointer { bytes in bytes.baseAddress.map { IdentifierHash.hash($0, count: bytes.count) } }
        }
        #expect(Set(hashes).count == 1, "they are chosen for the hash as it is")
        let members = alike.map { "\"\($0)\":1" }.joined(separator: ",")
        #expect(members.utf8.count < 60_000)
        #expect(isAccepted(Array("{\(members)}".utf8)) == true)
        #expect(isAccepted(Array("{\(members),\"\(alike[700])\":2}".utf8)) == false)
        #expect(seconds() - start < 30)
    }

    /// Documents that a generator makes and breaks, judged by Python's `json` with its settings strict.
    @Test func judgesAsPythonDoes() throws {
        var generator = SeededGenerator(seed: 8_259)
        var lines: [[UInt8]] = []
        while lines.count < 4_000 {
            let line = JSONMaker.line(&generator)
            if !line.contains(0x0A), !line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { lines.append(line) }
        }
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("lines")
        try Data(lines.joined(separator: [0x0A])).write(to: file)
        let process = Process()
        let judge = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("judge.py")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", judge.path, file.path, file.path + ".out"]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let verdicts = try Data(contentsOf: URL(fileURLWithPath: file.path + ".out"))
        try #require(verdicts.count == lines.count)
        for (line, verdict) in zip(lines, verdicts) {
            #expect(isAccepted(line) == (verdict == UInt8(ascii: "y")), "\(String(decoding: line, as: UTF8.self))")
        }
        let accepted = verdicts.count { $0 == UInt8(ascii: "y") }
        #expect(accepted > 800 && accepted < 3_500, "both kinds must come up")
    }
}
