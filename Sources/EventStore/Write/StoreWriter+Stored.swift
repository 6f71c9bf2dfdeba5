public import Events
import Synchronization

/// How a writer finds stored events by their hashes: through the side files, which are computed from the log where they do not fit it.
extension StoreWriter {
    /// Opens a list's side file.
    func openColumn(_ list: HashedList) -> HashColumn {
        let tiles = TileReader(paths: paths, size: pending.published)
        let table = reader.table
        let published = pending.published
        return HashColumn(paths: paths, list: list) { [opened] size in
            if size == opened.size { return (opened.root, opened.counts[list.place]) }
            guard size <= published, let edge = try? tiles.edge(ofSize: size) else { return nil }
            return (edge.root(TreeHasher()), list.count(table, below: size))
        }
    }

    /// Hands over the hashes of a list as it was when the writer began: from the side file, and for what it lacks from the log.
    /// `discard` is called where what was handed over is void, and everything comes again.
    func scanStored(
        _ list: HashedList, count: Int, _ body: (UnsafeBufferPointer<UInt64>, Int) -> Void, discard: () -> Void
    ) throws(StoreError) {
        let place = list.place
        if columns[place].count > count || !columns[place].scan(body) {
            columns[place].discard()
            discard()
        }
        guard columns[place].count < count else { return }
        let first = columns[place].count
        let missing = try hashes(of: list, from: first, to: count)
        missing.withUnsafeBufferPointer { body($0, first) }
        // Where the file cannot be written, the next writer computes it again.
        extend(list, with: missing)
    }

    /// The hashes of a list, from the log itself.
    private func hashes(of list: HashedList, from first: Int, to end: Int) throws(StoreError) -> [UInt64] {
        switch list {
        case .events(let log): try hashes(of: log, from: first, to: end)
        case .identifiers(let space): try hashes(of: space, from: first, to: end)
        }
    }

    /// The hashes of identifiers of a namespace, from the log itself.
    private func hashes(of space: Namespace, from first: Int, to end: Int) throws(StoreError) -> [UInt64] {
        let texts = try reader.identifiers(of: space, below: end)
        return texts.bytes.withUnsafeBufferPointer { bytes in
            (first..<end).map { number in
                let start = Int(texts.starts[number])
                return bytes.baseAddress.map { IdentifierHash.hash($0 + start, count: Int(texts.starts[number + 1]) - start) } ?? 0
            }
        }
    }

    /// The hashes of events of a log, from the log itself.
    private func hashes(of log: Log, from first: Int, to end: Int) throws(StoreError) -> [UInt64] {
        var hashes: [UInt64] = []
        hashes.reserveCapacity(end - first)
        let columns = EventColumns()
        for place in reader.table.blocksOfLog[Int(log.rawValue)] {
            let stored = reader.table.blocks[place]
            guard stored.header.firstOrdinal + stored.header.count > first, stored.header.firstOrdinal < end else { continue }
            try readable(stored.entry)
            try reader.decode(stored, texts: true, into: columns)
            columns.idBytes.withUnsafeBufferPointer { text in
                guard let start = text.baseAddress else { return }
                for row in max(0, first - stored.header.firstOrdinal)..<min(stored.header.count, end - stored.header.firstOrdinal) {
                    let from = Int(columns.idStart[row])
                    hashes.append(IdentifierHash.hash(start + from, count: Int(columns.idStart[row + 1]) - from))
                }
            }
        }
        return hashes
    }

