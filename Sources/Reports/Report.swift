public import Projections

/// The report as a whole: which tables it has.
public enum Report {
    /// Every table in the order of `figures.md`. Writers of every format read this list and no other.
    public static let tables: [Table] = [
        .coverage, .timeline, .facilities, .supply, .flows, .subsidies, .targets, .findings, .access,
    ]

    /// What a report of these tables shows of what a projection lists; with nil, the whole report shows all.
    public static func lists(of tables: [Table]?) -> ProjectionRequest.Lists {
        tables?.reduce(into: []) { $0.formUnion($1.lists) } ?? .all
    }

    /// The table of that name.
    public static func table(named name: String) -> Table? { tables.first { $0.name == name } }
}
