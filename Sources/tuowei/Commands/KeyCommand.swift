import ArgumentParser
import EventStore
import Pipelines

/// `tuowei key`: the key with which a log is signed.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make a key to sign the log with, or show a key's public half.",
        subcommands: [KeyNewCommand.self, KeyShowCommand.self])
}

/// `tuowei key new`: makes an Ed25519 key for a pipeline's log.
struct KeyNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a new Ed25519 key for the pipeline's log.",
        discussion: """
            The file (mode 0600) is written outside the store and any repository. Give it to ingest and report with --key, or name it in \
            the pipeline as `signing_key`. The printed line is the verifier key: hand it to whoever is to check the log.
            """)

    @OptionGroup var options: PipelineOptions
    @Option(name: .long, help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file")) var out: String

    func run() throws {
        let pipeline = try options.read()
        let key = try refusing {
            if let problem = KeyPlace.problem(out, pipeline) { throw Refusal("\(shown(out)): not a place for a key: \(problem)") }
            let key = try SigningKey.generate(name: try pipeline.presentOrigin())
            try key.write(to: out)
            return key
        }
        printLine("\(key.verifier)")
    }
}

/// `tuowei key show`: the verifier key that belongs to a key's file.
struct KeyShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the verifier key (the public half) of a key's file.")

    @Argument(help: "The key's file.") var file: String

    func run() throws { printLine("\(try refusing { try SigningKey.read(at: file) }.verifier)") }
}

extension Pipeline {
    /// The name of the log as it stands, or the one that it will have.
    func presentOrigin() throws -> String { try EventStore.open(at: store).checkpoint?.origin ?? logOrigin }
}
