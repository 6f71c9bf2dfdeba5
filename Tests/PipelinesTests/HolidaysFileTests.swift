import Events
import Figures
import Foundation
import Testing

@testable import Pipelines

@Suite("The calendar of holidays")
struct HolidaysFileTests {
    private func read(_ rows: String) throws(PipelineError) -> HolidayCalendar {
        try HolidaysFile.read(Array(("date,day,holiday,source\n" + rows).utf8), file: "h.csv").0
    }

    private func refusal(_ rows: String) -> String? {
        do throws(PipelineError) {
            _ = try read(rows)
            return nil
        } catch { return error.description }
    }

    @Test("days off, worked weekends, years and sources") func sound() throws {
        let calendar = try read("2024-10-01,off,国庆节,甲\n2024-10-12,work,国庆节,甲\n2022-01-03,off,元旦,乙\n")
        #expect(!calendar.isWorked(try #require(Day("2024-10-01"))))
        #expect(calendar.isWorked(try #require(Day("2024-10-12"))))
        #expect(calendar.isWorked(try #require(Day("2024-10-02"))))
        #expect(calendar.years == [2022, 2024])
        #expect(calendar.sources == ["甲", "乙"])
        #expect(calendar.covers(try #require(Day("2024-01-01")), through: try #require(Day("2024-12-31"))))
        #expect(!calendar.covers(try #require(Day("2022-12-31")), through: try #require(Day("2024-01-01"))))
    }

    @Test("a broken row is named") func broken() {
        #expect(refusal("2024-02-30,off,,\n") == "h.csv:2: `date` is `2024-02-30`, but must be a date, YYYY-MM-DD.")
        #expect(refusal("2024-10-01,of,,\n") == "h.csv:2: `day` is `of`, but must be `off` or `work`. The nearest one is `off`.")
        #expect(
            refusal("2024-10-01,off,,\n2024-10-01,work,,\n")
                == "h.csv:3: the date `2024-10-01` stands here again, first on line 2. Keep one of the rows.")
    }

    /// The State Council's calendar that comes with the program.
    @Test("the calendar beside the sample's pipeline") func shipped() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let bytes = try Data(contentsOf: root.appendingPathComponent("pipelines/holidays-cn.csv"))
        let (calendar, warnings) = try HolidaysFile.read(Array(bytes), file: "holidays-cn.csv")
        #expect(warnings.isEmpty)
        #expect(calendar.years == Array(2019...2026))
        #expect(calendar.sources.count == 8)
        // Worked days of each year, as the yearly notices leave them.
        let worked = try calendar.years.map { year in
            let (first, last) = (try #require(Day("\(year - 1)-12-31")), try #require(Day("\(year)-12-31")))
            return calendar.workedDays(after: first, through: last)
        }
        #expect(worked == [250, 249, 250, 249, 249, 251, 248, 248])
    }
}
