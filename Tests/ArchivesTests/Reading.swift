import Foundation
import Testing

@testable import Archives

/// What a reader gave until its end.
struct Reading: Equatable {
    var entries: [ArchiveEntry] = []
    var contents: [[UInt8]] = []
    var summary: ArchiveSummary?

    var names: [String] { entries.map(\.name) }

    /// Reads a file to its end.
    init(path: String, limits: ArchiveLimits = ArchiveLimits(), decoders: ArchiveReader.Decoders = .fast) throws(ArchiveError) {
        let reader = try ArchiveReader(path: path, limits: limits, decoders: decoders)
        while summary == nil {
            switch try reader.next() {
            case .entry(let entry):
                entries.append(entry)
                contents.append([])
            case .bytes(let bytes): contents[contents.count - 1].append(contentsOf: bytes)
            case .end(let end): summary = end
            }
        }
    }

    /// Writes these bytes to a file of this name and reads it to its end.
    init(
        _ bytes: [UInt8], name: String = "archive", limits: ArchiveLimits = ArchiveLimits(),
        decoders: ArchiveReader.Decoders = .fast
    ) throws {
        let folder = try TemporaryFolder()
        self = try Reading(path: folder.file(name, bytes), limits: limits, decoders: decoders)
    }
}

/// A folder that goes when the value goes.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "archives-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file with these bytes.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// The path of a file that is kept beside the tests.
func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.resourcePath) + "/Fixtures/" + name
}

/// The damage for which bytes are refused; nil if they are read to their end.
func damage(_ bytes: [UInt8], name: String = "archive") throws -> ArchiveDamage? {
    do {
        _ = try Reading(bytes, name: name)
        return nil
    } catch ArchiveError.unreadable(_, _, let damage) {
        return damage
    }
}

let lines = Array(repeating: "{\"event_id\":\"b-1\",\"type\":\"birth_registered\"}\n", count: 40).joined()
let twoFiles: [(name: String, content: [UInt8])] = [("births-1.ndjson", Array(lines.utf8)), ("data/出生.csv", Array("event_id\n".utf8))]
