public import Events

/// What a projection is asked for: the days to cut at, what is known, and which communities are told apart.
public struct ProjectionRequest: Sendable {
    /// The days at which timeline counters are wanted, ascending, each once; the last one is ``asOf``.
    public let cuts: [Day]
    /// D: events with `occurred_on` ≤ D count (`events.md`, section 3). May lie before all events or in the future.
    public let asOf: Day
    /// K: only events with `recorded_at` ≤ K exist; nil: all of them.
    public let knownAt: Instant?
    /// The codes of `communities.csv`, ascending as bytes. A community's column is its place here; every other code shares the
    /// last column, ``unassigned``.
    public let communities: [String]
    /// How many threads may work at once, at least 1. The result does not depend on it.
    public let threads: Int
    /// What is listed, and not only counted; all of it unless said otherwise. Nothing else depends on it.
    public var lists: Lists = .all

    /// What a state at D has many of: to look up what they are called and to put them in order is a good part of what a small change takes,
    /// and few tables show it. What is looked up for no list is not checked either.
    public struct Lists: OptionSet, Sendable {
        /// ``Projected/findings`` with what each one names; without it they are counted.
        public static let findings = Self(rawValue: 1)
        /// ``Projected/facilities``.
        public static let facilities = Self(rawValue: 2)
        /// ``Projected/flows``.
        public static let flows = Self(rawValue: 4)
        /// All lists.
        public static let all: Self = [.findings, .facilities, .flows]

        /// A bit for each.
        public let rawValue: UInt8

        /// Lists by their bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    /// The column of what lies in no registered community.
    public var unassigned: Int { communities.count }
    /// The number of columns: the communities and ``unassigned``.
    public var columns: Int { communities.count + 1 }

    /// A request. Days after `asOf` are left out of `cuts`, the others sorted, `asOf` added: any list will do.
    public init(cuts: [Day], asOf: Day, knownAt: Instant? = nil, communities: [String], threads: Int = 1) {
        self.cuts = Set(cuts.filter { $0 < asOf }).sorted() + [asOf]
        self.asOf = asOf
        self.knownAt = knownAt
        self.communities = communities
        self.threads = max(1, threads)
    }
}
