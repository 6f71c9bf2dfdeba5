import Archives
import Glibc

/// Compares a stream of bytes, a replay, with the bytes of a published file, and says in words what differs first.
final class FileComparison {
    let hash = SHA256()
    /// The bytes of the replay so far.
    private(set) var size = 0
    private let published: [UInt8]?
    private var firstDifference: Int?
    /// The line of the replay in which the first difference lies, as far as it has come; before one is found, the line being written.
    private var line: [UInt8] = []
    private var lineIsWhole = false

    private let hashes: Bool

    /// A comparison with a file's bytes; nil: the file cannot be read. With `hashes` false the replay's digest is not computed.
    init(published: [UInt8]?, hashes: Bool = true) {
        self.published = published
        self.hashes = hashes
    }

    /// The next bytes of the replay.
    func take(_ bytes: UnsafeRawBufferPointer) {
        if hashes { hash.update(bytes) }
        var rest = bytes[...]
        if firstDifference == nil, let published {
            let equal = Self.common(published, from: size, bytes)
            if equal < bytes.count { firstDifference = size + equal }
            // Only the line in which a difference may lie is kept.
            if let end = bytes[..<equal].lastIndex(of: 0x0A) {
                line = []
                rest = bytes[(end + 1)...]
            }
        }
        keepLine(rest)
        size += bytes.count
    }

    private func keepLine(_ bytes: Slice<UnsafeRawBufferPointer>) {
        guard !lineIsWhole else { return }
        if firstDifference != nil, let end = bytes.firstIndex(of: 0x0A) {
            line += bytes[..<end]
            lineIsWhole = true
        } else {
            line += bytes.prefix(max(0, (1 << 20) - line.count))
        }
    }

    /// How many of `bytes` stand in `published` from a place on.
    private static func common(_ published: [UInt8], from place: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        published.withUnsafeBytes { all in
            let there = UnsafeRawBufferPointer(rebasing: all[min(place, all.count)..<min(place + bytes.count, all.count)])
            // Piece by piece with the system's comparison: nearly always everything is equal.
            var done = 0
            while done < there.count {
                let count = min(4096, there.count - done)
                guard let one = there.baseAddress, let other = bytes.baseAddress else { return done }
                if memcmp(one + done, other + done, count) != 0 {
                    var place = done
                    while there[place] == bytes[place] { place += 1 }
                    return place
                }
                done += count
            }
            return done
        }
    }

    /// What differs, in words; nil: nothing. For a table, `stake` tells how to see the events behind a column of a row.
    func finish(isTable: Bool, stake: (_ column: String, _ row: [String: String]) -> String? = { _, _ in nil }) -> String? {
        guard let published else { return "is missing or cannot be read" }
        if firstDifference == nil, published.count > size { firstDifference = size }
        guard let place = firstDifference else { return nil }
        guard isTable else { return "differs from the replay at byte \(place)" }
        let before = published[..<min(place, published.count)]
        let number = before.reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let there = TableLine.cells(published[start...])
        let here = TableLine.cells(line[...])
        let columns = TableLine.cells(published[...])
        guard there.count == here.count, let column = zip(there, here).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset,
            number > 1, column < columns.count
        else { return "row \(number) differs from the replay at byte \(place)" }
        // The table of findings names children, and no message does.
        let subject = columns.firstIndex(of: "subject")
        let begin = there.prefix(min(4, subject ?? 4)).joined(separator: ",")
        var words = "row \(number) (\(begin)), column \(columns[column]): "
        words += column == subject ? "another than the replay has" : "published \(there[column]), replayed \(here[column])"
        // What the record says, not what was published, leads to its events.
        let row = Dictionary(zip(columns, here)) { first, _ in first }
        if let command = stake(columns[column], row) { words += "; the events at stake: \(command)" }
        return words
    }
}

/// The cells of a line of CSV (RFC 4180), for messages.
private enum TableLine {
    static func cells(_ bytes: ArraySlice<UInt8>) -> [String] {
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        for byte in bytes {
            if byte == 0x0A, !isQuoted { break }
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ","), !isQuoted {
                cells.append(String(decoding: cell, as: UTF8.self))
                cell = []
                continue
            }
            cell.append(byte)
        }
        cells.append(String(decoding: cell, as: UTF8.self))
        return cells
    }
}
