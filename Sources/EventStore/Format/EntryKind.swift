/// What an entry of the log is: its first byte. `EventStore.docc/Format.md` has every byte.
enum EntryKind: UInt8, Sendable {
    /// A block of events of one log.
    case events = 1
    /// Rejected lines of an appended batch.
    case rejects = 2
    /// Names of skipped entries of an appended batch.
    case skipped = 3
    /// The end of a batch: what it was and what it holds.
    case batch = 4
}

/// The version of each kind's bytes: the second byte.
let entryVersion: UInt8 = 1

/// The greatest length of an entry: bundles give each length in 16 bits.
let maximumEntry = 65_535

/// The number of entries in a full bundle, and of hashes in a full tile.
let tileWidth = 256
