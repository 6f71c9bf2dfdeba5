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
    try ReadableReport.writeSupplement(figures, context) { list.put($0, $1) }
    for table in Report.tables {
        var bytes: [UInt8] = []
        try table.writeCSV(figures) { bytes.append(contentsOf: $0) }
        list.put(table.fileName, bytes)
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
        if let folder = ProcessInfo.processInfo.environment["TUOWEI_PAGES_OUT"] {
            for (path, bytes) in list.files {
                let url = URL(fileURLWithPath: folder).appendingPathComponent(language.rawValue).appendingPathComponent(path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: url)
            }
        }
    }

    @Test func sameBytesOnAnyNumberOfThreads() throws {
        let figures = try InventedDistrict.figures(seed: 3)
        let one = try readable(figures)
        let two = try readable(figures, threads: 3)
        #expect(one.paths == two.paths)
        #expect(one.files == two.files)
    }
}
