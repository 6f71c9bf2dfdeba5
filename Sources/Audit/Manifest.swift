import Archives
public import Events
import Foundation

/// What a report says of itself: the state of the log it was made from, what it was asked, and the digest of every file.
///
/// It stands beside the tables as `manifest.json`; an auditor needs it, the archives and this program to replay each byte.
public struct Manifest: Sendable, Codable, Equatable {
    /// The file's name in a report.
    public static let name = "manifest.json"
    /// The form's name and version.
    public static let currentFormat = "tuowei-report/1"

    /// A head of the log.
    public struct Checkpoint: Sendable, Codable, Equatable {
        /// The log's origin.
        public var origin: String
        /// The number of entries.
        public var size: Int
        /// The root, 64 hexadecimal digits.
        public var root: String

        /// A head with its parts.
        public init(origin: String, size: Int, root: String) {
            self.origin = origin
            self.size = size
            self.root = root
        }
    }

    /// A file by its path and digest.
    public struct File: Sendable, Codable, Equatable {
        /// The path: inside the report for outputs, a base name for inputs.
        public var path: String
        /// The size in bytes.
        public var size: Int
        /// SHA-256, 64 hexadecimal digits.
        public var sha256: String

        /// A file with its digest.
        public init(path: String, size: Int, sha256: String) {
            self.path = path
            self.size = size
            self.sha256 = sha256
        }
    }

    /// An archive whose events the report rests on.
    public struct Archive: Sendable, Codable, Equatable {
        /// The base name.
        public var archive: String
        /// SHA-256 of the file.
        public var sha256: String
        /// Events appended, by log.
        public var events: [String: Int]
        /// Duplicates counted.
        public var duplicates: Int
        /// Rejects by reason.
        public var rejects: [String: Int]

        /// An archive with its counts.
        public init(archive: String, sha256: String, events: [String: Int], duplicates: Int, rejects: [String: Int]) {
            self.archive = archive
            self.sha256 = sha256
            self.events = events
            self.duplicates = duplicates
            self.rejects = rejects
        }
    }

    /// The SHA-256 of the file with ``noDigest`` in this place: against damage, not against intent (that is what a signature is for).
    public private(set) var digest = Manifest.noDigest
    /// ``currentFormat``.
    public var format: String
    /// The program's version.
    public var program: String
    /// The pipeline's name.
    public var pipeline: String
    /// The language of the pages: `zh` or `en`.
    public var language: String
    /// D.
    public var asOf: String
    /// K in UTC; absent: everything was known.
    public var knownAt: String?
    /// The head of the log.
    public var checkpoint: Checkpoint
    /// The verifier key of ``ManifestSignature/name``; absent: the report is unsigned.
    public var signedBy: String?
    /// The pipeline file and the reference data.
    public var inputs: [File]
    /// The archives, in the order of the log.
    public var archives: [Archive]
    /// Every other file of the report, by path.
    public var files: [File] = []

    /// A manifest with its parts; `files` are put in order of their paths.
    public init(
        program: String, pipeline: String, language: String, asOf: Day, knownAt: Instant?, checkpoint: Checkpoint, inputs: [File],
        archives: [Archive],
        files: [File]
    ) {
        format = Manifest.currentFormat
        self.program = program
        self.pipeline = pipeline
        self.language = language
        self.asOf = asOf.description
        self.knownAt = knownAt?.description
        self.checkpoint = checkpoint
        self.inputs = inputs
        self.archives = archives
        put(files)
    }

    /// Puts in the report's other files, in whatever order.
    public mutating func put(_ files: [File]) { self.files = files.sorted { $0.path < $1.path } }

    /// What stands in the place of the digest while it is computed.
    public static let noDigest = String(repeating: "0", count: 64)

    /// The bytes of the file: JSON with sorted members, one a line.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var manifest = self
        manifest.digest = Manifest.noDigest
        let bytes = Array(try encoder.encode(manifest)) + [0x0A]
        manifest.digest = "\(SHA256.digest(of: bytes))"
        return Array(try encoder.encode(manifest)) + [0x0A]
    }

    /// Has looked up what encoding a manifest asks of Foundation and the runtime for the first time, which takes longer than to encode one: for
    /// whoever has nothing else to do before there is one to encode.
    public static func prepare() {
        let example = Manifest(
            program: "", pipeline: "", language: "", asOf: Day(rawValue: 0), knownAt: nil,
            checkpoint: Checkpoint(origin: "", size: 0, root: noDigest), inputs: [File(path: "", size: 0, sha256: noDigest)],
            archives: [Archive(archive: "", sha256: noDigest, events: ["": 0], duplicates: 0, rejects: ["": 0])], files: [])
        _ = try? example.encoded()
    }

    /// Whether these are the very bytes that a program wrote for this manifest: nothing was changed, added or spelt otherwise.
    public func isWritten(as bytes: [UInt8]) -> Bool { (try? encoded()) == bytes }

    /// Reads a manifest; nil where the bytes are none.
    public init?(_ bytes: some Sequence<UInt8>) {
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)), manifest.format == Manifest.currentFormat
        else { return nil }
        self = manifest
    }

    /// The paths that the manifest file at `path` lists; none where there is no manifest.
    public static func files(at path: String) -> Set<String> {
        guard let data = FileManager.default.contents(atPath: path), let manifest = Manifest(data) else { return [] }
        return Set(manifest.files.map(\.path))
    }
}
