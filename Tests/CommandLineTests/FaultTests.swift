import Foundation
import TestSupport
import Testing

/// A sample of `make faults`: system calls that fail, write short or are never reached, in the built program.
@Suite struct FaultTests {
    static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Faults/faults.py")

    @Test func nothingIsLostInASample() throws {
        let outcome = try Program.shell(
            "python3 '\(Self.script.path)' '\(Program.url.path)' --sample", in: FileManager.default.temporaryDirectory)
        let last = outcome.output.split(separator: "\n").last ?? ""
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        let words = last.split(separator: " ")
        #expect((words.first.flatMap { Int($0) } ?? 0) >= 60, "a sample of nothing proves nothing: \(last)")
        #expect(last.hasSuffix("injected, 0 lost, 0 diverged"))
    }
}
