import Glibc

/// A line on a terminal that says how far a stage is: bytes, events a second, time left. Silent when standard error is no
/// terminal, and in the first second.
struct Progress {
    private let stage: String
    private let total: Int
    private let isShown: Bool
    private let start: Double
    private var last: Double

    /// Progress of a stage over `total` bytes.
    init(_ stage: String, total: Int) {
        self.stage = stage
        self.total = total
        isShown = isatty(2) == 1
        start = Progress.now
        last = start
    }

    /// Shows the state, at most five times a second.
    mutating func update(done: Int, events: Int) {
        guard isShown else { return }
        let now = Progress.now
        guard now - start > 1, now - last > 0.2 else { return }
        last = now
        let elapsed = now - start
        var line = "\(stage): \(grouped(done >> 20)) of \(grouped(total >> 20)) MiB, \(grouped(Int(Double(events) / elapsed))) events/s"
        if done > 0, total > done {
            line += ", \(Int(elapsed * Double(total - done) / Double(done)) + 1) s left"
        }
        write("\u{1B}[2K\r" + line)
    }

    /// Clears the line.
    func finish() {
        if isShown { write("\u{1B}[2K\r") }
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
