public import EventStore
import Events
public import Projections

/// Keeps a store's histories: finds the ones that a state of its log vouches for, brings them up to it, and checks them against it.
public struct HistoryKeeper: Sendable {
    let store: EventStore
    let folder: HistoryFolder
    let threads: Int
    let work: WorkCounter
    let ahead: HistoriesAhead?
    /// Where a fold and a report stand side by side, what reads for both what the histories do not cover.
    public var shared: SharedRecords?

    /// A file that follows others is merged with them once it and they hold a part of the base that is worth it; sums are made anew.
    static let mergeAt = 8
    private static let mostFiles = 12

    /// The keeper of the histories of the store of which `store` is a state; it tells `work` what it does.
    ///
    /// - Parameter ahead: What was read of them at an earlier state.
    public init(_ store: EventStore, threads: Int, work: WorkCounter = WorkCounter(), ahead: HistoriesAhead? = nil) {
        self.ahead = ahead
        self.store = store
        self.threads = threads
        self.work = work
        folder = store.histories
    }

    /// The histories that are usable for the state: those derived from its log, as far as they go.
    public func usable() throws -> Histories { try chain().histories }

    /// The finder that histories need for new voids.
    public var find: EventFinder {
        { [store, threads] identifiers, log, below in try store.find(identifiers, in: log, below: below, threads: threads) }
    }

    /// An open file, whose head is whole.
    struct Opened: Sendable {
        let file: HistoryFile
        let size: Int
        let read: HistoryFile.Read
    }

    private struct Link {
        let entries: Range<Int>
        let opened: Opened
        let before: Histories
    }

    /// The files that the state's log vouches for.
    func openedFiles() throws -> [Range<Int>: Opened] {
        Dictionary(uniqueKeysWithValues: try chain().links.map { ($0.entries, $0.opened) })
    }

    private func open(_ entries: Range<Int>) throws -> Opened? {
        if let opened = ahead?.file(entries) { return opened }
        guard let stored = try folder.open(entries) else { return nil }
        let read: HistoryFile.Read = { [work] buffer, offset in
            try stored.read(into: buffer, at: offset)
            work.add(.checkedBytes, buffer.count)
        }
        return HistoryFile(size: stored.size, scatteredPart: stored.cachedPart, read: read).map {
            Opened(file: $0, size: stored.size, read: read)
        }
    }

    private func chain() throws -> (histories: Histories, links: [Link]) {
        var histories = Histories()
        var links: [Link] = []
        for entries in try folder.list() where entries.lowerBound == histories.entryCount && entries.upperBound <= store.size {
            guard let opened = try open(entries), opened.file.entries == entries,
                opened.file.isDerived(from: try store.root(ofSize: entries.upperBound)), let longer = histories.adding(opened.file)
            else { continue }
            links.append(Link(entries: entries, opened: opened, before: histories))
            histories = longer
        }
        return (histories, links)
    }

    /// What bringing up to date did.
    public struct Update: Sendable {
        /// Events in the store.
        public let events: Int
        /// Events that were put in order of subjects now.
        public let folded: Int
        /// Whether sums were made.
        public var areSumsMade = false
    }

    /// Brings the histories up to the log: only what is new is read, unless the new files have become a good part of the whole; then they
    /// are made anew. Where nothing is new, all that stands there is checked, and made anew where it is damaged. Histories that turn out not to be
    /// usable while something is added to them, or sums are made of them, are made anew as well.
    ///
    /// - Parameter wanted: The sums to make too, unless those that are there were made of nearly all of the log's events. Histories that
    ///   were brought up are not left without them: `check` is not called meanwhile, unless all is made anew after that.
    /// - Parameter check: Called now and then; what it throws stops the work, and what was begun is taken back.
    public func update(with wanted: WantedSums? = nil, check: @escaping @Sendable () throws -> Void = {}) throws -> Update {
        do {
            return try updateOnce(with: wanted, anew: false, check: check)
        } catch ProjectionError.damagedHistories {
            // What is new is added to histories of which nobody reads more than the heads, and sums may then be made of them.
            work.finish(.eventsRead, .eventsFolded)
            return try updateOnce(with: wanted, anew: true, check: check)
        }
    }

    /// The same without a second attempt; with `anew`, all histories are made from the log, whatever there is.
    private func updateOnce(with wanted: WantedSums?, anew: Bool, check: @escaping @Sendable () throws -> Void) throws -> Update {
        var (update, isDone) = try updateHistories(with: wanted, anew: anew, check: check)
        guard let wanted, update.events > 0, !isDone else { return update }
        let isNothingNew = update.folded == 0
        update.areSumsMade = try updateSums(wanted.request(), by: wanted.program) { if isNothingNew { try check() } }
        return update
    }

