import Foundation
import TestSupport
import Testing

/// `docs/commands.md` is the manual: the help of every verb, word for word as the program prints it (`make goldens` rewrites it).
@Suite struct ManualTests {
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/commands.md")

    private func help(_ verbs: [String]) throws -> String { try printed(["help"] + verbs) }

    private func printed(_ arguments: [String]) throws -> String {
        // The parser breaks lines for the terminal's width.
        let outcome = try Program.run(arguments, in: FileManager.default.temporaryDirectory, environment: ["COLUMNS": "100"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome.errors)")
        return outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n").trimmingCharacters(in: .newlines)
    }

    /// However the help of a verb is asked for, it is the same, and so is the version.
    @Test(arguments: [["ingest"], ["fold"], ["report"], ["run"], ["verify"], ["explain"], ["compare"], ["prove"], ["key"], ["key", "new"]])
    func eachVerbSaysWhatTheManualSays(verbs: [String]) throws {
        let asked = try help(verbs)
        for option in ["--help", "-h"] {
            #expect(try printed(verbs + [option]) == asked, "\(verbs) \(option)")
        }
        #expect(try printed(verbs + ["--version"]) == printed(["--version"]), "\(verbs)")
    }

    /// The verbs that a help text lists.
    private func verbs(in help: String) -> [String] {
        guard let list = help.firstRange(of: "SUBCOMMANDS:\n") else { return [] }
        return help[list.upperBound...].matches(of: /(?m)^  ([a-z]+)(?: |$)/).map { String($0.1) }
    }

    @Test func theManualIsTheHelp() throws {
        var parts = [
            "# The commands\n\nWhat `tuowei help` and `tuowei help VERB` print; a test compares this page with the program."
        ]
        func add(_ verbs: [String]) throws {
            let help = try help(verbs)
            parts.append("## \((["tuowei"] + verbs).joined(separator: " "))\n\n```\n\(help)\n```")
            for verb in self.verbs(in: help) { try add(verbs + [verb]) }
        }
        try add([])
        #expect(parts.count > 7)
        let made = parts.joined(separator: "\n\n") + "\n"
        if ProcessInfo.processInfo.environment["TUOWEI_GOLDENS"] == "rewrite" { try Data(made.utf8).write(to: Self.page) }
        let kept = String(decoding: try Data(contentsOf: Self.page), as: UTF8.self)
        #expect(made == kept, "docs/commands.md is not what the program prints: call `make goldens` and read `git diff`")
    }
}