    /// Finds the stored events that some blocks could repeat, and puts the stored identifiers that they name into the tables; or builds
    /// the table of everything where that is the cheaper way.
    ///
    /// - Parameter ahead: By log, what was found for the first of these blocks; of use where it was found for all that there are.
    func findStored(_ blocks: [ParsedBlock], knowing ahead: [FoundAhead?] = []) throws(StoreError) {
        // Stored events may stand in the bundle that is being copied.
        if pending.isCopying { try pending.flush() }
        // Children are named most often, and of facilities, which are few, all are read as a rule: what takes longest comes first.
        let lists = (HashedList.identifierLists + HashedList.eventLists).filter { table($0).isPartial }
        let (reader, known) = (reader, known)
        let wants = gathered(lists.count, sideBySide ?? oneByOne) { item -> Want in
            if case .events(let log) = lists[item], case let place = Int(log.rawValue), place < ahead.count, let found = ahead[place],
                found.blocks == blocks.count(where: { $0.log == log })
            {
                return .found(log, found.hits)
            }
            let hashes = Self.hashes(of: lists[item], in: blocks)
            let table = table(lists[item])
            guard !hashes.isEmpty else { return .nothing }
            guard table.isWorthCompleting(for: hashes.count) else { return .some(HashFilter(hashes)) }
            switch lists[item] {
            case .events(let log): return .allEvents(log)
            case .identifiers(let space):
                let base = table.base
                return .allIdentifiers(
                    space,
                    Result { () throws(StoreError) in
                        if let known { return try known.allIdentifiers(of: space) }
                        return try reader.identifiers(of: space, below: base)
                    })
            }
        }
        // Searches for identifiers, and then those for events.
        var searches: [(list: HashedList, filter: HashFilter)] = []
        var repeated: [(log: Log, ordinals: [UInt32])] = []
        func take(_ hits: [HashSearch.Hit], of log: Log) {
            let targets = note(hits, as: Self.targets(of: log, in: blocks), log)
            events[Int(log.rawValue)].note(hits)
            repeated.append((log, hits.filter { !targets.contains($0.hash) }.map(\.ordinal)))
        }
        for (list, want) in zip(lists, wants) {
            switch want {
            case .nothing: continue
            case .found(let log, let hits): take(hits, of: log)
            case .some(let filter): searches.append((list, filter))
            case .allEvents(let log): try complete(log)
            case .allIdentifiers(let space, let known):
                let known = try known.get()
                identifiers[Int(space.rawValue)].complete(starts: known.starts, bytes: known.bytes)
            }
            table(list).scans += 1
        }
        let ofIdentifiers = searches.count { if case .identifiers = $0.list { true } else { false } }
        // To load an identifier takes as long as to look at so many hashes: those that take no longer than the search for events does are
        // loaded beside it, by one thread, and more of them afterwards by all.
        let mostBeside = searches[ofIdentifiers...].reduce(0) { $0 + table($1.list).base } / 48
        let loads = Mutex<[Int: Result<Void, StoreError>]>([:])
        let found = HashSearch.run(
            searches.map { (columns[$0.list.place].count == table($0.list).base ? columns[$0.list.place] : nil, $0.filter) },
            sideBySide ?? oneByOne, first: 0..<ofIdentifiers
        ) { search, hits in
            guard hits.count <= mostBeside else { return }
            let done = Result { () throws(StoreError) in try load(hits, searches[search].list, oneByOne) }
            loads.withLock { $0[search] = done }
        }
        let loaded = loads.withLock { $0 }
        for (place, search) in searches.enumerated() {
            if let done = loaded[place] {
                try done.get()
                continue
            }
            let hits = if let hits = found[place] { hits } else { try self.hits(of: search.filter, in: search.list) }
            switch search.list {
            case .events(let log): take(hits, of: log)
            case .identifiers: try load(hits, search.list, sideBySide ?? oneByOne)
            }
        }
        try takeOut(repeated)
    }

    /// Stored events that some blocks of a log could repeat, or void.
    struct FoundAhead {
        /// How many blocks.
        let blocks: Int
        let hits: [HashSearch.Hit]
    }

    /// Is told that, as a rule, the batch has no more blocks of a log: then the stored events that those which wait could repeat or void are
    /// found while others are read, as threads that would wait for these have nothing else to do. Once for all that waits; where more of the
    /// log comes, it was in vain, and no pass is counted: when a table is completed depends on no threads.
    public func findAhead(_ log: Log) {
        guard failure == nil, batch != nil else { return }
        let list = HashedList.events(log)
        let (table, column) = (events[Int(log.rawValue)], columns[list.place])
        guard foundAhead[Int(log.rawValue)] == nil, table.isPartial, column.count == table.base else { return }
        let blocks = waiting.lazy.map(\.block).filter { $0.log == log }
        guard blocks.reduce(0, { $0 + $1.events.count }) >= fewestAhead, let lent = besideReading?() else { return }
        let hashes = Self.hashes(of: list, in: Array(blocks))
        guard !table.isWorthCompleting(for: hashes.count) else { return }
        guard let hits = HashSearch.run([(column, HashFilter(hashes))], lent)[0] else { return }
        foundAhead[Int(log.rawValue)] = FoundAhead(blocks: blocks.count, hits: hits)
    }

    /// What some blocks want of a list: nothing, what was found already, what a filter finds, or all of it.
    private enum Want {
        case nothing
        case found(Log, [HashSearch.Hit])
        case some(HashFilter)
        case allEvents(Log)
        case allIdentifiers(Namespace, Result<(starts: [UInt32], bytes: [UInt8]), StoreError>)
    }

    /// Keeps what was found of the targets of voids for whoever resolves them; the targets.
    private func note(_ hits: [HashSearch.Hit], as targets: [UInt64], _ log: Log) -> Set<UInt64> {
        let place = Int(log.rawValue)
        lookedFor[place].count = events[place].base
        for target in targets { lookedFor[place].ordinals[target] = [] }
        let targets = Set(targets)
        for hit in hits where targets.contains(hit.hash) { lookedFor[place].ordinals[hit.hash, default: []].append(hit.ordinal) }
        return targets
    }