    /// The same, where the sums are made only if all histories are made anew; whether they are made, or there already.
    private func updateHistories(
        with wanted: WantedSums?, anew: Bool, check: @escaping @Sendable () throws -> Void
    ) throws -> (Update, areSumsDone: Bool) {
        let events = Log.allCases.map { store.eventCount(of: $0) }.reduce(0, +)
        var (histories, links) = try chain()
        let isCurrent = histories.entryCount == store.size
        // Where something is new, a small file is added, or all is made anew: what stands there need not be read for either. Whoever reads it
        // checks it.
        if isCurrent, !anew { work.expect(.checkedBytes, links.reduce(0) { $0 + $1.opened.size }) }
        let isUsable = try !anew && (!isCurrent || links.isEmpty || histories.isWhole(threads: threads))
        work.finish(.checkedBytes)
        let strays = Set(try folder.list()).subtracting(links.map(\.entries))
        guard !isUsable || !isCurrent || !strays.isEmpty else {
            try removeStraySums()
            folder.tidy()
            return (Update(events: events, folded: 0), false)
        }
        let editor = try folder.edit()
        let behind = events - histories.eventCounts.reduce(0, +)
        let base = links.first?.opened.file.eventCount ?? 0
        if !isUsable || links.count >= Self.mostFiles || (events - base) * Self.mergeAt > events { (histories, links) = (Histories(), []) }
        var sums: DaySums?
        var areSumsDone = false
        if histories.entryCount < store.size {
            let work = expectMaking(events - histories.eventCounts.reduce(0, +))
            let new = try editor.begin()
            do {
                let write: Histories.Write = { bytes, offset in
                    try check()
                    try new.write(bytes, at: offset)
                }
                let source = CountedSource(store: store, work: work)
                if let wanted, events > 0, histories.fileCount == 0 {
                    let request = try wanted.request()
                    areSumsDone = true
                    if try areWanted(request, by: wanted.program) {
                        sums = try daySumsAndHistories(
                            source, request, size: store.size, root: store.root, program: wanted.program,
                            folded: { work.add(.eventsFolded, $0) }, write: write)
                    }
                }
                if sums == nil {
                    // Made anew of the whole log, they are nothing that a report needs.
                    try histories.makeNext(
                        from: source, size: store.size, root: store.root, find: find, sharing: histories.fileCount == 0 ? nil : shared,
                        threads: threads,
                        folded: { work.add(.eventsFolded, $0) }, write: write)
                }
                work.finish(.eventsRead, .eventsFolded)
                try editor.finish(new, histories.entryCount..<store.size)
            } catch {
                editor.abandon()
                throw error
            }
        }
        // What was replaced goes after what replaces it has come.
        let kept = Set(links.map(\.entries) + [histories.entryCount..<store.size])
        for entries in try folder.list() where !kept.contains(entries) { try editor.remove(entries) }
        do {
            if let sums { try put(sums, by: editor) }
        } catch {
            editor.abandon()
            throw error
        }
        try editor.endWell()
        return (Update(events: events, folded: histories.entryCount == 0 ? events : behind, areSumsMade: sums != nil), areSumsDone)
    }

    /// Whether a file is one that another took the place of, and that a fold could not remove any more: nobody reads it, and the next fold
    /// removes it.
    private func isReplaced(_ entries: Range<Int>, by others: [Range<Int>]) throws -> Bool {
        guard others.contains(where: { $0.lowerBound <= entries.lowerBound && $0.upperBound >= entries.upperBound }),
            let stored = try folder.open(entries), let file = HistoryFile(size: stored.size, read: { try stored.read(into: $0, at: $1) })
        else { return false }
        return try file.entries == entries && file.isDerived(from: store.root(ofSize: entries.upperBound))
    }

    /// Each event is read, and put in order.
    func expectMaking(_ events: Int) -> WorkCounter {
        work.events = events
        work.expect(.eventsRead, events)
        work.expect(.eventsFolded, events)
        return work
    }

    /// How `verify` checks a store's histories.
    public static func derivedFiles(threads: Int, work: WorkCounter = WorkCounter()) -> DerivedFiles {
        DerivedFiles(folder: HistoryFolder.name) { store in try HistoryKeeper(store, threads: threads, work: work).check() }
    }

    /// Checks every file of histories against the log, byte by byte. Histories that are missing or do not reach the head are none the
    /// worse: whoever needs them reads the log instead.
    public func check() throws -> (checks: Int, faults: [StoreFault]) {
        let strangers = try folder.strangers()
        var faults = strangers.map { StoreFault(file: $0, problem: "it does not belong to a store") }
        let links = try chain().links
        for link in links {
            let state = try store.atSize(link.entries.upperBound)
            let work = expectMaking(link.opened.file.eventCount)
            let difference = try link.before.difference(
                of: link.opened.file, from: CountedSource(store: state, work: work), root: state.root, threads: threads,
                folded: { work.add(.eventsFolded, $0) }, read: link.opened.read)
            work.finish(.eventsRead, .eventsFolded)
            if let difference {
                faults.append(StoreFault(file: folder.path(link.entries), problem: "\(difference); the next fold makes it anew"))
            }
        }
        let good = Set(links.map(\.entries))
        let all = try folder.list()
        for entries in all where !good.contains(entries) {
            if try isReplaced(entries, by: links.map(\.entries)) { continue }
            faults.append(
                StoreFault(
                    file: folder.path(entries), problem: "it is damaged, or was not derived from this log; the next fold makes it anew"))
        }
        let sums = try checkSums()
        if let problem = sums.problem { faults.append(StoreFault(file: folder.sumsPath, problem: problem)) }
        return (all.count + strangers.count + (sums.exist ? 1 : 0), faults)
    }
}
