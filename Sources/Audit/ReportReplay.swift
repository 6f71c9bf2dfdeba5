import Archives
import Foundation
import Reports

/// A place in which a published report and its replay from the log differ.
public struct ReplayDifference: Sendable, CustomStringConvertible {
    /// The file in the report.
    public let file: String
    /// What differs and where, in words.
    public let words: String

    /// What, where.
    public var description: String { "\(file): \(words)" }
}

/// Replays a report from the log alone and compares it, byte by byte.
public struct ReportReplay {
    private let maker: ReportMaker
    private let folder: String

    /// A replay of the report in `folder` by a maker that was given what the report's manifest names.
    public init(_ maker: ReportMaker, folder: String) {
        self.maker = maker
        self.folder = folder
    }

    /// What came of a replay.
    public struct Outcome: Sendable {
        /// Files compared, the manifest among them.
        public var files = 0
        /// Bytes compared.
        public var bytes = 0
        /// The first difference of each file that has one.
        public var differences: [ReplayDifference] = []
    }

    /// Makes every file that the manifest lists once more and compares it with what stands in the folder.
    public func run(_ manifest: Manifest) throws -> Outcome {
        let listed = Set(manifest.files.map(\.path))
        let figures = try maker.figures()
        let tables = Report.tables.filter { listed.contains($0.fileName) }
        let isWhole = listed.contains { !$0.hasSuffix(".csv") }
        var outcome = Outcome()
        var made: [Manifest.File] = []
        try maker.write(figures, tables: isWhole ? nil : tables) { path, contents in
            let comparison = Comparison(path: "\(folder)/\(path)")
            try contents(comparison.take)
            if let words = comparison.finish(isTable: path.hasSuffix(".csv")) {
                outcome.differences.append(ReplayDifference(file: path, words: words))
            }
            made.append(Manifest.File(path: path, size: comparison.size, sha256: "\(comparison.hash.finalize())"))
            outcome.files += 1
            outcome.bytes += comparison.size
        }
        let comparison = Comparison(path: "\(folder)/\(Manifest.name)")
        try maker.manifest(of: made).encoded().withUnsafeBytes { comparison.take($0) }
        if let words = comparison.finish(isTable: false) {
            outcome.differences.append(ReplayDifference(file: Manifest.name, words: words))
        }
        outcome.files += 1
        for path in listed.subtracting(made.map(\.path)).sorted() {
            outcome.differences.append(ReplayDifference(file: path, words: "the manifest lists it, but no replay makes such a file"))
        }
        return outcome
    }
}

/// Compares a stream of bytes with a file.
private final class Comparison {
    let hash = SHA256()
    private(set) var size = 0
    private let published: [UInt8]?
    private var replayed: [UInt8] = []
    private var firstDifference: Int?

    init(path: String) {
        published = FileManager.default.contents(atPath: path).map(Array.init)
    }

    func take(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bytes)
        if firstDifference == nil, let published {
            let there = published.dropFirst(size).prefix(bytes.count)
            if !there.elementsEqual(bytes) {
                firstDifference = size + (zip(there, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? there.count)
            }
        }
        // Only what a message about the first difference needs is kept.
        if firstDifference == nil {
            if let lineEnd = bytes.lastIndex(of: 0x0A) {
                if header == nil, let first = bytes.firstIndex(of: 0x0A), replayed.isEmpty { header = Array(bytes[..<first]) }
                replayed = Array(bytes[(lineEnd + 1)...])
            } else {
                replayed += bytes
            }
            tailStart = size + bytes.count - replayed.count
        } else if kept < 1 << 16 {
            replayed += bytes.prefix(1 << 16)
            kept += bytes.count
        }
        size += bytes.count
    }

    private var header: [UInt8]?
    private var tailStart = 0
    private var kept = 0

    /// What differs, in words; nil: nothing.
    func finish(isTable: Bool) -> String? {
        guard let published else { return "is missing or cannot be read" }
        if firstDifference == nil, published.count > size { firstDifference = size }
        guard let place = firstDifference else { return nil }
        guard isTable else { return "differs from the replay at byte \(place)" }
        let row = published[..<min(place, published.count)].reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
        func line(_ bytes: ArraySlice<UInt8>) -> [String] {
            let text = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
            return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let start = published[..<min(place, published.count)].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let there = start < published.count ? line(published[start...]) : []
        let here = start >= tailStart && start - tailStart <= replayed.count ? line(replayed[(start - tailStart)...]) : []
        let names = published.prefix { $0 != 0x0A }
        let columns = line(ArraySlice(names))
        guard there.count == here.count, let column = zip(there, here).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset,
            row > 1, column < columns.count
        else { return "row \(row) differs from the replay (byte \(place))" }
        let key = there.prefix(4).joined(separator: ",")
        return "row \(row) (\(key)), column \(columns[column]): published \(there[column]), replayed \(here[column])"
    }
}