    /// Takes stored events out of their blocks, by ordinals that ascend in each log: those few that come again are mostly alone in their
    /// blocks, which several threads read. Where many come again, they come in the log's order, and their blocks are read one by one.
    private func takeOut(_ repeated: [(log: Log, ordinals: [UInt32])]) throws(StoreError) {
        let (few, most) = (1 << 14, 32)
        var stretches: [(log: Log, ordinals: ArraySlice<UInt32>)] = []
        for (log, ordinals) in repeated where ordinals.count <= few {
            for start in stride(from: 0, to: ordinals.count, by: most) {
                stretches.append((log, ordinals[start..<min(start + most, ordinals.count)]))
            }
        }
        let reader = reader
        let rows = gathered(stretches.count, sideBySide ?? oneByOne) { item in
            Result { () throws(StoreError) in try reader.rows(stretches[item].ordinals, of: stretches[item].log) }
        }
        for (stretch, rows) in zip(stretches, rows) {
            for (ordinal, row) in zip(stretch.ordinals, try rows.get()) { events[Int(stretch.log.rawValue)].rows[ordinal] = row }
        }
    }

    /// The hits in a list whose file does not go as far as the log or turned out to be damaged.
    private func hits(of filter: HashFilter, in list: HashedList) throws(StoreError) -> [HashSearch.Hit] {
        var hits: [HashSearch.Hit] = []
        try scanStored(list, count: table(list).base) { piece, first in
            filter.scan(piece) { hits.append(HashSearch.Hit(hash: piece[$0], ordinal: UInt32(truncatingIfNeeded: first + $0))) }
        } discard: {
            hits = []
        }
        return hits
    }

    /// The hashes of what the blocks' events name of a list, some of them several times.
    private static func hashes(of list: HashedList, in blocks: [ParsedBlock]) -> [UInt64] {
        var hashes: [UInt64] = []
        hashes.reserveCapacity(blocks.reduce(0) { $0 + $1.events.count })
        for block in blocks {
            switch list {
            case .events(let log):
                guard block.log == log else { continue }
                for event in block.events { hashes.append(event.idHash) }
                hashes += targets(of: log, in: [block])
            case .identifiers(let space):
                let (spaces, place) = (ObjectSpaces(block.log), Int(space.rawValue))
                let (isSubject, isObject) = (spaces.subject == place, spaces.object == place || spaces.payee == place)
                guard isSubject || isObject else { continue }
                for event in block.events {
                    if isSubject, event.subjectCount > 0 { hashes.append(event.subjectHash) }
                    if isObject, event.objectCount > 0 { hashes.append(event.objectHash) }
                }
            }
        }
        return hashes
    }

    /// The hashes of the events that the blocks' voids of a log name.
    private static func targets(of log: Log, in blocks: [ParsedBlock]) -> [UInt64] {
        var hashes: [UInt64] = []
        for block in blocks where block.log == log {
            for event in block.events where event.type == EventType.voidCode {
                let start = Int(event.detailStart)
                guard let target = Detail.slices(block.arena[start..<start + Int(event.detailCount)])?.first else { continue }
                hashes.append(target.withUnsafeBufferPointer { $0.baseAddress.map { IdentifierHash.hash($0, count: target.count) } ?? 0 })
            }
        }
        return hashes
    }

