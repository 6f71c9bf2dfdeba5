import Foundation
import TestSupport
import Testing

/// The targets of the Makefile as an analyst calls them. `make -n` prints what would be done.
@Suite struct MakeTests {
    private func make(_ arguments: String) throws -> String {
        let outcome = try Program.shell("env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory \(arguments)", in: House.root)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        return outcome.output
    }

    @Test("each stage hands its variables on, names with spaces too") func stages() throws {
        let day = "PIPELINE='my pipelines/试.yaml' AS_OF=2024-06-30 KNOWN_AT=2024-07-01T08:00:00+08:00"
        let asked = #"--as-of "2024-06-30" --known-at "2024-07-01T08:00:00+08:00""#
        for (target, more, words) in [
            ("ingest", "", ""), ("fold", "", #"--as-of "2024-06-30""#), ("rejects", "", ""), ("report", "", asked), ("run", "", asked),
            ("run", "OUT='a b' THREADS=3", asked + #" --out "a b""#), ("verify", "REPORT='a b'", #"--report "a b""#),
            ("explain", "FIGURE=gap CODE=320612001", asked + #" --figure "gap" --code "320612001""#),
        ] {
            let printed = try make("-n \(target) \(day) \(more)")
            let line = try #require(printed.split(separator: "\n").first { $0.contains("tuowei \(target) ") }, "\(target): \(printed)")
            #expect(line.contains(#"--pipeline "my pipelines/试.yaml""#), "\(line)")
            #expect(words.isEmpty || line.contains(words), "\(line)")
            if more.contains("THREADS") { #expect(line.contains("--threads 3")) }
        }
    }

    @Test("without variables, the sample on its last day") func defaults() throws {
        #expect(try make("-n all").contains(#"scripts/sample.sh .build/release/tuowei "pipelines/tongzhou.yaml"  --as-of "2025-12-31""#))
        #expect(try make("-n explain").contains(#"--figure "coverage_rate" --code "320612000000""#))
    }

    @Test("make help tells what each target's comment says") func help() throws {
        let printed = try make("help")
        let makefile = try House.text("Makefile")
        var targets = 0
        for match in makefile.matches(of: /(?m)^([a-z-]+):.*?## (.*)$/) {
            targets += 1
            #expect(printed.contains(/(?m)^  make [a-z-]+ +/), "\(match.1)")
            #expect(
                printed.split(separator: "\n").contains { $0.contains("make \(match.1) ") && $0.hasSuffix(match.2) },
                "make help lacks \(match.1)")
        }
        #expect(targets > 15)
    }
}
