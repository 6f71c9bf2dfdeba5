import Events
import Foundation
import TestSupport
import Testing

@testable import Ingest

/// The fast and the strict reader of a log's lines side by side.
private final class TwoReaders {
    /// What one of them makes of a line.
    struct Reading: Equatable {
        var numbers: UInt64 = 0
        var others: UInt64 = 0
        var values: [Int: [UInt8]] = [:]
        /// What the converter says: the reason and field of a reject, or the event with its texts.
        var reject: [Int] = []
        var event: [Int64] = []
        var texts: [[UInt8]] = []
    }

    private let log: Log
    private let converter: EventConverter
    private let scanner: NDJSONScanner
    private var shapes = LineShapes()
    private let spans = UnsafeMutablePointer<Span>.allocate(capacity: 64)
    private let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 20)
    private var rows: CSVRows?
    private var columns: UnsafeMutableBufferPointer<CSVColumns.Column>?
    private var padding: UInt8 = 0

    private var texts: UnsafeMutablePointer<UInt8> { memory + (1 << 18) }
    private var cells: UnsafeMutablePointer<UInt8> { memory + (1 << 18) * 2 }
    private var arena: UnsafeMutablePointer<UInt8> { memory + (1 << 18) * 3 }

    init(_ log: Log, columns names: [String]? = nil, rules: SourceRules = SourceRules()) throws {
        self.log = log
        memory.initialize(repeating: 0, count: 1 << 20)
        spans.initialize(repeating: Span(start: UnsafePointer(memory), count: 0), count: 64)
        // Behind the arena there is room for details and the scanner's memory of what follows what.
        let rest = memory + (1 << 18) * 3 + (1 << 17)
        converter = EventConverter(log, details: rest)
        scanner = NDJSONScanner(log, followers: rest + (1 << 16))
        if let names {
            let header = try #require(try CSVColumns(names: names.map { Array($0.utf8) }, line: 1, log: log, rules: rules))
            let kept = UnsafeMutableBufferPointer<CSVColumns.Column>.allocate(capacity: header.columns.count)
            _ = kept.initialize(from: header.columns)
            columns = kept
            rows = CSVRows(
                UnsafeBufferPointer(kept), header.maps, decoder: rules.encoding == .gb18030 ? GB18030.shared : nil, texts: texts,
                cells: cells)
        }
    }

    deinit {
        columns?.deallocate()
        spans.deallocate()
        memory.deallocate()
    }

    /// What is wrong with how the fast reader takes a line; nil where it leaves it to the strict one, or finds the same.
    func difference(_ line: [UInt8]) -> (isTaken: Bool, problem: String?) {
        let start = lay(line)
        var fields = LineFields(spans: spans)
        guard let feed = rows?.scan(start, &fields) ?? (rows == nil ? scanner.scan(start, &fields) : nil) else { return (false, nil) }
        guard feed - start == line.count else { return (true, "it ends \(feed - start) bytes on, not at the line's end") }
        let fast = reading(fields)
        let count = line.last == 0x0D ? line.count - 1 : line.count
        let isRead = rows?.read(start, count, &fields) ?? StrictJSON.read(start, count, converter.plan, texts: texts, &fields)
        guard isRead else { return (true, "the strict reader calls it malformed") }
        let strict = reading(fields)
        return (true, fast == strict ? nil : "fast \(fast), strict \(strict)")
    }

    /// What is wrong with how a line is taken for its shape alone; `isTaken`: it was. The shape of a line that is not known is learnt, as the
    /// reader of an entry learns it.
    func shapeDifference(_ line: [UInt8]) -> (isTaken: Bool, problem: String?) {
        let start = lay(line)
        var fields = LineFields(spans: spans)
        guard shapes.isTried else { return (false, "shapes are tried no more") }
        guard let shape = shapes.find(start, &fields) else {
            if let feed = scanner.scan(start, &fields), let type = converter.type(of: fields), reading(fields).reject.isEmpty {
                shapes.learn(start, feed - start, fields, type)
            }
            return (false, nil)
        }
        let found = reading(fields, as: shape.pointee.type)
        guard found.reject.isEmpty else { return (false, nil) }
        guard shape.pointee.length == line.count else {
            return (true, "it ends \(shape.pointee.length) bytes on, not at the line's end")
        }
        let count = line.last == 0x0D ? line.count - 1 : line.count
        guard StrictJSON.read(start, count, converter.plan, texts: texts, &fields) else {
            return (true, "the strict reader calls it malformed")
        }
        let strict = reading(fields)
        return (true, found == strict ? nil : "by its shape \(found), strict \(strict)")
    }

    /// Puts a line into memory, and something else behind its line feed each time: that must not matter.
    private func lay(_ line: [UInt8]) -> UnsafePointer<UInt8> {
        padding = padding &* 5 &+ 0x5B
        for (place, byte) in line.enumerated() { memory[place] = byte }
        memory[line.count] = 0x0A
        for place in 1...LineShapes.reach { memory[line.count + place] = padding &* UInt8(truncatingIfNeeded: place) }
        return UnsafePointer(memory)
    }

    /// What the converter makes of the fields; of a line taken for its shape it is told the type.
    private func reading(_ fields: LineFields, as type: UnsafePointer<TypePlan>? = nil) -> Reading {
        var reading = Reading(numbers: fields.numbers & fields.present, others: fields.others)
        for field in 0..<64 where fields.present >> UInt64(field) & 1 != 0 && fields.others >> UInt64(field) & 1 == 0 {
            reading.values[field] = Array(UnsafeBufferPointer(start: spans[field].start, count: spans[field].count))
        }
        var event = ParsedEvent()
        var end = ArenaEnd(start: arena, used: 0)
        let verdict = type.map { converter.convert(fields, as: $0, &event, &end) } ?? converter.convert(fields, &event, &end)
        guard verdict.isAccepted else {
            reading.reject = [Int(verdict.reason), verdict.field]
            return reading
        }
        reading.event = [
            event.recordedAt, event.value, Int64(bitPattern: event.idHash), Int64(bitPattern: event.subjectHash),
            Int64(bitPattern: event.objectHash), Int64(event.occurredOn), Int64(event.type), Int64(event.code),
        ]
        func text(_ start: UInt32, _ count: some BinaryInteger) -> [UInt8] {
            Array(UnsafeBufferPointer(start: arena + Int(start), count: Int(count)))
        }
        reading.texts = [
            text(event.idStart, event.idCount), text(event.subjectStart, event.subjectCount), text(event.objectStart, event.objectCount),
            text(event.detailStart, event.detailCount),
        ]
        return reading
    }
}

