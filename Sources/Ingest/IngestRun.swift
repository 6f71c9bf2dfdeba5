public import Archives
import Dispatch
public import EventStore
import Events

/// An archive to ingest, with the rules under which it is read.
public struct ArchiveInput: Sendable {
    /// The file.
    public var path: String
    /// Its base name, by which answers and rejects name it.
    public var name: String
    /// How its lines are read.
    public var rules: SourceRules
    /// How many rejects it may have and still be appended.
    public var rejectLimit: Int
    /// The safety limits.
    public var limits: ArchiveLimits

    /// An archive with its rules.
    public init(path: String, name: String, rules: SourceRules, rejectLimit: Int, limits: ArchiveLimits) {
        self.path = path
        self.name = name
        self.rules = rules
        self.rejectLimit = rejectLimit
        self.limits = limits
    }
}

/// Archives that are to be ingested into a store that may still have to be opened.
public final class ArchivesAhead: @unchecked Sendable {
    let jobs: [ArchiveJob]

    /// Archives in the order in which they are to stand in the log.
    public init(_ inputs: [ArchiveInput]) { jobs = inputs.map(ArchiveJob.init) }

    /// Begins to decode them where there are fewer of them than threads, so that some would have nothing to do.
    public func begin(threads: Int) {
        if jobs.count < threads { for job in jobs { job.begin() } }
    }
}

/// Ingests archives in order: several are read and parsed at once, and one thread at a time appends what was parsed, in the
/// archives' order, so that the store is the same for any number of threads.
///
/// Memory is bounded: parsed events wait in queues of ``queueLimit`` bytes, half as much again while nobody appends, and a step of each
/// thread more.
public final class IngestRun: @unchecked Sendable {
    /// Bounds of ``queueLimit``: what the last-level cache holds where archives are small, and in all cases a small part of what the tables
    /// of identifiers take that so large an archive fills.
    static let queueLimits = 24 << 20...160 << 20

    /// The bytes of parsed events that may wait where an archive has so many.
    static func queueLimit(forArchiveOf size: Int) -> Int {
        let wanted = min(size, queueLimits.upperBound)
        return min(max(wanted + wanted / 4, queueLimits.lowerBound), queueLimits.upperBound)
    }

    private let writer: StoreWriter
    private let jobs: [ArchiveJob]
    /// What the store held before the run. Archives are read while others are appended, so the writer itself is not asked.
    private let held: (digests: Set<Digest>, sizes: Set<Int>)
    private let monitor = Monitor()

    // Guarded by the monitor.
    private var head = 0
    private var isAppending = false
    private var queued = 0
    /// Bytes of parsed events that may wait for the writer.
    ///
    /// One thread reads an archive, and takes longer for it than another needs to append it, which in what time is left reads ahead in the
    /// next archive. The two are even once a third of that one waits, some 5 / 4 of its packed size; where less may wait, the thread that
    /// appends does nothing meanwhile.
    private var queueLimit = queueLimits.lowerBound
    private var failure: (any Error)?
    /// Called before it is decided what becomes of an archive.
    private var beforeDeciding: () throws -> Void = {}
    private var shared: SharedWork?
    /// What is worth doing by a thread that has nothing else to do: at any time, and once what the store knows of events is found.
    private var spare: (before: (@Sendable () -> Void)?, behind: (@Sendable () -> Void)?)
    private var isFound = false
    // Owned by the appending thread.
    private var batch: BatchInProgress?
    private var answers: [ArchiveAnswer] = []
    /// How many of the answers were given: those whose batches are published.
    private var given = 0
    private var eventsAppended = 0

    /// The entries of the blocks appended so far, in order.
    private struct BatchInProgress {
        var entryOfBlock: [Int] = []
    }

    /// A run over archives in the order in which they are to stand in the log.
    public convenience init(_ inputs: [ArchiveInput], into writer: StoreWriter) { self.init(ArchivesAhead(inputs), into: writer) }

    /// The same over archives of which something may be decoded already; each is ingested once.
    public init(_ ahead: ArchivesAhead, into writer: StoreWriter) {
        self.writer = writer
        jobs = ahead.jobs
        held = writer.archivesHeld
    }

