import CKernel
import Events

/// The readers of CSV rows: a fast one for rows as programs write them, and a strict one that alone rejects.
struct CSVRows {
    private let columns: UnsafeBufferPointer<CSVColumns.Column>
    private let maps: [ValueMap]
    private let decoder: GB18030?
    private let texts: UnsafeMutablePointer<UInt8>
    private let cells: UnsafeMutablePointer<UInt8>

    /// How many bytes `texts` and `cells` have for a longest line of `count` bytes.
    static func textsCount(forLine count: Int) -> Int { 2 * count + 2 * Word.padding }

    /// Readers of rows of these columns, which stay where they are; `decoder` for GB18030. `texts` and `cells` are two buffers
    /// with room for a line and outlive the readers.
    init(
        _ columns: UnsafeBufferPointer<CSVColumns.Column>, _ maps: [ValueMap], decoder: GB18030?,
        texts: UnsafeMutablePointer<UInt8>, cells: UnsafeMutablePointer<UInt8>
    ) {
        self.columns = columns
        self.maps = maps
        self.decoder = decoder
        self.texts = texts
        self.cells = cells
    }

    /// Reads the row at `start` into `fields`, and returns the place of its line feed; nil: the row deviates.
    ///
    /// Takes cells without quotes, and quoted ones without doubled quotes. **Why its reads are in bounds:** as in
    /// ``NDJSONScanner``: the row ends with a line feed and ``Word/padding`` readable bytes, no step passes the line feed, and
    /// no read goes further than 32 bytes from a place; a decoded cell is at most twice as long as it was.
    @inline(__always)
    func scan(_ start: UnsafePointer<UInt8>, _ fields: inout LineFields) -> UnsafePointer<UInt8>? {
        fields.clear()
        var place = start
        var decoded = 0
        var column = 0
        while true {
            var cell: Span
            var wide: UInt64 = 0
            if place[0] == 0x22 {
                place += 1
                cell = Span(start: place, count: 0)
                guard let end = endOfQuoted(place, &wide) else { return nil }
                cell.count = end - place
                place = end + 1
            } else {
                cell = Span(start: place, count: 0)
                while true {
                    let marks = tuowei_cell_marks(place)
                    let stops = UInt32(truncatingIfNeeded: marks)
                    let above = UInt32(truncatingIfNeeded: marks &>> 32)
                    if stops == 0 {
                        if above != 0 { wide = Word.tops }
                        place += 32
                        continue
                    }
                    if above & (stops & (0 &- stops) &- 1) != 0 { wide = Word.tops }
                    place += stops.trailingZeroBitCount
                    let byte = place[0]
                    if byte == 0x2C || byte == 0x0A || byte == 0x0D { break }
                    if byte == 0x22 { return nil }
                    place += 1
                }
                cell.count = place - cell.start
            }
            if wide & Word.tops != 0 {
                if let decoder {
                    // Only so much room is there; longer rows are malformed anyway.
                    guard place - start <= EntryReader.greatestLine else { return nil }
                    // Even a nameless column's cell: a row not valid in its encoding is malformed.
                    guard let length = decoder.decode(cell.start, cell.count, to: texts + decoded) else { return nil }
                    cell = Span(start: UnsafePointer(texts + decoded), count: length)
                    decoded &+= length
                } else if !UTF8Sequence.isValid(cell.start, cell.count) {
                    return nil
                }
            }
            guard column < columns.count else { return nil }
            take(cell, columns[column], &fields)
            column &+= 1
            if place[0] == 0x2C {
                place += 1
                continue
            }
            guard column == columns.count else { return nil }
            if place[0] == 0x0A { return place }
            return place[0] == 0x0D && place[1] == 0x0A ? place + 1 : nil
        }
    }

    /// The closing quote of a quoted cell; nil: doubled quotes, or none before the line's end.
    @inline(never)
    private func endOfQuoted(_ start: UnsafePointer<UInt8>, _ wide: inout UInt64) -> UnsafePointer<UInt8>? {
        var place = start
        while place[0] != 0x22 {
            if place[0] == 0x0A { return nil }
            wide |= UInt64(place[0])
            place += 1
        }
        return place[1] == 0x22 ? nil : place
    }

    @inline(__always)
    private func take(_ cell: Span, _ column: CSVColumns.Column, _ fields: inout LineFields) {
        let field = column.field
        guard field >= 0 else { return }
        let value = column.map < 0 ? cell : maps[column.map].value(of: cell)
        fields.spans[field] = value
        if value.count > 0 { fields.present |= 1 &<< UInt64(truncatingIfNeeded: field) }
    }

    /// Reads a row of `length` bytes, its line end not counted; false: malformed.
    func read(_ row: UnsafePointer<UInt8>, _ length: Int, _ fields: inout LineFields) -> Bool {
        fields.clear()
        guard let text = CSVText.decode(row, length, decoder, to: texts) else { return false }
        var column = 0
        let isWhole = CSVText.split(text, to: cells) { cell in
            if column < columns.count { take(cell, columns[column], &fields) }
            column += 1
        }
        return isWhole && column == columns.count
    }
}

/// A line of CSV as RFC 4180 has it, narrowed to one line a record.
enum CSVText {
    /// The line in UTF-8, padded: decoded to `target` (room for twice its length and ``Word/padding``), or nil where it is not
    /// valid in its encoding.
    static func decode(
        _ line: UnsafePointer<UInt8>, _ count: Int, _ decoder: GB18030?, to target: UnsafeMutablePointer<UInt8>
    ) -> Span? {
        if let decoder {
            guard let length = decoder.decode(line, count, to: target) else { return nil }
            return Span(start: UnsafePointer(target), count: length)
        }
        guard UTF8Sequence.isValid(line, count) else { return nil }
        target.update(from: line, count: count)
        return Span(start: UnsafePointer(target), count: count)
    }

    /// Hands on each cell, unquoted; false: a broken quote. `target` has room for the line and ``Word/padding``.
    static func split(_ line: Span, to target: UnsafeMutablePointer<UInt8>, _ body: (Span) -> Void) -> Bool {
        let quote: UInt8 = 0x22
        let comma: UInt8 = 0x2C
        var place = 0
        var used = 0
        while true {
            let start = used
            if place < line.count, line.start[place] == quote {
                place += 1
                while true {
                    guard place < line.count else { return false }
                    let byte = line.start[place]
                    place += 1
                    if byte == quote {
                        guard place < line.count, line.start[place] == quote else { break }
                        place += 1
                    }
                    target[used] = byte
                    used += 1
                }
                guard place == line.count || line.start[place] == comma else { return false }
            } else {
                while place < line.count, line.start[place] != comma {
                    if line.start[place] == quote { return false }
                    target[used] = line.start[place]
                    used += 1
                    place += 1
                }
            }
            body(Span(start: UnsafePointer(target + start), count: used - start))
            if place == line.count { return true }
            place += 1
        }
    }
}