    /// Puts the hashes of all stored events of a log into its table.
    private func complete(_ log: Log) throws(StoreError) {
        let table = events[Int(log.rawValue)]
        let stored = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: table.base)
        defer { stored.deallocate() }
        stored.initialize(repeating: 0)
        try scanStored(.events(log), count: table.base) { piece, first in
            guard first + piece.count <= stored.count else { return }
            for place in piece.indices { stored[first + place] = piece[place] }
        } discard: {
        }
        table.complete(with: UnsafeBufferPointer(stored))
    }

    /// Reads the stored identifiers that were found, and puts them into their table; other tables may be put into meanwhile.
    private func load(_ hits: [HashSearch.Hit], _ list: HashedList, _ sideBySide: @escaping SideBySide) throws(StoreError) {
        guard case .identifiers(let space) = list, !hits.isEmpty else { return }
        // The numbers that are read at once: of a few dozen blocks where many are wanted of each.
        let most = 1 << 11
        let numbers = hits.map(\.ordinal)
        let stretches = stride(from: 0, to: numbers.count, by: most).map { numbers[$0..<min($0 + most, numbers.count)] }
        let (reader, known) = (reader, known)
        let found = gathered(stretches.count, sideBySide) { item in
            Result { () throws(StoreError) in
                let held = try known?.heldIdentifiers(stretches[item], in: space)
                let texts = if let held { held } else { try reader.identifiers(stretches[item], in: space) }
                return (texts, IdentifierTable.hashes(texts))
            }
        }
        let table = identifiers[Int(space.rawValue)]
        table.reserve(loading: numbers.count)
        for (stretch, found) in zip(stretches, found) {
            let (texts, hashes) = try found.get()
            table.load(stretch, texts, hashes: hashes)
        }
    }

    /// The table of a list.
    private func table(_ list: HashedList) -> any StoredTable {
        switch list {
        case .events(let log): events[Int(log.rawValue)]
        case .identifiers(let space): identifiers[Int(space.rawValue)]
        }
    }

    /// Makes sure that an entry's bytes are in its file.
    func readable(_ entry: Int) throws(StoreError) {
        if entry >= pending.firstUnwritten { try pending.flush() }
    }

    /// Computes from the log what the side files lack of the events that were stored when the writer began.
    func completeColumns() {
        guard !events.isEmpty else { return }
        for list in HashedList.all {
            let place = list.place
            let have = columns[place].count
            let stored = opened.counts[place]
            guard have < stored, let missing = try? hashes(of: list, from: have, to: stored) else { continue }
            extend(list, with: missing)
        }
        extendColumns(root: pending.edge.root(TreeHasher()))
        haveColumnsCaughtUp = true
    }

    /// Appends the hashes of what was published since to the side files. They are a convenience: a failure leaves them behind, and
    /// the next writer computes what they lack.
    func extendColumns(root: Digest) {
        guard !events.isEmpty else { return }
        // The longest first, so that none of them is left to one thread at the end.
        let lists = HashedList.all.map { ($0, new: count(of: $0) - columns[$0.place].count) }.filter { $0.new > 0 }
            .sorted { ($1.new, $0.0.place) < ($0.new, $1.0.place) }.map(\.0)
        guard !lists.isEmpty else { return }
        haveColumnsChanged = true
        let size = pending.published
        // A little is written before another thread is there to help.
        let isLittle = HashedList.all.reduce(0) { $0 + count(of: $1) - columns[$1.place].count } < Self.littleToWrite
        let lent = isLittle ? oneByOne : sideBySide ?? oneByOne
        let done = columns.withUnsafeMutableBufferPointer { columns in
            gathered(lists.count, lent) { item in
                extend(&columns[lists[item].place], lists[item], logSize: size, root: root)
            }
        }
        if done.contains(false) { hasColumnsBehind = true }
    }

    private static let littleToWrite = 1 << 18

    /// Appends to a list's side file what it lacks of the entries that the log had when the writer began.
    private func extend(_ list: HashedList, with missing: [UInt64]) {
        haveColumnsChanged = true
        do throws(StoreError) {
            try columns[list.place].append(missing, logSize: opened.size, root: opened.root)
        } catch {
            hasColumnsBehind = true
        }
    }

    /// How many a list has, stored and new.
    private func count(of list: HashedList) -> Int {
        switch list {
        case .events(let log): events[Int(log.rawValue)].count
        case .identifiers(let space): identifiers[Int(space.rawValue)].count
        }
    }

    /// Appends to a side file what a table has beyond it, where the table holds that; whether it could be written.
    private func extend(_ column: inout HashColumn, _ list: HashedList, logSize: Int, root: Digest) -> Bool {
        let have = column.count
        do throws(StoreError) {
            switch list {
            case .events(let log):
                let table = events[Int(log.rawValue)]
                guard have >= table.base else { return true }
                let new = UnsafeBufferPointer(start: table.hashes + (have - table.base), count: table.count - have)
                try column.append(new, logSize: logSize, root: root)
            case .identifiers(let space):
                let table = identifiers[Int(space.rawValue)]
                guard have >= table.base else { return true }
                try column.append(table.hashes(from: have), logSize: logSize, root: root)
            }
            return true
        } catch {
            return false
        }
    }
}

/// A table that may lack what was stored before it was made.
private protocol StoredTable: AnyObject {
    /// How much was stored.
    var base: Int { get }
    var isPartial: Bool { get }
    /// The passes made over the side file.
    var scans: Int { get set }
    /// Whether everything stored is to be put in, and not only what `more` new hashes could meet.
    func isWorthCompleting(for more: Int) -> Bool
}

/// The passes over a list's hashes after which the whole table would have cost no more.
private let worthwhileScans = 8

extension EventTable: StoredTable {
    func isWorthCompleting(for more: Int) -> Bool { count - base + more > base / 8 || scans >= worthwhileScans }
}

extension IdentifierTable: StoredTable {
    func isWorthCompleting(for more: Int) -> Bool { more > base / 2 || scans >= worthwhileScans }
}
