import ArgumentParser
import EventStore
import Glibc
import Pipelines

/// The key with which a log is signed.
struct KeyOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The file of the log's private key (see `tuowei key new`); instead of the pipeline's `signing_key`.", valueName: "file"))
    var key: String?

    /// The key to sign with; nil: none was named, and the log stays unsigned.
    func signer(_ pipeline: Pipeline) throws -> SigningKey? {
        guard let path = key ?? pipeline.signingKey else { return nil }
        return try refusing {
            if let problem = KeyPlace.problem(path, pipeline) { throw Refusal("\(shown(path)): not a usable key: \(problem)") }
            return try SigningKey.read(at: path)
        }
    }
}

/// Where a private key must not lie: what is copied, published or committed.
enum KeyPlace {
    /// What is wrong with the place of a key's file; nil: nothing.
    static func problem(_ path: String, _ pipeline: Pipeline?) -> String? {
        let folder = resolved(parent(path))
        if let pipeline {
            for (place, words) in [(pipeline.store, "the store"), (pipeline.reports, "the reports' folder")]
            where isInside(folder, resolved(place)) {
                return "it lies in \(words), which is copied and published; keep it elsewhere"
            }
        }
        var above = folder
        while true {
            if access(above + "/.git", F_OK) == 0 {
                return "it lies in the repository \(shown(above)), from which it would be published one day; keep it elsewhere"
            }
            if above.isEmpty || above == "/" { return nil }
            above = above.lastIndex(of: "/").map { String(above[..<$0]) } ?? ""
        }
    }

    private static func isInside(_ folder: String, _ other: String) -> Bool { folder == other || folder.hasPrefix(other + "/") }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The folder without symbolic links; as it is written where it does not exist.
    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(validatingCString: real) ?? path
    }
}
