/// Why a report cannot be written.
public enum ReportsError: Error, Equatable, CustomStringConvertible {
    /// A template of the program is broken: a fault of the program, not of the data.
    case template(String)
    /// The workbook cannot be written.
    case workbook(path: String, why: String)
    /// The database cannot be written.
    case database(path: String, why: String)

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .template(let why): "a page template is broken (\(why)): this is a fault of the program, please report it"
        case .workbook(let path, let why): "\(path): the workbook cannot be written: \(why); check the folder and its free space"
        case .database(let path, let why): "\(path): the database cannot be written: \(why); check the folder and its free space"
        }
    }
}
