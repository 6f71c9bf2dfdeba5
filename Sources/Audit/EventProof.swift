public import EventStore
public import Events
import Foundation

/// A file that proves, without the store, that a log holds an event: its canonical bytes, and each entry of the log that they are
/// read from with its inclusion proof.
///
/// The entries are whole blocks: whoever is given the file sees the other events in them too.
public struct EventProof: Sendable, ProofFile, Equatable {
    /// The form's name and version.
    public static let currentFormat = "tuowei-proof/1"

    /// ``currentFormat``.
    public var format: String
    /// The event's canonical text (``CanonicalEvent``).
    public var event: String
    /// The row of the event in its block, from 0.
    public var row: Int
    /// The entries, the event's own first.
    public var entries: [ProvedEntry]

    /// The file's bytes: JSON with sorted members.
    public func encoded() throws -> [UInt8] { try json() }

    /// Reads a proof's file; nil where the bytes are not the very ones that ``encoded()`` gives.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard let proof = EventProof.read(bytes), (try? proof.json()) == bytes else { return nil }
        self = proof
    }

    private init(event: String, row: Int, entries: [ProvedEntry]) {
        format = EventProof.currentFormat
        self.event = event
        self.row = row
        self.entries = entries
    }

    // MARK: Making

    /// Proves an event of a state of the log whose checkpoint was published.
    ///
    /// - Parameter log: The log to look in; nil: all four, and the identifier must be in one of them only.
    public static func make(_ id: String, log: Log?, in store: EventStore) throws -> EventProof {
        guard let bytes = try store.checkpointNote(), let note = SignedNote(bytes) else {
            throw ProofRefused(description: "the log has no published checkpoint of \(store.size) entries to prove the event by")
        }
        var found: [(log: Log, block: Int, row: Int)] = []
        for candidate in log.map({ [$0] }) ?? Log.allCases {
            if let (block, row) = try place(of: Array(id.utf8), candidate, store) { found.append((candidate, block, row)) }
        }
        guard let first = found.first else {
            throw ProofRefused(
                description: "no such event is in \(log.map { "the log of \($0.name)" } ?? "any log") at \(store.size) entries")
        }
        guard found.count == 1 else {
            let names = found.map(\.log.name).joined(separator: " and ")
            throw ProofRefused(description: "an event of this identifier is in \(names); say which with --log")
        }
        let index = store.entryIndex(ofBlock: first.block, of: first.log)
        let entry = try store.entry(index)
        guard let block = ProvedBlock(entry) else {
            throw ProofRefused(description: "entry \(index) of the log is damaged; run `tuowei verify`")
        }
        var entries = [try ProvedEntry(index, of: store, by: note, holds: .event)]
        var identifiers: [ProvedEntry.Part: [UInt8]] = [:]
        let spaces = block.spaces(row: first.row)
        for (part, space, number) in [
            (ProvedEntry.Part.subject, spaces.subject, block.columns.subject[first.row]),
            (.object, spaces.object, block.columns.object[first.row]),
        ] {
            guard let space else { continue }
            identifiers[part] = try store.identifier(number, in: space)
            if block.introduced(number, in: space) == nil, let introducing = store.entry(introducing: number, in: space) {
                entries.append(try ProvedEntry(introducing, of: store, by: note, holds: part))
            }
        }
        guard
            let text = CanonicalEvent.text(
                block.columns, row: first.row, subject: identifiers[.subject] ?? [], object: identifiers[.object] ?? [])
        else { throw ProofRefused(description: "entry \(index) of the log is damaged; run `tuowei verify`") }
        return EventProof(event: String(decoding: text, as: UTF8.self), row: first.row, entries: entries)
    }

    private static func place(of id: [UInt8], _ log: Log, _ store: EventStore) throws -> (block: Int, row: Int)? {
        let columns = EventColumns()
        for block in 0..<store.blockCount(of: log) {
            try store.readBlock(block, of: log, texts: true, into: columns)
            for row in 0..<columns.count where columns.id(row) == id[...] { return (block, row) }
        }
        return nil
    }

    // MARK: Checking

    /// What a proof shows once its hashes hold: the event, and the state of the log that has it. Whether that state is to be
    /// believed is for a key or a kept checkpoint to say.
    public struct Shown: Sendable {
        /// The event's canonical text.
        public let event: String
        /// The index of its block's entry.
        public let entry: Int
        /// Its row in the block.
        public let row: Int
        /// The checkpoint's note.
        public let note: SignedNote
        /// The state.
        public let checkpoint: Checkpoint
    }

    /// Checks the proof by itself.
    /// - Throws: ``ProofRefused`` with what does not hold.
    public func check() throws(ProofRefused) -> Shown {
        var blocks: [ProvedEntry.Part: ProvedBlock] = [:]
        let checked = try ProvedEntry.checked(entries)
        for (item, (bytes, proof)) in zip(entries, checked) {
            guard let part = item.holds, let block = ProvedBlock(bytes), blocks[part] == nil else {
                throw ProofRefused(description: "entry \(proof.index) is not a block of events, or is given twice")
            }
            blocks[part] = block
        }
        guard let first = checked.first?.proof, entries.first?.holds == .event, let block = blocks[.event], row >= 0,
            row < block.columns.count
        else {
            throw ProofRefused(description: "the proof gives no block that holds the event")
        }
        let spaces = block.spaces(row: row)
        func identifier(_ part: ProvedEntry.Part, _ space: Namespace?, _ number: UInt32) throws(ProofRefused) -> [UInt8] {
            guard let space else { return [] }
            for candidate in [block, blocks[part]] {
                if let found = candidate?.introduced(number, in: space) { return found }
            }
            throw ProofRefused(description: "the proof gives no entry for the identifier of the event's \(part.rawValue)")
        }
        let subject = try identifier(.subject, spaces.subject, block.columns.subject[row])
        let object = try identifier(.object, spaces.object, block.columns.object[row])
        guard let text = CanonicalEvent.text(block.columns, row: row, subject: subject, object: object), text == Array(event.utf8) else {
            throw ProofRefused(description: "row \(row) of entry \(first.index) is another event than the proof says")
        }
        return Shown(event: event, entry: first.index, row: row, note: first.note, checkpoint: first.checkpoint)
    }
}
