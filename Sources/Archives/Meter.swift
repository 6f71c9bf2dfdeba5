/// Counts what an archive really costs, and refuses it when it passes a limit. Words every refusal with the archive and the entry at hand.
final class Meter {
    let archive: String
    let limits: ArchiveLimits
    private let outerBytes: Int
    /// The entry that is being read.
    private(set) var entry: String?
    private(set) var bytes = 0
    private var entries = 0
    private var entryBytes = 0
    private var allNameBytes = 0

    init(archive: String, outerBytes: Int, limits: ArchiveLimits) {
        self.archive = archive
        self.outerBytes = outerBytes
        self.limits = limits
    }

    /// An entry begins, whose name took so many bytes.
    func begin(_ name: String, nameBytes: Int) throws(ArchiveError) {
        entry = name
        entryBytes = 0
        entries += 1
        guard entries <= limits.entries else { throw over(.entries, limits.entries) }
        guard nameBytes <= limits.nameBytes else {
            entry = nil  // a name of megabytes has no place in a message
            throw over(.nameBytes, limits.nameBytes)
        }
        // Names of skipped entries are kept for the answer.
        allNameBytes += nameBytes
        guard allNameBytes <= limits.allNameBytes else { throw over(.allNameBytes, limits.allNameBytes) }
    }

    /// No entry is being read any more.
    func leaveEntry() { entry = nil }

    /// So many more uncompressed bytes were made.
    func add(_ count: Int) throws(ArchiveError) {
        bytes += count
        guard bytes <= limits.archiveBytes else { throw over(.archiveBytes, limits.archiveBytes) }
        guard bytes <= limits.ratioFloor || bytes / max(limits.expansionRatio, 1) <= outerBytes else {
            throw over(.expansionRatio, limits.expansionRatio)
        }
    }

    /// So many more bytes belong to the entry.
    func addToEntry(_ count: Int) throws(ArchiveError) {
        entryBytes += count
        guard entryBytes <= limits.entryBytes else { throw over(.entryBytes, limits.entryBytes) }
    }

    func over(_ limit: ArchiveLimit, _ allowed: Int) -> ArchiveError {
        .limit(archive: archive, entry: entry, limit: limit, allowed: allowed)
    }

    func unreadable(_ damage: ArchiveDamage) -> ArchiveError {
        .unreadable(archive: archive, entry: entry, damage: damage)
    }

    func refusal(_ failure: CodecFailure) -> ArchiveError {
        switch failure {
        case .damage(let damage): unreadable(damage)
        case .memory: over(.decoderMemory, limits.decoderMemory)
        }
    }
}
