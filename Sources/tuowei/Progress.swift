import Dispatch
import Glibc
import Synchronization

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
        // A few mebibytes are told in kibibytes, so that the line moves.
        let (shift, unit) = total < 64 << 20 ? (10, "KiB") : (20, "MiB")
        var line =
            "\(stage): \(grouped(done >> shift)) of \(grouped(total >> shift)) \(unit), "
            + "\(grouped(Int(Double(events) / elapsed))) events/s"
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

    fileprivate static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A line on a terminal for a stage that cannot say how much is left: what it does and for how long, from its second second on. Silent
/// when standard error is no terminal.
///
/// `@unchecked Sendable`: the timer is set up once and then only cancelled, which any thread may do.
final class Ticker: @unchecked Sendable {
    private let words: Mutex<String>
    private let timer: (any DispatchSourceTimer)?

    /// Begins to tick.
    init(_ words: String) {
        self.words = Mutex(words)
        guard isatty(2) == 1 else {
            timer = nil
            return
        }
        let timer = DispatchSource.makeTimerSource(queue: .global())
        self.timer = timer
        let start = Progress.now
        timer.schedule(deadline: .now() + 1, repeating: 0.2)
        timer.setEventHandler { [weak self] in
            self?.words.withLock { words in
                guard !words.isEmpty else { return }
                var line = "\u{1B}[2K\r\(words), \(Int(Progress.now - start)) s"
                line.withUTF8 { bytes in _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
            }
        }
        timer.resume()
    }

    /// Says what is done from now on.
    func say(_ text: String) {
        if timer != nil { words.withLock { $0 = text } }
    }

    /// Clears the line; nothing is written after it.
    func finish() {
        guard let timer else { return }
        timer.cancel()
        words.withLock { words in
            words = ""
            _ = Glibc.write(2, "\u{1B}[2K\r", 5)
        }
    }
}
