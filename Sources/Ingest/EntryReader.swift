public import Events
import Glibc

/// Turns the bytes of one entry into events and rejects: cuts lines, reads each by the fast reader or, where that gives up, by
/// the strict one, and hands out what came of it in order of lines.
///
/// Pieces may be cut anywhere. One thread at a time uses a reader; it may change between calls.
public final class EntryReader: @unchecked Sendable {
    /// What has become of the entry so far.
    public enum State: Sendable, Hashable {
        /// It is read as events.
        case reading
        /// A CSV without the columns `event_id` and `type`: no table of events, to be named as skipped.
        case skipped
        /// Its header refuses the archive.
        case refused(HeaderFault)
    }

    /// The most bytes of a line, its line end not counted.
    public static let greatestLine = 65_536

    /// The entry's name in Unicode.
    public let entry: String
    /// The log its events belong to.
    public let log: Log
    /// How its lines are written.
    public let format: EntryFormat
    /// What has become of it; once it is not `reading`, further bytes are passed over.
    public private(set) var state = State.reading
    /// The lines seen so far, blank ones and the header counted.
    public private(set) var lines = 0

    private let rules: SourceRules
    private var filler: BlockFiller
    private var rejects: [Reject] = []
    private var decoder: GB18030?
    private var encoding: SourceEncoding
    private var rows: CSVRows?
    private var columns: UnsafeMutableBufferPointer<CSVColumns.Column>?

    private let scanner: NDJSONScanner
    private var shapes = LineShapes()
    private let converter: EventConverter
    private let fieldNames: [String]
    private let buffers: Buffers
    /// How many bytes of a line without its end stand in `buffers.carry`.
    private var carried = 0
    /// Whether the first bytes have been looked at for a byte order mark.
    private var hasBegun = false
    /// Whether a line is being passed over that is too long; and whether it has been white space alone.
    private var isOverlong = false
    private var isOverlongBlank = false

    /// The memory that a reader works in: one piece, freed with it.
    private final class Buffers {
        let carry: UnsafeMutablePointer<UInt8>
        let texts: UnsafeMutablePointer<UInt8>
        let cells: UnsafeMutablePointer<UInt8>
        let details: UnsafeMutablePointer<UInt8>
        let followers: UnsafeMutablePointer<UInt8>
        let spans: UnsafeMutablePointer<Span>
        private let bytes: UnsafeMutablePointer<UInt8>

        /// A longest line with CR and LF.
        static let carryCount = EntryReader.greatestLine + 2

        init() {
            let texts = CSVRows.textsCount(forLine: EntryReader.greatestLine + 2)
            let sizes = [
                Buffers.carryCount + Word.padding, texts, texts, ArenaEnd.reserve + Word.padding, NDJSONScanner.followersCount,
            ]
            let total = sizes.reduce(0, +)
            bytes = .allocate(capacity: total)
            bytes.initialize(repeating: 0, count: total)
            carry = bytes
            self.texts = carry + sizes[0]
            cells = self.texts + sizes[1]
            details = cells + sizes[2]
            followers = details + sizes[3]
            spans = .allocate(capacity: 64)
            spans.initialize(repeating: Span(start: UnsafePointer(bytes), count: 0), count: 64)
        }

        deinit {
            bytes.deallocate()
            spans.deallocate()
        }
    }

    /// A reader of an entry that ``EntryName/classify(_:rules:)`` gave to a log. `eventsPerBlock`, at least 1, bounds the blocks.
    public init(entry: String, log: Log, format: EntryFormat, rules: SourceRules, eventsPerBlock: Int = 4096) {
        self.entry = entry
        self.log = log
        self.format = format
        self.rules = rules
        encoding = rules.encoding
        filler = BlockFiller(log: log, greatest: max(1, eventsPerBlock))
        buffers = Buffers()
        scanner = NDJSONScanner(log, followers: buffers.followers)
        converter = EventConverter(log, details: buffers.details)
        fieldNames = LogPlan.of(log).names
    }

    deinit { columns?.deallocate() }

    /// Takes out the blocks that are full; after ``finish()`` the last one too.
    public func takeBlocks() -> [ParsedBlock] { filler.takeFinished() }

    /// Takes out the rejects since the last call, in order of lines. Whoever reads an untrusted archive calls it after each
    /// piece, because every line can be one.
    public func takeRejects() -> [Reject] {
        defer { rejects = [] }
        return rejects
    }

    /// Reads the next bytes of the entry.
    public func feed(_ bytes: UnsafeRawBufferPointer) {
        guard state == .reading, let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
        var place = base
        let end = base + bytes.count
        if !hasBegun {
            place = begin(place, end)
            guard hasBegun else { return }
        }
        if carried > 0 || isOverlong {
            place = completeLine(place, end)
        }
        // In place: whole lines with padding behind them, which belongs to the piece.
        if end - place > Word.padding {
            var next = end - Word.padding
            while next > place, (next - 1)[0] != 0x0A { next -= 1 }
            if next > place { readLines(place, next) }
            place = next
        }
        // The rest goes through the reader's own buffer, line by line: what stands near the end, and a line without one.
        while place < end, state == .reading {
            place = completeLine(place, end)
        }
    }

