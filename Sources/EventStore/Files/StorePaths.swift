/// Where everything of a store stands. `log/` is a static log by the paths of C2SP tlog-tiles; the rest is ours.
struct StorePaths: Sendable, Hashable {
    let root: String

    init(_ root: String) {
        var root = root
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = root
    }

    var log: String { root + "/log" }
    var lock: String { root + "/lock" }
    /// What is being written and not yet published. It lies outside `log/tile/`, and whatever a crash leaves in it goes.
    var pending: String { root + "/pending" }
    /// Side files: derived from the log, rebuilt from it at will.
    var index: String { root + "/index" }
    var places: String { index + "/places" }
    /// Events in order of subjects: derived from the log, made anew at will.
    var histories: String { root + "/" + HistoryFolder.name }
    var checkpoint: String { log + "/checkpoint" }
    var verifierKey: String { log + "/vkey" }
    var checkpoints: String { log + "/checkpoints" }
    var tiles: String { log + "/tile" }

    func checkpoint(ofSize size: Int) -> String { checkpoints + "/\(size)" }
    func bundle(_ number: Int, width: Int = 256) -> String { log + "/" + Self.bundle(number, width: width) }
    func tile(level: Int, _ number: Int, width: Int = 256) -> String {
        log + "/" + Self.tile(level: level, number, width: width)
    }
    var sums: String { histories + "/" + HistoryFolder.sumsName }
    func history(_ entries: Range<Int>) -> String { histories + "/\(entries.lowerBound)-\(entries.upperBound)" }
    func pendingBundle(_ number: Int) -> String { pending + "/entries-\(number)" }

    /// `tile/entries/<N>[.p/<W>]`, without `.p/<W>` for the full width of 256.
    static func bundle(_ number: Int, width: Int = 256) -> String {
        "tile/entries/\(grouped(number))" + (width == 256 ? "" : ".p/\(width)")
    }

    /// `tile/<L>/<N>[.p/<W>]`.
    static func tile(level: Int, _ number: Int, width: Int = 256) -> String {
        "tile/\(level)/\(grouped(number))" + (width == 256 ? "" : ".p/\(width)")
    }

    /// A tile's number in groups of three digits, `x` before all but the last: 1234067 is `x001/x234/067`.
    static func grouped(_ number: Int) -> String {
        var rest = number
        var text = ""
        repeat {
            let group = String(rest % 1000)
            let padded = String(repeating: "0", count: 3 - group.count) + group
            text = text.isEmpty ? padded : "x\(padded)/\(text)"
            rest /= 1000
        } while rest > 0
        return text
    }
}