/// The fast readers take a line only where the strict one finds the same in it: over generated lines, whole and spoilt.
///
/// `TUOWEI_LINES` says how many lines each case reads; some unless it is set (`make test-lines` reads millions).
@Suite struct ScannerDifferentialTests {
    private static let lines = ProcessInfo.processInfo.environment["TUOWEI_LINES"].flatMap { Int($0) } ?? 1_500

    @Test(arguments: Log.allCases)
    func objectsAreReadAlike(log: Log) throws {
        let readers = try TwoReaders(log)
        var lines = LineMutator(seed: UInt64(log.rawValue) + 1)
        var taken = 0
        for number in 0..<Self.lines {
            let line = lines.spoil(lines.json(log))
            let (isTaken, problem) = readers.difference(line)
            if isTaken { taken += 1 }
            if let problem {
                Issue.record("line \(number), \(String(decoding: line, as: UTF8.self)): \(problem)")
                return
            }
        }
        // Lines as programs write them are the fast reader's: were they left to the strict one, nothing would be compared here.
        #expect(taken > Self.lines / 12)
    }

    /// A line is taken for its shape only where the strict reader finds the same in it: lines of which the reader knows one, with bytes of
    /// them exchanged.
    @Test(arguments: Log.allCases)
    func linesOfKnownShapesAreReadAlike(log: Log) throws {
        var lines = ShapedLines(log, seed: 200 + UInt64(log.rawValue))
        var taken = 0
        var spoilt = 0
        for number in 0..<Self.lines / 10 {
            let readers = try TwoReaders(log)
            let candidate = lines.whole()
            let whole = try #require(candidate)
            var line = whole
            for _ in 0..<40 {
                let (isTaken, problem) = readers.shapeDifference(line)
                if isTaken { taken += 1 } else { spoilt += 1 }
                if let problem {
                    Issue.record("line \(number), \(String(decoding: line, as: UTF8.self)): \(problem)")
                    return
                }
                line = lines.spoil(whole)
            }
        }
        #expect(taken > Self.lines / 4 && spoilt > Self.lines / 4, "\(taken) taken, \(spoilt) not")
    }