    /// Runs to the end and publishes. `onAnswer` hears of each archive in order, not before what it says is durable; `onProgress` of
    /// outer bytes read and events appended, and may throw to stop the run. Throws where the store cannot be written or the run was
    /// stopped; then the store is as it was at its last checkpoint.
    ///
    /// - Parameters:
    ///   - beforeDeciding: Called before it is decided what becomes of an archive. What it throws stops the run.
    ///   - spare: Called at most once, by a thread that has nothing else to do while the last archive is appended.
    ///   - later: The same, once what the store knows of that archive's events, or of the first of very many, is found. What comes next is one
    ///     thread's work, where all share what came before.
    public func run(
        threads: Int, beforeDeciding: @escaping () throws -> Void = {}, beside spare: (@Sendable () -> Void)? = nil,
        besideAbsorbing later: (@Sendable () -> Void)? = nil, onAnswer: @escaping (ArchiveAnswer) -> Void,
        onProgress: @escaping (Int, Int) throws -> Void
    ) throws -> [ArchiveAnswer] {
        self.beforeDeciding = beforeDeciding
        self.spare = (spare, later)
        defer { self.beforeDeciding = {} }
        if threads > 1 {
            // Where there are fewer archives than threads, some have nothing to do while they are read.
            for job in jobs { job.readsAhead = jobs.count < threads ? .always : .slowOnes }
            writer.sideBySide = { [unowned self] items, body in share(items, body) }
            if jobs.count < threads { writer.besideReading = { [unowned self] in lentBesideReading() } }
            writer.onFound = { [unowned self] in
                monitor.lock()
                isFound = true
                monitor.broadcast()
                monitor.unlock()
            }
        }
        defer { (writer.sideBySide, writer.besideReading, writer.onFound) = (nil, nil, nil) }
        nonisolated(unsafe) let onAnswer = onAnswer
        nonisolated(unsafe) let onProgress = onProgress
        guard !jobs.isEmpty else {
            try writer.publish()
            return []
        }
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
            guard work(onAnswer: onAnswer, onProgress: onProgress) else { return }
            let result = Result { try publish(threads, onAnswer) }
            monitor.lock()
            if case .failure(let error) = result { failure = failure ?? error }
            monitor.unlock()
        }
        if let failure { throw failure }
        return answers
    }

    /// Publishes, by the thread that appended last. The others leave meanwhile: one that waited for something may be long in coming back to
    /// a processor, and here that costs nothing.
    private func publish(_ threads: Int, _ onAnswer: (ArchiveAnswer) -> Void) throws {
        if threads > 1 { writer.sideBySide = onThreadsOfItsOwn(threads) }
        try writer.publish()
        giveAnswers(onAnswer)
    }

    /// Gives the answers that wait, where everything committed is published.
    private func giveAnswers(_ onAnswer: (ArchiveAnswer) -> Void) {
        guard writer.publishedSize == writer.size else { return }
        for answer in answers[given...] { onAnswer(answer) }
        given = answers.count
    }

    /// One thread's share: help whoever appends, append where something is ready, else read the earliest archive that nobody reads. Whether
    /// it was this thread that appended the last archive, and all went well.
    private func work(onAnswer: (ArchiveAnswer) -> Void, onProgress: (Int, Int) throws -> Void) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        var wasLast = false
        while failure == nil, head < jobs.count {
            let first = jobs[head]
            if let work = shared, work.isOpen, !work.isAhead || nextToRead() == nil {
                work.helpers += 1
                monitor.unlock()
                work.help()
                monitor.lock()
                work.helpers -= 1
                monitor.broadcast()
            } else if !isAppending, !first.queue.isEmpty || first.isRead {
                isAppending = true
                var parsed = first.queue
                let (isLast, left) = (first.isRead, first.left)
                queued -= first.queuedBytes
                first.queue = []
                first.left = nil
                first.queuedBytes = 0
                let bytes = jobs.reduce(0) { $0 + $1.bytesRead }
                monitor.unlock()
                let result = Result {
                    try append(&parsed, of: first, leaving: left, isLast: isLast, onAnswer: onAnswer)
                    try onProgress(bytes, eventsAppended)
                }
                monitor.lock()
                isAppending = false
                switch result {
                case .success:
                    if isLast {
                        head += 1
                        isFound = false
                        if head == jobs.count { wasLast = true }
                    }
                case .failure(let error): failure = failure ?? error
                }
                monitor.broadcast()
            } else if let job = nextToRead() {
                job.isBusy = true
                monitor.unlock()
                let step = job.advance(isKnown: isKnown)
                monitor.lock()
                if let shortage = job.shortage { failure = failure ?? shortage }
                job.bytesRead = step.bytesRead
                queueLimit = max(queueLimit, Self.queueLimit(forArchiveOf: job.size))
                let bytes = step.parsed.reduce(0) { $0 + $1.block.events.count * MemoryLayout<ParsedEvent>.stride + $1.block.arena.count }
                job.queue += step.parsed
                if let left = step.left { job.left = left }
                job.queuedBytes += bytes
                queued += bytes
                job.isBusy = false
                job.isRead = step.isRead
                monitor.broadcast()
            } else if isAppending, head == jobs.count - 1, first.isRead, let work = takeSpare() {
                monitor.unlock()
                work()
                monitor.lock()
            } else {
                monitor.wait()
            }
        }
        return wasLast && failure == nil
    }

    private func takeSpare() -> (@Sendable () -> Void)? {
        if isFound, let work = spare.behind {
            spare.behind = nil
            return work
        }
        defer { spare.before = nil }
        return spare.before
    }

    /// What the appending thread may do before all of its archive is read, with the help of whoever has nothing to read any more; nil where
    /// all is read.
    private func lentBesideReading() -> SideBySide? {
        monitor.lock()
        defer { monitor.unlock() }
        return jobs[head].isRead ? nil : { [unowned self] items, body in share(items, isAhead: true, body) }
    }

    /// Does the appending thread's items of work, with the help of whoever has nothing else to do meanwhile.
    private func share(_ items: Int, isAhead: Bool = false, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let work = SharedWork(items, isAhead: isAhead, body)
            monitor.lock()
            shared = work
            monitor.broadcast()
            monitor.unlock()
            work.help()
            monitor.lock()
            shared = nil
            while work.helpers > 0 { monitor.wait() }
            monitor.unlock()
        }
    }

    /// The earliest archive that is to be read further and may be: the first one always, unless its own queue is full. Where nothing is
    /// ready to be appended, a thread that would only wait may read a little more.
    private func nextToRead() -> ArchiveJob? {
        let limit = isAppending ? queueLimit : queueLimit * 3 / 2
        for place in head..<jobs.count {
            let job = jobs[place]
            if queued >= limit, place > head || job.queuedBytes >= queueLimit / 2 { return nil }
            if !job.isBusy, !job.isRead { return job }
        }
        return nil
    }

    /// Whether the store held an archive of that digest; the digest is asked for only where one of that size was held.
    private func isKnown(size: Int, digest: () -> Digest?) -> Bool {
        guard held.sizes.contains(size), let digest = digest() else { return false }
        return held.digests.contains(digest)
    }

    // MARK: Appending, by one thread at a time

    /// Each block is let go once it is appended, so that the next ones are read into memory that the cache still holds.
    private func append(
        _ parsed: inout [ArchiveJob.Parsed], of job: ArchiveJob, leaving left: Log?, isLast: Bool, onAnswer: (ArchiveAnswer) -> Void
    ) throws {
        if batch == nil {
            batch = BatchInProgress()
            try writer.beginBatch(keepingConflicts: job.keptRejects)
        }
        parsed.reverse()
        while let piece = parsed.popLast() {
            try writer.append(piece.block, entry: piece.name)
            batch?.entryOfBlock.append(piece.entry)
            eventsAppended += piece.block.events.count
        }
        if let left { writer.findAhead(left) }
        guard isLast, let done = batch else { return }
        batch = nil
        let answer = try close(job, done)
        answers.append(answer)
        giveAnswers(onAnswer)
    }

    /// Decides what becomes of an archive that was read to its end, and commits its batch or takes it back.
    private func close(_ job: ArchiveJob, _ batch: BatchInProgress) throws -> ArchiveAnswer {
        var answer = ArchiveAnswer(archive: job.input.name, status: .appended)
        answer.sha256 = job.sha256
        // Two archives of one run may be the same file: the first one stands.
        if job.isUnchanged || job.sha256.map(writer.contains(archive:)) == true {
            answer.status = .unchanged
            try beforeDeciding()
            try writer.rollbackBatch()
            return answer
        }
        let outcome = try writer.settleBatch()
        try beforeDeciding()
        answer.events = outcome.events
        answer.duplicates = outcome.duplicates
        answer.skipped = job.skipped
        let conflicts = outcome.conflicts.map { (entry: batch.entryOfBlock[$0.block], reject: $0.reject) }
        let rejects = (job.rejects + conflicts).sorted { ($0.entry, $0.reject.line) < ($1.entry, $1.reject.line) }.map(\.reject)
        answer.rejects = job.rejectCounts
        answer.rejects[Int(RejectReason.conflictingID.rawValue)] += outcome.conflictCount
        answer.firstRejects = Array(rejects.prefix(ArchiveAnswer.shownRejects))
        let rejectCount = answer.rejects.reduce(0, +)
        if let failure = job.failure {
            answer.status = .refused
            answer.why = failure.why
            answer.message = failure.message
        } else if outcome.isFlooded {
            answer.status = .refused
            answer.why = .limit
            answer.message = "too many of its identifiers share one hash, as only chosen ones do; ask its source how it was made"
        } else if !job.hasEventEntry {
            answer.status = job.isPlain ? .skipped : .refused
            if !job.isPlain {
                answer.why = .noEventEntry
                answer.message = "no entry's name begins with a log's name and ends in .ndjson, .jsonl or .csv; see `logs` in the pipeline"
            }
        } else if rejectCount > job.input.rejectLimit {
            answer.status = .refused
            answer.why = .rejects
            answer.message = "\(rejectCount) rejected lines, over the pipeline's reject_limit of \(job.input.rejectLimit)"
        }
        guard answer.status == .appended, let digest = answer.sha256 else {
            try writer.rollbackBatch()
            return answer
        }
        let record = BatchRecord(
            archive: job.input.name, sha256: digest, size: job.size, events: answer.events, duplicates: answer.duplicates,
            rejects: answer.rejects, skipped: answer.skipped)
        _ = try writer.commitBatch(record, rejects: rejects)
        return answer
    }
}
