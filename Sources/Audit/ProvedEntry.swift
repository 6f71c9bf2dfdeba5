import EventStore
import Foundation

/// An entry of the log with its inclusion proof, as the files that prove events and figures hold it.
public struct ProvedEntry: Sendable, Codable, Equatable {
    /// What the proof of an event needs an entry for.
    public enum Part: String, Sendable, Codable {
        /// The block that holds the event.
        case event
        /// The block in which the subject's identifier appears first, which gives it its number.
        case subject
        /// The same for the object.
        case object
    }

    /// What it is needed for; absent in the proof of a figure, where every entry holds events.
    public var holds: Part?
    /// Its bytes, in Base64.
    public var entry: String
    /// The proof, as C2SP tlog-proof words it.
    public var proof: String

    /// Proves an entry of a store by the note of its checkpoint.
    init(_ index: Int, of store: EventStore, by note: SignedNote, holds: Part? = nil) throws {
        guard let proof = InclusionProof(index: index, path: try store.inclusionProof(of: index), note: note) else {
            throw ProofRefused(description: "the log's checkpoint is damaged; run `tuowei verify`")
        }
        self.holds = holds
        entry = Data(try store.entry(index)).base64EncodedString()
        self.proof = proof.text
    }

    /// The bytes of each entry, and its proof, once all of them hold by the same checkpoint.
    /// - Throws: ``ProofRefused`` with the first that does not.
    static func checked(_ entries: [ProvedEntry]) throws(ProofRefused) -> [(bytes: [UInt8], proof: InclusionProof)] {
        var checked: [(bytes: [UInt8], proof: InclusionProof)] = []
        for (place, item) in entries.enumerated() {
            guard let proof = InclusionProof(item.proof), let data = Data(base64Encoded: item.entry),
                data.base64EncodedString() == item.entry
            else { throw ProofRefused(description: "entry \(place) of the proof is not written as one") }
            let bytes = Array(data)
            guard proof.proves(bytes) else {
                throw ProofRefused(description: "entry \(proof.index) is not what the log of the checkpoint holds in that place")
            }
            guard proof.note == (checked.first?.proof ?? proof).note else {
                throw ProofRefused(description: "the entries are proved by different checkpoints")
            }
            checked.append((bytes, proof))
        }
        return checked
    }
}

/// Why no proof can be made, or what does not hold in one.
public struct ProofRefused: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String
}

/// A file of JSON that proves something without the store.
protocol ProofFile: Codable {
    /// The form's name and version.
    static var currentFormat: String { get }
    /// What the file says its form is.
    var format: String { get }
}

extension ProofFile {
    /// The file's bytes: JSON with sorted members.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// Reads a file; nil where the bytes are none of this form.
    static func read(_ bytes: [UInt8]) -> Self? {
        guard let proof = try? JSONDecoder().decode(Self.self, from: Data(bytes)), proof.format == currentFormat else { return nil }
        return proof
    }
}
