/// What an archive may cost at most. All of it is measured while reading; no size that an archive claims is believed.
///
/// The defaults let through everything that a bureau sends and stop what only an attack is like: a bomb ends after at most
/// `ratioFloor` + `expansionRatio` × the file's own size of work, whatever its format.
public struct ArchiveLimits: Sendable, Hashable {
    /// The number of entries of any kind, directories and links too.
    public var entries: Int = 100_000
    /// Uncompressed bytes of one entry. 64 GiB: 400 million lines of events.
    public var entryBytes: Int = 64 << 30
    /// Uncompressed bytes of a whole archive, the container's own headers included. 256 GiB.
    public var archiveBytes: Int = 256 << 30
    /// Uncompressed bytes for each byte of the outer file, counted beyond `ratioFloor`. Lines of events reach 5 to 30; deflate cannot
    /// pass 1032, zstd and bzip2 bombs pass 40,000.
    public var expansionRatio: Int = 200
    /// Uncompressed bytes up to which the ratio is not looked at: small files of like lines compress far better than large ones. 64 MiB.
    public var ratioFloor: Int = 64 << 20
    /// Bytes of an entry's name as the archive holds it, path included.
    public var nameBytes: Int = 4_096
    /// Bytes of all names of an archive together. 16 MiB: 100,000 entries with names of 160 bytes.
    public var allNameBytes: Int = 16 << 20
    /// Bytes of window or dictionary that a decoder (xz, zstd, 7z, zip's LZMA) may ask for. 128 MiB: `xz -9` asks for 64, `zstd --long` for 128.
    public var decoderMemory: Int = 128 << 20

    /// The defaults.
    public init() {}
}
