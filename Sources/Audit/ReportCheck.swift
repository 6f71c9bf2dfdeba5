import Archives
public import EventStore
import Events
import Foundation
public import Pipelines
import Reports

/// Checks a published report: its signature, its inputs, the state of the log that it names, and every byte by a replay.
public struct ReportCheck {
    /// What came of it.
    public struct Outcome: Sendable {
        /// Files compared, the manifest among them.
        public var files = 0
        /// Bytes compared.
        public var bytes = 0
        /// What differs.
        public var differences: [ReplayDifference] = []
        /// What an auditor should know although nothing differs.
        public var notes: [String] = []
        /// The state of the log that the report names.
        public var checkpoint: Manifest.Checkpoint?
        /// Whether the report bears a signature that holds.
        public var isSigned = false
    }

    private let folder: String
    private let store: EventStore
    private let pipeline: Pipeline
    private let program: String
    private let verifier: VerifierKey?
    private let threads: Int
    private let temporaryFolder: String
    private let work: WorkCounter

    /// A check of the report in `folder` against a log.
    ///
    /// - Parameters:
    ///   - program: The version of this program.
    ///   - verifier: The key that an auditor kept; the report must be signed by it.
    ///   - temporaryFolder: An existing folder for temporary files; nothing stays in it.
    ///   - work: Hears of what is done.
    public init(
        folder: String, store: EventStore, pipeline: Pipeline, program: String, verifier: VerifierKey?, threads: Int,
        temporaryFolder: String, work: WorkCounter = WorkCounter()
    ) {
        self.folder = folder
        self.store = store
        self.pipeline = pipeline
        self.program = program
        self.verifier = verifier
        self.threads = threads
        self.temporaryFolder = temporaryFolder
        self.work = work
    }

    /// Checks everything that can be.
    ///
    /// - Throws: what the store, the reference data or the folds throw.
    public func run() throws -> Outcome {
        var outcome = Outcome()
        func fault(_ file: String, _ words: String) { outcome.differences.append(ReplayDifference(file: file, words: words)) }
        guard let bytes = read(Manifest.name) else {
            fault(Manifest.name, "it is missing or cannot be read, so nothing can be replayed")
            return outcome
        }
        outcome.files = 1
        outcome.bytes = bytes.count
        guard let manifest = Manifest(bytes), let day = Day(manifest.asOf), manifest.knownAt.map({ Instant($0) != nil }) ?? true,
            let language = Language(rawValue: manifest.language)
        else {
            fault(Manifest.name, "it is not the manifest of a report, so nothing can be replayed")
            return outcome
        }
        outcome.checkpoint = manifest.checkpoint
        guard manifest.isWritten(as: bytes) else {
            fault(Manifest.name, "its digest is not that of its bytes: it was changed or damaged, so nothing can be replayed by it")
            return outcome
        }
        try checkSignature(manifest, bytes, &outcome)
        checkNames(manifest, &outcome)
        guard try checkState(manifest, &outcome) else { return outcome }
        let reference = try pipeline.reference()
        let maker = ReportMaker(
            program: manifest.program, store: try store.atSize(manifest.checkpoint.size), pipeline: pipeline, reference: reference,
            asOf: day, knownAt: manifest.knownAt.flatMap { Instant($0) }, language: language, threads: threads,
            work: work)
        if manifest.program != program {
            outcome.notes.append("the report was made by version \(manifest.program) and is replayed by version \(program)")
        }
        let changed = try changedInputs(manifest, maker)
        guard changed.isEmpty else {
            // Other settings give other figures; that is no news of the log, and a list of differing cells would only confuse.
            for (file, words) in changed { fault(file, words) }
            compareDigests(manifest, &outcome)
            return outcome
        }
        let replay = try ReportReplay(maker, folder: folder, temporaryFolder: temporaryFolder).run(manifest)
        outcome.files = replay.files
        outcome.bytes = replay.bytes
        outcome.differences += replay.differences
        return outcome
    }

