public import Foundation

extension Program {
    /// What a run cost.
    public struct Cost: Sendable {
        /// The exit status; negative: the signal that ended it.
        public let status: Int32
        /// The most memory it held at once, in bytes.
        public let peakMemory: Int
        /// Standard error.
        public let errors: String
    }

    /// Runs the program in a folder and measures it, with at most `files` open files where that is given.
    public static func measure(_ arguments: [String], in folder: URL, files: Int? = nil) throws -> Cost {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("tuowei-cost-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        // The kernel counts what a process held before it became another program, so a small one has to start it: not this one.
        let script = """
            import resource, subprocess, sys
            files, errors, cost = int(sys.argv[1]), sys.argv[2], sys.argv[3]
            def limit():
                if files: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
            with open(errors, "wb") as log:
                status = subprocess.run(sys.argv[4:], stdout=subprocess.DEVNULL, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=limit).returncode
            print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, file=open(cost, "w"))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let (errors, cost) = (scratch.appendingPathComponent("errors"), scratch.appendingPathComponent("cost"))
        process.arguments = ["python3", "-c", script, "\(files ?? 0)", errors.path, cost.path, url.path] + arguments
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        let numbers = try String(contentsOf: cost, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return Cost(
            status: Int32(truncatingIfNeeded: numbers.first ?? -1), peakMemory: numbers.last ?? 0,
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}
