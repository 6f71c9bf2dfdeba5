import Glibc

/// A number as C's `%.9g` prints it in the locale "C": 9 significant digits, no needless zeros, an exponent where it is below -4 or
/// above 8. The program never sets `LC_NUMERIC`, so the point is a point.
func nineDigits(_ number: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { buffer in
        guard let start = buffer.baseAddress else { return "" }
        let length = withVaList([number]) { vsnprintf(start, buffer.count, "%.9g", $0) }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: max(0, min(Int(length), buffer.count - 1))), as: UTF8.self)
    }
}