    private func read(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(folder)/\(name)").map(Array.init) }

    private func checkSignature(_ manifest: Manifest, _ bytes: [UInt8], _ outcome: inout Outcome) throws {
        func fault(_ file: String, _ words: String) { outcome.differences.append(ReplayDifference(file: file, words: words)) }
        if let (file, words) = ManifestSignature.problem(
            of: manifest, bytes, read(ManifestSignature.name), expected: try verifier ?? store.verifierKey())
        {
            return fault(file, words)
        }
        outcome.isSigned = manifest.signedBy != nil
        if let verifier, !outcome.isSigned { fault(Manifest.name, "the report is unsigned, and was to be signed by \(verifier)") }
    }

    /// Files that the manifest does not list, and the other way round.
    private func checkNames(_ manifest: Manifest, _ outcome: inout Outcome) {
        var listed = Set(manifest.files.map(\.path))
        listed.formUnion([Manifest.name, ManifestSignature.name])
        for name in ReportFiles.names(in: folder) where !listed.contains(name) {
            outcome.differences.append(ReplayDifference(file: name, words: "the manifest does not list it: it is no part of the report"))
        }
        for name in ReportFiles.emptyFolders(in: folder) {
            outcome.differences.append(ReplayDifference(file: name, words: "it is an empty folder, which no report has"))
        }
    }

    /// Whether the log has the state that the report names.
    private func checkState(_ manifest: Manifest, _ outcome: inout Outcome) throws -> Bool {
        let named = manifest.checkpoint
        func fault(_ words: String) -> Bool {
            outcome.differences.append(ReplayDifference(file: Manifest.name, words: words))
            return false
        }
        // Before anything was ingested the log has no name yet: its state of nothing is the beginning of any log.
        if named.size > 0, let origin = store.checkpoint?.origin, origin != named.origin {
            return fault("the report is of the log \(named.origin), and this is \(origin)")
        }
        guard named.size >= 0, named.size <= store.size else {
            return fault("the report names a log of \(named.size) entries, and this one has \(store.size): it was cut back")
        }
        let root = try store.root(ofSize: named.size)
        guard "\(root)" == named.root else {
            return fault("the report names the root \(named.root), and the log's first \(named.size) entries give \(root)")
        }
        // The head's own copy may still be to come: the check of the store looks at that.
        if named.size > 0, named.size != store.size, try !store.checkpointSizes().contains(named.size) {
            _ = fault("the report was made from the log's first \(named.size) entries, and the checkpoint of that state was removed")
        }
        return true
    }

    private func changedInputs(_ manifest: Manifest, _ maker: ReportMaker) throws -> [(file: String, words: String)] {
        let present = try maker.manifest(of: []).inputs
        var changed: [(file: String, words: String)] = []
        for (place, input) in present.enumerated() {
            guard place < manifest.inputs.count else { break }
            let then = manifest.inputs[place]
            guard then.sha256 != input.sha256 else { continue }
            changed.append(
                (
                    then.path,
                    "it is not the file with which the report was made (SHA-256 then \(then.sha256), now \(input.sha256)); give that one to replay the report"
                ))
        }
        return changed
    }

    /// Compares the report's files with its manifest, where no replay is possible.
    private func compareDigests(_ manifest: Manifest, _ outcome: inout Outcome) {
        for file in manifest.files {
            outcome.files += 1
            guard let bytes = read(file.path) else {
                outcome.differences.append(ReplayDifference(file: file.path, words: "is missing or cannot be read"))
                continue
            }
            outcome.bytes += bytes.count
            if bytes.count != file.size || "\(SHA256.digest(of: bytes))" != file.sha256 {
                outcome.differences.append(ReplayDifference(file: file.path, words: "is not the file that the manifest lists"))
            }
        }
    }
}

/// The files of a folder that an auditor names.
public enum ReportFiles {
    /// Every file below the folder, in order.
    public static func paths(below folder: String) -> [String] { names(in: folder).map { "\(folder)/\($0)" } }

    /// Whether there is a folder of that name.
    public static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Every folder below the folder that holds nothing, by its path in it, in order.
    static func emptyFolders(in folder: String) -> [String] {
        let folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        return (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).filter { name in
            isFolder("\(folder)/\(name)") && (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)"))?.isEmpty == true
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Every file below the folder by its path in it, in order.
    static func names(in folder: String) -> [String] {
        // A folder named by a symbolic link is walked as the folder itself; links within it are not followed.
        let folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
        var names: [String] = []
        for case let name as String in walk {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), isFolder.boolValue { continue }
            names.append(name)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
