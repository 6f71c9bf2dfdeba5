import CKernel
import Events

/// The findings of one log with their texts, in the order of events, and beside them the ones that are kept in order from before.
struct LogFindings: Sendable {
    private var entries: [Finding] = []
    /// By place in `entries`: which of the findings given it is.
    private var rawPlaces: [UInt32] = []
    private(set) var texts = FindingTexts()
    private var kept: KeptFindings?
    /// Places in `entries`, by code; and where each code's begin, one more than codes.
    private var byCode: [UInt32] = []
    private var starts = [Int](repeating: 0, count: FindingCode.allCases.count + 1)

    /// None.
    init() { kept = nil }

    /// Adds one with its texts, for whoever keeps the order; its place.
    mutating func append(
        _ code: FindingCode, _ log: Log, _ day: Day, _ eventID: some Collection<UInt8>, _ subject: some Collection<UInt8>
    ) -> FindingPlace {
        func add(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) -> TextPlace {
            let place = TextPlace(start: bytes.count, count: text.count)
            bytes += text
            return place
        }
        let (id, named) = (add(eventID, to: &texts.ids), add(subject, to: &texts.subjects))
        entries.append(
            Finding(id: id, subject: named, facility: TextPlace(), occurredOn: day.rawValue, code: code, log: log))
        return FindingPlace(entries.count - 1, isKept: false)
    }

    /// Reads the texts of a log's findings, which are none of the kept ones.
    init(_ raw: [RawFinding], beside kept: KeptFindings? = nil, _ log: Log, in source: any EventSource, threads: Int) throws {
        self.kept = kept
        guard !raw.isEmpty else { return }
        guard raw.count < FindingPlace.limit else { throw ProjectionError.tooManyFindings(log: log, limit: FindingPlace.limit) }
        try read(raw, log, source, threads)
        for entry in entries { starts[Int(entry.code.rawValue) + 1] += 1 }
        for code in FindingCode.allCases.indices { starts[code + 1] += starts[code] }
        var next = starts
        byCode = [UInt32](repeating: 0, count: entries.count)
        for (place, entry) in entries.enumerated() {
            byCode[next[Int(entry.code.rawValue)]] = UInt32(truncatingIfNeeded: place)
            next[Int(entry.code.rawValue)] += 1
        }
    }

