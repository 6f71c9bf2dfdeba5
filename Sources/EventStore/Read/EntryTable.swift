import Events

/// What stands where in the log: each entry's place, and the header of each events block.
struct EntryTable: Sendable {
    /// An events block: its entry, and its header.
    struct Block: Sendable {
        let entry: Int
        let header: BlockHeader
    }

    /// Where each entry begins in its bundle, behind its length.
    private(set) var offsets: [UInt32] = []
    private(set) var lengths: [UInt16] = []
    private(set) var kinds: [EntryKind] = []
    /// The events blocks in order of entries.
    private(set) var blocks: [Block] = []
    /// The places in `blocks` of each log's blocks.
    private(set) var blocksOfLog: [[Int]] = [[], [], [], []]
    /// The entries that close a batch.
    private(set) var batches: [Int] = []
    /// The number of events of each log.
    private(set) var events: [Int] = [0, 0, 0, 0]
    /// The number of identifiers of each namespace.
    private(set) var known = InlineArray<4, UInt32>(repeating: 0)
    /// How many of the first entries' headers are those of the side file ``PlacesFile``: who reads such a block compares them.
    private(set) var taken = 0

    var count: Int { offsets.count }

    /// Notes the next entry. `head` is its first bytes, a block's whole header at least. Returns what is wrong, or nil.
    mutating func append(offset: Int, length: Int, head: [UInt8]) -> String? {
        switch Place.read(offset: offset, length: length, head: head) {
        case .success(let place): append(place)
        case .failure(let problem): problem.text
        }
    }

    /// What an entry's first bytes say.
    private struct Place {
        struct Problem: Error { let text: String }

        let offset: UInt32
        let length: UInt16
        let kind: EntryKind
        /// Of an events block.
        let header: BlockHeader?

        static func read(offset: Int, length: Int, head: [UInt8]) -> Result<Place, Problem> {
            guard let offset = UInt32(exactly: offset), let shortLength = UInt16(exactly: length), let first = head.first,
                let kind = EntryKind(rawValue: first)
            else { return .failure(Problem(text: "an entry of no known kind")) }
            guard kind == .events else { return .success(Place(offset: offset, length: shortLength, kind: kind, header: nil)) }
            guard let header = BlockHeader(head, length: length) else {
                return .failure(Problem(text: "not the header of an events block"))
            }
            return .success(Place(offset: offset, length: shortLength, kind: kind, header: header))
        }
    }

    private mutating func append(_ place: Place) -> String? {
        append(place.offset, length: place.length, place.kind, place.header)
    }

    /// Notes the next entry. Returns what is wrong, or nil.
    mutating func append(_ offset: UInt32, length: UInt16, _ kind: EntryKind, _ header: BlockHeader?) -> String? {
        if let header {
            let log = Int(header.log.rawValue)
            guard header.firstOrdinal == events[log] else { return "the ordinals of events do not go on from the block before" }
            for space in 0..<4 {
                guard header.known[space] == known[space], known[space] <= UInt32.max - UInt32(header.introduced[space]) else {
                    return "the numbers of identifiers do not go on from the block before"
                }
                known[space] += UInt32(header.introduced[space])
            }
            events[log] += header.count
            blocksOfLog[log].append(blocks.count)
            blocks.append(Block(entry: count, header: header))
        }
        if kind == .batch { batches.append(count) }
        offsets.append(offset)
        lengths.append(length)
        kinds.append(kind)
        return nil
    }

    /// Forgets the entries from `size` on.
    mutating func truncate(to size: Int) {
        while let last = blocks.last, last.entry >= size {
            blocks.removeLast()
            let log = Int(last.header.log.rawValue)
            blocksOfLog[log].removeLast()
            events[log] -= last.header.count
            known = last.header.known
        }
        while let last = batches.last, last >= size { batches.removeLast() }
        offsets.removeLast(max(0, count - size))
        lengths.removeLast(lengths.count - offsets.count)
        kinds.removeLast(kinds.count - offsets.count)
        taken = min(taken, size)
    }

    /// Notes that all entries so far are of the side file.
    mutating func noteTaken() { taken = count }

    /// Makes room for so many entries and for what a writer adds; a head may say anything, so for no more than a large log's.
    mutating func reserve(_ size: Int) {
        let room = min(size, 1 << 20) + 1024
        offsets.reserveCapacity(room)
        lengths.reserveCapacity(room)
        kinds.reserveCapacity(room)
        blocks.reserveCapacity(room)
    }

    /// Where the next entry begins in its bundle, behind its length.
    var nextOffset: UInt32? {
        guard count % tileWidth != 0, let offset = offsets.last, let length = lengths.last else { return 2 }
        let (end, isTooFar) = offset.addingReportingOverflow(UInt32(length) + 2)
        return isTooFar ? nil : end
    }

