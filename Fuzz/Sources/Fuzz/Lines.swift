import Events
import TestSupport

@testable import Ingest

private let rules = SourceRules(
    logs: ["出生": .births], fields: ["出生日期": "born_on", "类型": "type"], values: ["mode": ["全日托": "full_day"], "amount": ["无": ""]])

/// Two bytes say which log and how the pieces are cut, the rest is an entry. What the readers make of it is held against
/// ``PlainReader`` line by line, and the fast reader against the strict one.
func fuzzNDJSON(_ input: UnsafeRawBufferPointer) {
    guard input.count > 2 else { return }
    let log = Log.allCases[Int(input[0] & 3)]
    let content = Array(input[2...])
    compareFastWithStrict(content, log)
    let plain = PlainReader(log)
    var expected: [Int: PlainReader.Verdict] = [:]
    for (number, line) in physicalLines(content).enumerated() { expected[number + 1] = plain.object(line) }
    compare(read(content, log, .ndjson, cut: Int(input[1]) + 1), with: expected, plain, content)
}

/// The same for CSV in UTF-8.
func fuzzCSV(_ input: UnsafeRawBufferPointer) {
    guard input.count > 2 else { return }
    let log = Log.allCases[Int(input[0] & 3)]
    let isWide = input[0] & 4 != 0
    let content = Array(input[2...])
    let first = read(content, log, .csv, cut: Int(input[1]) + 1, isWide: isWide)
    let second = read(content, log, .csv, cut: content.count + 1, isWide: isWide)
    guard first == second else { fatalError("pieces matter") }
    if isWide || content.starts(with: [0x84, 0x31, 0x95, 0x33]) { return }
    let lines = physicalLines(content)
    guard let header = lines.firstIndex(where: { !$0.isEmpty }) else { return }
    guard case .reading = first.state, let text = String(validating: lines[header], as: UTF8.self),
        let names = PlainReader.cells(Array(text.unicodeScalars))
    else { return }
    let columns = names.map { scalars in
        let name = String(String.UnicodeScalarView(scalars))
        // Names compare scalar by scalar; a Swift dictionary would compare graphemes.
        return rules.fields.first { $0.key.unicodeScalars.elementsEqual(name.unicodeScalars) }?.value ?? name
    }
    let plain = PlainReader(log)
    var expected: [Int: PlainReader.Verdict] = [:]
    for number in (header + 1)..<max(header + 1, lines.count) {
        guard columns.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } }), !columns.contains("mode"), !columns.contains("amount") else {
            return
        }
        expected[number + 1] = plain.row(lines[number], columns: columns)
    }
    compare(first, with: expected, plain, content)
}

private struct Reading: Equatable {
    var verdicts: [Int: PlainReader.Verdict] = [:]
    var state = EntryReader.State.reading
    var lines = 0
}

private func read(_ content: [UInt8], _ log: Log, _ format: EntryFormat, cut: Int, isWide: Bool = false) -> Reading {
    var rules = rules
    if isWide { rules.encoding = .gb18030 }
    let reader = EntryReader(entry: "e", log: log, format: format, rules: rules, eventsPerBlock: 3)
    let plain = PlainReader(log)
    var reading = Reading()
    var place = 0
    while place < content.count {
        let count = min(cut, content.count - place)
        // A piece of its own with padding behind it, so that the sanitizer sees every read beyond that.
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: count + Word.padding, alignment: 8)
        piece.copyBytes(from: content[place..<place + count])
        for offset in count..<piece.count { piece[offset] = UInt8(truncatingIfNeeded: offset &* 37) }
        reader.feed(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        piece.deallocate()
        place += count
    }
    reader.finish()
    for block in reader.takeBlocks() {
        for event in block.events {
            guard let verdict = plain.verdict(of: event, in: block) else { fatalError("an event does not fit its type") }
            guard reading.verdicts.updateValue(verdict, forKey: event.line) == nil else { fatalError("two verdicts of one line") }
        }
    }
    for reject in reader.takeRejects() {
        let verdict = PlainReader.Verdict.reject(field: reject.field, reason: reject.reason)
        guard reading.verdicts.updateValue(verdict, forKey: reject.line) == nil else { fatalError("two verdicts of one line") }
    }
    reading.state = reader.state
    reading.lines = reader.lines
    return reading
}

/// The lines of an entry without a byte order mark and their ends.
private func physicalLines(_ content: [UInt8]) -> [[UInt8]] {
    let text = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content[3...] : content[...]
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.last == 0x0D ? Array($0.dropLast()) : $0 }
}

private func compare(_ reading: Reading, with expected: [Int: PlainReader.Verdict], _ plain: PlainReader, _ content: [UInt8]) {
    for (line, verdict) in expected where verdict != .blank {
        guard reading.verdicts[line] == verdict else {
            fatalError("line \(line): read \(String(describing: reading.verdicts[line])), plainly \(verdict)")
        }
    }
    let blank = expected.values.count { $0 == .blank }
    guard reading.verdicts.count == expected.count - blank else { fatalError("a verdict of no line") }
}

/// Where the fast reader takes a line, the strict one must find the same fields.
private func compareFastWithStrict(_ content: [UInt8], _ log: Log) {
    let plan = LogPlan.of(log)
    let followers = UnsafeMutablePointer<UInt8>.allocate(capacity: NDJSONScanner.followersCount)
    followers.initialize(repeating: 0, count: NDJSONScanner.followersCount)
    let spans = UnsafeMutablePointer<Span>.allocate(capacity: 128)
    let empty = Span(start: UnsafePointer(followers), count: 0)
    spans.initialize(repeating: empty, count: 128)
    defer {
        followers.deallocate()
        spans.deallocate()
    }
    let scanner = NDJSONScanner(log, followers: followers)
    for line in physicalLines(content) {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: line.count + 1 + Word.padding)
        let texts = UnsafeMutablePointer<UInt8>.allocate(capacity: line.count + 1 + Word.padding)
        defer {
            bytes.deallocate()
            texts.deallocate()
        }
        bytes.initialize(repeating: 0, count: line.count + 1 + Word.padding)
        texts.initialize(repeating: 0, count: line.count + 1 + Word.padding)
        bytes.update(from: line + [0x0A], count: line.count + 1)
        var fast = LineFields(spans: spans)
        var strict = LineFields(spans: spans + 64)
        guard let feed = scanner.scan(bytes, &fast) else { continue }
        guard feed == bytes + line.count else { fatalError("the fast reader ends elsewhere") }
        guard StrictJSON.read(bytes, line.count, plan, texts: texts, &strict) else { fatalError("only the fast reader takes it") }
        guard fast.present == strict.present, fast.numbers == strict.numbers, fast.others == strict.others else {
            fatalError("the readers find other fields")
        }
        for field in 0..<64 where fast.present & 1 << UInt64(field) != 0 {
            let (left, right) = (fast.spans[field], strict.spans[field])
            guard
                UnsafeBufferPointer(start: left.start, count: left.count).elementsEqual(
                    UnsafeBufferPointer(start: right.start, count: right.count))
            else { fatalError("the readers find other values") }
        }
    }
}
