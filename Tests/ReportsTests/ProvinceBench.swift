import Foundation
import Testing

@testable import Reports

/// How long a province's pages take; asked for by TUOWEI_BENCH, since it makes 22,000 of them.
@Suite struct ProvinceBench {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TUOWEI_BENCH"] != nil)) func province() throws {
        let figures = try InventedDistrict.figures(towns: 1487, communitiesInTown: 15, months: 84)
        let clock = ContinuousClock()
        var (pages, bytes) = (0, 0)
        let elapsed = try clock.measure {
            try ReadableReport.write(figures, InventedDistrict.context(), .init(threads: 2)) { _, file in
                pages += 1
                bytes += file.count
            }
        }
        print("\(pages) pages, \(bytes) bytes, \(elapsed)")
        #expect(elapsed < .seconds(60))
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["TUOWEI_BENCH"] != nil)) func district() throws {
        let figures = try InventedDistrict.figures(towns: 17, communitiesInTown: 15, months: 84)
        let clock = ContinuousClock()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pages = try clock.measure { try ReadableReport.write(figures, InventedDistrict.context(), .init(threads: 2)) { _, _ in } }
        let workbook = try clock.measure {
            try WorkbookReport.write(figures, InventedDistrict.context(), to: folder.appendingPathComponent("report.xlsx").path)
        }
        let database = try clock.measure {
            try DatabaseReport.write(figures, InventedDistrict.context(), to: folder.appendingPathComponent("report.sqlite").path)
        }
        print("pages \(pages), workbook \(workbook), database \(database)")
        #expect(pages + workbook + database < .seconds(3))
    }
}