    /// The reader of an entry reads nothing behind a piece, wherever in it a line of a known shape ends.
    @Test func nothingBehindTheLastLineIsRead() throws {
        func line(_ child: String, _ more: String) -> [UInt8] {
            let head = #"{"event_id":"b1","type":"birth_registered","occurred_on":"2024-01-01","recorded_at":"2024-01-02T08:00:00+08:00","#
            return Array((head + "\"child\":\"\(child)\",\"community\":\"320612101001\"\(more)}\n").utf8)
        }
        // A shape that is longer than a short line with its padding comes first.
        let long = line(String(repeating: "c", count: 64), ",\"target\":null")
        let short = line("c1", "")
        #expect(long.count <= LineShapes.reach && long.count > short.count + Word.padding)
        let page = sysconf(Int32(_SC_PAGESIZE))
        let memory = try #require(mmap(nil, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, 3 * page) }
        try #require(mprotect(memory + 2 * page, page, PROT_NONE) == 0)
        for tail in 0..<short.count {
            let content = long + Array(repeatElement(short, count: 29).joined()) + short.prefix(tail)
            let start = memory + (2 * page - content.count)
            UnsafeMutableRawBufferPointer(start: start, count: content.count).copyBytes(from: content)
            let reader = EntryReader(entry: "e", log: .births, format: .ndjson, rules: SourceRules())
            reader.feed(UnsafeRawBufferPointer(start: start, count: content.count))
            reader.finish()
            #expect(reader.takeBlocks().reduce(0) { $0 + $1.events.count } == (tail == short.count - 1 ? 31 : 30))
            // Half a line is malformed; but for its line feed it is whole, and one event more.
            #expect(reader.takeRejects().count == (tail == 0 || tail == short.count - 1 ? 0 : 1))
        }
    }

    @Test(arguments: Log.allCases, [SourceEncoding.utf8, .gb18030])
    func rowsAreReadAlike(log: Log, encoding: SourceEncoding) throws {
        let names = Set(EventType.all(of: log).flatMap { $0.fields.map(\.name) }).sorted()
        let columns = ["event_id", "type", "occurred_on", "recorded_at"] + names + ["", "remark"]
        let rules = SourceRules(
            encoding: encoding, values: ["class": ["托小班": "toddler"], "type": ["出生": "birth_registered"], "reason": ["迁出": "moved"]])
        let readers = try TwoReaders(log, columns: columns, rules: rules)
        var lines = LineMutator(seed: 100 + UInt64(log.rawValue))
        var taken = 0
        for number in 0..<Self.lines {
            let row = lines.spoil(lines.row(log, columns))
            let (isTaken, problem) = readers.difference(row)
            if isTaken { taken += 1 }
            if let problem {
                Issue.record("row \(number), \(String(decoding: row, as: UTF8.self)): \(problem)")
                return
            }
        }
        #expect(taken > Self.lines / 5)
    }
}
