import Events
import Foundation
import Testing

@testable import Reports

@Suite struct OtherFormatsTests {
    private func folder() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    @Test(arguments: Language.allCases) func sameBytesTwice(language: Language) throws {
        let figures = try InventedDistrict.figures()
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var files: [[String: Data]] = []
        for name in ["first", "again"] {
            try InventedReport.write(figures, language, to: folder.appendingPathComponent(name))
            // A zip file's times have a step of 2 s.
            if name == "first" { Thread.sleep(forTimeInterval: 2.1) }
            var contents: [String: Data] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder.appendingPathComponent(name).path) {
                contents[path] = FileManager.default.contents(atPath: folder.appendingPathComponent(name).appendingPathComponent(path).path)
            }
            files.append(contents)
        }
        #expect(files[0].count > 40)
        for (path, bytes) in files[0] { #expect(bytes == files[1][path], "\(path)") }
        #expect(files[0].count == files[1].count)
    }

    @Test func saysWhyAFileCannotBeWritten() throws {
        let figures = try InventedDistrict.figures()
        let context = InventedDistrict.context()
        func words(_ body: () throws -> Void) -> String {
            do { try body() } catch { return String(describing: error) }
            return ""
        }
        let database = words { try DatabaseReport.write(figures, context, to: "/nowhere/x.sqlite") }
        #expect(database.hasPrefix("/nowhere/x.sqlite: the database cannot be written: ") && database.hasSuffix("free space"))
        let workbook = words { try WorkbookReport.write(figures, context, to: "/nowhere/x.xlsx") }
        #expect(workbook.hasPrefix("/nowhere/x.xlsx: the workbook cannot be written: ") && workbook.hasSuffix("free space"))
    }

    /// Whatever the size at which a disk is full, the writers say so and leave nothing that looks whole.
    @Test(arguments: [0, 20_000, 60_000, 120_000, 200_000])
    func saysThatTheDiskIsFull(limit: Int) async {
        await #expect(processExitsWith: .exitCode(7)) { [limit] in
            let figures = try InventedDistrict.figures()
            let context = InventedDistrict.context()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tuowei-full-\(getpid())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            // A limit on the size of files is what a full disk is to a library: a write that is refused.
            signal(SIGXFSZ, SIG_IGN)
            var bound = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
            guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound) == 0 else { exit(1) }
            var refusals = 0
            do { try WorkbookReport.write(figures, context, to: folder.appendingPathComponent("x.xlsx").path) } catch {
                if case .workbook? = error as? ReportsError { refusals += 1 }
            }
            do { try DatabaseReport.write(figures, context, to: folder.appendingPathComponent("x.sqlite").path) } catch {
                if case .database? = error as? ReportsError { refusals += 1 }
            }
            try? FileManager.default.removeItem(at: folder)
            exit(refusals == 2 ? 7 : Int32(refusals))
        }
    }

    @Test func textsThatStandForCharactersStayAsTheyAre() {
        #expect(WorkbookFile.Sheet.allowed("_x0041_村") == "_x005F_x0041_村")
        #expect(WorkbookFile.Sheet.allowed("_x0041") == "_x0041")
        #expect(WorkbookFile.Sheet.allowed("__x00e9__") == "__x005F_x00e9__")
        #expect(WorkbookFile.Sheet.allowed("a_b\u{FFFF}") == "a_b\u{FFFD}")
        #expect(WorkbookFile.Sheet.allowed("=1+1") == "=1+1")
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
