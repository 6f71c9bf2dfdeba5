public import Foundation

/// The built program `tuowei`, run as its users run it.
public enum Program {
    /// What a run left behind.
    public struct Outcome: Sendable {
        /// The exit status.
        public let status: Int32
        /// Standard output.
        public let output: String
        /// Standard error.
        public let errors: String
    }

    /// The folder of the tests' own binary, and of the programs that were built with it.
    private static var folder: URL {
        let here = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: here).deletingLastPathComponent()
    }

    /// The program that `TUOWEI_PROGRAM` names, by its whole path: `make test` takes the one that users run. Without it, the one beside the tests.
    public static var url: URL {
        ProcessInfo.processInfo.environment["TUOWEI_PROGRAM"].map { URL(fileURLWithPath: $0) } ?? folder.appendingPathComponent("tuowei")
    }

    /// Runs the program in a folder and waits for its end.
    public static func run(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws -> Outcome {
        try run(url, arguments, in: folder, environment: environment)
    }

    /// Runs another program that is built beside the tests in a folder, and waits for its end.
    public static func run(program: String, _ arguments: [String], in place: URL) throws -> Outcome {
        try run(folder.appendingPathComponent(program), arguments, in: place, environment: [:])
    }

    /// Runs a script with bash in a folder; `tuowei` is on the PATH.
    public static func shell(_ script: String, in folder: URL) throws -> Outcome {
        let path = url.deletingLastPathComponent().path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        return try run(URL(fileURLWithPath: "/bin/bash"), ["-c", script], in: folder, environment: ["PATH": path])
    }

    private static func run(
        _ program: URL, _ arguments: [String], in folder: URL, environment: [String: String]
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("tuowei-out-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        // Files, not pipes: a pipe that nobody drains would block a talkative run.
        let files = ["out", "err"].map { scratch.appendingPathComponent($0) }
        for file in files { try Data().write(to: file) }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        for handle in handles { try handle.close() }
        let status = process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
        return Outcome(
            status: status, output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
    }
}

/// A folder of its own for a test, removed with the value.
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let url: URL

    /// A new empty folder, or a copy of another one.
    public init(copyOf source: URL? = nil) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("tuowei-test-\(UUID().uuidString)")
        if let source {
            try FileManager.default.copyItem(at: source, to: url)
        } else {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
