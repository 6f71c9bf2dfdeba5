import TestSupport
import Testing

@testable import Figures

@Suite struct ExactDecimalTests {
    @Test(arguments: ["", "-", ".5", "5.", "01", "+1", "1e3", "1.2.3", " 1", "1 ", "٣", "--1", "-.1"])
    func refusesWhatIsNoDecimal(text: String) { #expect(ExactDecimal(text) == nil) }

    /// Short texts take a way of their own to the nearest binary number.
    @Test func readsTheNearestBinaryNumber() {
        var random = SeededGenerator(seed: 17)
        var texts = ["0", "-0", "-0.0", "0.1", "118.022000", "-179.9999999999", "999999999999999", "9999999999999999", "0.00000000000001"]
        texts += ["123456789.1234567", "0.30000000000000004", "12345678901234567890.5", "1234567890123.45", "-12345678.9012345"]
        for _ in 0..<20_000 {
            let whole = Int64.random(in: 0...9_999_999_999, using: &random) % [10, 1000, 10_000_000_000].randomElement(using: &random)!
            let digits = Int.random(in: 1...12, using: &random)
            texts.append(
                (Bool.random(using: &random) ? "-" : "") + "\(whole)."
                    + (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined())
        }
        for text in texts { #expect(ExactDecimal.double(text)?.bitPattern == Double(text)?.bitPattern, "\(text)") }
        for text in ["", "-", ".5", "5.", "01", "+1", "1e3", "1.2.3", " 1", "1 ", "٣", "--1", "-.1", "0x10", "nan", "inf"] {
            #expect(ExactDecimal.double(text) == nil, "\(text)")
        }
    }

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

    @Test func comparesWithPrintedNumbersAsWithDecimals() throws {
        let texts = [
            "0", "-0.5", "0.5", "0.49999", "0.5000000000000000001", "4.5", "-4.5", "45000", "999999999999999999", "1000000000000000000",
            "-1000000000000000000.1",
        ]
        let numbers: [Int128] = [0, 1, -1, 4500, 5000, -5000, 45_000, -45_000, 999_999_999_999_999_999, 1_000_000_000_000_000_000]
        for text in texts {
            let decimal = try #require(ExactDecimal(text))
            for units in numbers {
                for places in [0, 2, 4] {
                    let printed = Printed(units: units, places: places)
                    let expected = decimal < printed.decimal ? -1 : decimal == printed.decimal ? 0 : 1
                    #expect(decimal.compared(with: printed) == expected, "\(text) and \(printed.text)")
                }
            }
        }
    }
}
