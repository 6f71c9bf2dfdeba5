import Archives
import Figures
import Foundation
import Pipelines
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
    private let temporaryFolder: String

    /// A replay of the report in `folder` by a maker that was given what the report's manifest names. Nothing stays in
    /// `temporaryFolder`.
    public init(_ maker: ReportMaker, folder: String, temporaryFolder: String) {
        self.maker = maker
        self.folder = folder
        self.temporaryFolder = temporaryFolder
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
        let tables = Report.tables.filter { listed.contains($0.fileName) }
        let isWhole = listed.contains { !$0.hasSuffix(".csv") }
        let figures = try maker.figures(for: isWhole ? nil : tables)
        var outcome = Outcome()
        var made: [Manifest.File] = []
        try maker.write(figures, tables: isWhole ? nil : tables, temporaryFolder: temporaryFolder) { path, contents in
            let comparison = FileComparison(published: published(path))
            try contents(comparison.take)
            if let words = comparison.finish(isTable: path.hasSuffix(".csv"), stake: { maker.eventsAtStake($0, $1) }) {
                outcome.differences.append(ReplayDifference(file: path, words: words))
            }
            made.append(Manifest.File(path: path, size: comparison.size, sha256: "\(comparison.hash.finalize())"))
            outcome.files += 1
            outcome.bytes += comparison.size
        }
        let comparison = FileComparison(published: published(Manifest.name))
        var replayed = try maker.manifest(of: made)
        // Who signed is the one thing that the log cannot say; the signature itself is checked against the manifest's bytes.
        replayed.signedBy = manifest.signedBy
        try replayed.encoded().withUnsafeBytes { comparison.take($0) }
        if let words = comparison.finish(isTable: false) {
            outcome.differences.append(ReplayDifference(file: Manifest.name, words: words))
        }
        outcome.files += 1
        outcome.bytes += comparison.size
        for path in listed.subtracting(made.map(\.path)).sorted() {
            outcome.differences.append(ReplayDifference(file: path, words: "the manifest lists it, but no replay makes such a file"))
        }
        return outcome
    }

    private func published(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(folder)/\(path)").map(Array.init) }
}
