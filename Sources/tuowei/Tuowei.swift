import Archives
import ArgumentParser
import Glibc
import Pipelines

/// The command `tuowei` and its verbs.
struct Tuowei: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuowei",
        abstract: "Count childcare places (托位) and needs from events that anyone can replay.",
        discussion: """
            Exit status: 0 done; 1 a check failed; 2 nothing could be done (arguments, pipeline or reference data are refused); \
            3 done, but an archive was refused, or what --fail-on names came about. Stopped by SIGINT, SIGTERM or SIGHUP, the program \
            takes back what is half done and ends by that signal (a shell shows 130, 143 or 129).
            """,
        version: programVersion,
        subcommands: [
            IngestCommand.self, FoldCommand.self, ReportCommand.self, RunCommand.self, VerifyCommand.self, ExplainCommand.self,
            CompareCommand.self,
            RejectsCommand.self, ProveCommand.self, KeyCommand.self,
        ])
}

/// The program's version, printed by `--version` and named by each report.
let programVersion = "0.1.0"

@main
enum Door {
    static func main() {
        Interruption.listen()
        // Names in archives are Unicode whatever the caller's locale; numbers and order never depend on a locale.
        setlocale(LC_ALL, "C.UTF-8")
        signal(SIGPIPE, SIG_IGN)
        // A file over the limit on its size (`ulimit -f`) is an error like a full disk, not the end of the program.
        signal(SIGXFSZ, SIG_IGN)
        do {
            try refuseUnknownVerb(CommandLine.arguments.dropFirst().first)
            var command = try command(CommandLine.arguments)
            CryptoLibrary.keepToTheEnd()
            if !(command is any StartsThreads) { try ThreadLibrary.start() }
            try command.run()
        } catch let status as ExitStatus {
            exit(status.rawValue)
        } catch let refusal as Refusal {
            printError(refusal.message)
            exit(refusal.status.rawValue)
        } catch {
            let message = Tuowei.fullMessage(for: error)
            if Tuowei.exitCode(for: error).isSuccess {
                printLine(message)
                exit(ExitStatus.done.rawValue)
            }
            printError(message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
            exit(ExitStatus.refused.rawValue)
        }
    }

    /// What is asked for. Where the first word is a verb and the rest is right, none of the other verbs is looked at, which takes as long as
    /// all that; what is wrong is said by the program as a whole.
    private static func command(_ arguments: [String]) throws -> any ParsableCommand {
        let word = arguments.dropFirst().first
        if let verb = Tuowei.configuration.subcommands.first(where: { $0.configuration.commandName == word }),
            verb.configuration.subcommands.isEmpty, let command = try? verb.parseAsRoot(Array(arguments.dropFirst(2))),
            type(of: command) == verb
        {
            return command
        }
        return try Tuowei.parseAsRoot()
    }

    /// Names the nearest verb where the first word is none; the parser would complain of the words behind it.
    private static func refuseUnknownVerb(_ word: String?) throws {
        let verbs = Tuowei.configuration.subcommands.compactMap { verb in verb.configuration.commandName } + ["help"]
        guard let word, !word.hasPrefix("-"), !verbs.contains(word) else { return }
        let near = NearestKey.nearest(to: word, in: verbs).map { "; the nearest one is `\($0)`" } ?? ""
        throw Refusal("there is no verb `\(shown(word))`\(near). `tuowei --help` lists them")
    }
}
