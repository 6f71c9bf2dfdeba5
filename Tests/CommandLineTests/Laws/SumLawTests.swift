import Foundation
import TestSupport
import Testing

/// Towns sum to the district and communities to towns, in every count that adds up; and tables agree with one another.
@Suite struct SumLawTests {
    /// The columns of `coverage.csv` that do not add up over areas, by `figures.md`: rates, and needs that are rounded for each area.
    private static let others: Set<String> = [
        "as_of", "level", "code", "name", "population", "demand", "demand_planned", "gap", "coverage_rate", "places_per_1000",
        "utilisation", "enrolment_rate", "filing_rate", "inclusive_share", "visit_rate", "served_share", "net_paid_per_place",
    ]

    @Test(arguments: LawWorld.seeds(300_000, 12)) func levelsAddUp(seed: UInt64) throws {
        let world = LawWorld(seed: seed)
        let folder = try world.makeFolder()
        try world.pack(world.events, as: 0, into: folder.url)
        let tables = try world.tables(in: folder.url).mapValues(Self.rows)
        let coverage = try #require(tables["coverage"])
        try addUp(coverage, block: { _ in "" }, "seed \(seed), coverage")
        try addUp(try #require(tables["timeline"]), block: { $0["as_of"] ?? "" }, "seed \(seed), timeline")
        try addUp(try #require(tables["supply"]), block: { $0["form"] ?? "" }, "seed \(seed), supply")
        try addUp(try #require(tables["subsidies"]), block: { $0["scheme"] ?? "" }, "seed \(seed), subsidies")

        let district = try #require(coverage.first)
        let facilities = try #require(tables["facilities"])
        let open = facilities.filter { $0["status"] != "closed" }
        func sum(_ rows: [[String: String]], _ column: String) -> Int { rows.reduce(0) { $0 + (Int($1[column] ?? "") ?? 0) } }
        #expect(district["facilities"] == "\(open.count)")
        #expect(district["facilities_filed"] == "\(open.count { $0["status"] == "filed" })")
        for column in ["places", "enrolled", "caregivers", "caregivers_required"] {
            #expect(district[column] == "\(sum(open, column))", "seed \(seed), \(column)")
        }
        #expect(district["enrolled"] == "\(sum(try #require(tables["flows"]), "enrolments"))", "seed \(seed), flows")
        let supply = try #require(tables["supply"]).filter { $0["level"] == "district" }
        #expect(district["places_inclusive"] == "\(sum(supply, "places_inclusive"))")
        #expect(["m0_5", "m6_11", "m12_23", "m24_35"].reduce(0) { $0 + (Int(district[$1] ?? "") ?? 0) } == Int(district["under3"] ?? ""))
        // The last block of the timeline is D's.
        let last = try #require(tables["timeline"]).filter { $0["as_of"] == district["as_of"] && $0["level"] == "district" }
        #expect(last.count == 1)
        for (column, cell) in last.first ?? [:] { #expect(district[column] == cell, "seed \(seed), timeline's \(column) at D") }
    }

    private func addUp(_ rows: [[String: String]], block: ([String: String]) -> String, _ place: String) throws {
        for (key, block) in Dictionary(grouping: rows, by: block) {
            for column in (block.first ?? [:]).keys where !Self.others.contains(column) && column != "form" && column != "scheme" {
                let at = ["district", "town", "community"].map { level in block.filter { $0["level"] == level } }
                func sum(_ rows: [[String: String]]) throws -> Int { try rows.reduce(0) { try $0 + Self.number($1[column] ?? "") } }
                let sums = try at.map(sum)
                #expect(sums[0] == sums[1], "\(place) \(key): towns' \(column)")
                #expect(sums[1] == sums[2], "\(place) \(key): communities' \(column)")
                for town in at[1] {
                    let code = town["code"] ?? ""
                    let inside = try sum(at[2].filter { ($0["code"] ?? "").hasPrefix(code) })
                    #expect(try sum([town]) == inside, "\(place) \(key): \(column) of the town \(code)")
                }
            }
        }
    }

    /// A count, or an amount in hundredths.
    private static func number(_ cell: String) throws -> Int {
        let parts = cell.split(separator: ".")
        guard let whole = Int(parts.joined()), parts.count == 1 || parts[1].count == 2 else {
            throw LawFailure(description: "neither a count nor an amount: \(cell)")
        }
        return whole
    }

    private static func rows(_ table: Data) -> [[String: String]] {
        let lines = String(decoding: table, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }
}