    /// Reads the events' identifiers block by block, the subjects' in the order of their numbers.
    private mutating func read(_ raw: [RawFinding], _ log: Log, _ source: any EventSource, _ threads: Int) throws {
        let space: Namespace
        switch log {
        case .births, .enrollments: space = .child
        case .filings: space = .facility
        case .subsidies: space = .grant
        }
        let subjects = try NumberedTexts(raw, \.subject, space, in: source, threads: threads)
        let facilities = log == .enrollments ? try NumberedTexts(raw, \.facility, .facility, in: source, threads: threads) : nil
        texts.subjects = subjects.bytes
        texts.facilities = facilities?.bytes ?? []
        var order = raw.indices.map { UInt64(raw[$0].ordinal) << 32 | UInt64(UInt32(truncatingIfNeeded: $0)) }
        radixSort(&order, from: 32)
        let ranges = blocks(ofSorted: order, log, in: source)
        var parts: [(starts: [Int], bytes: [UInt8])] = Array(repeating: ([], []), count: ranges.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: parts.count) { _, item in
                let (block, range) = ranges[item]
                let first = source.firstOrdinal(ofBlock: block, of: log)
                let rows = order[range].map { Int($0 >> 32) - first }
                let ids = try source.eventIdentifiers(rows, ofBlock: block, of: log)
                guard ids.starts.count == rows.count + 1, ids.starts.last == ids.bytes.count else {
                    throw ProjectionError.inconsistentBlock(log: log, block: block)
                }
                parts[item] = ids
            }
        }
        texts.ids.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
        entries.reserveCapacity(raw.count)
        rawPlaces.reserveCapacity(raw.count)
        for ((_, range), ids) in zip(ranges, parts) {
            let base = texts.ids.count
            texts.ids += ids.bytes
            var event = 0
            for index in range {
                let place = Int(order[index] & 0xFFFF_FFFF)
                let finding = raw[place]
                // The findings of one event name one text, whichever of them came first.
                if index == range.lowerBound || order[index] >> 32 != order[index - 1] >> 32 { event = index - range.lowerBound }
                entries.append(
                    Finding(
                        id: TextPlace(start: base + ids.starts[event], count: ids.starts[event + 1] - ids.starts[event]),
                        subject: subjects.places[place], facility: facilities?.places[place] ?? TextPlace(),
                        occurredOn: finding.occurredOn, code: finding.code, log: log))
                rawPlaces.append(UInt32(truncatingIfNeeded: place))
            }
        }
    }

    /// How many findings have a code.
    fileprivate func count(of code: FindingCode) -> Int { newCount(of: code) + (kept?.count(of: code) ?? 0) }

    private func newCount(of code: FindingCode) -> Int { starts[Int(code.rawValue) + 1] - starts[Int(code.rawValue)] }

    /// Writes which findings have a code, in the order of their events' identifiers. No event has one code twice, and no two events of a log
    /// share an identifier, so subject and date never decide.
    fileprivate func write(_ code: FindingCode, to sorted: UnsafeMutableBufferPointer<FindingPlace>) {
        guard let base = sorted.baseAddress else { return }
        guard let kept else {
            var end = base
            return forEach(code) { place in
                end.initialize(to: FindingPlace(place, isKept: false))
                end += 1
            }
        }
        // The new ones come behind the room that all take together less their own, and are merged towards the front.
        let new = UnsafeMutableBufferPointer(rebasing: sorted[(sorted.count - newCount(of: code))...])
        var next = new.startIndex
        forEach(code) { place in
            new.initializeElement(at: next, to: FindingPlace(place, isKept: false))
            next += 1
        }
        kept.read { keptFindings in
            texts.read { texts in
                entries.withUnsafeBufferPointer { entries in
                    var (next, end) = (new.startIndex, base)
                    @inline(__always) func newID() -> UnsafeRawBufferPointer {
                        UnsafeRawBufferPointer(rebasing: texts.ids[entries[new[next].place].id.range])
                    }
                    keptFindings.forEach(code) { place, keptID in
                        while next < new.count, precedes(newID(), keptID) {
                            end.initialize(to: new[next])
                            (next, end) = (next + 1, end + 1)
                        }
                        end.initialize(to: FindingPlace(place, isKept: true))
                        end += 1
                    }
                }
            }
        }
    }

    /// Lets go of what only ``write(_:to:)`` and ``inOrder(threads:)`` ask for.
    fileprivate mutating func letGoOfOrder() {
        (rawPlaces, byCode) = ([], [])
        kept?.letGoOfOrder()
    }

    /// Calls `body` with some findings of a code, as ``write(_:to:)`` has them in order, and the texts that each names.
    func forEach(
        _ order: UnsafeBufferPointer<FindingPlace>, _ code: FindingCode, _ log: Log, _ body: (Finding, FindingTexts.View) -> Void
    ) {
        entries.withUnsafeBufferPointer { entries in
            texts.read { texts in
                guard let kept else {
                    // A finding and its texts lie anywhere: each is asked for some turns before it is needed.
                    for (turn, place) in order.enumerated() {
                        if turn &+ 16 < order.count, let base = entries.baseAddress { tuowei_prefetch(base + order[turn &+ 16].place) }
                        if turn &+ 8 < order.count { texts.ask(entries[order[turn &+ 8].place]) }
                        body(entries[place.place], texts)
                    }
                    return
                }
                kept.read { kept in
                    var cursor = order.first { $0.isKept }.map { kept.cursor(at: $0.place) }
                    for place in order {
                        guard place.isKept else {
                            body(entries[place.place], texts)
                            continue
                        }
                        kept.advance(&cursor, to: place.place)
                        body(kept.finding(at: cursor, code, log), kept.texts)
                    }
                }
            }
        }
    }

    /// Calls `body` with the place of each finding of a code that is not kept, in the order of their events' identifiers.
    private func forEach(_ code: FindingCode, _ body: (_ place: Int) -> Void) {
        guard newCount(of: code) > 0 else { return }
        let places = byCode[starts[Int(code.rawValue)]..<starts[Int(code.rawValue) + 1]]
        entries.withUnsafeBufferPointer { entries in
            texts.ids.withUnsafeBufferPointer { ids in
                withUnsafeTemporaryAllocation(of: IdentifierKey.self, capacity: places.count) { keys in
                    for (key, place) in zip(keys.indices, places) {
                        keys.initializeElement(at: key, to: IdentifierKey(head: 0, place: place))
                    }
                    IdentifierSorter(entries: entries, ids: ids).sort(keys, from: 0)
                    for key in keys { body(Int(key.place)) }
                }
            }
        }
    }

    /// All findings that are not kept in the order of `findings.csv`, each with its place among those given.
    func inOrder(threads: Int) throws -> [(finding: Finding, raw: Int)] {
        var parts: [[(finding: Finding, raw: Int)]] = Array(repeating: [], count: FindingCode.allCases.count)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: parts.count) { _, item in
                forEach(FindingCode.allCases[item]) { parts[item].append((entries[$0], Int(rawPlaces[$0]))) }
            }
        }
        return parts.flatMap { $0 }
    }
}

