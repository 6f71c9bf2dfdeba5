import EventStore
import Events
public import Projections

/// Sums to be made beside histories.
public struct WantedSums: Sendable {
    /// The days and communities; asked for once histories are being made, or have been.
    let request: @Sendable () throws -> ProjectionRequest
    /// The version of the program.
    let program: String

    /// The sums of a request, which may take a while to know.
    public init(by program: String, of request: @escaping @Sendable () throws -> ProjectionRequest) {
        self.request = request
        self.program = program
    }
}

/// The sums beside a store's histories: what children and grants add up to at one day, for the next report of it.
extension HistoryKeeper {
    /// The sums of a request's days and communities that this version of the program made of the state's log, or of what it was; nil:
    /// there are none. Damaged ones are none.
    public func sums(for request: ProjectionRequest, by program: String) throws -> DaySums? {
        if let sums = ahead?.takeSums(), sums.areOf(request), sums.program == program, sums.size <= store.size,
            sums.isMade(from: try store.root(ofSize: sums.size))
        {
            return sums
        }
        guard try haveSums(for: request, by: program), let sums = try sums(listsFindings: request.lists.contains(.findings)),
            sums.areOf(request)
        else { return nil }
        return sums
    }

    /// The sums that there are, with or without what findings name; nil: there are none, they are damaged, or of another log.
    func sums(listsFindings: Bool) throws -> DaySums? {
        guard let stored = try folder.openSums(), let head = try head(of: stored), try isOurs(head) else { return nil }
        return read(stored, listsFindings: listsFindings)
    }

    /// Whether there seem to be such sums: only the beginning of their file is read, unless it was read to the end before.
    public func haveSums(for request: ProjectionRequest, by program: String) throws -> Bool {
        try sumsHead(for: request, by: program) != nil
    }

    /// Whether there seem to be such sums, made of nearly all of the log's events: only the beginning of their file is read, and whoever
    /// reads it to the end is not waited for.
    public func seemToHaveGoodSums(for request: ProjectionRequest, by program: String) throws -> Bool {
        if let ahead, ahead.isKnownToBeWithout { return false }
        return try storedSumsHead(for: request, by: program).map(isOfNearlyAll) ?? false
    }

    private func sumsHead(for request: ProjectionRequest, by program: String) throws -> DaySumsHead? {
        if let ahead, ahead.foundNoSums { return nil }
        return try storedSumsHead(for: request, by: program)
    }

    private func storedSumsHead(for request: ProjectionRequest, by program: String) throws -> DaySumsHead? {
        guard let stored = try folder.openSums(), let head = try head(of: stored), head.isOf(request, by: program), try isOurs(head) else {
            return nil
        }
        return head
    }

    /// Makes the sums of a request's days and communities, unless those that are there were made of nearly all of the log's events.
    ///
    /// - Parameter program: The version of the program.
    /// - Parameter check: Called now and then; what it throws stops the work, and what was begun is taken back.
    /// - Returns: Whether they were made.
    @discardableResult
    public func updateSums(
        _ request: ProjectionRequest, by program: String, check: @escaping @Sendable () throws -> Void = {}
    ) throws -> Bool {
        guard try areWanted(request, by: program) else { return false }
        let events = Log.allCases.map { store.eventCount(of: $0) }.reduce(0, +)
        let editor = try folder.edit()
        do {
            let work = expectMaking(events)
            let sums = try daySums(
                CountedSource(store: store, work: work), request, size: store.size, root: store.root, program: program,
                histories: try usable(), find: find, folded: { work.add(.eventsFolded, $0) })
            work.finish(.eventsRead, .eventsFolded)
            try check()
            try put(sums, by: editor)
        } catch {
            editor.abandon()
            throw error
        }
        try editor.endWell()
        return true
    }

    /// Puts sums into the place of those that are there.
    func put(_ sums: DaySums, by editor: HistoryEditor) throws {
        let new = try editor.begin()
        try sums.write(threads: threads) { bytes, offset in try new.write(bytes, at: offset) }
        try editor.finishSums(new)
        ahead?.hold(sums)
    }

    /// Whether there are no sums of a request that were made of nearly all of the log's events.
    func areWanted(_ request: ProjectionRequest, by program: String) throws -> Bool {
        try !(sumsHead(for: request, by: program).map(isOfNearlyAll) ?? false)
    }

    private func isOfNearlyAll(_ head: DaySumsHead) -> Bool {
        let events = Log.allCases.map { store.eventCount(of: $0) }.reduce(0, +)
        return (events - head.eventCount) * Self.mergeAt <= events
    }

    /// Removes sums that are damaged or were not made of this log.
    func removeStraySums() throws {
        guard let stored = try folder.openSums() else { return }
        if let head = try head(of: stored), try isOurs(head), read(stored) != nil { return }
        let editor = try folder.edit()
        try editor.removeSums()
        try editor.endWell()
    }

    /// Whether there are sums, and what is wrong with them, in words: they are made anew and compared.
    func checkSums() throws -> (exist: Bool, problem: String?) {
        guard let stored = try folder.openSums() else { return (false, nil) }
        guard let head = try head(of: stored), try isOurs(head), let sums = read(stored) else {
            return (true, "they are damaged, or were not made of this log; the next fold removes them")
        }
        let state = try store.atSize(sums.size)
        let work = expectMaking(sums.eventCount)
        let anew = try daySums(
            CountedSource(store: state, work: work), sums.request(threads: threads), size: state.size, root: state.root,
            program: sums.program, folded: { work.add(.eventsFolded, $0) })
        work.finish(.eventsRead, .eventsFolded)
        guard try anew.bytes() != sums.bytes() else { return (true, nil) }
        return (true, "what stands there is not what the log gives; `fold --as-of` of another day makes them anew, or remove the file")
    }

    private func head(of stored: StoredHistory) throws -> DaySumsHead? {
        guard stored.size >= DaySumsHead.wordCount * 8 else { return nil }
        return DaySumsHead(try words(of: stored, DaySumsHead.wordCount), fileSize: stored.size)
    }

    private func isOurs(_ head: DaySumsHead) throws -> Bool {
        guard head.size > 0, head.size <= store.size else { return false }
        return head.isMade(from: try store.root(ofSize: head.size))
    }

    private func read(_ stored: StoredHistory, listsFindings: Bool = true) -> DaySums? {
        DaySums(size: stored.size, threads: threads, listsFindings: listsFindings) { try stored.read(into: $0, at: $1) }
    }

    private func words(of stored: StoredHistory, _ count: Int) throws -> [UInt64] {
        try [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            try stored.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            initialized = count
        }
    }
}
