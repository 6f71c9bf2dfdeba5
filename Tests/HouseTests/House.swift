import Foundation
import Testing

/// The project's own tree, as the tests of the house read it.
enum House {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
    }

    /// The files below a folder with this ending, by their paths from the root, in order.
    static func files(_ folder: String, _ ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
            .filter { $0.hasSuffix(ending) }.map { "\(folder)/\($0)" }.sorted()
    }

    static func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path).filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The rooms of the program: every folder of `Sources` that is neither a system library, a generator nor a benchmark.
    static func rooms() throws -> [String] {
        try names("Sources").filter { room in
            !room.hasPrefix("C") && !["BenchData", "MicroBench", "Samples", "tuowei-sample"].contains(room)
        }
    }

    /// What the first group of a pattern matches in a text, each match once, in order.
    static func all(_ pattern: Regex<(Substring, Substring)>, in text: String) -> [String] {
        var found: [String] = []
        for match in text.matches(of: pattern) where !found.contains(String(match.1)) { found.append(String(match.1)) }
        return found
    }

    /// Records what a document or the gallery lacks.
    static func demand(_ isThere: Bool, _ words: String) { #expect(isThere, "\(words)") }
}
