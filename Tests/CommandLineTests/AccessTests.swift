import Foundation
import TestSupport
import Testing

/// What outputs may hold, over whole runs of the built program.
@Suite struct AccessTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Access")

    @Test func hostileNamesStayNames() throws {
        let outcome = try Program.shell(
            "python3 '\(Self.folder.path)/names.py' '\(Program.url.path)'", in: FileManager.default.temporaryDirectory)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("all harmless"))
    }

    @Test func findingsAloneNameChildren() throws {
        let cases = ["edges", "mixed"].map { "'\(ConformanceTests.folder.appendingPathComponent($0).path)'" }
        let outcome = try Program.shell(
            "python3 '\(Self.folder.path)/children.py' '\(Program.url.path)' \(cases.joined(separator: " "))",
            in: FileManager.default.temporaryDirectory)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasSuffix("0 other places name one\n"))
    }
}
