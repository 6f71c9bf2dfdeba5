import Foundation
import TestSupport
import Testing

/// A part of `make corpora`: the archives that Go keeps for its own readers, which came with its compiler.
@Suite(.timeLimit(.minutes(5))) struct CorporaTests {
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func readsWhatOthersTestWith() throws {
        let outcome = try Program.shell("scripts/corpora.sh '\(Program.url.path)' installed", in: Self.project)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        let last = outcome.output.split(separator: "\n").last ?? ""
        #expect((last.split(separator: " ").first.flatMap { Int($0) } ?? 0) >= 80, "\(last)")
        #expect(last.contains(" files, 0 failures, "), "\(last)")
    }
}
