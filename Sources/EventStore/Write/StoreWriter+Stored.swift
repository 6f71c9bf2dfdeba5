import Events

/// How a writer finds stored events by their hashes: through the side files, which are computed from the log where they do not fit it.
extension StoreWriter {
    /// The passes over a list's hashes after which the whole table would have cost no more.
    private static let worthwhileScans = 8

    /// Opens a list's side file.
    func openColumn(_ list: HashedList) -> HashColumn {
        let tiles = TileReader(paths: paths, size: pending.published)
        let table = reader.table
        let published = pending.published
        return HashColumn(paths: paths, list: list) { size in
            guard size <= published, let edge = try? tiles.edge(ofSize: size) else { return nil }
            var earlier = table
            earlier.truncate(to: size)
            return (edge.root(TreeHasher()), list.count(earlier))
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
        missing.withUnsafeBufferPointer { extendColumn(place, $0, logSize: opened.size, root: opened.root) }
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

    /// Finds which of these hashes stored events have; or builds the table of all stored events where that is the cheaper way.
    func findStored(_ hashes: [UInt64], _ log: Log) throws(StoreError) {
        let table = events[Int(log.rawValue)]
        let new = table.count - table.base + hashes.count
        table.scans += 1
        if new > table.base / 8 || table.scans > Self.worthwhileScans {
            let stored = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: table.base)
            defer { stored.deallocate() }
            stored.initialize(repeating: 0)
            try scanStored(.events(log), count: table.base) { piece, first in
                guard first + piece.count <= stored.count else { return }
                for place in piece.indices { stored[first + place] = piece[place] }
            } discard: {
            }
            table.complete(with: UnsafeBufferPointer(stored))
            return
        }
        let filter = HashFilter(hashes)
        var hits: [UInt64: [UInt32]] = [:]
        try scanStored(.events(log), count: table.base) { piece, first in
            filter.scan(piece, first: first, into: &hits)
        } discard: {
            hits = [:]
        }
        table.hits = hits
    }

    /// Puts the stored identifiers that some blocks name into the tables; or all of them where that is the cheaper way.
    func findIdentifiers(_ blocks: [ParsedBlock]) throws(StoreError) {
        for space in Namespace.allCases where identifiers[Int(space.rawValue)].isPartial {
            let place = Int(space.rawValue)
            let table = identifiers[place]
            var hashes: [UInt64] = []
            for block in blocks {
                let spaces = ObjectSpaces(block.log)
                let (isSubject, isObject) = (spaces.subject == place, spaces.object == place || spaces.payee == place)
                for event in block.events {
                    if isSubject, event.subjectCount > 0 { hashes.append(event.subjectHash) }
                    if isObject, event.objectCount > 0 { hashes.append(event.objectHash) }
                }
            }
            guard !hashes.isEmpty else { continue }
            table.scans += 1
            if hashes.count > table.base / 2 || table.scans > Self.worthwhileScans {
                let known = try reader.identifiers(of: space, below: table.base)
                table.complete(starts: known.starts, bytes: known.bytes)
                continue
            }
            let filter = HashFilter(hashes)
            var hits: [UInt64: [UInt32]] = [:]
            try scanStored(.identifiers(space), count: table.base) { piece, first in
                filter.scan(piece, first: first, into: &hits)
            } discard: {
                hits = [:]
            }
            let numbers = hits.values.joined().sorted()
            table.load(numbers, try reader.identifiers(numbers[...], in: space))
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
            missing.withUnsafeBufferPointer { extendColumn(place, $0, logSize: opened.size, root: opened.root) }
        }
        extendColumns(root: pending.edge.root(TreeHasher()))
        haveColumnsCaughtUp = true
    }

    /// Appends the hashes of what was published since to the side files. They are a convenience: a failure leaves them behind, and
    /// the next writer computes what they lack.
    func extendColumns(root: Digest) {
        guard !events.isEmpty else { return }
        for log in Log.allCases {
            let place = Int(log.rawValue)
            let table = events[place]
            let have = columns[place].count
            guard have >= table.base, have < table.count else { continue }
            let new = UnsafeBufferPointer(start: table.hashes + (have - table.base), count: table.count - have)
            extendColumn(place, new, logSize: pending.published, root: root)
        }
        for space in Namespace.allCases {
            let place = HashedList.identifiers(space).place
            let table = identifiers[Int(space.rawValue)]
            let have = columns[place].count
            guard have >= table.base, have < table.count else { continue }
            let new = (have..<table.count).map { table.hash($0) }
            new.withUnsafeBufferPointer { extendColumn(place, $0, logSize: pending.published, root: root) }
        }
    }

    private func extendColumn(_ place: Int, _ hashes: UnsafeBufferPointer<UInt64>, logSize: Int, root: Digest) {
        do throws(StoreError) {
            haveColumnsChanged = true
            try columns[place].append(hashes, logSize: logSize, root: root)
        } catch {
            hasColumnsBehind = true
        }
    }
}
