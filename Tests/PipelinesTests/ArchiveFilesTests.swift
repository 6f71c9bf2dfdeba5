import Foundation
import Testing

@testable import Pipelines

/// A folder with these files (a name that ends in `/` is a folder), gone when the test ends.
private final class Folder {
    let path: String

    init(_ names: [String]) throws {
        path = FileManager.default.temporaryDirectory.path + "/pipelines [\(UUID().uuidString)]"
        for name in names {
            let full = path + "/" + name
            let folder = name.hasSuffix("/") ? full : URL(fileURLWithPath: full).deletingLastPathComponent().path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            if !name.hasSuffix("/") { try Data().write(to: URL(fileURLWithPath: full)) }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func pipeline(_ archives: String) throws -> Pipeline {
        let yaml = soundPipeline.replacing("  - archives/*\n  - { files: gbk/*.zip, encoding: gb18030 }\n", with: archives)
        return try Pipeline.parse(Array(yaml.utf8), file: path + "/p/x.yaml")
    }

    func names(_ files: [ArchiveFile]) -> [String] { files.map { String($0.path.dropFirst(path.count + 1)) + " " + $0.encoding.rawValue } }
}

@Suite("The archives of a pipeline")
struct ArchiveFilesTests {
    @Test("each file once, by base name, then by path, as bytes; folders and hidden files are none") func order() throws {
        let folder = try Folder(["p/", "a/b.gz", "a/出生.zip", "a/B.gz", "b/a.gz", "b/b.gz", "a/.hidden.gz", "a/deep/c.gz", "[x]/z.gz"])
        let pipeline = try folder.pipeline("  - ../b/*\n  - ../a/*\n  - ../a/b.gz\n  - '../\\[x]/?.gz'\n")
        #expect(
            folder.names(try pipeline.archiveFiles()) == [
                "p/../a/B.gz utf-8", "p/../b/a.gz utf-8", "p/../a/b.gz utf-8", "p/../b/b.gz utf-8", "p/../[x]/z.gz utf-8",
                "p/../a/出生.zip utf-8",
            ])
        let deep = try folder.pipeline("  - ../*/*/[a-c].gz\n")
        #expect(folder.names(try deep.archiveFiles()) == ["p/../a/deep/c.gz utf-8"])
    }

    @Test("a file in two patterns keeps one encoding or is refused") func encodings() throws {
        let folder = try Folder(["p/x.gz", "p/y.gz"])
        #expect(
            folder.names(try folder.pipeline("  - { files: x.gz, encoding: gb18030 }\n  - y.gz\n").archiveFiles()) == [
                "p/x.gz gb18030", "p/y.gz utf-8",
            ])
        let twice = try folder.pipeline("  - '*'\n  - { files: ../p/x.gz, encoding: gb18030 }\n")
        do {
            _ = try twice.archiveFiles()
            Issue.record("not refused")
        } catch {
            #expect(
                error.description
                    == "\(folder.path)/p/x.yaml:7:5: the archive `\(folder.path)/p/../p/x.gz` is given two encodings, utf-8 and gb18030. Let one pattern alone match it."
            )
        }
    }

    @Test("a pattern that nothing fits is refused where it stands") func nothing() throws {
        let folder = try Folder(["p/sub/", "p/x.gz"])
        for pattern in ["sub", "sub/*", "*.zip", "nowhere/*", "x.gz/*"] {
            do {
                _ = try folder.pipeline("  - x.gz\n  - '\(pattern)'\n").archiveFiles()
                Issue.record("not refused: \(pattern)")
            } catch {
                #expect(
                    String(describing: error)
                        == "\(folder.path)/p/x.yaml:7:5: no file fits the pattern `\(pattern)`. Correct it or put the archives there.")
            }
        }
    }

    @Test("a named archive has the encoding of its pattern") func named() throws {
        let folder = try Folder(["p/x.gz", "p/y.gz"])
        let pipeline = try folder.pipeline("  - { files: x.gz, encoding: gb18030 }\n  - none*\n")
        let files = try pipeline.archiveFiles(named: [folder.path + "/p/y.gz", folder.path + "/p/../p/x.gz", "/nowhere/z.gz"])
        #expect(files.map(\.encoding) == [.utf8, .gb18030, .utf8])
        #expect(files.map(\.name) == ["y.gz", "x.gz", "z.gz"])
    }

    @Test("patterns, sign by sign")
    func patterns() {
        for (name, pattern, fits) in [
            ("", "", true), ("a", "", false), ("", "*", true), ("abc", "*", true), ("abc", "a*c", true), ("abcbc", "a*bc", true),
            ("ab", "a?", true), ("a", "a?", false), ("a出", "a?", true), (".a", "*", false), (".a", ".*", true), (".a", "?a", false),
            ("b", "[abc]", true), ("d", "[a-c]", false), ("d", "[!a-c]", true), ("d", "[^d]", false), ("]", "[]]", true),
            ("-", "[a-]", true), ("[", "[", true), ("[a", "[a", true), ("*", "\\*", true), ("x", "\\*", false), ("a*", "a*\\*", true),
            ("aXbXc", "*X*X*", true), ("出生-2021.zip", "出*.zip", true), ("a\u{301}", "a?", true),
        ] {
            #expect(Glob.matches(name, pattern) == fits, "\(name) \(pattern)")
        }
        // Many stars take no longer than the product of the lengths.
        #expect(!Glob.matches(String(repeating: "a", count: 2000), String(repeating: "*a", count: 500) + "b"))
    }
}