    /// Ends the entry: its last line needs no line end.
    public func finish() {
        if !hasBegun { passMark() }
        if state == .reading, carried > 0 || isOverlong {
            withUnsafeBytes(of: UInt8(0x0A)) { lineFeed in
                guard let base = lineFeed.bindMemory(to: UInt8.self).baseAddress else { return }
                _ = completeLine(base, base + 1)
            }
        }
        filler.close()
    }
}

// MARK: Lines

extension EntryReader {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let mark18030: [UInt8] = [0x84, 0x31, 0x95, 0x33]

    /// Gathers the first four bytes and looks for a byte order mark in them; returns what comes next.
    private func begin(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = start
        while place < end, carried < 4 {
            buffers.carry[carried] = place[0]
            carried += 1
            place += 1
        }
        guard carried == 4 else { return place }
        passMark()
        return place
    }

    /// Drops a byte order mark at the beginning; it decides the encoding before the pipeline does.
    private func passMark() {
        hasBegun = true
        let head = UnsafeBufferPointer(start: buffers.carry, count: carried)
        var length = 0
        if head.starts(with: EntryReader.mark) {
            length = EntryReader.mark.count
            encoding = .utf8
        } else if format == .csv, head.starts(with: EntryReader.mark18030) {
            length = EntryReader.mark18030.count
            encoding = .gb18030
        }
        let rest = Array(head.dropFirst(length))
        carried = 0
        rest.withUnsafeBufferPointer { rest in
            guard var place = rest.baseAddress else { return }
            let end = place + rest.count
            while place < end { place = completeLine(place, end) }
        }
    }

