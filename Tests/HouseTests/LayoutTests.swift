import Foundation
import Testing

/// The shape of the tree: rooms, what they import, and how long their files are.
@Suite struct LayoutTests {
    @Test("every room has tests, and ARCHITECTURE.md says what it is for") func rooms() throws {
        let page = try House.text("ARCHITECTURE.md")
        let rooms = try House.rooms()
        #expect(rooms.count >= 10)
        for room in rooms {
            #expect(page.contains("| `\(room)` |"), "ARCHITECTURE.md has no row for \(room)")
            let tests = room == "tuowei" ? "CommandLineTests" : room + "Tests"
            #expect(try House.files("Tests/\(tests)", ".swift").count { $0.hasSuffix("Tests.swift") } > 0, "\(room) has no tests")
        }
    }

    @Test("untrusted bytes are read by one room; the computing wing sees no file, clock or environment") func imports() throws {
        let libraries: Set = ["CArchive", "CZlib", "CIsal", "CLzma", "CZstd", "CBzip2", "CCrypto"]
        for room in try House.rooms() {
            for file in try House.files("Sources/\(room)", ".swift") {
                let source = try House.text(file)
                let imported = Set(House.all(/(?m)^(?:public |@preconcurrency )*import (\w+)/, in: source))
                if room != "Archives" {
                    #expect(imported.isDisjoint(with: libraries), "\(file): only Archives imports \(libraries.sorted())")
                }
                if ["Events", "Projections", "Figures"].contains(room) {
                    #expect(!imported.contains("Foundation"), "\(file): no Foundation")
                    for word in ["getenv", "fopen(", "open(", "clock_gettime", "random", "setlocale"] where source.contains(" \(word)") {
                        #expect(Bool(false), "\(file): \(word)")
                    }
                }
            }
        }
    }

    @Test("files are short: the median about 100 lines, nine of ten about 300") func lengths() throws {
        let lengths = try House.files("Sources", ".swift").map { file in
            (file: file, lines: try House.text(file).split(separator: "\n", omittingEmptySubsequences: false).count)
        }.sorted { $0.lines < $1.lines }
        #expect(lengths.count > 200)
        #expect(lengths[lengths.count / 2].lines <= 120)
        #expect(lengths[lengths.count * 9 / 10].lines <= 300)
        for (file, lines) in lengths.suffix(20) { #expect(lines <= 520, "\(file) has \(lines) lines: divide it") }
    }

    @Test("input cannot crash the program by these ways") func traps() throws {
        for room in try House.rooms() {
            for file in try House.files("Sources/\(room)", ".swift") {
                let code = try House.text(file).split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(
                    separator: "\n")
                for word in ["try!", "as!", "fatalError("] { #expect(!code.contains(word), "\(file): \(word)") }
            }
        }
    }

    @Test("no page or source speaks of the machine it was made on") func places() throws {
        let places = ["/wor" + "k/", "/tm" + "p/w/", "/ro" + "ot/"]
        let files =
            try ["Sources", "Tests"].flatMap { try House.files($0, ".swift") } + House.files("docs", ".md") + House.files("scripts", "")
            + House.names("").filter { $0.hasSuffix(".md") } + ["Makefile"]
        for file in files {
            guard let text = try? House.text(file) else { continue }
            for place in places { #expect(!text.contains(place), "\(file): \(place)") }
        }
    }
}
