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

    var count: Int { offsets.count }

    /// Notes the next entry. `head` is its first bytes, a block's whole header at least. Returns what is wrong, or nil.
    mutating func append(offset: Int, length: Int, head: [UInt8]) -> String? {
        guard let offset = UInt32(exactly: offset), let shortLength = UInt16(exactly: length), let first = head.first,
            let kind = EntryKind(rawValue: first)
        else { return "an entry of no known kind" }
        switch kind {
        case .events:
            guard let header = BlockHeader(head, length: length) else { return "not the header of an events block" }
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
        case .batch: batches.append(count)
        case .rejects, .skipped: break
        }
        offsets.append(offset)
        lengths.append(shortLength)
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

    /// Reads the places of the first `size` entries: one small read an entry.
    static func read(size: Int, files: BundleFiles) throws(StoreError) -> EntryTable {
        var table = EntryTable()
        table.offsets.reserveCapacity(size)
        table.lengths.reserveCapacity(size)
        table.kinds.reserveCapacity(size)
        var head = [UInt8](repeating: 0, count: BlockHeader.size + 2)
        for bundle in 0..<((size + tileWidth - 1) / tileWidth) {
            let file = try files.file(bundle)
            var place = 0
            for _ in 0..<min(tileWidth, size - bundle * tileWidth) {
                resize(&head, BlockHeader.size + 2)
                let read = head.withUnsafeMutableBytes { buffer in
                    Result { () throws(StoreError) in try file.read(into: buffer, at: place) }
                }
                let got = try read.get()
                guard got >= 2 else { throw .damaged(file: file.path, offset: place, problem: "the bundle is cut short") }
                let length = Int(head[0]) << 8 | Int(head[1])
                let body = Array(head[2..<min(got, 2 + length)])
                guard body.count == min(length, BlockHeader.size) else {
                    throw .damaged(file: file.path, offset: place, problem: "the bundle is cut short")
                }
                if let problem = table.append(offset: place + 2, length: length, head: body) {
                    throw .damaged(file: file.path, offset: place, problem: problem)
                }
                place += 2 + length
            }
        }
        return table
    }
}
