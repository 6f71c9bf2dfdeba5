import Archives
import Figures
import Foundation
import Testing

@testable import Reports

/// Files of a report kept in memory.
final class FileList {
    var paths: [String] = []
    var files: [String: [UInt8]] = [:]
    func put(_ path: String, _ bytes: [UInt8]) {
        paths.append(path)
        files[path] = bytes
    }
    func text(_ path: String) -> String { String(decoding: files[path] ?? [], as: UTF8.self) }
}

func readable(_ figures: ReportFigures, _ language: Language = .chinese, threads: Int = 1) throws -> FileList {
    let list = FileList()
    let context = InventedDistrict.context(figures)
    try ReadableReport.write(figures, context, .init(language: language, threads: threads)) { list.put($0, $1) }
    let supplement = Report.supplement(context)
    for (folder, tables) in [("", Report.tables), ("supplement/", supplement)] {
        for table in tables {
            var bytes: [UInt8] = []
            try table.writeCSV(figures) { bytes.append(contentsOf: $0) }
            list.put(folder + table.fileName, bytes)
        }
    }
    return list
}

@Suite struct ReadableReportTests {
    @Test(arguments: Language.allCases) func writesEveryPage(language: Language) throws {
        let list = try readable(InventedDistrict.figures(), language)
        for page in ["index.html", "towns.html", "facilities.html", "plan.html", "definitions.html", "quality.html", "provenance.html"] {
            #expect(list.paths.contains(page))
        }
        #expect(list.paths.count { $0.hasPrefix("towns/") } == 4)
        // A population is more than a name; the community of no register is nothing here.
        #expect(list.paths.count { $0.hasPrefix("communities/") } == 24)
    }

    /// Writes the whole report where `TUOWEI_PAGES_OUT` says, for the checks of Tests/Pages: names in it try to break every format.
    @Test(.enabled(if: InventedReport.folder != nil), arguments: Language.allCases) func writesForOtherReaders(language: Language) throws {
        let folder = try #require(InventedReport.folder).appendingPathComponent(language.rawValue)
        try? FileManager.default.removeItem(at: folder)
        try InventedReport.write(try InventedDistrict.figures(), language, to: folder)
    }

    @Test func sameBytesOnAnyNumberOfThreads() throws {
        let figures = try InventedDistrict.figures(seed: 3)
        let one = try readable(figures)
        let two = try readable(figures, threads: 3)
        #expect(one.paths == two.paths)
        #expect(one.files == two.files)
    }
}

/// A whole report of the invented district on disk.
enum InventedReport {
    static let folder = ProcessInfo.processInfo.environment["TUOWEI_PAGES_OUT"].map { URL(fileURLWithPath: $0) }

    static func write(_ figures: ReportFigures, _ language: Language, to folder: URL) throws {
        let context = InventedDistrict.context(figures)
        let list = try readable(figures, language)
        let described = list.paths.filter { $0.hasSuffix(".csv") }.map { path in
            let bytes = list.files[path] ?? []
            return DataPackage.File(path: path, digest: SHA256.digest(of: bytes), bytes: bytes.count)
        }
        // Of the files that the program adds itself, pages link the manifest.
        list.put("manifest.json", Array("{}\n".utf8))
        list.put(DataPackage.name, DataPackage.bytes(figures, context, files: described))
        for (path, bytes) in list.files {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        try WorkbookReport.write(figures, context, language: language, to: folder.appendingPathComponent("report.xlsx").path)
        try DatabaseReport.write(figures, context, to: folder.appendingPathComponent("report.sqlite").path)
    }
}
