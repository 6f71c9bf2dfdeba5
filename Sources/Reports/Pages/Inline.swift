/// The markup of lines and of tables' heads and rows, each text escaped by ``ScalarEscaping``.
///
/// Lines and rows are most of a page. Templates ask for each of their parts by name, so that those parts were most of the time too; here
/// they are one part, written byte by byte.
enum Inline {
    static func markup(_ runs: [Run]) -> String {
        var markup = ByteBuffer(capacity: 512)
        for run in runs { append(run, to: &markup) }
        return markup.text()
    }

    /// The headings of a table's columns.
    static func heads(_ columns: [Heading]) -> String {
        var markup = ByteBuffer(capacity: 1024)
        for column in columns {
            markup.append(column.isNumeric ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">")
            if column.isDay { element("time", column.title, &markup) } else { ScalarEscaping.append(column.title, to: &markup) }
            if !column.unit.isEmpty {
                markup.append(" ")
                element("small", column.unit, &markup)
            }
            markup.append("</th>")
        }
        return markup.text()
    }

    /// The rows of a table.
    static func rows(_ rows: [[PageCell]]) -> String {
        var markup = ByteBuffer(capacity: 1 << 14)
        for row in rows {
            markup.append("<tr>")
            for cell in row {
                markup.append(
                    cell.isHead
                        ? "<th scope=\"row\">" : cell.isShort ? "<td class=\"n short\">" : cell.isNumeric ? "<td class=\"n\">" : "<td>")
                for run in cell.runs { append(run, to: &markup) }
                markup.append(cell.isHead ? "</th>" : "</td>")
            }
            markup.append("</tr>\n")
        }
        return markup.text()
    }

    private static func append(_ run: Run, to markup: inout ByteBuffer) {
        switch run {
        case .text(let text): ScalarEscaping.append(text, to: &markup)
        case .day(let text): element("time", text, &markup)
        case .small(let text): element("small", text, &markup)
        case .strong(let text): element("strong", text, &markup)
        case .name(let text): element("bdi", text, &markup)
        case .code(let text): element("code", text, &markup)
        case .link(let text, let target):
            markup.append("<a")
            attribute(" href=\"", target, &markup)
            markup.append(">")
            element("bdi", text, &markup)
            markup.append("</a>")
        case .go(let text, let target):
            markup.append("<a")
            attribute(" href=\"", target, &markup)
            markup.append(">")
            ScalarEscaping.append(text, to: &markup)
            markup.append("</a>")
        case .state(let text, let kind):
            markup.append("<span")
            attribute(" class=\"state ", kind, &markup)
            markup.append(">")
            ScalarEscaping.append(text, to: &markup)
            markup.append("</span>")
        case .lineBreak: markup.append("<br>")
        case .number(let number):
            markup.append("<data")
            attribute(" value=\"", number.value, &markup)
            if number.table != "coverage" { attribute(" data-table=\"", number.table, &markup) }
            attribute(" data-figure=\"", number.figure, &markup)
            attribute(" data-code=\"", number.code, &markup)
            if !number.key.isEmpty { attribute(" data-key=\"", number.key, &markup) }
            markup.append(">")
            ScalarEscaping.append(number.shown, to: &markup)
            markup.append("</data>")
        }
    }

    private static func element(_ name: String, _ text: String, _ markup: inout ByteBuffer) {
        markup.append("<")
        markup.append(name)
        markup.append(">")
        ScalarEscaping.append(text, to: &markup)
        markup.append("</")
        markup.append(name)
        markup.append(">")
    }

    /// An attribute, of which `opening` goes up to the value.
    private static func attribute(_ opening: String, _ value: String, _ markup: inout ByteBuffer) {
        markup.append(opening)
        ScalarEscaping.append(value, to: &markup)
        markup.append("\"")
    }
}
