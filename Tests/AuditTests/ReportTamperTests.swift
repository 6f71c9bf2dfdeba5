import Archives
import EventStore
import Events
import Foundation
import Pipelines
import Reports
import TestSupport
import Testing

@testable import Audit

/// No changed bit and no cut passes a check, in any file of a report.
@Suite struct ReportTamperTests {
    /// The bytes that a replay makes, file by file.
    private func replayed(_ published: PublishedReport) throws -> [String: [UInt8]] {
        let manifest = try published.manifest()
        let maker = ReportMaker(
            program: manifest.program, store: try EventStore.open(at: published.pipeline.store), pipeline: published.pipeline,
            reference: try published.pipeline.reference(), asOf: try #require(Day(manifest.asOf)), knownAt: nil, threads: 1)
        var files: [String: [UInt8]] = [:]
        var listed: [Manifest.File] = []
        let temporary = try TemporaryFolder()
        defer { withExtendedLifetime(temporary) {} }
        try maker.write(try maker.figures(), temporaryFolder: temporary.url.path) { path, contents in
            var bytes: [UInt8] = []
            try contents { bytes += $0 }
            files[path] = bytes
            listed.append(Manifest.File(path: path, size: bytes.count, sha256: "\(SHA256.digest(of: bytes))"))
        }
        var made = try maker.manifest(of: listed)
        made.signedBy = manifest.signedBy
        files[Manifest.name] = try made.encoded()
        return files
    }

    @Test("Every flipped bit and every truncation of every file differs from the replay")
    func everyFlip() throws {
        let published = try PublishedReport()
        let files = try replayed(published)
        let report = try published.files().mapValues(Array.init)
        #expect(report == files)
        var (flips, cuts) = (0, 0)
        func isFound(_ bytes: [UInt8], _ name: String, _ whole: [UInt8]) -> Bool {
            let comparison = FileComparison(published: bytes, hashes: false)
            whole.withUnsafeBytes { comparison.take($0) }
            return comparison.finish(isTable: name.hasSuffix(".csv")) != nil
        }
        for (name, whole) in files {
            #expect(!isFound(whole, name, whole))
            var bytes = whole
            for bit in Sweep.bits(whole.count, every: 20_011) {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                if !isFound(bytes, name, whole) { Issue.record("\(name): bit \(bit) was flipped and nothing was found") }
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                flips += 1
            }
            for length in Sweep.lengths(whole.count, every: 5003) {
                if !isFound(Array(whole[..<length]), name, whole) { Issue.record("\(name): cut to \(length) and nothing was found") }
                cuts += 1
            }
        }
        #expect(flips > 100 && cuts > 50)
        print("tamper: \(flips) flipped bits and \(cuts) truncations of a report's \(files.count) files, each found")
    }

    @Test("Every flipped bit and every truncation of the manifest and of its signature is found")
    func manifest() throws {
        let published = try PublishedReport(isSigned: true)
        let files = try published.files()
        let manifest = Array(try #require(files[Manifest.name]))
        let signature = Array(try #require(files[ManifestSignature.name]))
        let key = try #require(try EventStore.open(at: published.pipeline.store).verifierKey())
        #expect(ManifestSignature.problem(signature, of: manifest, key) == nil)
        func isSound(_ manifest: [UInt8], _ signature: [UInt8]) -> Bool {
            Manifest(manifest)?.isWritten(as: manifest) == true && ManifestSignature.problem(signature, of: manifest, key) == nil
        }
        var flips = 0
        for bit in Sweep.bits(manifest.count, every: 101) {
            var bytes = manifest
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Manifest(bytes)?.isWritten(as: bytes) != true, "the manifest's own digest, bit \(bit)")
            #expect(!isSound(bytes, signature))
            flips += 1
        }
        for bit in Sweep.bits(signature.count, every: 7) {
            var bytes = signature
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!isSound(manifest, bytes), "the signature, bit \(bit)")
            flips += 1
        }
        for length in Sweep.lengths(manifest.count, every: 97) { #expect(!isSound(Array(manifest[..<length]), signature)) }
        for length in Sweep.lengths(signature.count, every: 3) { #expect(!isSound(manifest, Array(signature[..<length]))) }
        #expect(flips > 100)
        print("tamper: \(flips) flipped bits of a manifest and its signature, each found")
    }

    @Test("The check on disk finds changes in each file, missing and added files, and says where")
    func onDisk() throws {
        let published = try PublishedReport(isSigned: true)
        let clean = try published.check()
        #expect(clean.differences.isEmpty && clean.isSigned && clean.files > 9)
        for (name, original) in try published.files() {
            for change in 0..<2 {
                var bytes = original
                if change == 0 { bytes[bytes.count / 2] ^= 4 } else { bytes.removeLast() }
                try published.write(name, bytes)
                let found = try published.check().differences
                #expect(found.contains { $0.file == name }, "\(name), change \(change): \(found)")
                try published.write(name, original)
            }
            try FileManager.default.removeItem(atPath: published.report + "/" + name)
            #expect(try !published.check().differences.isEmpty, "\(name) was removed")
            try published.write(name, original)
        }
        try published.write("notes.txt", Data("x".utf8))
        #expect(try published.check().differences.map(\.file) == ["notes.txt"])
        try FileManager.default.removeItem(atPath: published.report + "/notes.txt")
        #expect(try published.check().differences.isEmpty)
    }

    @Test("A changed cell is named by table, row, column and both values, with how to see its events")
    func changedCell() throws {
        let published = try PublishedReport()
        let name = "coverage.csv"
        let original = try #require(try published.files()[name])
        var lines = String(decoding: original, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var cells = lines[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let column = try #require(lines[0].split(separator: ",").firstIndex(of: "places_filed"))
        cells[column] = "99"
        lines[1] = cells.joined(separator: ",")
        try published.write(name, Data(lines.joined(separator: "\n").utf8))
        let words = try #require(try published.check().differences.first?.words)
        #expect(
            words.hasPrefix(
                "row 2 (2024-06-30,district,320612000000,示例区), column places_filed: published 99, replayed 25; the events at stake: "))
        #expect(words.contains(" that move the figure ("))
        #expect(words.hasSuffix("--as-of 2024-06-30 --figure places_filed --code 320612000000`"))
    }

    @Test("No message names a child of the table of findings")
    func findings() throws {
        let published = try PublishedReport("edges", asOf: "2024-02-29")
        let name = "findings.csv"
        let original = try #require(try published.files()[name])
        let text = String(decoding: original, as: UTF8.self)
        let subjects = Set(
            text.split(separator: "\n").dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[3]) })
        for place in stride(from: 0, to: original.count, by: max(1, original.count / 40)) {
            var bytes = original
            bytes[place] = bytes[place] == 0x61 ? 0x62 : 0x61
            try published.write(name, bytes)
            let words = try published.check().differences.map(\.words).joined()
            #expect(words.contains("row "))
            for subject in subjects where subject.count > 2 { #expect(!words.contains(subject)) }
        }
    }
}
