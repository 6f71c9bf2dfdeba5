public import Events

/// Why a record cannot be projected. The record's own reading errors pass through as they are.
public enum ProjectionError: Error, Equatable, CustomStringConvertible {
    /// A block's columns contradict each other or name an unknown number or type: the record's derived files are damaged.
    case inconsistentBlock(log: Log, block: Int)
    /// The record's tables of identifiers do not hold the numbers its events use: derived files are damaged.
    case inconsistentIdentifiers
    /// The histories do not hold what was written to them, or not what their record's events can be: they are to be made anew.
    case damagedHistories
    /// A log holds more events than a projection can number.
    case tooManyEvents(log: Log, limit: Int)
    /// A log gives reason for more findings than a projection can number.
    case tooManyFindings(log: Log, limit: Int)
    /// More cuts were asked for than a projection can number.
    case tooManyCuts(limit: Int)
    /// The amounts of all grants do not fit 64 bits of fen.
    case amountsTooLarge

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .inconsistentBlock(let log, let block):
            "block \(block) of the log \(log.name) does not fit the record's identifiers: run `tuowei verify`, then rebuild the index"
        case .inconsistentIdentifiers:
            "the record's identifiers do not fit its events: run `tuowei verify`, then rebuild the index"
        case .damagedHistories: "the histories are damaged: run `tuowei fold` to make them anew"
        case .tooManyEvents(let log, let limit):
            "the log \(log.name) holds more than \(limit) events: split the district's record"
        case .tooManyFindings(let log, let limit):
            "the log \(log.name) gives reason for \(limit) findings or more: split the district's record"
        case .tooManyCuts(let limit):
            "more than \(limit) days are asked for at once: ask for an earlier day, or begin the timeline later (`from`)"
        case .amountsTooLarge:
            "the amounts of all grants exceed 92 quadrillion yuan: look for wrong amounts in the subsidies log"
        }
    }
}