    /// The place in `blocks` of the first block that is an entry from this one on.
    func firstBlock(from entry: Int) -> Int {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].entry < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The number of events of a log in the first `size` entries.
    func eventCount(of log: Log, below size: Int) -> Int {
        let list = blocksOfLog[Int(log.rawValue)]
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[list[middle]].entry < size { low = middle + 1 } else { high = middle }
        }
        return low < list.count ? blocks[list[low]].header.firstOrdinal : events[Int(log.rawValue)]
    }

    /// The number of identifiers of a namespace in the first `size` entries.
    func identifierCount(of space: Namespace, below size: Int) -> Int {
        let block = firstBlock(from: size)
        return Int((block < blocks.count ? blocks[block].header.known : known)[Int(space.rawValue)])
    }

    /// The place in `blocks` of the block that holds an event of a log.
    func block(holding ordinal: Int, of log: Log) -> Int? {
        let list = blocksOfLog[Int(log.rawValue)]
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[list[middle]].header.firstOrdinal <= ordinal { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let header = blocks[list[low - 1]].header
        return ordinal < header.firstOrdinal + header.count ? list[low - 1] : nil
    }

    /// Reads the places of the first `size` entries of a log with this root: from the side file, and those that it lacks from the bundles.
    static func read(size: Int, root: Digest?, paths: StorePaths, files: BundleFiles, threads: Int) throws(StoreError) -> EntryTable {
        let tiles = TileReader(paths: paths, size: size)
        let side = PlacesFile(paths: paths, size: size) { earlier in
            earlier == size ? root : (try? tiles.edge(ofSize: earlier))?.root(TreeHasher())
        }
        var table = side.table() ?? EntryTable()
        try table.checkBundles(files)
        try table.extend(to: size, files: files, threads: threads)
        return table
    }

    /// Whether each bundle is there and as long as the entries that the table has of it.
    private func checkBundles(_ files: BundleFiles) throws(StoreError) {
        for last in stride(from: tileWidth - 1, to: count + tileWidth - 1, by: tileWidth) {
            let entry = min(last, count - 1)
            let file = try files.file(entry / tileWidth)
            let end = Int(offsets[entry]) + Int(lengths[entry])
            guard try file.size() >= end else {
                throw .damaged(file: file.path, offset: Int(offsets[entry]) - 2, problem: "the bundle is cut short")
            }
        }
    }

    /// Reads the places of the entries that follow up to `size`: one small read an entry, bundles side by side on so many threads.
    private mutating func extend(to size: Int, files: BundleFiles, threads: Int) throws(StoreError) {
        guard count < size else { return }
        reserve(size)
        // Whole bundles: where the table ends within one, it is read from its beginning.
        let begun = count / tileWidth
        let bundles = (size + tileWidth - 1) / tileWidth
        // A group at a time, so that what is missing is found before everything behind it was looked for.
        let group = 64
        for first in stride(from: begun, to: bundles, by: group) {
            let read = gathered(min(group, bundles - first), onThreads(threads)) { place in
                let bundle = first + place
                return Result { () throws(StoreError) in
                    try Self.places(bundle, count: min(tileWidth, size - bundle * tileWidth), files)
                }
            }
            for (place, places) in read.enumerated() {
                let bundle = first + place
                for entry in try places.get().dropFirst(bundle == begun ? count - begun * tileWidth : 0) {
                    if let problem = append(entry) {
                        throw .damaged(file: try files.file(bundle).path, offset: Int(entry.offset) - 2, problem: problem)
                    }
                }
            }
        }
    }

    private static func places(_ bundle: Int, count: Int, _ files: BundleFiles) throws(StoreError) -> [Place] {
        let file = try files.file(bundle)
        var places: [Place] = []
        places.reserveCapacity(count)
        var head = [UInt8](repeating: 0, count: BlockHeader.size + 2)
        var start = 0
        for _ in 0..<count {
            let read = head.withUnsafeMutableBytes { buffer in
                Result { () throws(StoreError) in try file.read(into: buffer, at: start) }
            }
            let got = try read.get()
            guard got >= 2 else { throw .damaged(file: file.path, offset: start, problem: "the bundle is cut short") }
            let length = Int(head[0]) << 8 | Int(head[1])
            let body = Array(head[2..<min(got, 2 + length)])
            guard body.count == min(length, BlockHeader.size) else {
                throw .damaged(file: file.path, offset: start, problem: "the bundle is cut short")
            }
            switch Place.read(offset: start + 2, length: length, head: body) {
            case .success(let place): places.append(place)
            case .failure(let problem): throw .damaged(file: file.path, offset: start, problem: problem.text)
            }
            start += 2 + length
        }
        return places
    }
}