/// Whether an identifier comes before another one as bytes.
@inline(__always)
private func precedes(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
    if first.count >= 8, second.count >= 8 {
        let (one, other) = (
            UInt64(bigEndian: first.loadUnaligned(as: UInt64.self)), UInt64(bigEndian: second.loadUnaligned(as: UInt64.self))
        )
        if one != other { return one < other }
    }
    return first.lexicographicallyPrecedes(second)
}

extension Findings {
    /// The findings of all logs, by ``Log/rawValue``, in the order of `findings.csv`: by code, then by log.
    init(_ logs: [LogFindings], threads: Int) throws {
        let groups = Group.all { code, log in logs[Int(log.rawValue)].count(of: code) }
        let count = groups.last?.range.upperBound ?? 0
        // The longest come first, so that none of them is left to one thread at the end.
        let longestFirst = groups.sorted { ($1.range.count, $0.range.lowerBound) < ($0.range.count, $1.range.lowerBound) }
        var failure: (any Error)?
        let order = [FindingPlace](unsafeUninitializedCapacity: count) { order, filled in
            do {
                try Workers.run(threads, items: longestFirst.count) { _, item in
                    let group = longestFirst[item]
                    logs[Int(group.log.rawValue)].write(group.code, to: UnsafeMutableBufferPointer(rebasing: order[group.range]))
                }
                filled = count
            } catch { failure = error }
        }
        if let failure { throw failure }
        var logs = logs
        for log in logs.indices { logs[log].letGoOfOrder() }
        self.init(logs, groups, order)
    }
}

/// The identifiers of what findings name, fetched in the order of numbers, each once.
private struct NumberedTexts {
    /// By the finding's place in the list; no text where it names nothing.
    private(set) var places: [TextPlace]
    /// The identifiers, end to end.
    private(set) var bytes: [UInt8] = []
    private static let portion = 2048

    init(
        _ raw: [RawFinding], _ number: (RawFinding) -> UInt32, _ space: Namespace, in source: any EventSource, threads: Int
    ) throws {
        places = Array(repeating: TextPlace(), count: raw.count)
        var keys: [UInt64] = []
        keys.reserveCapacity(raw.count)
        for (place, finding) in raw.enumerated() where finding.hasSubject {
            keys.append(UInt64(number(finding)) << 32 | UInt64(UInt32(truncatingIfNeeded: place)))
        }
        radixSort(&keys, from: 32)
        var distinct: [UInt32] = []
        for key in keys where distinct.last != UInt32(truncatingIfNeeded: key >> 32) {
            distinct.append(UInt32(truncatingIfNeeded: key >> 32))
        }
        let portions = (distinct.count + Self.portion - 1) / Self.portion
        var parts: [(starts: [Int], bytes: [UInt8])] = Array(repeating: ([0], []), count: portions)
        try parts.withUnsafeMutableBufferPointer { parts in
            try Workers.run(threads, items: portions) { _, item in
                let numbers = distinct[item * Self.portion..<min(distinct.count, (item + 1) * Self.portion)]
                parts[item] = try source.identifiers(numbers, in: space)
                guard parts[item].starts.count == numbers.count + 1 else { throw ProjectionError.inconsistentIdentifiers }
            }
        }
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
        var key = 0
        var number = 0
        for part in parts {
            let base = bytes.count
            bytes += part.bytes
            for text in part.starts.indices.dropLast() {
                let place = TextPlace(start: base + part.starts[text], count: part.starts[text + 1] - part.starts[text])
                while key < keys.count, UInt32(truncatingIfNeeded: keys[key] >> 32) == distinct[number] {
                    places[Int(keys[key] & 0xFFFF_FFFF)] = place
                    key += 1
                }
                number += 1
            }
        }
    }
}

/// A finding being sorted: eight bytes of its event's identifier, the first one highest, and its place among the unsorted.
private struct IdentifierKey: BitwiseCopyable {
    var head: UInt64
    var place: UInt32
}

