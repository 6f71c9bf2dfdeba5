/// The report as a whole: which tables it has.
public enum Report {
    /// Every table in the order of `figures.md`. Writers of every format read this list and no other.
    public static let tables: [Table] = [
        .coverage, .timeline, .facilities, .supply, .flows, .subsidies, .targets, .findings, .access,
    ]

    /// Whether a report of these tables lists findings, or, with nil, the whole report: what it does not list is only counted.
    public static func listsFindings(_ tables: [Table]?) -> Bool { (tables ?? Report.tables).contains { $0.listsFindings } }

    /// The table of that name.
    public static func table(named name: String) -> Table? { tables.first { $0.name == name } }
}
