import Archives
import Dispatch
import Events

/// The reading of one archive: bytes in, blocks of events out. One thread advances it at a time; ``IngestRun`` sees to that.
final class ArchiveJob: @unchecked Sendable {
    /// A block with the place of its entry in the archive and the entry's name: it is appended while more of the archive is read,
    /// so whoever appends it asks nothing of the job.
    struct Parsed {
        let entry: Int
        let name: String
        let block: ParsedBlock
    }

    let input: ArchiveInput
    /// Whether a thread of its own decodes ahead; set before the first step.
    var readsAhead = ArchiveReader.ReadAhead.never
    // Guarded by the run's monitor.
    var isBusy = false
    var isRead = false
    var queue: [Parsed] = []
    /// The log that the archive has left, where some of the queue's blocks are of it.
    var left: Log?
    var queuedBytes = 0
    /// Outer bytes read so far, for progress.
    var bytesRead = 0

    // Owned by whichever thread advances the job, and by the committer once `isRead` is set.
    private var reader: ArchiveReader?
    private var entryReader: EntryReader?
    private var fresh: [Parsed] = []
    private var place = 0
    /// How many entries with events were begun.
    private var entries = 0
    /// The rejected lines with the places of their entries, as many as ``keptRejects``.
    private(set) var rejects: [(entry: Int, reject: Reject)] = []
    /// All rejected lines by reason.
    private(set) var rejectCounts = [Int](repeating: 0, count: RejectReason.allCases.count)
    private(set) var skipped: [String] = []
    private(set) var hasEventEntry = false
    private(set) var isPlain = false
    /// Bytes of the outer file.
    private(set) var size = 0
    private(set) var sha256: Digest?
    private(set) var failure: (why: ArchiveAnswer.Why, message: String)?
    /// What the machine lacked: the run stops by it, for it says nothing of the archive.
    private(set) var shortage: ArchiveError?
    /// The store held an archive with this digest before the run: nothing was read of it.
    private(set) var isUnchanged = false

    /// Who opened the archive before its first step, where somebody did.
    private let beginning = DispatchGroup()
    private var begun: ArchiveReader?

    init(_ input: ArchiveInput) { self.input = input }

    /// Has the archive decoded ahead from now on, by a thread of its own, though nothing of it is asked for yet.
    func begin() {
        readsAhead = .always
        DispatchQueue(label: "tuowei.ingest.begin", qos: .userInitiated).async(group: beginning) { [self] in
            begun = try? ArchiveReader(path: input.path, limits: input.limits, readsAhead: .always)
            begun?.begin()
        }
    }

    /// How many rejected lines are kept: all of an archive that may still be appended, and for any other those that are shown. An archive
    /// of nothing but bad lines has more of them than memory holds.
    var keptRejects: Int {
        let (sum, overflow) = input.rejectLimit.addingReportingOverflow(ArchiveAnswer.shownRejects)
        return overflow ? .max : sum
    }

    /// Bytes of events a call of ``advance(isKnown:)`` reads at least, unless the archive ends, or goes on to another log.
    private static let step = 4 << 20
    /// With fewer bytes read than this, a call reads on where the archive goes on to another log.
    var fewestBeforeLeaving = step / 4

    /// What came of reading on for a while.
    struct Step {
        var parsed: [Parsed] = []
        /// Whether the archive is at its end.
        let isRead: Bool
        /// How many outer bytes were read so far.
        let bytesRead: Int
        /// The log whose entry was read to its end, where one of another log comes.
        var left: Log?
    }

    /// Reads on for a while.
    func advance(isKnown: (Int, () -> Digest?) -> Bool) -> Step {
        do {
            let (isRead, left) = try read(isKnown: isKnown)
            defer { fresh = [] }
            return Step(parsed: fresh, isRead: isRead, bytesRead: place, left: left)
        } catch let error as ArchiveError {
            if error.isShortage { shortage = error }
            failure = (error.why == "limit" ? .limit : .unreadable, "\(error)")
        } catch let error as HeaderRefusal {
            failure = (.header, "\(error)")
        } catch {
            failure = (.unreadable, "\(error)")
        }
        fresh = []
        sha256 = try? reader?.digest()
        reader = nil
        entryReader = nil
        return Step(isRead: true, bytesRead: place)
    }

    private func read(isKnown: (Int, () -> Digest?) -> Bool) throws -> (isRead: Bool, left: Log?) {
        if reader == nil {
            beginning.wait()
            let opened = try begun ?? ArchiveReader(path: input.path, limits: input.limits, readsAhead: readsAhead)
            begun = nil
            size = opened.size
            var digest: Digest?
            if isKnown(
                opened.size,
                {
                    digest = try? Archives.sha256(ofFileAt: self.input.path)
                    return digest
                })
            {
                isUnchanged = true
                sha256 = digest
                return (true, nil)
            }
            reader = opened
        }
        guard let reader else { return (true, nil) }
        var done = 0
        while done < Self.step {
            switch try reader.next() {
            case .entry(let entry):
                let last = entryReader?.log
                try finishEntry()
                begin(entry)
                // An archive seldom comes back to a log that it has left.
                if let last, let next = entryReader?.log, next != last, done >= fewestBeforeLeaving { return (false, last) }
            case .bytes(let bytes):
                done += bytes.count
                place = reader.bytesRead
                if let entryReader {
                    entryReader.feed(bytes)
                    collect(entryReader)
                    try checkHeader(entryReader)
                }
            case .end(let summary):
                try finishEntry()
                sha256 = summary.digest
                isPlain = summary.kind.isPlainFile
                place = reader.size
                self.reader = nil
                return (true, nil)
            }
        }
        return (false, nil)
    }

    private func begin(_ entry: ArchiveEntry) {
        guard entry.kind != .directory else { return }
        switch EntryName.classify(entry.name, rules: input.rules) {
        case .silent: break
        case .skipped: skipped.append(entry.name)
        case .event(let log, let format):
            guard entry.kind == .file else { return skipped.append(entry.name) }
            entries += 1
            entryReader = EntryReader(entry: entry.name, log: log, format: format, rules: input.rules)
        }
    }

    private func finishEntry() throws {
        guard let entryReader else { return }
        self.entryReader = nil
        entryReader.finish()
        collect(entryReader)
        try checkHeader(entryReader)
        if entryReader.state == .skipped { skipped.append(entryReader.entry) } else { hasEventEntry = true }
    }

    /// A header that refuses the archive ends its reading.
    private func checkHeader(_ entryReader: EntryReader) throws(HeaderRefusal) {
        guard case .refused(let fault) = entryReader.state else { return }
        throw HeaderRefusal(archive: input.name, entry: entryReader.entry, fault: fault)
    }

    private func collect(_ entryReader: EntryReader) {
        let place = entries - 1
        for block in entryReader.takeBlocks() { fresh.append(Parsed(entry: place, name: entryReader.entry, block: block)) }
        for reject in entryReader.takeRejects() {
            rejectCounts[Int(reject.reason.rawValue)] += 1
            if rejects.count < keptRejects { rejects.append((place, reject)) }
        }
    }
}

/// A CSV header that refuses its archive, with where it stands.
struct HeaderRefusal: Error, CustomStringConvertible {
    let archive: String
    let entry: String
    let fault: HeaderFault

    var description: String { "\(entry): \(fault)" }
}