/// Sorts findings by their events' identifiers as bytes, eight bytes at a time: those that are equal so far are sorted by the next
/// eight. Identifiers mostly begin alike and grow with the ordinal, so what all share is passed over.
private struct IdentifierSorter {
    let entries: UnsafeBufferPointer<Finding>
    let ids: UnsafeBufferPointer<UInt8>

    /// Sorts findings whose identifiers agree in the first `depth` bytes.
    func sort(_ keys: UnsafeMutableBufferPointer<IdentifierKey>, from depth: Int) {
        guard keys.count > 1, depth < 64 else { return }
        let depth = depth + sharedBytes(keys, from: depth)
        for place in keys.indices { keys[place].head = head(keys[place].place, from: depth) }
        sortByHead(keys)
        var start = 0
        while start < keys.count {
            var end = start + 1
            while end < keys.count, keys[end].head == keys[start].head { end += 1 }
            if end - start > 1 { sort(UnsafeMutableBufferPointer(rebasing: keys[start..<end]), from: depth + 8) }
            start = end
        }
    }

    /// By the eight bytes. Of many, three digits of eleven bits, from the highest bit on in which they differ, part nearly all; the few
    /// that these leave together are sorted one by one.
    private func sortByHead(_ keys: UnsafeMutableBufferPointer<IdentifierKey>) {
        guard keys.count > 512 else { return sortFew(keys) }
        let differing = keys.reduce(0 as UInt64) { $0 | ($1.head ^ keys[0].head) }
        let highest = 64 - differing.leadingZeroBitCount
        let lowest = max(0, highest - 33)
        withUnsafeTemporaryAllocation(of: IdentifierKey.self, capacity: keys.count) { spare in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 2049) { starts in
                var (from, to) = (keys, spare)
                for shift in stride(from: UInt64(lowest), to: UInt64(highest), by: 11) where differing >> shift & 0x7FF != 0 {
                    starts.initialize(repeating: 0)
                    for key in from { starts[Int(key.head >> shift & 0x7FF) &+ 1] &+= 1 }
                    for digit in 1..<2049 { starts[digit] &+= starts[digit &- 1] }
                    for key in from {
                        let digit = Int(key.head >> shift & 0x7FF)
                        to.initializeElement(at: starts[digit], to: key)
                        starts[digit] &+= 1
                    }
                    swap(&from, &to)
                }
                if from.baseAddress != keys.baseAddress { _ = keys.update(fromContentsOf: from) }
            }
        }
        guard lowest > 0 else { return }
        var start = 0
        while start < keys.count {
            let digits = keys[start].head >> UInt64(lowest)
            var end = start + 1
            while end < keys.count, keys[end].head >> UInt64(lowest) == digits { end += 1 }
            if end - start > 1 { sortFew(UnsafeMutableBufferPointer(rebasing: keys[start..<end])) }
            start = end
        }
    }

    /// By insertion, which is the fastest way to sort a handful; more as the library does.
    private func sortFew(_ keys: UnsafeMutableBufferPointer<IdentifierKey>) {
        guard keys.count <= 24 else {
            var keys = keys
            return keys.sort { $0.head < $1.head }
        }
        for place in 1..<max(1, keys.count) {
            let key = keys[place]
            var hole = place
            while hole > 0, key.head < keys[hole &- 1].head {
                keys[hole] = keys[hole &- 1]
                hole &-= 1
            }
            keys[hole] = key
        }
    }

    /// How many further bytes all of them share.
    private func sharedBytes(_ keys: UnsafeMutableBufferPointer<IdentifierKey>, from depth: Int) -> Int {
        let first = id(keys[0].place)
        var shared = max(0, first.count - depth)
        for key in keys {
            let other = id(key.place)
            var same = 0
            while same < shared, depth + same < other.count, first[depth + same] == other[depth + same] { same += 1 }
            shared = same
            if shared == 0 { break }
        }
        return shared
    }

    @inline(__always)
    private func id(_ place: UInt32) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: ids[entries[Int(place)].id.range])
    }

    /// Eight bytes as a number; behind the end zeros, which no identifier holds.
    @inline(__always)
    private func head(_ place: UInt32, from depth: Int) -> UInt64 {
        let id = id(place)
        if depth + 8 <= id.count {
            return UInt64(bigEndian: UnsafeRawBufferPointer(id).loadUnaligned(fromByteOffset: depth, as: UInt64.self))
        }
        var head: UInt64 = 0
        for offset in depth..<depth + 8 { head = head << 8 | (offset < id.count ? UInt64(id[offset]) : 0) }
        return head
    }
}
