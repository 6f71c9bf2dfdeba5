/// One of the four event logs. Event identifiers are unique within a log, and a void corrects within its log.
///
/// The raw value is part of the stored format and never changes.
public enum Log: UInt8, CaseIterable, Sendable, Hashable {
    /// Children: births, moves, visits, deaths. The subject is the child.
    case births = 0
    /// Waiting and enrolment (入托). The subject is the pair of child and facility.
    case enrollments = 1
    /// Facilities (托育机构): registration, filing (备案), capacity, credentials. The subject is the facility.
    case filings = 2
    /// Grants and their payments (补助). The subject is the grant.
    case subsidies = 3

    /// The log's name in archives, reports and JSON.
    public var name: String {
        switch self {
        case .births: "births"
        case .enrollments: "enrollments"
        case .filings: "filings"
        case .subsidies: "subsidies"
        }
    }

    /// The log of that name.
    public init?(name: String) {
        guard let log = Log.allCases.first(where: { $0.name == name }) else { return nil }
        self = log
    }
}

/// A space of identifiers that the store numbers: the first one it meets is 0, the next new one 1, and so on.
///
/// The raw value is part of the stored format and never changes.
public enum Namespace: UInt8, CaseIterable, Sendable, Hashable {
    /// Pseudonyms of children.
    case child = 0
    /// Facilities.
    case facility = 1
    /// Grants.
    case grant = 2
    /// Statistical division codes of communities, 12 digits.
    case community = 3
}
