import Foundation
import Testing

/// Every message that the program can give is in the gallery (`Tests/CommandLineTests/Cases/errors`), or stands here with the reason why
/// it cannot be provoked from outside.
@Suite struct GalleryCompleteTests {
    /// Messages that no files and arguments bring about, or only at a price that a test cannot pay, each with its reason.
    private static let unprovoked: [String: String] = [
        "ArchiveError.changed": "a file that is written to while it is read: a race",
        "FiguresError.communityTwice": "the reader of the register refuses it first, by its line",
        "FiguresError.communityIsDistrict": "the reader of the register refuses it first, by its line",
        "FiguresError.townOutsideCode": "the reader of the register refuses it first, by its line",
        "FiguresError.townNamedTwice": "the reader of the register refuses it first, by its line",
        "FiguresError.populationTwice": "the reader of the population refuses it first, by its line",
        "FiguresError.populationOutOfRange": "the reader of the population refuses it first, by its line",
        "PipelineError.refusedByFigures": "what only the figures know: see FiguresError",
        "ProjectionError.inconsistentBlock": "derived files that are damaged are found and made anew before",
        "ProjectionError.inconsistentIdentifiers": "derived files that are damaged are found and made anew before",
        "ProjectionError.damagedHistories": "damaged histories are made anew; only a race leaves them damaged",
        "ProjectionError.tooManyEvents": "four thousand million events",
        "ProjectionError.tooManyFindings": "two thousand million findings",
        "ProjectionError.amountsTooLarge": "ninety million grants of the greatest amount",
        "ReportsError.template": "a fault of the program",
        "ReportsError.workbook": "a full disk for temporary files",
        "ReportsError.database": "a full disk for temporary files",
        "StoreError.badOrigin": "a pipeline's name is made one that a log can bear",
        "StoreError.noSuchEvent": "a verb that looks for an event asks every log first",
        "StoreError.tooLarge": "more than the format can number",
        "StoreError.unusable": "a fault of the program",
        "Kind.noDecoder": "a C library without GB18030",
    ]

    /// Refusals of the verbs that cannot be provoked, by words of theirs.
    private static let unprovokedWords: [String: String] = [
        "which is no report's and cannot be kept": "a folder that lies on two file systems",
        "cannot exchange two folders": "a file system without that call",
        "may be gone after a power cut": "a disk that fails in one call: Tests/Faults makes it fail",
        "the events add up to": "a fault of the program, or a store that `verify` refuses",
        "something removes it": "a race with whoever removes it",
    ]

    /// Messages whose words stand in a part that they share with others.
    private static let shared = ["StoreError.system": ": cannot ", "ArchiveError.unreadable": "refused (unreadable): "]

    /// What the gallery's cases say on standard error, one text; and the sources of the other tests, which hold words of their own.
    private func gallery() throws -> String {
        let cases = try House.files("Tests/CommandLineTests/Cases/errors", "stderr").map { try House.text($0) }
        let tests = try House.files("Tests", "Tests.swift").filter { !$0.hasPrefix("Tests/HouseTests") }.map { try House.text($0) }
        return (cases + tests).joined()
    }

    /// The enumerations whose cases are messages: where, and from which words of the file on the texts stand.
    private static let enumerations = [
        ("ArchiveError", "Sources/Archives/ArchiveError.swift"), ("ArchiveDamage", "Sources/Archives/ArchiveError.swift"),
        ("ArchiveLimit", "Sources/Archives/ArchiveError.swift"), ("Kind", "Sources/Ingest/CSVHeader.swift"),
        ("PipelineError", "Sources/Pipelines/PipelineError.swift"),
        ("StoreError", "Sources/EventStore/StoreError.swift"), ("FiguresError", "Sources/Figures/FiguresError.swift"),
        ("ProjectionError", "Sources/Projections/ProjectionError.swift"), ("ReportsError", "Sources/Reports/ReportsError.swift"),
        ("CellError", "Sources/Audit/Evidence/FigureExplanation.swift"),
    ]

    @Test(arguments: enumerations) func everyCase(name: String, file: String) throws {
        let source = try House.text(file)
        let gallery = try gallery()
        let body = try #require(source.range(of: "enum \(name)"))
        let end = source[body.upperBound...].firstRange(of: /\n *}\n/)?.lowerBound ?? source.endIndex
        let cases = House.all(/(?m)^ +case (\w+)/, in: String(source[body.upperBound..<end]))
        #expect(!cases.isEmpty)
        for item in cases {
            if Self.unprovoked["\(name).\(item)"] != nil { continue }
            let words = Self.shared["\(name).\(item)"].map { [$0] } ?? Self.words(of: item, in: source)
            guard let longest = words.max(by: { $0.count < $1.count }), longest.count > 5 else {
                House.demand(false, "\(name).\(item): no words were found for it in \(file)")
                continue
            }
            House.demand(
                words.contains { $0.count > 5 && gallery.contains($0) },
                "\(name).\(item): no case of the gallery says “\(longest)”: add one under Tests/CommandLineTests/Cases/errors (make goldens writes its words)"
            )
        }
    }

    @Test("every refusal that a verb words itself is in the gallery") func verbs() throws {
        let gallery = try gallery()
        var refusals = 0
        for file in try House.files("Sources/tuowei", ".swift") {
            let source = try House.text(file)
            for match in source.matches(of: /Refusal\(\s*("(?:[^"\\\n]|\\.)*")/) {
                let words = Self.fragments(of: String(match.1))
                guard words.contains(where: { $0.count > 5 }),
                    !words.contains(where: { part in
                        Self.unprovokedWords.keys.contains { part.contains($0) }
                    })
                else { continue }
                refusals += 1
                House.demand(
                    words.contains { $0.count > 5 && gallery.contains($0) },
                    "\(file): no case of the gallery says “\(words.max { $0.count < $1.count } ?? "")”: add one under Tests/CommandLineTests/Cases/errors (make goldens writes its words)"
                )
            }
        }
        #expect(refusals > 8)
    }

    /// The fixed words of a case's message: the literals behind `case .name` up to the next case.
    private static func words(of item: String, in source: String) -> [String] {
        var words: [String] = []
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated()
        where line.contains("case .\(item)(") || line.contains("case .\(item):") || line.contains("case .\(item),") {
            var text = String(line)
            for next in lines[(number + 1)...] {
                if next.contains("case .") || next.hasPrefix("    }") { break }
                text += "\n" + next
            }
            for literal in text.matches(of: /"(?:[^"\\\n]|\\.)*"/) { words += fragments(of: String(literal.0)) }
        }
        return words
    }

    /// What stands between the interpolations of a string literal.
    private static func fragments(of literal: String) -> [String] {
        var fragments = [""]
        var depth = 0
        var escaped = false
        for character in literal.dropFirst().dropLast() {
            if depth > 0 {
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
            } else if escaped {
                escaped = false
                if character == "(" {
                    depth = 1
                    fragments.append("")
                } else if character == "\"" || character == "\\" {
                    fragments[fragments.count - 1].append(character)
                } else {
                    fragments.append("")
                }
            } else if character == "\\" {
                escaped = true
            } else {
                fragments[fragments.count - 1].append(character)
            }
        }
        return fragments
    }
}
