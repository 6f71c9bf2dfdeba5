/// A row of `population.csv`: the residents (常住人口) of an area in a year.
public struct PopulationRow: Sendable, Hashable {
    /// The code of a community, a town or the district.
    public let code: String
    /// The year.
    public let year: Int
    /// The residents; nil: unknown.
    public let residents: Int64?

    /// A row of the population file.
    public init(code: String, year: Int, residents: Int64?) {
        self.code = code
        self.year = year
        self.residents = residents
    }
}

/// The population of every area in every year, by the rules of `figures.md`, section 1.
public struct Population: Sendable {
    /// The greatest number of residents a row may have, 10^10: more than the earth's, and small enough for exact sums.
    public static let maximum: Int64 = 10_000_000_000

    /// Codes that are neither a community's nor a town's nor the district's, by code, each once: named and passed over.
    public let unknownCodes: [String]

    /// The known rows of each area by year.
    private let known: [[(year: Int, residents: Int64)]]
    private let areas: Areas

    /// The population of these areas. `rows` may come in any order.
    ///
    /// - Throws: ``FiguresError`` where a (code, year) stands twice, whoever's code it is, or a number is out of range.
    public init(rows: [PopulationRow], areas: Areas) throws(FiguresError) {
        var known = [[(year: Int, residents: Int64)]](repeating: [], count: areas.all.count)
        struct AreaYear: Hashable {
            let area: Int
            let year: Int
        }
        var seen: Set<AreaYear> = []
        // While years of areas ascend, as they mostly do to the end, none can come twice, and the set is not asked.
        var greatest = (area: -1, year: 0)
        var areAscending = true
        var seenElsewhere: Set<PopulationRow> = []
        var unknown: Set<String> = []
        // The years of an area mostly stand together.
        var last: (code: String, number: Int?) = ("", nil)
        for (index, row) in rows.enumerated() {
            if row.code != last.code { last = (row.code, areas.registeredNumber(ofCode: row.code)) }
            let number = last.number
            let isNew: Bool
            if let number {
                if areAscending, (number, row.year) > greatest {
                    isNew = true
                } else {
                    if areAscending {
                        for row in rows[..<index] {
                            if let number = areas.registeredNumber(ofCode: row.code) {
                                seen.insert(AreaYear(area: number, year: row.year))
                            }
                        }
                        areAscending = false
                    }
                    isNew = seen.insert(AreaYear(area: number, year: row.year)).inserted
                }
                greatest = (number, row.year)
            } else {
                isNew = seenElsewhere.insert(PopulationRow(code: row.code, year: row.year, residents: nil)).inserted
                unknown.insert(row.code)
            }
            guard isNew else { throw .populationTwice(row: index, code: row.code, year: row.year) }
            guard let residents = row.residents else { continue }
            guard (0...Population.maximum).contains(residents) else {
                throw .populationOutOfRange(row: index, code: row.code, year: row.year)
            }
            if let number { known[number].append((row.year, residents)) }
        }
        for number in known.indices { known[number].sort { $0.year < $1.year } }
        self.known = known
        self.areas = areas
        self.unknownCodes = unknown.sorted(by: bytesPrecede)
    }

    /// The residents of every area, by number, at a day of that year: its known row of the greatest year up to it, else of
    /// the smallest later year; without a known row the sum of a town's or the district's communities, nil where one of them
    /// is unknown. The unassigned areas are unknown.
    public func residents(in year: Int) -> [Int64?] {
        var result = [Int64?](repeating: nil, count: areas.all.count)
        var sums = [Int64?](repeating: 0, count: areas.communitiesRange.lowerBound)
        for slot in areas.communities.indices {
            let number = areas.communitiesRange.lowerBound + slot
            let own = row(of: number, year: year)
            result[number] = own
            for wider in [0, areas.townOfSlot[slot]] {
                guard let sum = sums[wider] else { continue }
                // A sum beyond Int64 would take a thousand million communities; it is then as unknown as any other.
                sums[wider] = own.flatMap { value in
                    let (total, overflow) = sum.addingReportingOverflow(value)
                    return overflow ? nil : total
                }
            }
        }
        for number in 0..<areas.communitiesRange.lowerBound where !areas.all[number].isUnassigned {
            result[number] = row(of: number, year: year) ?? sums[number]
        }
        return result
    }

    /// The rows that an area's residents in a year are taken from: its own, or where it has none each community's of the town or
    /// district, `known` being nil where that community is unknown. None for the unassigned areas.
    public func rows(behind area: Int, in year: Int) -> [(area: Int, known: (year: Int, residents: Int64)?)] {
        guard !areas.all[area].isUnassigned else { return [] }
        let own = knownRow(of: area, year: year)
        if own != nil || areas.communitiesRange.contains(area) { return [(area, own)] }
        return areas.slots(of: area).filter { $0 != areas.unassignedSlot }.map { slot in
            let number = areas.communitiesRange.lowerBound + slot
            return (number, knownRow(of: number, year: year))
        }
    }

    private func row(of number: Int, year: Int) -> Int64? { knownRow(of: number, year: year)?.residents }

    private func knownRow(of number: Int, year: Int) -> (year: Int, residents: Int64)? {
        let rows = known[number]
        return rows.last { $0.year <= year } ?? rows.first
    }
}
