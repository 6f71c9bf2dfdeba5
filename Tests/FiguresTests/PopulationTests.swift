import Figures
import Testing

@Suite struct PopulationTests {
    private let a = "320612101001"
    private let b = "320612101002"
    private let c = "320612102001"

    private func residents(_ rows: [(String, Int, Int64?)], in year: Int) throws -> [Int64?] {
        try Population(rows: rows.map { PopulationRow(code: $0.0, year: $0.1, residents: $0.2) }, areas: district()).residents(in: year)
    }

    @Test(arguments: [(2018, 20), (2019, 20), (2020, 20), (2021, 21), (2022, 21), (2023, 23), (2050, 23)])
    func takesTheLatestKnownYearElseTheEarliestLaterOne(year: Int, expected: Int64) throws {
        let rows: [(String, Int, Int64?)] = [(a, 2023, 23), (a, 2022, nil), (a, 2020, 20), (a, 2021, 21), (a, 2019, nil)]
        #expect(try residents(rows, in: year)[4] == expected)
    }

    @Test func sumsCommunitiesUnlessOneIsUnknown() throws {
        let known = try residents([(a, 2020, 1), (b, 2020, 2), (c, 2020, 4)], in: 2020)
        #expect(known == [7, 3, 4, nil, 1, 2, 4, nil])
        let partly = try residents([(a, 2020, 1), (c, 2020, 4)], in: 2020)
        #expect(partly == [nil, nil, 4, nil, 1, nil, 4, nil])
    }

    @Test func takesAnAreasOwnRowBeforeTheSum() throws {
        let rows: [(String, Int, Int64?)] = [
            (a, 2020, 1), (b, 2020, 2), (c, 2020, 4), ("320612101", 2020, 100), ("320612000000", 2022, 1000),
        ]
        // The district's own row is later than 2020 and still goes before the sum; without it the sum is of communities, not towns.
        #expect(try residents(rows, in: 2020) == [1000, 100, 4, nil, 1, 2, 4, nil])
        #expect(try residents(Array(rows.dropLast()), in: 2020) == [7, 100, 4, nil, 1, 2, 4, nil])
    }

    @Test func fallsBackToTheSumWhereItsOwnRowsAreUnknown() throws {
        #expect(try residents([(a, 2020, 1), (b, 2020, 2), ("320612101", 2020, nil)], in: 2020)[1] == 3)
    }

    @Test func namesCodesOfNobodyAndRefusesRowsTwice() throws {
        let stranger = PopulationRow(code: "320612999001", year: 2020, residents: 5)
        #expect(try Population(rows: [stranger], areas: district()).unknownCodes == ["320612999001"])
        #expect(throws: FiguresError.populationTwice(row: 1, code: "320612999001", year: 2020)) {
            try Population(rows: [stranger, stranger], areas: district())
        }
        // Behind rows whose areas or years do not ascend too.
        for rows in [[(b, 2020), (a, 2021), (b, 2020)], [(a, 2021), (a, 2020), (b, 2020), (a, 2021)], [(a, 2020), (a, 2020)]] {
            #expect(throws: FiguresError.populationTwice(row: rows.count - 1, code: rows[rows.count - 1].0, year: rows[rows.count - 1].1)) {
                try Population(rows: rows.map { PopulationRow(code: $0.0, year: $0.1, residents: 1) }, areas: district())
            }
            _ = try Population(rows: rows.dropLast().map { PopulationRow(code: $0.0, year: $0.1, residents: 1) }, areas: district())
        }
        #expect(throws: FiguresError.populationOutOfRange(row: 0, code: a, year: 2020)) {
            try Population(rows: [PopulationRow(code: a, year: 2020, residents: -1)], areas: district())
        }
    }
}
