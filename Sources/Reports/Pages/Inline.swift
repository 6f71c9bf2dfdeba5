/// The markup of lines and of cells, each text escaped by ``ScalarEscaping``.
enum Inline {
    static func markup(_ runs: [Run]) -> String {
        var markup = ""
        for run in runs { append(run, to: &markup) }
        return markup
    }

    /// The cells of a table's row.
    static func cells(_ cells: [PageCell]) -> String {
        var markup = ""
        markup.reserveCapacity(cells.count * 120)
        for cell in cells {
            markup +=
                cell.isHead ? "<th scope=\"row\">" : cell.isShort ? "<td class=\"n short\">" : cell.isNumeric ? "<td class=\"n\">" : "<td>"
            for run in cell.runs { append(run, to: &markup) }
            markup += cell.isHead ? "</th>" : "</td>"
        }
        return markup
    }

    private static func append(_ run: Run, to markup: inout String) {
        switch run {
        case .text(let text): markup += ScalarEscaping.escape(text)
        case .day(let text): element("time", text, &markup)
        case .small(let text): element("small", text, &markup)
        case .strong(let text): element("strong", text, &markup)
        case .name(let text): element("bdi", text, &markup)
        case .code(let text): element("code", text, &markup)
        case .link(let text, let target):
            open("a", [("href", target)], &markup)
            element("bdi", text, &markup)
            markup += "</a>"
        case .go(let text, let target):
            open("a", [("href", target)], &markup)
            markup += ScalarEscaping.escape(text)
            markup += "</a>"
        case .state(let text, let kind):
            open("span", [("class", "state " + kind)], &markup)
            markup += ScalarEscaping.escape(text)
            markup += "</span>"
        case .lineBreak: markup += "<br>"
        case .number(let number):
            markup += "<data"
            attribute("value", number.value, &markup)
            if number.table != "coverage" { attribute("data-table", number.table, &markup) }
            attribute("data-figure", number.figure, &markup)
            attribute("data-code", number.code, &markup)
            if !number.key.isEmpty { attribute("data-key", number.key, &markup) }
            markup += ">"
            markup += ScalarEscaping.escape(number.shown)
            markup += "</data>"
        }
    }

    private static func element(_ name: String, _ text: String, _ markup: inout String) {
        markup += "<\(name)>"
        markup += ScalarEscaping.escape(text)
        markup += "</\(name)>"
    }

    private static func open(_ name: String, _ attributes: [(String, String)], _ markup: inout String) {
        markup += "<\(name)"
        for (name, value) in attributes { attribute(name, value, &markup) }
        markup += ">"
    }

    private static func attribute(_ name: String, _ value: String, _ markup: inout String) {
        markup += " "
        markup += name
        markup += "=\""
        markup += ScalarEscaping.escape(value)
        markup += "\""
    }
}
