/// Round numbers along an axis of counts.
struct Axis {
    /// The least number shown, a multiple of `step`.
    let low: Int
    /// The greatest number shown, a multiple of `step`.
    let high: Int
    /// From tick to tick: 1, 2 or 5 times a power of ten.
    let step: Int

    /// An axis that holds 0 and all these numbers with at most `ticks` steps or so.
    init(holding numbers: some Sequence<Int>, ticks: Int = 5) {
        var least = 0
        var greatest = 0
        for number in numbers {
            least = Swift.min(least, number)
            greatest = Swift.max(greatest, number)
        }
        let limit = Int.max / 8
        least = Swift.max(least, -limit)
        greatest = Swift.min(greatest, limit)
        var step = 1
        var factor = 0
        while (greatest - least) / step >= ticks {
            step = factor % 3 == 1 ? step / 2 * 5 : step * 2
            factor += 1
        }
        self.step = step
        low = -((-least + step - 1) / step) * step
        high = Swift.max((greatest + step - 1) / step, low < 0 ? 0 : 1) * step
    }

    /// The numbers at the ticks.
    var ticks: [Int] { Array(stride(from: low, through: high, by: step)) }

    /// Where a number lies on a line of that length.
    func place(_ number: Int, over length: Tenths) -> Tenths {
        Tenths.scaled(Swift.min(Swift.max(number, low), high) - low, of: high - low, over: length)
    }

    /// A tick's label, grouped by three digits.
    static func label(_ number: Int) -> String { Digits.grouped(String(number)) }
}
