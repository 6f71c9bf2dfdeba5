/// A place in a file: `file:line:column`, or as much of it as is known.
public struct FilePlace: Sendable, Hashable, CustomStringConvertible {
    /// The file's path as it was given or found.
    public let file: String
    /// The line from 1, 0 where the whole file is meant.
    public let line: Int
    /// The column from 1 in Unicode scalars, 0 where the whole line is meant.
    public let column: Int

    /// A place.
    public init(_ file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The form that editors and compilers use.
    public var description: String {
        let name = Echo.plain(file)
        if line == 0 { return name }
        return column == 0 ? "\(name):\(line)" : "\(name):\(line):\(column)"
    }
}

/// Why a pipeline file, or the reference data it names, cannot be used. Nothing has been done then (exit status 2).
public enum PipelineError: Error, Sendable, Equatable {
    /// A file cannot be opened or read; `problem` is the system's word for it.
    case unreadable(file: String, problem: String)
    /// A file is larger than its kind can sensibly be.
    case tooLarge(file: String, limit: Int)
    /// A line is not valid UTF-8.
    case notUTF8(FilePlace)
    /// Not YAML, or YAML that says nothing; `problem` is the parser's word for it.
    case syntax(FilePlace, problem: String)
    /// A file that uses `*alias` so often that it could grow without end.
    case tooManyAliases(file: String, limit: Int)
    /// A mapping names one key twice.
    case duplicateKey(FilePlace, key: String)
    /// A key that does not exist in this section (empty at the top).
    case unknownKey(FilePlace, key: String, section: String, nearest: String)
    /// A required key is not there.
    case missingKey(FilePlace, key: String, section: String)
    /// A value that is not of the right kind: a list where a text is expected, and so on.
    case wrongKind(FilePlace, key: String, expected: String)
    /// A value without its form; `nearest` where it looks like a misspelling.
    case invalidValue(FilePlace, key: String, value: String, expected: String, nearest: String?)
    /// A target needs exactly one of `at_least` and `at_most`.
    case oneBound(FilePlace, target: String)
    /// A built-in log name that would mean another log, or one name for two logs.
    case ambiguousLog(FilePlace, name: String, log: String)
    /// A pattern of `archives` that no file fits.
    case noMatch(FilePlace, pattern: String)
    /// A file that two patterns give two encodings.
    case twoEncodings(FilePlace, archive: String, first: String, second: String)
    /// A folder that a pattern needs cannot be listed.
    case unlistable(FilePlace, folder: String, problem: String)
    /// A reference file lacks a column or names it twice.
    case column(FilePlace, name: String, twice: Bool)
    /// A row of a reference file has a broken quote, a stray quote or the wrong number of cells.
    case brokenRow(FilePlace, problem: String)
    /// A row repeats what an earlier line said.
    case repeated(FilePlace, what: String, firstLine: Int)
    /// A community code that does not begin with its town's code.
    case townMismatch(FilePlace, code: String, town: String)
    /// A community that has the district's code.
    case districtAsCommunity(FilePlace, code: String)
    /// A town with two names.
    case twoTownNames(FilePlace, town: String, firstLine: Int)
    /// One of longitude and latitude without the other.
    case halfCoordinates(FilePlace)
    /// What the figures refuse in reference data although each row has its form; `problem` says what to do.
    case refusedByFigures(file: String, problem: String)
}

extension PipelineError: CustomStringConvertible {
    /// One line: where, what, what to do.
    public var description: String {
        switch self {
        case .unreadable(let file, let problem):
            return "\(FilePlace(file)): cannot be read: \(problem). "
                + "Check the path (paths are relative to the pipeline file) and its permissions."
        case .tooLarge(let file, let limit):
            return "\(FilePlace(file)): is larger than \(limit) bytes. Check that it is the file you mean."
        case .notUTF8(let place):
            return "\(place): is not valid UTF-8. Save the file as UTF-8."
        case .syntax(let place, let problem):
            return "\(place): is not valid YAML: \(Echo.plain(problem)). Correct the line."
        case .tooManyAliases(let file, let limit):
            return "\(FilePlace(file)): uses more than \(limit) YAML aliases (*name). Write the values out."
        case .duplicateKey(let place, let key):
            return "\(place): the key \(Echo.quoted(key)) stands twice in one section. Keep one of them."
        case .unknownKey(let place, let key, let section, let nearest):
            let here = section.isEmpty ? "" : " in \(Echo.quoted(section))"
            return "\(place): there is no key \(Echo.quoted(key))\(here). The nearest one is \(Echo.quoted(nearest))."
        case .missingKey(let place, let key, let section):
            let here = section.isEmpty ? "" : " in \(Echo.quoted(section))"
            return "\(place): the key \(Echo.quoted(key)) is missing\(here). Add it."
        case .wrongKind(let place, let key, let expected):
            return "\(place): \(Echo.quoted(key)) must be \(expected)."
        case .invalidValue(let place, let key, let value, let expected, let nearest):
            let hint = nearest.map { " The nearest one is \(Echo.quoted($0))." } ?? ""
            let found = value.isEmpty ? "empty" : Echo.quoted(value)
            return "\(place): \(Echo.quoted(key)) is \(found), but must be \(expected).\(hint)"
        case .oneBound(let place, let target):
            return "\(place): the target \(Echo.quoted(target)) must have exactly one of `at_least` and `at_most`."
        case .ambiguousLog(let place, let name, let log):
            return "\(place): the name \(Echo.quoted(name)) already means the log `\(log)`. Choose another name."
        case .noMatch(let place, let pattern):
            return "\(place): no file fits the pattern \(Echo.quoted(pattern)). Correct it or put the archives there."
        case .twoEncodings(let place, let archive, let first, let second):
            return "\(place): the archive \(Echo.quoted(archive)) is given two encodings, \(first) and \(second). "
                + "Let one pattern alone match it."
        case .unlistable(let place, let folder, let problem):
            return "\(place): the folder \(Echo.quoted(folder)) cannot be listed: \(problem). Check the path and its permissions."
        case .column(let place, let name, let twice):
            return twice
                ? "\(place): the column \(Echo.quoted(name)) stands twice. Keep one of them."
                : "\(place): the column \(Echo.quoted(name)) is missing. Add it to the header row."
        case .brokenRow(let place, let problem):
            return "\(place): \(problem). Correct the row (RFC 4180, one record a line)."
        case .repeated(let place, let what, let firstLine):
            return "\(place): \(what) stands here again, first on line \(firstLine). Keep one of the rows."
        case .townMismatch(let place, let code, let town):
            return "\(place): the code \(Echo.quoted(code)) does not begin with its town's code \(Echo.quoted(town)). Correct one of them."
        case .districtAsCommunity(let place, let code):
            return "\(place): the community has the district's code \(Echo.quoted(code)). Give it its own 12-digit code."
        case .twoTownNames(let place, let town, let firstLine):
            return "\(place): the town \(Echo.quoted(town)) has another name on line \(firstLine). Use one name for one town."
        case .halfCoordinates(let place):
            return "\(place): `longitude` and `latitude` must both be given or both be empty."
        case .refusedByFigures(let file, let problem):
            return "\(FilePlace(file)): \(Echo.plain(problem))."
        }
    }
}

/// Texts from outside in messages: no control character, no direction mark, no endless value reaches a terminal.
enum Echo {
    private static let limit = 80

    static func quoted(_ text: String) -> String { "`\(plain(text))`" }

    static func plain(_ text: String) -> String {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == 4 * limit {
                shown += "…"
                break
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
