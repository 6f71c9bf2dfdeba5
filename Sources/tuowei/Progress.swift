import Audit
import Dispatch
import Glibc
import Synchronization

/// A line on a terminal that says how far a stage is: bytes or events or files, events a second, time left. Silent when standard error
/// is no terminal, and in the first second.
///
/// `@unchecked Sendable`: the timer is set up once and then only cancelled, which any thread may do.
final class Progress: @unchecked Sendable {
    /// What the stage tells of its work.
    let work = WorkCounter()
    private let isOver = Mutex(false)
    private let timer: (any DispatchSourceTimer)?

    /// Begins to show the progress of a stage.
    init(_ stage: String) {
        guard isatty(2) == 1 else {
            timer = nil
            return
        }
        // A queue of its own: the shared ones may be full of the stage's work.
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        self.timer = timer
        let start = Self.now
        timer.schedule(deadline: .now() + 1, repeating: 0.2)
        timer.setEventHandler { [weak self] in
            guard let self, let line = ProgressLine.text(stage, work, seconds: Self.now - start) else { return }
            isOver.withLock { if !$0 { Self.write("\u{1B}[2K\r" + line) } }
        }
        timer.resume()
    }

    /// Clears the line; nothing is written after it.
    func finish() {
        guard let timer else { return }
        timer.cancel()
        isOver.withLock { isOver in
            if !isOver { Self.write("\u{1B}[2K\r") }
            isOver = true
        }
    }

    /// Prints a piece of an answer; where it goes to the terminal too, the line is over.
    func thenPrint(_ bytes: [UInt8]) {
        if isatty(1) == 1 { finish() }
        printBytes(bytes)
    }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The words of a progress line.
enum ProgressLine {
    /// Nanoseconds that a unit of each kind takes, about, on two cores of 2025: only their ratios matter, for the time left of a stage
    /// that has work of several kinds.
    private static let cost: [WorkCounter.Kind: Double] = [
        .archiveBytes: 25, .checkedBytes: 8, .eventsRead: 50, .eventsFolded: 125, .fileWork: 1_000, .filesKept: 1_000_000,
    ]

    /// The line; nil where nothing is known yet.
    static func text(_ stage: String, _ work: WorkCounter, seconds: Double) -> String? {
        let amounts = work.amounts
        func amount(_ kind: WorkCounter.Kind) -> WorkCounter.Amount { amounts[kind] ?? WorkCounter.Amount() }
        func isUnfinished(_ kind: WorkCounter.Kind) -> Bool { amount(kind).done < amount(kind).expected }
        func cost(_ kinds: [WorkCounter.Kind]) -> (done: Double, expected: Double) {
            kinds.reduce((0, 0)) { sum, kind in
                let each = Self.cost[kind] ?? 0
                return (sum.0 + each * Double(min(amount(kind).done, amount(kind).expected)), sum.1 + each * Double(amount(kind).expected))
            }
        }
        func count(_ kind: WorkCounter.Kind) -> String { "\(grouped(amount(kind).done)) of \(grouped(amount(kind).expected))" }
        func perSecond(_ events: Int) -> String { "\(grouped(Int(Double(events) / max(seconds, 0.001)))) events/s" }

        var parts: [String] = []
        if stage == "ingest" || isUnfinished(.archiveBytes) {
            parts = [bytes(amount(.archiveBytes)), perSecond(amount(.eventsAppended).done)]
        } else if isUnfinished(.checkedBytes) {
            parts = [bytes(amount(.checkedBytes)) + " checked"]
        } else if isUnfinished(.eventsRead) || isUnfinished(.eventsFolded) || work.events > 0 && amount(.files).expected == 0 {
            // Each event is read and folded, more than once perhaps: it is done by as much as its share of all that.
            let (done, expected) = cost([.eventsRead, .eventsFolded])
            let events = expected > 0 ? Int(Double(work.events) * (done / expected)) : 0
            parts = ["\(grouped(events)) of \(grouped(work.events)) events", perSecond(events)]
        } else if isUnfinished(.files) {
            parts = [count(.files) + " files"]
            if amount(.fileBytes).done > 0 { parts.append("\(grouped(amount(.fileBytes).done >> 20)) MiB") }
        } else if amount(.filesKept).expected > 0 {
            parts = [count(.filesKept) + " files on the disk"]
        } else if amount(.eventsRead).done > 0 {
            // As many passes as it takes.
            parts = ["\(grouped(amount(.eventsRead).done)) events read", perSecond(amount(.eventsRead).done)]
        } else {
            return nil
        }
        let (done, expected) = cost(WorkCounter.Kind.allCases)
        // The first hundredth foretells nothing.
        if done * 100 > expected, work.isComplete {
            parts.append(done < expected ? "\(Int(seconds * (expected - done) / done) + 1) s left" : "finishing")
        }
        return "\(stage): " + parts.joined(separator: ", ")
    }

    /// A few mebibytes are told in kibibytes, so that the line moves.
    private static func bytes(_ amount: WorkCounter.Amount) -> String {
        let (shift, unit) = amount.expected < 64 << 20 ? (10, "KiB") : (20, "MiB")
        return "\(grouped(amount.done >> shift)) of \(grouped(amount.expected >> shift)) \(unit)"
    }
}
