import Events
import TestSupport
import Testing

@testable import Figures
@testable import Reports

@Suite struct RowWriterTests {
    private func written(_ write: (inout RowWriter) -> Void) -> String {
        var writer = RowWriter()
        write(&writer)
        return writer.buffer.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test func quotesOnlyWhereACellNeedsIt() {
        let cells = ["plain", "a,b", "say \"hi\"", "two\nlines", "cr\rhere", " space ", "通州·幸福", "'", "=1+1", "", "\"", "é\u{301}"]
        let line = written { writer in
            for cell in cells { writer.text(cell) }
            writer.endRow()
        }
        #expect(
            line == "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\rhere\", space ,通州·幸福,',=1+1,,\"\"\"\",é\u{301}\n")
        #expect(PlainCSV(line).header.elementsEqual(cells) { Array($0.utf8) == Array($1.utf8) })
    }

    /// Texts are copied and searched eight bytes at a time; their ends and what lies at them must be as good as their middle.
    @Test func quotesWhereverTheByteLies() {
        for length in 0..<72 {
            let plain = [UInt8](repeating: 0x78, count: length)
            for byte: UInt8 in [0x2C, 0x22, 0x0A, 0x0D, 0x20, 0x2D, 0x80] {
                for place in 0..<length {
                    var cell = plain
                    cell[place] = byte
                    let line = cell.withUnsafeBufferPointer { cell in
                        var writer = RowWriter()
                        writer.text(cell)
                        return writer.buffer.withBytes { Array($0) }
                    }
                    let doubled = cell.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
                    let isPlain = [0x20, 0x2D, 0x80].contains(byte)
                    #expect(line == (isPlain ? cell : [0x22] + doubled + [0x22]))
                }
            }
        }
    }

    @Test func endsRowsWithLineFeedsAndStartsNoRowWithAComma() {
        let text = written { writer in
            for row in 0..<2 {
                writer.empty()
                writer.integer(row)
                writer.printed(nil)
                writer.day(nil)
                writer.endRow()
            }
        }
        #expect(text == ",0,,\n,1,,\n")
    }

    @Test func writesEveryIntegerAsSwiftDoes() {
        var random = SeededGenerator(seed: 3)
        var numbers: [Int64] = [0, 9, 10, 99, 100, -1, -10, Int64.max, Int64.min, 999_999_999_999_999_999, 1_000_000_000_000_000_000]
        for _ in 0..<2000 {
            numbers.append(Int64.random(in: Int64.min...Int64.max, using: &random) >> Int64.random(in: 0..<63, using: &random))
        }
        let text = written { writer in
            for number in numbers {
                writer.integer(number)
                writer.endRow()
            }
        }
        #expect(text == numbers.map { "\($0)\n" }.joined())
    }

    /// Cells side by side are what each is by itself, whatever lies beside it and wherever the buffer grows, in CSV and as values.
    @Test func writesFiguresSideBySideAsOneByOne() {
        var random = SeededGenerator(seed: 5)
        let edges: [Int64] = [
            0, 1, 9, 10, 99, 100, 999, 1_000, 9_999, 10_000, 10_001, 99_999, 100_000, 99_999_999, 100_000_000, 100_000_001, .max,
        ]
        let units = edges + edges.map { -$0 } + [.min]
        for turn in 0..<400 {
            let cells = (0..<Int.random(in: 0...60, using: &random)).map { _ -> FigureRow.Cell in
                if Int.random(in: 0..<8, using: &random) == 0 { return .empty }
                let any = Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<63, using: &random)
                let number = Bool.random(using: &random) ? any : units.randomElement(using: &random) ?? 0
                return FigureRow.Cell(units: number, places: [0, 2, 4][Int.random(in: 0..<3, using: &random)])
            }
            // One that does not fit 64 bits ends what is written.
            let wide = turn % 3 == 0 ? Int.random(in: 0...cells.count, using: &random) : nil
            let all = wide.map { cells[..<$0] + [FigureRow.Cell.wide] + cells[$0...] } ?? cells
            func oneByOne(_ writer: inout RowWriter) {
                writer.text("head")
                for cell in cells[..<(wide ?? cells.count)] {
                    writer.printed(cell.isEmpty ? nil : Printed(units: Int128(cell.units), places: cell.places))
                }
                writer.endRow()
            }
            func sideBySide(_ writer: inout RowWriter) {
                writer.text("head")
                #expect(all.withUnsafeBufferPointer { writer.smallCells($0) } == wide ?? cells.count)
                writer.endRow()
            }
            #expect(written(sideBySide) == written(oneByOne))
            var rows: [[Cell]] = []
            for write in [oneByOne, sideBySide] {
                var writer = RowWriter { rows.append($0) }
                write(&writer)
            }
            #expect(rows.count == 2 && rows[0] == rows[1])
        }
    }

    @Test func writesEveryDecimalAsItsText() {
        var random = SeededGenerator(seed: 4)
        var numbers = [Printed(units: 0, places: 2), Printed(units: -1, places: 2), Printed(units: Int128.max, places: 4)]
        numbers += [
            Printed(units: -Int128(Int64.max), places: 4), Printed(units: Int128(Int64.min), places: 2), Printed(units: 5, places: 4),
        ]
        for _ in 0..<2000 {
            let units = Int128(Int64.random(in: Int64.min...Int64.max, using: &random) >> Int64.random(in: 0..<63, using: &random))
            numbers.append(Printed(units: units, places: [0, 2, 4].randomElement(using: &random) ?? 0))
        }
        let text = written { writer in
            for number in numbers {
                writer.printed(number)
                writer.endRow()
            }
        }
        #expect(text == numbers.map { $0.text + "\n" }.joined())
    }

    @Test(arguments: [
        (0.0, "0"), (6.25, "6.25"), (7.053592549, "7.05359255"), (0.000012345678912, "1.23456789e-05"), (0.0001, "0.0001"),
        (1_234_567_891.0, "1.23456789e+09"), (123_456_789.4, "123456789"), (0.1 + 0.2, "0.3"),
    ])
    func printsNineDigits(number: Double, text: String) { #expect(nineDigits(number) == text) }

    @Test func handsOnRowsAsValues() {
        var rows: [[Cell]] = []
        withoutActuallyEscaping({ rows.append($0) }) { receive in
            var writer = RowWriter(rows: receive)
            writer.text("a,b")
            writer.integer(5)
            writer.yuan(-5)
            writer.empty()
            writer.real(0.5)
            writer.endRow()
            writer.text("c")
            writer.endRow()
        }
        #expect(rows == [[.text("a,b"), .integer(5), .decimal(Printed(units: -5, places: 2)), .empty, .real(0.5)], [.text("c")]])
    }
}
