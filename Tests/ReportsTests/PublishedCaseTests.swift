import Figures
import Foundation
import Testing

@testable import Reports

/// The tables of published reports, made again from the published counts of communities: sums, unassigned rows, rates, demand,
/// population, targets, money, order, quotes and line ends must come out to the byte.
@Suite struct PublishedCaseTests {
    private func csv(_ table: Table, _ figures: ReportFigures, threads: Int = 1) throws -> String {
        var bytes: [UInt8] = []
        try table.writeCSV(figures, threads: threads) { bytes.append(contentsOf: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: ["coverage", "timeline", "facilities", "supply", "flows", "subsidies", "findings"])
    func comesOutToTheByte(table name: String) throws {
        let table = try #require(Report.table(named: name))
        for published in PublishedCase.all {
            let figures = try published.figures()
            let expected = try published.text(name).split(separator: "\n", omittingEmptySubsequences: false)
            for threads in [1, 2, 7] {
                let made = try csv(table, figures, threads: threads).split(separator: "\n", omittingEmptySubsequences: false)
                #expect(made.count == expected.count, "\(published.name)")
                for (made, expected) in zip(made, expected) { #expect(made == expected, "\(published.name)") }
            }
        }
    }

    @Test func targetsStandAsPublished() throws {
        for published in PublishedCase.all where !published.targets.isEmpty {
            let made = PlainCSV(try csv(.targets, published.figures()))
            let names = Set(published.targets.map(\.name))
            let expected = try published.rows("targets").filter { names.contains($0["target"] ?? "") }
            #expect(made.rows == expected, "\(published.name)")
            #expect(made.header == PlainCSV(try published.text("targets")).header)
        }
    }

    /// Facilities' own coordinates are in no table, so access is compared where none has any: the worked example.
    @Test func accessOfTheWorkedExampleComesOut() throws {
        let published = try #require(PublishedCase.all.first)
        #expect(try csv(.access, published.figures()) == published.text("access"))
    }

    @Test func declaresTheColumnsItWrites() throws {
        let published = try #require(PublishedCase.all.first)
        for table in Report.tables {
            #expect(table.columns.map(\.name) == PlainCSV(try published.text(table.name)).header)
            let figures = try published.figures()
            table.forEachRow(figures) { row in
                #expect(row.count == table.columns.count)
                for (cell, column) in zip(row, table.columns) {
                    let fits: Bool =
                        switch (cell, column.type) {
                        case (.empty, _): column.mayBeEmpty
                        case (.text(let text), .word(let words)): words.contains(text)
                        case (.text, .text), (.text, .code), (.integer, .integer), (.integer, .flag), (.day, .date), (.real, .real): true
                        case (.decimal(let number), .decimal(let places)): number.places <= places
                        case (.text, .decimal), (.integer, .decimal): table.name == "targets"
                        default: false
                        }
                    #expect(fits, "\(table.name).\(column.name)")
                }
            }
        }
    }
}
