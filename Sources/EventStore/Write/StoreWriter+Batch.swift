public import Events

/// Batches: begun, settled, committed or taken back.
extension StoreWriter {
    /// The rows that wait at most for one pass over the stored hashes: some 40 MB of parsed events.
    private static let waitingLimit = 1 << 18

    /// Begins a batch.
    /// - Parameter keepingConflicts: How many conflicting events the outcome lists; all are counted.
    public func beginBatch(keepingConflicts: Int = .max) throws(StoreError) {
        try step { () throws(StoreError) in
            guard batch == nil else { throw .unusable(reason: "a batch was begun within a batch") }
            try prepareTables()
            batch = Batch(
                mark: pending.mark(), entries: reader.table.count, events: reader.table.events, identifiers: identifiers.map(\.count),
                keptConflicts: keepingConflicts)
        }
    }

    /// Takes in the events of a block. What comes of them is known once the batch is settled; the block must not change meanwhile.
    /// - Parameter entry: The name of the archive's entry, for the rejects.
    public func append(_ parsed: ParsedBlock, entry: String) throws(StoreError) {
        try step { () throws(StoreError) in
            guard let number = batch?.blocks, batch?.isSettled == false else {
                throw .unusable(reason: "a block was appended outside a batch")
            }
            batch?.blocks = number + 1
            if waiting.isEmpty, !isPartial(parsed.log) {
                try absorb(parsed, number: number, entry: entry)
                if likely.isFull { try compareLikely() }
            } else {
                // While blocks wait, the disk need not.
                if waiting.isEmpty { try pending.beginCopying() }
                waiting.append((parsed, number, entry))
                waitingRows += parsed.events.count
                if waitingRows >= Self.waitingLimit { try absorbWaiting() }
            }
        }
    }

    /// Ends the reading of the batch: what came of its events.
    public func settleBatch() throws(StoreError) -> BatchOutcome {
        try step { () throws(StoreError) in
            guard batch != nil else { throw .unusable(reason: "no batch was begun") }
            try absorbWaiting()
            try compareLikely()
            try absorbUnlike()
            try flushBlock()
            if let kept = batch?.keptConflicts { batch?.outcome.putInOrder(keeping: kept) }
            batch?.isSettled = true
            return batch?.outcome ?? BatchOutcome()
        }
    }

    /// Appends the settled batch's rejects, skipped names and record; publishes once enough is pending.
    ///
    /// - Parameters:
    ///   - record: The archive, its digest and size, and the skipped names; the counts of events, duplicates and rejects are set here.
    ///   - rejects: The rejects of the batch in order of reading, the conflicts among them.
    /// - Returns: The record as it was written.
    @discardableResult
    public func commitBatch(_ record: BatchRecord, rejects: [Reject]) throws(StoreError) -> BatchRecord {
        try step { () throws(StoreError) in
            guard let batch, batch.isSettled, !batch.outcome.isFlooded else { throw .unusable(reason: "the batch is not settled") }
            var record = record
            record.events = batch.outcome.events
            record.duplicates = batch.outcome.duplicates
            record.rejects = RejectReason.allCases.map { reason in rejects.count { $0.reason == reason } }
            for entry in try RejectsEntry.encoded(rejects) { try write(entry) }
            for entry in try SkippedNames.encoded(record.skipped) { try write(entry) }
            record.firstEntry = batch.entries
            record.entry = reader.table.count
            try write(try record.encoded())
            self.batch = nil
            remember(record)
            if pending.pendingBytes >= Self.publishingThreshold { try publishPending() }
            return record
        }
    }

