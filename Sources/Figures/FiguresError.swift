/// What reference data can break. Rows are counted from 0 in the order given; whoever read the file knows its lines.
public enum FiguresError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A community's code stands twice.
    case communityTwice(row: Int, code: String)
    /// A community bears the district's code.
    case communityIsDistrict(row: Int, code: String)
    /// A community's code does not begin with its town's, or one of them has not its number of digits.
    case townOutsideCode(row: Int, code: String)
    /// A town has two names.
    case townNamedTwice(row: Int, code: String)
    /// A code has two rows for a year.
    case populationTwice(row: Int, code: String, year: Int)
    /// A number of residents is negative or beyond ``Population/maximum``.
    case populationOutOfRange(row: Int, code: String, year: Int)

    /// The row that is to blame, from 0.
    public var row: Int {
        switch self {
        case .communityTwice(let row, _), .communityIsDistrict(let row, _), .townOutsideCode(let row, _), .townNamedTwice(let row, _),
            .populationTwice(let row, _, _), .populationOutOfRange(let row, _, _):
            row
        }
    }

    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .communityTwice(_, let code): "the code \(code) stands twice: keep one of the rows"
        case .communityIsDistrict(_, let code): "a community bears the district's own code \(code): give it its own"
        case .townOutsideCode(_, let code):
            "the community \(code) does not begin with its town_code: 12 digits must begin with the town's 9"
        case .townNamedTwice(_, let code): "the town \(code) has two names: write one name in all of its rows"
        case .populationTwice(_, let code, let year): "\(code) has two rows for \(year): keep one of them"
        case .populationOutOfRange(_, let code, let year):
            "the residents of \(code) in \(year) are out of range: an integer from 0 to \(Population.maximum)"
        }
    }
}
