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
    /// The archives refused at the last run, with why.
    public var refused: [RefusedArchive]
    /// The thresholds of pages.
    public var thresholds: PageThresholds
    /// The days off work, for the days to answer a filing.
    public var holidays: HolidayCalendar
    /// The same figures as they were known soon after D, to show what late records moved; nil: not asked for.
    public var firstKnown: FirstKnown?
    /// The commands with which a reader replays the report; one a line.
    public var replayCommands: [String]

    /// A context; what is not given is unknown and pages say so.
    public init(
        pipeline: String, programVersion: String, isSynthetic: Bool = false, checkpoint: RecordCheckpoint? = nil,
        batches: [BatchSummary] = [], refused: [RefusedArchive] = [], thresholds: PageThresholds = PageThresholds(),
        holidays: HolidayCalendar = HolidayCalendar(), firstKnown: FirstKnown? = nil, replayCommands: [String] = []
    ) {
        self.pipeline = pipeline
        self.programVersion = programVersion
        self.isSynthetic = isSynthetic
        self.checkpoint = checkpoint
        self.batches = batches
        self.refused = refused
        self.thresholds = thresholds
        self.holidays = holidays
        self.firstKnown = firstKnown
        self.replayCommands = replayCommands
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

/// An archive of which nothing was kept.
public struct RefusedArchive: Sendable, Hashable {
    /// Its base name.
    public let archive: String
    /// Why, as `ingest --json` says it.
    public let why: String
    /// What exactly, in words; may be empty.
    public let detail: String

    /// A refused archive.
    public init(archive: String, why: String, detail: String = "") {
        self.archive = archive
        self.why = why
        self.detail = detail
    }
}

/// When pages call something what. They are printed beside what they decide.
public struct PageThresholds: Sendable, Hashable {
    /// A community is a desert with more than so many children under 3 for a filed place …
    public var desertChildrenPerPlace: Int
    /// … and at least so many children under 3.
    public var desertLeastChildren: Int
    /// A credential is said to expire soon within so many days after D.
    public var credentialDays: Int
    /// A filing is to be answered within so many working days after it was submitted.
    public var answerWorkingDays: Int
    /// How many rows lists of the largest have.
    public var listed: Int

    /// Thresholds; the defaults are a third of a place for a child, 30 children, 90 days, 5 working days, 10 rows.
    public init(
        desertChildrenPerPlace: Int = 3, desertLeastChildren: Int = 30, credentialDays: Int = 90, answerWorkingDays: Int = 5,
        listed: Int = 10
    ) {
        self.desertChildrenPerPlace = max(1, desertChildrenPerPlace)
        self.desertLeastChildren = max(0, desertLeastChildren)
        self.credentialDays = max(0, credentialDays)
        self.answerWorkingDays = max(0, answerWorkingDays)
        self.listed = max(1, listed)
    }
}

/// The figures of D as they were known at an earlier moment.
public struct FirstKnown: Sendable {
    /// That moment.
    public let knownAt: Instant
    /// The figures.
    public let figures: CutFigures

    /// Figures as known then.
    public init(knownAt: Instant, figures: CutFigures) {
        self.knownAt = knownAt
        self.figures = figures
    }
}

/// Which days are worked. Without entries: Monday to Friday.
public struct HolidayCalendar: Sendable, Hashable {
    private let off: Set<Day>
    private let worked: Set<Day>
    /// The years for which the calendar was announced, ascending; days of other years are told by the weekday alone.
    public let years: [Int]
    /// Where the calendar was announced, such as 国办发明电 with its number; may be empty.
    public let source: String

    /// A calendar: days off that fall on a weekday, days worked that fall on a weekend (调休), and the years it covers.
    public init(off: [Day] = [], worked: [Day] = [], years: [Int] = [], source: String = "") {
        self.off = Set(off)
        self.worked = Set(worked)
        self.years = Set(years).sorted()
        self.source = source
    }

    /// Whether the day is worked.
    public func isWorked(_ day: Day) -> Bool {
        if worked.contains(day) { return true }
        if off.contains(day) { return false }
        // Day 0, 1970-01-01, was a Thursday; Monday is 0 here.
        let weekday = ((Int(day.rawValue) + 3) % 7 + 7) % 7
        return weekday < 5
    }

    /// The worked days after `start` up to and with `end`; 0 where `end` is not later. The day of receipt itself does not count.
    public func workedDays(after start: Day, through end: Day) -> Int {
        guard start < end else { return 0 }
        var count = 0
        var day = start
        while day < end {
            day = day.adding(days: 1)
            if isWorked(day) { count += 1 }
        }
        return count
    }
}
