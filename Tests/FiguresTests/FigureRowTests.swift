import Events
import Figures
import Projections
import TestSupport
import Testing

/// A row of figures is what each of its cells is by itself.
@Suite struct FigureRowTests {
    @Test(arguments: [6, 20, 30, 33, 44])
    func printsEachCellAsItIsAlone(bits: Int) throws {
        var random = SeededGenerator(seed: UInt64(bits))
        let areas = try district()
        let rows = [
            PopulationRow(code: "320612101001", year: 2020, residents: 1234), PopulationRow(code: "320612101", year: 2024, residents: 7),
        ]
        let population = try Population(rows: rows, areas: areas)
        var projected = emptyProjection(areas, cuts: [day("2024-05-31"), day("2024-06-30")])
        for place in projected.counts.indices where Bool.random(using: &random) {
            projected.counts[place] = Int.random(in: 0..<1 << bits, using: &random)
        }
        for place in projected.details.indices where Bool.random(using: &random) {
            projected.details[place] = Int.random(in: 0..<1 << bits, using: &random)
        }
        for place in projected.money.indices where Bool.random(using: &random) {
            projected.money[place].grants = 1
            projected.money[place].paid = Int64.random(in: 0...Int64.max / 64, using: &random)
            projected.money[place].recovered = Int64.random(in: 0...Int64.max / 64, using: &random)
        }
        for cut in 0..<2 {
            let figures = CutFigures(
                projected, cut: cut, areas: areas, residents: population.residents(in: 2024), demand: exampleDemand)
            for chosen in [FigureCatalog.all, FigureCatalog.timeline, Array(FigureCatalog.all.reversed())] {
                var seen: [Int] = []
                figures.forEachRow(FigureRow(chosen)) { area, cells in
                    seen.append(area)
                    for (figure, cell) in zip(chosen, cells) {
                        let alone = figures.printed(figure, of: area)
                        if cell.isSmall {
                            #expect(alone == Printed(units: Int128(cell.units), places: cell.places), "\(figure.name) of \(area)")
                        } else {
                            #expect(cell.isEmpty == (alone == nil), "\(figure.name) of \(area)")
                        }
                    }
                }
                #expect(seen == Array(areas.all.indices))
            }
        }
    }
}
