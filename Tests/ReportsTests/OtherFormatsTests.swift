import Events
import Foundation
import Testing

@testable import Reports

@Suite struct OtherFormatsTests {
    private func folder() throws -> URL {
        if let kept = ProcessInfo.processInfo.environment["TUOWEI_PAGES_OUT"] {
            let url = URL(fileURLWithPath: kept).appendingPathComponent("zh")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            return url
        }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    @Test func sameBytesTwice() throws {
        let figures = try InventedDistrict.figures()
        let folder = try folder()
        for name in ["report", "again"] {
            for ending in ["xlsx", "sqlite"] { try? FileManager.default.removeItem(at: folder.appendingPathComponent("\(name).\(ending)")) }
            try WorkbookReport.write(figures, InventedDistrict.context(), to: folder.appendingPathComponent("\(name).xlsx").path)
            try DatabaseReport.write(figures, InventedDistrict.context(), to: folder.appendingPathComponent("\(name).sqlite").path)
        }
        for ending in ["xlsx", "sqlite"] {
            let first = try Data(contentsOf: folder.appendingPathComponent("report.\(ending)"))
            #expect(first.count > 10_000)
            #expect(first == (try Data(contentsOf: folder.appendingPathComponent("again.\(ending)"))))
            try FileManager.default.removeItem(at: folder.appendingPathComponent("again.\(ending)"))
        }
        #expect(throws: ReportsError.self) { try DatabaseReport.write(figures, InventedDistrict.context(), to: "/nowhere/x.sqlite") }
        #expect(throws: ReportsError.self) { try WorkbookReport.write(figures, InventedDistrict.context(), to: "/nowhere/x.xlsx") }
    }

    @Test func sheetNamesAreAllowed() {
        for language in Language.allCases {
            let names = (Report.tables + Report.supplement(InventedDistrict.context())).map { WorkbookReport.sheetName($0, language) }
            #expect(Set(names).count == names.count)
            for name in names { #expect(name.utf16.count <= 31 && !name.contains { "[]:*?/\\".contains($0) }) }
        }
    }

    @Test func dataPackageSaysWhatWasWritten() throws {
        let figures = try InventedDistrict.figures()
        let digest = try #require(Digest([UInt8](repeating: 5, count: 32)))
        let files = ["coverage.csv", "supplement/balance.csv"].map { DataPackage.File(path: $0, digest: digest, bytes: 12) }
        let bytes = DataPackage.bytes(
            figures, InventedDistrict.context(), files: files + [.init(path: "index.html", digest: digest, bytes: 1)])
        let package = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let resources = try #require(package["resources"] as? [[String: Any]])
        #expect(resources.compactMap { $0["path"] as? String } == ["coverage.csv", "supplement/balance.csv"])
        #expect(resources[0]["hash"] as? String == "sha256:" + String(repeating: "05", count: 32))
    }
}
