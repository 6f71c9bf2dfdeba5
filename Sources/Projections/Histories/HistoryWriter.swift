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
    ///   - shared: Reads those events once for this and a report that has it too.
    ///   - folded: Hears of the events of each partition, from several threads.
    /// - Throws: what the source, `find` and `write` throw; ``ProjectionError``.
    public func makeNext(
        from source: any EventSource, size: Int, root: Digest, find: EventFinder? = nil, sharing shared: SharedRecords? = nil, threads: Int,
        folded: (@Sendable (_ events: Int) -> Void)? = nil, write: @escaping Write
    ) throws {
        try makeNext(
            from: source, size: size, root: root, find: find, sharing: shared, threads: threads, partitionShift: nil, folded: folded,
            write: write)
    }

    func makeNext(
        from source: any EventSource, size: Int, root: Digest, find: EventFinder?, sharing shared: SharedRecords? = nil, threads: Int,
        partitionShift: UInt32?, folded: (@Sendable (Int) -> Void)? = nil, write: @escaping Write
    ) throws {
        let threads = max(1, threads)
        let gathered =
            if let shared {
                try shared.records(source, beyond: self, find: find, threads: threads, partitionShift: partitionShift)
            } else {
                try GatheredRecords(source, beyond: self, .everything, find: find, threads: threads, partitionShift: partitionShift)
            }
        let new = HistoryWriter(gathered, size: size, root: root, in: source, write: write)
        try new.writeBirths(threads, folded)
        try new.writeEnrolments(threads, folded)
        try new.writeFilings(threads, folded)
        try new.writeGrants(threads, folded)
        try new.finish()
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

/// Writes the file that follows some histories: the sections of the four logs, in any order, and at the end its head.
struct HistoryWriter {
    let gathered: GatheredRecords
    let births: HistorySection<BirthRecord>
    let enrolments: HistorySection<EnrolmentRecord>
    let filings: HistorySection<FilingRecord>
    let grants: HistorySection<GrantRecord>
    private let head: HistoryHead
    private let write: Histories.Write

    /// - Parameter gathered: Every event that the histories do not cover, of whatever date.
    init(_ gathered: GatheredRecords, size: Int, root: Digest, in source: any EventSource, write: @escaping Histories.Write) {
        let (workers, plans, histories) = (gathered.workers, gathered.plans, gathered.histories)
        func counts<Record>(_ writers: [PartitionWriter<Record>], _ plan: PartitionPlan) -> [Int] {
            (0..<plan.count).map { partition in writers.reduce(0) { $0 + $1.count(partition) } }
        }
        var head = HistoryHead()
        head.entries = histories.entryCount..<size
        head.root = HistoryFile.words(of: root)
        head.events = zip(histories.eventCounts, gathered.shape.eventCounts).map { $0..<$1 }
        head.shifts = plans.shifts
        head.paysChildren = workers.contains(where: \.paysChildren)
        head.voids = gathered.voids
        head.counts = [
            counts(workers.map(\.births), plans.children), counts(workers.map(\.enrolments), plans.children),
            counts(workers.map(\.filings), plans.facilities), counts(workers.map(\.grants), plans.grants),
        ]
        head.groups = head.counts.indices.map { HistoryGroups(head.counts[$0], shift: head.shift(of: $0)) }
        let laidOut = head
        func section<Record>(_ log: Log) -> HistorySection<Record> { HistorySection(log, laidOut, in: source, write: write) }
        (births, enrolments, filings, grants) = (section(.births), section(.enrollments), section(.filings), section(.subsidies))
        self.gathered = gathered
        self.head = head
        self.write = write
    }

    func writeBirths(_ threads: Int, _ folded: (@Sendable (Int) -> Void)?) throws {
        try write(.births, gathered.plans.children, \.births, births, threads, folded)
    }

    func writeEnrolments(_ threads: Int, _ folded: (@Sendable (Int) -> Void)?) throws {
        try write(.enrollments, gathered.plans.children, \.enrolments, enrolments, threads, folded)
    }

    func writeFilings(_ threads: Int, _ folded: (@Sendable (Int) -> Void)?) throws {
        try write(.filings, gathered.plans.facilities, \.filings, filings, threads, folded)
    }

    func writeGrants(_ threads: Int, _ folded: (@Sendable (Int) -> Void)?) throws {
        try write(.subsidies, gathered.plans.grants, \.grants, grants, threads, folded)
    }

    private func write<Record: FoldRecord>(
        _ log: Log, _ plan: PartitionPlan, _ writer: (Gatherer) -> PartitionWriter<Record>, _ section: HistorySection<Record>,
        _ threads: Int, _ folded: (@Sendable (Int) -> Void)?
    ) throws {
        let records = RecordSource(
            log, plan, Histories(), gathered.workers.map(writer), .everything, gathered.shape, without: VoidedEvents(), section: section,
            folded)
        let buffers = (0..<max(1, threads)).map { _ in RunBuffers<Record>() }
        try Workers.run(max(1, threads), items: plan.count) { worker, partition in
            _ = try buffers[worker].load(records, partition)
        }
    }

    /// Writes the head, once every section is written.
    func finish() throws {
        var head = head
        head.groups = [births.groups, enrolments.groups, filings.groups, grants.groups]
        try head.words().withUnsafeBytes { try write($0, 0) }
    }
}
