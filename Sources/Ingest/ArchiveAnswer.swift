public import Events

/// What became of one archive: what `ingest --json` answers.
public struct ArchiveAnswer: Sendable {
    /// The status of an archive after ingest.
    public enum Status: String, Sendable {
        /// Its events stand in the store now.
        case appended
        /// It stood in the store before; nothing was read.
        case unchanged
        /// None of its events is kept.
        case refused
        /// A plain file that fits no log.
        case skipped
    }

    /// Why an archive was refused.
    public enum Why: String, Sendable {
        /// More rejects than the pipeline's limit.
        case rejects
        /// No entry holds events.
        case noEventEntry = "no_event_entry"
        /// A CSV header that is not decodable, broken, too long, or names a column twice.
        case header
        /// It could not be read to its end.
        case unreadable
        /// It is over a safety limit.
        case limit
    }

    /// The archive's base name.
    public var archive: String
    /// The SHA-256 of the whole file; nil where it could not be read at all.
    public var sha256: Digest?
    /// What became of it.
    public var status: Status
    /// Why it was refused.
    public var why: Why?
    /// What is wrong, where, and what to do, of a refused archive.
    public var message: String?
    /// Events read that are good, by log (``Log/rawValue``).
    public var events: [Int] = Array(repeating: 0, count: Log.allCases.count)
    /// Events that were accepted before with the same content.
    public var duplicates = 0
    /// Rejected lines by reason (``RejectReason/rawValue``).
    public var rejects: [Int] = Array(repeating: 0, count: RejectReason.allCases.count)
    /// The first rejected lines, at most ``shownRejects``.
    public var firstRejects: [Reject] = []
    /// Entries that are no events, by name.
    public var skipped: [String] = []

    /// How many rejected lines of an archive are shown.
    public static let shownRejects = 10

    init(archive: String, status: Status) {
        self.archive = archive
        self.status = status
    }
}
