import Figures
import TestSupport
import Testing

@Suite struct PrintedTests {
    @Test(
        arguments: [
            (25, 4, 4, "6.2500"), (3, 26, 4, "0.1154"), (1, 3, 4, "0.3333"), (2, 3, 4, "0.6667"), (1, 20_000, 4, "0.0001"),
            (1, 20_001, 4, "0.0000"), (-1, 20_000, 4, "-0.0001"), (-1, 20_001, 4, "0.0000"), (-1, 2, 0, "-1"), (1, 2, 0, "1"),
            (5, 1000, 2, "0.01"), (-5, 1000, 2, "-0.01"), (4, 1000, 2, "0.00"), (0, 7, 4, "0.0000"), (-7, 1, 2, "-7.00"),
        ] as [(Int128, Int64, Int, String)])
    func roundsHalfAwayFromZero(numerator: Int128, denominator: Int64, places: Int, text: String) {
        #expect(Printed(numerator: numerator, denominator: denominator, places: places)?.text == text)
    }

    @Test func isEmptyWithoutADivisor() { #expect(Printed(numerator: 1, denominator: 0, places: 4) == nil) }

    @Test func staysExactBeyondSixtyFourBits() {
        let huge = Int128(Int64.max) * 1000
        #expect(Printed(numerator: huge, denominator: 1, places: 4)?.text == "9223372036854775807000.0000")
        #expect(Printed(numerator: huge, denominator: Int64.max, places: 4)?.text == "1000.0000")
        #expect(Printed(numerator: -huge, denominator: 3, places: 2)?.text == "-3074457345618258602333.33")
    }

    /// |2·(units·d − n·10^p)| ≤ d, and on a tie the magnitude is the greater one: the definition of rounding half away from zero.
    @Test(arguments: 0..<20) func holdsTheLawOfRounding(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let places = [0, 2, 4].randomElement(using: &random) ?? 4
            let width = Int.random(in: 1...62, using: &random)
            let numerator = Int128(Int64.random(in: -(1 << width)...(1 << width), using: &random))
            let denominator = Int64.random(in: 1...(1 << Int64.random(in: 1...62, using: &random)), using: &random)
            let printed = try #require(Printed(numerator: numerator, denominator: denominator, places: places))
            let scale: Int128 = [1, 1, 100, 1, 10_000][places]
            let error = (printed.units * Int128(denominator) - numerator * scale) * 2
            #expect(error.magnitude <= denominator.magnitude)
            if error.magnitude == denominator.magnitude { #expect((error > 0) == (numerator > 0)) }
        }
    }

    @Test func roundsDemandUp() {
        func needed(_ a: Int64, _ b: Int64, _ c: Int64, _ d: Int64) -> Int64 { exampleDemand.potential(a, b, c, d) }
        #expect(needed(1, 0, 1, 1) == 1)
        #expect(needed(1, 0, 1, 2) == 2)
        #expect(needed(9, 0, 0, 0) == 0)
        #expect(needed(0, 10, 0, 0) == 1)
        #expect(needed(0, 11, 0, 0) == 2)
        #expect(exampleDemand.planned(population: 2000) == 9)
        #expect(exampleDemand.planned(population: 1000) == 5)
        #expect(exampleDemand.planned(population: 3000) == 14)
        #expect(exampleDemand.planned(population: 0) == 0)
        let greatest = DemandRules(
            months0to5: .maximum, months6to11: .maximum, months12to23: .maximum, months24to35: .maximum, planningNorm: .maximum)
        #expect(greatest.planned(population: Population.maximum * 1000) == 10_000_000_000_000_000)
        #expect(greatest.planned(population: Int64.max) == Int64.max)
        // Products of 64 bits and wider ones meet here.
        for population in [(1 << 28) - 1, 1 << 28, (1 << 28) + 1] as [Int64] {
            #expect(greatest.planned(population: population) == population * 1000)
        }
        #expect(greatest.potential(1 << 40, 1 << 40, 1 << 40, 1 << 40) == 4_398_046_511_104_000_000)
    }
}