    /// Adds bytes up to the next line feed to the carried line, and reads it if there is one; returns what comes next.
    private func completeLine(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let feed = memchr(start, 0x0A, end - start).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) }
        let lineEnd = feed ?? end
        let count = lineEnd - start
        // With a CR at its end a line may be one byte longer.
        if isOverlong {
            isOverlongBlank = isOverlongBlank && StrictJSON.isBlank(start, count)
        } else if count > EntryReader.greatestLine + 1 - carried {
            isOverlong = true
            isOverlongBlank = StrictJSON.isBlank(buffers.carry, carried) && StrictJSON.isBlank(start, count)
            carried = 0
        } else {
            (buffers.carry + carried).update(from: start, count: count)
            carried += count
        }
        guard let feed else { return end }
        if isOverlong {
            isOverlong = false
            lines += 1
            overlongLine(isBlank: isOverlongBlank)
        } else {
            buffers.carry[carried] = 0x0A
            let count = carried + 1
            carried = 0
            readLines(UnsafePointer(buffers.carry), UnsafePointer(buffers.carry + count))
        }
        return feed + 1
    }

    private func overlongLine(isBlank: Bool) {
        switch format {
        case .ndjson:
            if !isBlank { reject(Verdict.malformed) }
        case .csv:
            if rows == nil { state = .refused(HeaderFault(kind: .tooLong, line: lines)) } else { reject(Verdict.malformed) }
        }
    }

    private func reject(_ verdict: Verdict) {
        let field = verdict.field >= 0 ? fieldNames[verdict.field] : ""
        rejects.append(Reject(entry: entry, line: lines, field: field, reason: RejectReason(rawValue: verdict.reason) ?? .malformed))
    }

    /// Reads whole lines; the last byte is a line feed, and ``Word/padding`` bytes behind it are readable.
    private func readLines(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        var place = start
        if format == .csv, rows == nil { place = readHeader(place, end) }
        guard state == .reading else { return }
        while place < end {
            let block = filler.open()
            let from = place
            place = block.events.withUnsafeMutableBufferPointer { events in
                block.arena.withUnsafeMutableBufferPointer { arena in
                    guard let rows else { return readObjects(from, end, events, arena) }
                    return readRows(rows, from, end, events, arena)
                }
            }
        }
    }

    /// Finds and reads the header, the first line that is not empty; returns what comes next.
    private func readHeader(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = start
        while place < end, rows == nil, state == .reading {
            let (count, next) = EntryReader.line(place, end)
            lines += 1
            if count > 0 {
                do {
                    try takeHeader(place, count)
                } catch {
                    state = .refused(error)
                }
            }
            place = next
        }
        return place
    }

    private func takeHeader(_ line: UnsafePointer<UInt8>, _ count: Int) throws(HeaderFault) {
        guard count <= EntryReader.greatestLine else { throw HeaderFault(kind: .tooLong, line: lines) }
        if encoding == .gb18030 {
            guard let shared = GB18030.shared else { throw HeaderFault(kind: .noDecoder, line: lines) }
            decoder = shared
        }
        guard let text = CSVText.decode(line, count, decoder, to: buffers.texts) else {
            throw HeaderFault(kind: .undecodable(encoding), line: lines)
        }
        var names: [[UInt8]] = []
        let isWhole = CSVText.split(text, to: buffers.cells) { cell in
            names.append(Array(UnsafeBufferPointer(start: cell.start, count: cell.count)))
        }
        guard isWhole else { throw HeaderFault(kind: .brokenQuote, line: lines) }
        guard let header = try CSVColumns(names: names, line: lines, log: log, rules: rules) else {
            state = .skipped
            return
        }
        let columns = UnsafeMutableBufferPointer<CSVColumns.Column>.allocate(capacity: header.columns.count)
        _ = columns.initialize(from: header.columns)
        self.columns = columns
        rows = CSVRows(
            UnsafeBufferPointer(columns), header.maps, decoder: decoder, texts: buffers.texts, cells: buffers.cells)
    }

    /// The length of the line at `start` without its CR and line feed, and where the next one begins.
    private static func line(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> (count: Int, next: UnsafePointer<UInt8>) {
        let feed = memchr(start, 0x0A, end - start).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end - 1
        let count = feed - start
        return (count > 0 && start[count - 1] == 0x0D ? count - 1 : count, feed + 1)
    }

    /// Reads NDJSON lines until the block is full or they end; returns what comes next.
    private func readObjects(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ events: UnsafeMutableBufferPointer<ParsedEvent>,
        _ arena: UnsafeMutableBufferPointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        guard let firstEvent = events.baseAddress, let arenaStart = arena.baseAddress else { return end }
        let (scanner, converter) = (self.scanner, self.converter)
        var shapes = self.shapes
        defer { self.shapes = shapes }
        let eventsEnd = firstEvent + events.count
        let arenaLimit = arena.count - ArenaEnd.reserve
        var event = firstEvent + filler.count
        var texts = ArenaEnd(start: arenaStart, used: filler.used)
        var fields = LineFields(spans: buffers.spans)
        var place = start
        var line = lines
        while place < end, event < eventsEnd, texts.used <= arenaLimit {
            line &+= 1
            if !shapes.isTried { shapes.rest() }
            let isTried = shapes.isTried && end - place >= LineShapes.reach
            let shape = isTried ? shapes.find(place, &fields) : nil
            let feed = shape.map { place + $0.pointee.length } ?? scanner.scan(place, &fields)
            if let feed, feed - place <= EntryReader.greatestLine, let type = shape?.pointee.type ?? converter.type(of: fields),
                converter.convert(fields, as: type, &event.pointee, &texts).isAccepted
            {
                if isTried, shape == nil { shapes.learn(place, feed - place, fields, type) }
                event.pointee.line = line
                event += 1
                place = feed + 1
                continue
            }
            let (count, next) = EntryReader.line(place, end)
            if !StrictJSON.isBlank(place, count) {
                let isRead =
                    count <= EntryReader.greatestLine
                    && StrictJSON.read(place, count, converter.plan, texts: buffers.texts, &fields)
                let verdict = isRead ? converter.convert(fields, &event.pointee, &texts) : Verdict.malformed
                if verdict.isAccepted {
                    event.pointee.line = line
                    event += 1
                } else {
                    lines = line
                    reject(verdict)
                }
            }
            place = next
        }
        lines = line
        filler.count = event - firstEvent
        filler.used = texts.used
        return place
    }

    /// Reads CSV rows until the block is full or they end; returns what comes next.
    private func readRows(
        _ rows: CSVRows, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
        _ events: UnsafeMutableBufferPointer<ParsedEvent>, _ arena: UnsafeMutableBufferPointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        guard let firstEvent = events.baseAddress, let arenaStart = arena.baseAddress else { return end }
        let converter = self.converter
        let eventsEnd = firstEvent + events.count
        let arenaLimit = arena.count - ArenaEnd.reserve
        var event = firstEvent + filler.count
        var texts = ArenaEnd(start: arenaStart, used: filler.used)
        var fields = LineFields(spans: buffers.spans)
        var place = start
        var line = lines
        while place < end, event < eventsEnd, texts.used <= arenaLimit {
            line &+= 1
            if let feed = rows.scan(place, &fields), feed - place <= EntryReader.greatestLine, let type = converter.type(of: fields),
                converter.convert(fields, as: type, &event.pointee, &texts).isAccepted
            {
                event.pointee.line = line
                event += 1
                place = feed + 1
                continue
            }
            let (count, next) = EntryReader.line(place, end)
            if count > 0 {
                let isRead = count <= EntryReader.greatestLine && rows.read(place, count, &fields)
                let verdict = isRead ? converter.convert(fields, &event.pointee, &texts) : Verdict.malformed
                if verdict.isAccepted {
                    event.pointee.line = line
                    event += 1
                } else {
                    lines = line
                    reject(verdict)
                }
            }
            place = next
        }
        lines = line
        filler.count = event - firstEvent
        filler.used = texts.used
        return place
    }
}
