public import Events

extension Histories {
    /// Takes bytes and their offset in the file; from several threads at once.
    public typealias Write = @Sendable (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws -> Void

    /// Makes the file that follows these histories: of all events of a record that they do not cover.
    ///
    /// - Parameters:
    ///   - source: The record at a state that holds `size` entries of the log.
    ///   - root: The log's root at that state.
    ///   - find: Finds events among those that the histories cover.
    ///   - folded: Hears of the events of each partition, from several threads.
    /// - Throws: what the source, `find` and `write` throw; ``ProjectionError``.
    public func makeNext(
        from source: any EventSource, size: Int, root: Digest, find: EventFinder? = nil, threads: Int,
        folded: (@Sendable (_ events: Int) -> Void)? = nil, write: @escaping Write
    ) throws {
        try makeNext(
            from: source, size: size, root: root, find: find, threads: threads, partitionShift: nil, folded: folded, write: write)
    }

    func makeNext(
        from source: any EventSource, size: Int, root: Digest, find: EventFinder?, threads: Int, partitionShift: UInt32?,
        folded: (@Sendable (Int) -> Void)? = nil, write: @escaping Write
    ) throws {
        let threads = max(1, threads)
        let shape = try RecordShape(source)
        let plans = PartitionPlans(shape, shift: partitionShift)
        guard fit(plans, shape) else { throw ProjectionError.damagedHistories }
        let workers = try gather(source, shape, plans, .everything, from: eventCounts, threads: threads)
        var head = HistoryHead()
        head.entries = entryCount..<size
        head.root = HistoryFile.words(of: root)
        head.events = zip(eventCounts, shape.eventCounts).map { $0..<$1 }
        head.shifts = plans.shifts
        head.paysChildren = workers.contains(where: \.paysChildren)
        head.voids = try VoidResolver(source: source, histories: self, find: find, threads: threads).resolve(workers.flatMap(\.voids))
        let sections = HistorySections(source: source, shape: shape, threads: threads, folded: folded, write: write)
        head.counts = [
            counts(workers.map(\.births), plans.children), counts(workers.map(\.enrolments), plans.children),
            counts(workers.map(\.filings), plans.facilities), counts(workers.map(\.grants), plans.grants),
        ]
        head.sums = head.counts.map { Array(repeating: 0, count: $0.count) }
        try sections.make(.births, plans.children, workers.map(\.births), &head)
        try sections.make(.enrollments, plans.children, workers.map(\.enrolments), &head)
        try sections.make(.filings, plans.facilities, workers.map(\.filings), &head)
        try sections.make(.subsidies, plans.grants, workers.map(\.grants), &head)
        try head.words().withUnsafeBytes { try write($0, 0) }
    }

    private func counts<Record>(_ writers: [PartitionWriter<Record>], _ plan: PartitionPlan) -> [Int] {
        (0..<plan.count).map { partition in writers.reduce(0) { $0 + $1.count(partition) } }
    }

    /// What is wrong with the file that follows these histories, in words; nil: it is exactly what the record makes of it.
    ///
    /// - Parameter source: The record when its log had as many entries as the file covers.
    public func difference(
        of file: HistoryFile, from source: any EventSource, root: Digest, find: EventFinder? = nil, threads: Int,
        folded: (@Sendable (_ events: Int) -> Void)? = nil, read: @escaping HistoryFile.Read
    ) throws -> String? {
        struct Differs: Error { let offset: Int }
        do {
            try makeNext(from: source, size: file.entries.upperBound, root: root, find: find, threads: threads, folded: folded) {
                bytes, offset in
                let isSame = try withUnsafeTemporaryAllocation(byteCount: max(1, bytes.count), alignment: 8) { buffer in
                    let stored = UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes.count])
                    try read(stored, offset)
                    return stored.elementsEqual(bytes)
                }
                if !isSame { throw Differs(offset: offset) }
            }
            return nil
        } catch let error as Differs {
            return "what stands from byte \(error.offset) on is not what the log gives"
        }
    }
}

/// Writes the records of partitions, sorted, each to its place.
private struct HistorySections {
    let source: any EventSource
    let shape: RecordShape
    let threads: Int
    let folded: (@Sendable (Int) -> Void)?
    let write: Histories.Write

    func make<Record: FoldRecord>(
        _ log: Log, _ plan: PartitionPlan, _ writers: [PartitionWriter<Record>], _ head: inout HistoryHead
    ) throws {
        let records = RecordSource(log, plan, Histories(), writers, .everything, shape, without: VoidedEvents(), folded)
        let counts = head.counts[Int(log.rawValue)]
        var starts = [head.start(log)]
        for count in counts { starts.append(starts[starts.count - 1] + count * HistoryHead.stride(log)) }
        let buffers = (0..<threads).map { _ in SortedPartition<Record>() }
        try head.sums[Int(log.rawValue)].withUnsafeMutableBufferPointer { sums in
            try Workers.run(threads, items: plan.count) { worker, partition in
                guard counts[partition] > 0 else { return }
                let sorted = buffers[worker]
                try sorted.load(records, partition)
                if !sorted.tied.isEmpty {
                    let identifiers = try EventIdentifiers(
                        sorted.tied.flatMap { sorted.run($0).map(\.ordinal) }, of: log, in: source, threads: 1)
                    for local in sorted.tied { sortTied(sorted.run(local), identifiers) }
                }
                guard sorted.count == counts[partition] else { throw ProjectionError.damagedHistories }
                let bytes = UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(sorted.records)[..<(sorted.count * HistoryHead.stride(log))])
                sums[partition] = Checksum.of(bytes.bindMemory(to: UInt64.self))
                try write(bytes, starts[partition])
            }
        }
    }
}
