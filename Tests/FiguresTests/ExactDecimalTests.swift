import Figures
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: ["", "-", ".5", "5.", "01", "+1", "1e3", "1.2.3", " 1", "1 ", "٣", "--1", "-.1"])
    func refusesWhatIsNoDecimal(text: String) { #expect(ExactDecimal(text) == nil) }

    @Test func comparesByValueAndKeepsTheText() throws {
        let ascending = [
            "-100", "-4.51", "-4.5", "-0.0001", "0", "0.0001", "0.3", "4.4999999999999999999999", "4.5", "4.51", "10",
            "99999999999999999999",
        ]
        let decimals = try ascending.map { try #require(ExactDecimal($0)) }
        for (left, smaller) in decimals.enumerated() {
            for (right, greater) in decimals.enumerated() { #expect((smaller < greater) == (left < right)) }
        }
        #expect(ExactDecimal("4.50") == ExactDecimal("4.5"))
        #expect(ExactDecimal("-0.0") == ExactDecimal("0"))
        #expect(ExactDecimal("4.50")?.description == "4.50")
    }

    @Test func readsTenThousandths() {
        #expect(TenThousandths("4.5")?.rawValue == 45_000)
        #expect(TenThousandths("0.0001")?.rawValue == 1)
        #expect(TenThousandths("1")?.rawValue == 10_000)
        #expect(TenThousandths("1000000")?.rawValue == TenThousandths.maximum.rawValue)
        for text in ["0.00001", "4.50000", "-1", "-0", "1000000.1", "x", "1e2"] { #expect(TenThousandths(text) == nil) }
    }
}
