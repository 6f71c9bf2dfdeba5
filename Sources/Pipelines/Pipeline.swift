public import Events
public import Figures

/// How the text of a CSV without a byte order mark is encoded.
public enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    /// UTF-8.
    case utf8 = "utf-8"
    /// GB18030, of which GBK and GB2312 are parts.
    case gb18030 = "gb18030"
}

/// What a run is given: the pipeline file as plain values, every form checked (`interfaces.md`, "The pipeline file").
///
/// Relative paths are resolved against the pipeline file's folder, so they can be opened from the working directory in which
/// the pipeline's own path was given. Reference data and archives are read separately: ``reference()``, ``archiveFiles()``.
public struct Pipeline: Sendable {
    /// The pipeline file's path as it was given.
    public let file: String
    /// The file's bytes, for its digest in a manifest.
    public let source: [UInt8]
    /// The pipeline's name.
    public let name: String
    /// The district.
    public let district: District
    /// The path of `communities.csv`.
    public let communities: String
    /// The path of `population.csv`.
    public let population: String
    /// The path of the calendar of holidays; nil: days are worked from Monday to Friday.
    public let holidays: String?
    /// The patterns of `archives`, in the order of the file.
    public let archives: [ArchivePattern]
    /// The store's folder.
    public let store: String
    /// The folder in which reports are written, each in a folder named by its D.
    public let reports: String
    /// The encoding of CSV without a byte order mark, where an archive's pattern does not say otherwise.
    public let encoding: TextEncoding
    /// Further entry names for a log.
    public let logs: [LogName]
    /// Further CSV column names for a field.
    public let fields: [ColumnName]
    /// Further CSV cells for a value of a field.
    public let values: [CellValue]
    /// The greatest number of rejects with which an archive is still appended.
    public let rejectLimit: Int
    /// The timeline's first month end is the first one on or after this day.
    public let from: Day
    /// The share of each age band's children whose families want a place, and the planning norm.
    public let demand: DemandRules
    /// The catchment's radius d₀ in metres.
    public let catchment: Double
    /// The plan's targets, in the order of the file.
    public let targets: [Target]
    /// Where each target's `code`, or else the target itself, stands in the file.
    let targetPlaces: [FilePlace]
    /// When pages call something a desert, late or soon expired.
    public let thresholds: PageThresholds
    /// The safety limits on archives; what the file leaves out is nil and means the program's default.
    public let limits: LimitSettings
    /// The path of the file of the key that signs the log; nil: the pipeline names none.
    public let signingKey: String?
    /// Whether the data are invented; reports say so where it is true.
    public let synthetic: Bool
    /// What an analyst should look at although the run goes on, one line each.
    public let warnings: [String]
}

/// The district whose figures are computed.
public struct District: Sendable, Hashable {
    /// Its 12-digit statistical division code.
    public let code: String
    /// Its name.
    public let name: String
}

/// One entry of `archives`: a glob and the encoding of the files that it matches.
public struct ArchivePattern: Sendable, Hashable {
    /// The pattern as written.
    public let pattern: String
    /// The encoding of CSV without a byte order mark in the files.
    public let encoding: TextEncoding
    /// Where it stands.
    public let place: FilePlace
}

/// One entry of `logs`: entries whose base name begins with `name` belong to `log`.
public struct LogName: Sendable, Hashable {
    /// The further name, as written.
    public let name: String
    /// The log.
    public let log: Log
}

/// One entry of `fields`: the CSV column `column` holds the field `field`.
public struct ColumnName: Sendable, Hashable {
    /// The column's name in archives.
    public let column: String
    /// The field's name in the contract.
    public let field: String
}

/// One entry of `values`: in the field `field` the CSV cell `cell` means `value`. An empty `value` means an absent field.
public struct CellValue: Sendable, Hashable {
    /// The field's name in the contract.
    public let field: String
    /// The cell in archives.
    public let cell: String
    /// What it stands for.
    public let value: String
}

/// The safety limits of `limits`, on measured bytes; nil where the pipeline leaves one to the program.
public struct LimitSettings: Sendable, Hashable {
    /// Entries in one archive.
    public var entries: Int?
    /// Bytes of one entry.
    public var entryBytes: Int?
    /// Bytes of all entries of one archive together.
    public var archiveBytes: Int?
    /// Uncompressed bytes for each byte of the archive file, counted beyond `ratioFloor`.
    public var expansionRatio: Int?
    /// Uncompressed bytes up to which the ratio is not looked at.
    public var ratioFloor: Int?
    /// Bytes of an entry's name, path included.
    public var nameBytes: Int?
    /// Bytes of all names of an archive together.
    public var allNameBytes: Int?
    /// Bytes of memory that a decoder's window may ask for.
    public var decoderMemory: Int?

    /// Nothing said.
    public init() {}
}
