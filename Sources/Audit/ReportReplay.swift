import Archives
import Figures
import Foundation
import Pipelines
import Reports
import Synchronization

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
        // Tables may come at once; what is said of them is said in the order of the report.
        let compared = Mutex<[(place: Int, file: Manifest.File, words: String?)]>([])
        try maker.write(figures, tables: isWhole ? nil : tables, temporaryFolder: temporaryFolder) { path, contents in
            let comparison = FileComparison(published: published(path))
            try contents { comparison.take($0) }
            let words = comparison.finish(isTable: path.hasSuffix(".csv"), stake: { maker.eventsAtStake($0, $1) })
            let file = Manifest.File(path: path, size: comparison.size, sha256: "\(comparison.hash.finalize())")
            compared.withLock { list in
                list.append((tables.firstIndex { $0.fileName == path } ?? tables.count + list.count, file, words))
            }
        }
        var outcome = Outcome()
        var made: [Manifest.File] = []
        for (_, file, words) in compared.withLock({ $0.sorted { $0.place < $1.place } }) {
            if let words { outcome.differences.append(ReplayDifference(file: file.path, words: words)) }
            made.append(file)
            outcome.files += 1
            outcome.bytes += file.size
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