    /// Takes the batch back: the tables, the numbers and the log are as they were before it.
    public func rollbackBatch() throws(StoreError) {
        try step { () throws(StoreError) in
            guard let batch else { return }
            waiting = []
            waitingRows = 0
            for log in foundAhead.indices { foundAhead[log] = nil }
            likely = LikelyDuplicates()
            unlike = []
            for table in events { table.forgetHits() }
            block.clear()
            for log in Log.allCases { events[Int(log.rawValue)].truncate(to: batch.events[Int(log.rawValue)]) }
            for space in Namespace.allCases { identifiers[Int(space.rawValue)].truncate(to: batch.identifiers[Int(space.rawValue)]) }
            if reader.table.count > batch.entries {
                try pending.rollback(to: batch.mark)
                reader.table.truncate(to: batch.entries)
                reader.files.forget(from: batch.entries / tileWidth)
                comparedLast = nil
                reader.files.set(firstPending: pending.firstPendingBundle, size: pending.published)
            }
            self.batch = nil
        }
    }

    /// Appends an entry to the pending log and to the table.
    func write(_ entry: UnsafeRawBufferPointer) throws(StoreError) {
        let offset = try pending.append(entry)
        if let problem = reader.table.append(offset: offset, length: entry.count, head: Array(entry.prefix(BlockHeader.size))) {
            throw .unusable(reason: "an entry was made wrongly: \(problem)")
        }
        reader.files.set(firstPending: pending.firstPendingBundle, size: pending.published)
    }

    func write(_ entry: [UInt8]) throws(StoreError) {
        let result = entry.withUnsafeBytes { buffer in
            Result { () throws(StoreError) in try write(buffer) }
        }
        try result.get()
    }

    /// Ends the block being filled and appends it.
    func flushBlock() throws(StoreError) {
        guard block.count > 0 else { return }
        try write(block.encode())
        block.clear()
    }

    /// Makes the tables when the first batch comes.
    private func prepareTables() throws(StoreError) {
        guard events.isEmpty else { return }
        for space in Namespace.allCases { identifiers.append(IdentifierTable(stored: Int(reader.table.known[Int(space.rawValue)]))) }
        for log in Log.allCases { events.append(EventTable(log: log, stored: reader.table.events[Int(log.rawValue)])) }
        for list in HashedList.all { columns.append(list.count(reader.table) == 0 ? HashColumn.empty(paths, list) : openColumn(list)) }
        let tiles = TileReader(paths: paths, size: opened.size)
        places = PlacesFile(paths: paths, size: opened.size) { [opened] size in
            size == opened.size ? opened.root : (try? tiles.edge(ofSize: size))?.root(TreeHasher())
        }
        // What whoever opened the store did not use is not to stay.
        if let have = places?.count, reader.table.taken < have { places?.discard() }
        for log in Log.allCases {
            if let last = reader.table.blocksOfLog[Int(log.rawValue)].last { try reader.check(reader.table.blocks[last]) }
        }
    }

    /// Whether stored events of the log, or identifiers that its events name, may be missing from the tables.
    func isPartial(_ log: Log) -> Bool {
        events[Int(log.rawValue)].isPartial || ObjectSpaces(log).all.contains { identifiers[$0].isPartial }
    }

    /// Compares waiting blocks with the stored events, and takes them in.
    private func absorbWaiting() throws(StoreError) {
        guard !waiting.isEmpty else { return }
        let blocks = waiting
        waiting = []
        waitingRows = 0
        let ahead = foundAhead
        for log in foundAhead.indices { foundAhead[log] = nil }
        try findStored(blocks.map(\.block), knowing: ahead)
        onFound?()
        // Most of them are new: what a table grows to is made at once.
        for log in Log.allCases {
            let rows = blocks.reduce(0) { $0 + ($1.block.log == log ? $1.block.events.count : 0) }
            if rows > 0 { events[Int(log.rawValue)].reserve(rows, sideBySide) }
        }
        for item in blocks {
            try absorb(item.block, number: item.number, entry: item.entry)
            if likely.isFull { try compareLikely() }
        }
        // Rows of what they hit were read with the hits.
        try compareLikely()
        for table in events { table.forgetHits() }
    }
}
