public import Events

/// How an entry's lines are written.
public enum EntryFormat: Sendable, Hashable {
    /// One JSON object a line.
    case ndjson
    /// A header row, then one row an event.
    case csv
}

/// What an entry is, by its name alone (`events.md`, section 1).
public enum EntryClass: Sendable, Hashable {
    /// Passed over in silence: directories, `__MACOSX/…` and `._*`.
    case silent
    /// Named to the user and not read: it fits no log and format.
    case skipped
    /// Read as events of a log; a CSV's header may still make it a skipped one.
    case event(Log, EntryFormat)
}

/// The rules for names of entries.
public enum EntryName {
    /// Says what an entry of this name is. The name is the whole path in the archive, decoded; letters of ASCII compare
    /// without case, all else scalar by scalar.
    public static func classify(_ name: String, rules: SourceRules) -> EntryClass {
        let path = Array(name.utf8)
        var parts = path.split(separator: slash, omittingEmptySubsequences: false)
        guard let base = parts.popLast(), !base.isEmpty else { return .silent }
        if base.starts(with: [0x2E, 0x5F]) || parts.contains(where: { $0.elementsEqual(macOS) }) { return .silent }

        let folded = base.map(lowered)
        guard let format = format(of: folded), let log = log(of: folded, rules: rules) else { return .skipped }
        return .event(log, format)
    }

    private static let slash: UInt8 = 0x2F
    private static let macOS = Array("__MACOSX".utf8)

    private static func format(of base: [UInt8]) -> EntryFormat? {
        if base.hasSuffix(".ndjson") || base.hasSuffix(".jsonl") { return .ndjson }
        return base.hasSuffix(".csv") ? .csv : nil
    }

    /// The log whose name is the longest that `base` begins with, followed by no ASCII letter.
    private static func log(of base: [UInt8], rules: SourceRules) -> Log? {
        var best: (length: Int, log: Log)?
        func consider(_ name: String, _ log: Log) {
            let folded = name.utf8.map(lowered)
            guard !folded.isEmpty, base.starts(with: folded), folded.count > best?.length ?? 0 else { return }
            if folded.count < base.count, isLetter(base[folded.count]) { return }
            best = (folded.count, log)
        }
        for log in Log.allCases { consider(log.name, log) }
        // Of two further names that differ in case alone the first in order of bytes stands, whatever the dictionary's order.
        for (name, log) in rules.logs.sorted(by: { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }) {
            consider(name, log)
        }
        return best?.log
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func isLetter(_ lowered: UInt8) -> Bool { (0x61...0x7A).contains(lowered) }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}
