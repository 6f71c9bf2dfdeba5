import Glibc

/// Why an archive was not read to its end. Each archive is refused whole.
public enum ArchiveError: Error, Equatable, Sendable {
    /// The file could not be opened or read: the system's reason in `errno`.
    case inaccessible(archive: String, errno: Int32)
    /// The path names a folder, a pipe, a device or a socket (`kind`), which are never waited for.
    case notARegularFile(archive: String, kind: String)
    /// The file was written to while it was read.
    case changed(archive: String)
    /// The archive is cut off, damaged, encrypted or of a kind that is not read, in this entry or in none.
    case unreadable(archive: String, entry: String?, damage: ArchiveDamage)
    /// The archive passes this limit, whose value was `allowed`.
    case limit(archive: String, entry: String?, limit: ArchiveLimit, allowed: Int)

    /// What the contract calls this refusal (`interfaces.md`): `limit` or `unreadable`.
    public var why: String {
        if case .limit = self { "limit" } else { "unreadable" }
    }

    /// Whether the machine lacked what reading takes (open files, memory): that says nothing of the archive.
    public var isShortage: Bool {
        if case .inaccessible(_, let number) = self { [EMFILE, ENFILE, ENOMEM].contains(number) } else { false }
    }
}

/// What is wrong with an archive's bytes.
public enum ArchiveDamage: Equatable, Sendable {
    /// The bytes end before the archive does.
    case truncated
    /// A checksum or a length does not fit the content.
    case checksum
    /// Content that can be had with a password only.
    case encrypted
    /// Bytes stand behind the archive's end.
    case trailing
    /// The headers contradict each other, in these words.
    case disagreement(String)
    /// A method or a feature of the format that is not read, in these words.
    case unsupported(String)
    /// Any other damage, in the library's words.
    case damaged(String)
}

/// The limits by their keys in the pipeline file.
public enum ArchiveLimit: String, Sendable {
    case entries = "entries"
    case entryBytes = "entry_bytes"
    case archiveBytes = "archive_bytes"
    case expansionRatio = "expansion_ratio"
    case nameBytes = "name_bytes"
    case allNameBytes = "all_name_bytes"
    case decoderMemory = "decoder_bytes"

    /// What is too much, as messages say it.
    func words(_ allowed: Int) -> String {
        switch self {
        case .entries: "has more than \(allowed) entries"
        case .entryBytes: "has more than \(allowed) bytes in one entry"
        case .archiveBytes: "has more than \(allowed) bytes in its entries together"
        case .expansionRatio: "has more than \(allowed) bytes for each byte of the archive"
        case .nameBytes: "has more than \(allowed) bytes in an entry's name"
        case .allNameBytes: "has more than \(allowed) bytes in its entries' names together"
        case .decoderMemory: "needs more than \(allowed) bytes of memory to be read"
        }
    }
}

extension ArchiveError: CustomStringConvertible {
    /// What, where and what to do, in one line without control characters.
    public var description: String {
        switch self {
        case .inaccessible(let archive, let number):
            "\(printable(archive)): cannot be read: \(systemMessage(number)); \(advice(number))"
        case .notARegularFile(let archive, let kind):
            "\(printable(archive)): is \(kind), not a file; name the archives themselves"
        case .changed(let archive):
            "\(printable(archive)): was written to while it was read; run again when it is complete"
        case .unreadable(let archive, let entry, let damage):
            "\(printable(archive)):\(place(entry)) \(damage.words)"
        case .limit(let archive, let entry, let limit, let allowed):
            "\(printable(archive)):\(place(entry)) \(limit.words(allowed));"
                + " if the archive is genuine, raise `\(limit.rawValue)` under `limits` in the pipeline file"
        }
    }

    private func advice(_ number: Int32) -> String {
        switch number {
        case EMFILE, ENFILE: "raise the limit on open files (`ulimit -n`), then run the same command again"
        case ENOMEM: "free memory, then run the same command again"
        default: "check the path and its permissions"
        }
    }

    private func place(_ entry: String?) -> String {
        entry.map { " entry \(printable($0)):" } ?? ""
    }
}

extension ArchiveDamage {
    var words: String {
        switch self {
        case .truncated: "ends too early; copy it again from its source"
        case .checksum: "is damaged: its checksum does not fit its content; copy it again from its source"
        case .encrypted: "is encrypted; ask for it without a password"
        case .trailing: "has bytes behind its end, so it is not what was packed; copy it again from its source"
        case .disagreement(let what): "contradicts itself: \(printable(what)); have it packed anew"
        case .unsupported(let what): "uses \(printable(what)), which is not read; have it packed as tar.gz, tar.zst or an ordinary zip"
        case .damaged(let what): "is damaged (\(printable(what))); copy it again from its source"
        }
    }
}

/// A text with everything that could move a terminal's cursor or turn its writing direction spelt out as `\u{…}`.
func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
