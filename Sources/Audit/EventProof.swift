public import EventStore
public import Events
import Foundation

/// A file that proves, without the store, that a log holds an event: its canonical bytes, and each entry of the log that they are
/// read from with its inclusion proof.
///
/// The entries are whole blocks: whoever is given the file sees the other events in them too.
public struct EventProof: Sendable, Codable, Equatable {
    /// The form's name and version.
    public static let currentFormat = "tuowei-proof/1"

    /// What an entry is needed for.
    public enum Part: String, Sendable, Codable {
        /// The block that holds the event.
        case event
        /// The block in which the subject's identifier appears first, which gives it its number.
        case subject
        /// The same for the object.
        case object
    }

    /// An entry of the log with its proof.
    public struct Entry: Sendable, Codable, Equatable {
        /// What it is needed for.
        public var holds: Part
        /// Its bytes, in Base64.
        public var entry: String
        /// The proof, as C2SP tlog-proof words it.
        public var proof: String
    }

    /// ``currentFormat``.
    public var format: String
    /// The event's canonical text (``CanonicalEvent``).
    public var event: String
    /// The row of the event in its block, from 0.
    public var row: Int
    /// The entries, the event's own first.
    public var entries: [Entry]

    /// Why no proof can be made.
    public struct Refused: Error, CustomStringConvertible {
        /// What is wrong, and what to do.
        public let description: String
    }

    /// The file's bytes: JSON with sorted members.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// Reads a proof's file; nil where the bytes are not the very ones that ``encoded()`` gives.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard let proof = try? JSONDecoder().decode(EventProof.self, from: Data(bytes)), proof.format == EventProof.currentFormat,
            (try? proof.encoded()) == bytes
        else { return nil }
        self = proof
    }

    private init(event: String, row: Int, entries: [Entry]) {
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
            throw Refused(description: "the log has no published checkpoint of \(store.size) entries to prove the event by")
        }
        var found: [(log: Log, block: Int, row: Int)] = []
        for candidate in log.map({ [$0] }) ?? Log.allCases {
            if let (block, row) = try place(of: Array(id.utf8), candidate, store) { found.append((candidate, block, row)) }
        }
        guard let first = found.first else {
            throw Refused(description: "no such event is in \(log.map { "the log of \($0.name)" } ?? "any log") at \(store.size) entries")
        }
        guard found.count == 1 else {
            let names = found.map(\.log.name).joined(separator: " and ")
            throw Refused(description: "an event of this identifier is in \(names); say which with --log")
        }
        let index = store.entryIndex(ofBlock: first.block, of: first.log)
        let entry = try store.entry(index)
        guard let block = ProvedBlock(entry) else {
            throw Refused(description: "entry \(index) of the log is damaged; run `tuowei verify`")
        }
        var entries = [try proved(.event, index, store, note)]
        var identifiers: [Part: [UInt8]] = [:]
        let spaces = block.spaces(row: first.row)
        for (part, space, number) in [
            (Part.subject, spaces.subject, block.columns.subject[first.row]), (.object, spaces.object, block.columns.object[first.row]),
        ] {
            guard let space else { continue }
            identifiers[part] = try store.identifier(number, in: space)
            if block.introduced(number, in: space) == nil, let introducing = store.entry(introducing: number, in: space) {
                entries.append(try proved(part, introducing, store, note))
            }
        }
        guard
            let text = CanonicalEvent.text(
                block.columns, row: first.row, subject: identifiers[.subject] ?? [], object: identifiers[.object] ?? [])
        else { throw Refused(description: "entry \(index) of the log is damaged; run `tuowei verify`") }
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

    private static func proved(_ part: Part, _ index: Int, _ store: EventStore, _ note: SignedNote) throws -> Entry {
        guard let proof = InclusionProof(index: index, path: try store.inclusionProof(of: index), note: note) else {
            throw Refused(description: "the log's checkpoint is damaged; run `tuowei verify`")
        }
        return Entry(holds: part, entry: Data(try store.entry(index)).base64EncodedString(), proof: proof.text)
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
    /// - Throws: ``Refused`` with what does not hold.
    public func check() throws(Refused) -> Shown {
        var blocks: [Part: ProvedBlock] = [:]
        var first: InclusionProof?
        for (place, item) in entries.enumerated() {
            guard let proof = InclusionProof(item.proof), let data = Data(base64Encoded: item.entry),
                data.base64EncodedString() == item.entry
            else { throw Refused(description: "entry \(place) of the proof is not written as one") }
            let bytes = Array(data)
            guard proof.proves(bytes) else {
                throw Refused(description: "entry \(proof.index) is not what the log of the checkpoint holds in that place")
            }
            guard proof.note == (first ?? proof).note else { throw Refused(description: "the entries are proved by different checkpoints") }
            guard let block = ProvedBlock(bytes), blocks[item.holds] == nil else {
                throw Refused(description: "entry \(proof.index) is not a block of events, or is given twice")
            }
            blocks[item.holds] = block
            first = first ?? proof
        }
        guard let first, entries.first?.holds == .event, let block = blocks[.event], row >= 0, row < block.columns.count else {
            throw Refused(description: "the proof gives no block that holds the event")
        }
        let spaces = block.spaces(row: row)
        func identifier(_ part: Part, _ space: Namespace?, _ number: UInt32) throws(Refused) -> [UInt8] {
            guard let space else { return [] }
            for candidate in [block, blocks[part]] {
                if let found = candidate?.introduced(number, in: space) { return found }
            }
            throw Refused(description: "the proof gives no entry for the identifier of the event's \(part.rawValue)")
        }
        let subject = try identifier(.subject, spaces.subject, block.columns.subject[row])
        let object = try identifier(.object, spaces.object, block.columns.object[row])
        guard let text = CanonicalEvent.text(block.columns, row: row, subject: subject, object: object), text == Array(event.utf8) else {
            throw Refused(description: "row \(row) of entry \(first.index) is another event than the proof says")
        }
        return Shown(event: event, entry: first.index, row: row, note: first.note, checkpoint: first.checkpoint)
    }
}
