public import Events
public import Figures

/// What readable reports say beside the figures: where the record stands, how its archives were taken, and the rules by which pages
/// call something a desert or late. Plain values; whoever opens the record fills them in.
public struct ReportContext: Sendable {
    /// The pipeline's name.
    public var pipeline: String
    /// The version of the program that writes.
    public var programVersion: String
    /// Whether the data are invented; every page then says so.
    public var isSynthetic: Bool
    /// Where the record stands; nil where there is none, as in tests.
    public var checkpoint: RecordCheckpoint?
    /// The archives in the order in which the record took them.
    public var batches: [BatchSummary]
    /// The thresholds of pages.
    public var thresholds: PageThresholds
    /// The days off work, for the days to answer a filing.
    public var holidays: HolidayCalendar
    /// What records moved that came after the end of D; nil where K is not later than that, so that there can be none.
    public var late: LateRecords?

    /// A context; what is not given is unknown and pages say so.
    public init(
        pipeline: String, programVersion: String, isSynthetic: Bool = false, checkpoint: RecordCheckpoint? = nil,
        batches: [BatchSummary] = [], thresholds: PageThresholds = PageThresholds(),
        holidays: HolidayCalendar = HolidayCalendar(), late: LateRecords? = nil
    ) {
        self.pipeline = pipeline
        self.programVersion = programVersion
        self.isSynthetic = isSynthetic
        self.checkpoint = checkpoint
        self.batches = batches
        self.thresholds = thresholds
        self.holidays = holidays
        self.late = late
    }
}

/// The record's checkpoint: what a verifier compares with.
public struct RecordCheckpoint: Sendable, Hashable {
    /// The origin line of the log.
    public let origin: String
    /// The number of its entries.
    public let size: UInt64
    /// Its root hash.
    public let root: Digest

    /// A checkpoint.
    public init(origin: String, size: UInt64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }
}

/// An archive in the record: what was read of it and what became of that.
public struct BatchSummary: Sendable, Hashable {
    /// Its base name.
    public let archive: String
    /// Its digest.
    public let digest: Digest
    /// Events accepted.
    public let accepted: Int
    /// Events that were there already.
    public let duplicates: Int
    /// Rejected lines by reason; reasons of none may be left out.
    public let rejects: [(reason: String, count: Int)]
    /// Entries passed over, by name.
    public let skipped: [String]

    /// A summary.
    public init(
        archive: String, digest: Digest, accepted: Int, duplicates: Int, rejects: [(reason: String, count: Int)], skipped: [String] = []
    ) {
        self.archive = archive
        self.digest = digest
        self.accepted = accepted
        self.duplicates = duplicates
        self.rejects = rejects
        self.skipped = skipped
    }

    /// Lines rejected.
    public var rejected: Int { rejects.reduce(0) { $0 + $1.count } }
    /// Lines read: accepted, duplicates and rejected.
    public var read: Int { accepted + duplicates + rejected }

    /// Equal in every field.
    public static func == (left: BatchSummary, right: BatchSummary) -> Bool {
        left.archive == right.archive && left.digest == right.digest && left.accepted == right.accepted
            && left.duplicates == right.duplicates && left.skipped == right.skipped
            && left.rejects.map(\.reason) == right.rejects.map(\.reason) && left.rejects.map(\.count) == right.rejects.map(\.count)
    }

    /// By its archive.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(archive)
        hasher.combine(digest)
    }
}

/// What records that came after the end of D changed.
public struct LateRecords: Sendable {
    /// The end of D at +08:00: what was recorded later came late.
    public let after: Instant
    /// The events about days up to D that were recorded later, of each log by ``Log/rawValue``.
    public let events: [Int]
    /// The figures of D as they were known at that moment.
    public let figures: CutFigures

    /// Late records and the figures without them.
    public init(after: Instant, events: [Int], figures: CutFigures) {
        self.after = after
        self.events = events
        self.figures = figures
    }
}
