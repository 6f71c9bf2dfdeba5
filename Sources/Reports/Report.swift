/// The report as a whole: which tables it has.
public enum Report {
    /// Every table in the order of `figures.md`. Writers of every format read this list and no other.
    public static let tables: [Table] = [
        .coverage, .timeline, .facilities, .supply, .flows, .subsidies, .targets, .findings, .access,
    ]

    /// The table of that name.
    public static func table(named name: String) -> Table? { tables.first { $0.name == name } }
}
