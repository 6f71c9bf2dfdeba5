import Foundation

/// How much of a sweep over bits a test makes: every bit with TUOWEI_SWEEP=all (`make tamper`), else some, spread evenly.
public enum Sweep {
    /// Whether everything is tried.
    public static let isWhole = ProcessInfo.processInfo.environment["TUOWEI_SWEEP"] == "all"

    /// The bits of a file of `bytes` bytes to flip: with a stride that is prime, so that every bit of a byte has its turn.
    public static func bits(_ bytes: Int, every stride: Int) -> StrideTo<Int> {
        Swift.stride(from: 0, to: bytes * 8, by: isWhole ? 1 : stride)
    }

    /// The lengths to which a file of `bytes` bytes is cut.
    public static func lengths(_ bytes: Int, every stride: Int) -> StrideTo<Int> {
        Swift.stride(from: 0, to: bytes, by: isWhole ? 1 : stride)
    }
}
