import Foundation
import Testing

/// What the documents say is there, and what is there is said.
@Suite struct DocumentsTests {
    @Test("docs/pipeline.md explains every key of the pipeline file, and no other") func keys() throws {
        let page = try House.text("docs/pipeline.md")
        let source = try House.text("Sources/Pipelines/PipelineReader.swift")
        let lists = try #require(source.range(of: "enum Keys")).lowerBound
        let keys = House.all(/"([a-z0-9_]+)"/, in: String(source[lists...]))
        #expect(keys.count > 30)
        for key in keys { House.demand(page.contains("`\(key)`") || page.contains("\(key):"), "docs/pipeline.md does not explain \(key)") }
    }

    @Test("the README names every verb, with its exit statuses") func verbs() throws {
        let readme = try House.text("README.md")
        let sources = try House.files("Sources/tuowei", ".swift").map { try House.text($0) }.joined()
        let verbs = House.all(/commandName: "([a-z-]+)",/, in: sources).filter { !["tuowei", "new", "show"].contains($0) }
        #expect(verbs.count >= 7)
        for verb in verbs { House.demand(readme.contains("`tuowei \(verb)"), "README.md does not name `tuowei \(verb)`") }
        for status in ["0 done", "1 a check failed", "2 nothing could be done", "3 done, but"] { #expect(readme.contains(status)) }
    }

    @Test("every target of the Makefile that is meant for people says what it is for") func targets() throws {
        let makefile = try House.text("Makefile")
        let phony = try #require(makefile.firstMatch(of: /(?m)^\.PHONY: (.*)$/)).1.split(separator: " ").map(String.init)
        let said = House.all(/(?m)^([a-z-]+):.*##[ ]/, in: makefile)
        // What begins with setup is a part of others and called by nobody.
        for target in said { House.demand(phony.contains(target), "\(target) is no .PHONY") }
        for target in House.all(/(?m)^([a-z-]+):/, in: makefile) where !target.hasPrefix("setup") {
            House.demand(said.contains(target), "make \(target) says nothing of itself")
        }
        let analysts = ["ingest", "fold", "report", "run", "verify", "explain", "rejects"]
        for target in analysts + ["all", "help", "test", "lint", "format", "check", "clean", "sample-data"] {
            House.demand(said.contains(target), "make \(target)")
        }
    }

    @Test("links between the documents lead somewhere") func links() throws {
        let pages = try House.names("").filter { $0.hasSuffix(".md") } + House.files("docs", ".md") + House.files("sample-data", ".md")
        var links = 0
        for page in pages {
            let folder = House.root.appendingPathComponent(page).deletingLastPathComponent()
            for link in House.all(/\]\(([^)#:]+)[)#]/, in: try House.text(page)) {
                links += 1
                let isThere = FileManager.default.fileExists(atPath: folder.appendingPathComponent(link).path)
                House.demand(isThere, "\(page): \(link)")
            }
        }
        #expect(links > 10)
    }

    @Test("docs/README.md lists every page of docs") func index() throws {
        let index = try House.text("docs/README.md")
        for page in try House.names("docs") where page.hasSuffix(".md") && page != "README.md" {
            House.demand(index.contains("(\(page))"), "docs/README.md does not list \(page)")
        }
    }

    @Test("the version is the changelog's newest") func version() throws {
        let version = try #require(House.all(/programVersion = "([0-9.]+)"/, in: try House.text("Sources/tuowei/Tuowei.swift")).first)
        let newest = try #require(House.all(/(?m)^## ([0-9.]+)/, in: try House.text("CHANGELOG.md")).first)
        #expect(version == newest)
    }
}
