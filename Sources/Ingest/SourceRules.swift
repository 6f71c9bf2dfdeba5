public import Events

/// The character encoding of an archive's CSV entries that have no byte order mark.
public enum SourceEncoding: Sendable, Hashable {
    /// UTF-8.
    case utf8
    /// GB18030, of which GBK and GB2312 are parts.
    case gb18030
}

/// What a pipeline says about the entries of its archives: how they are encoded and what their names, columns and cells mean.
///
/// Plain values; the pipeline's reader has checked that they name what exists.
public struct SourceRules: Sendable, Hashable {
    /// The encoding of CSV entries without a byte order mark.
    public var encoding: SourceEncoding
    /// Further names by which entries belong to a log (`出生` to births). A built-in name cannot be renamed.
    public var logs: [String: Log]
    /// Further names of CSV columns for a field (`出生日期` for `born_on`).
    public var fields: [String: String]
    /// Further CSV cells for a value, by field (`mode`: `全日托` for `full_day`); any field but `event_id`.
    public var values: [String: [String: String]]

    /// Rules; without arguments those of a pipeline that says nothing.
    public init(
        encoding: SourceEncoding = .utf8, logs: [String: Log] = [:], fields: [String: String] = [:],
        values: [String: [String: String]] = [:]
    ) {
        self.encoding = encoding
        self.logs = logs
        self.fields = fields
        self.values = values
    }
}
