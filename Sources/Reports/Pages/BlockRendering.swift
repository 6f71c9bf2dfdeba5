import Mustache

// What templates ask of the pieces of a page. Dictionaries and reflection would do the same, several times slower.

/// Words and where they lead, or of which kind they are.
struct Link: MustacheParent, Sendable {
    let text: String
    let target: String
    /// It leads to the page that it stands on.
    var isCurrent = false

    func child(named name: String) -> Any? {
        switch name {
        case "text": text
        case "target": target
        case "current": isCurrent
        default: nil
        }
    }
}

/// A line of runs.
struct Line: MustacheParent {
    let runs: [Run]
    var kind = ""
    func child(named name: String) -> Any? {
        switch name {
        case "markup": Inline.markup(runs)
        case "kind": kind.isEmpty ? nil : kind
        default: nil
        }
    }
}

extension PageTable: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "caption": caption
        case "heads": Inline.heads(columns)
        case "rows": Inline.rows(rows)
        case "filled": !rows.isEmpty
        case "note": note.isEmpty ? nil : Inline.markup(note)
        case "whenEmpty": whenEmpty.isEmpty ? nil : whenEmpty
        default: nil
        }
    }
}

extension Picture: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "title": title
        case "svg": svg
        case "note": note.isEmpty ? nil : note
        case "data": data
        case "broad": isBroad
        default: nil
        }
    }
}

extension Answer: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "question": question
        case "kind": kind.isEmpty ? nil : kind
        case "markup": Inline.markup(runs)
        case "more": more
        default: nil
        }
    }
}

extension Card: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "title": title
        case "number": Inline.markup([.number(number)])
        case "unit": unit.isEmpty ? nil : unit
        case "kind": kind.isEmpty ? nil : kind
        case "lines": lines.map { Line(runs: $0) }
        default: nil
        }
    }
}

extension Term: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "id": id.isEmpty ? nil : id
        case "term": Line(runs: term)
        case "meanings": meanings.map { Line(runs: $0) }
        default: nil
        }
    }
}

private struct Titled: MustacheParent {
    let id: String
    let title: String
    var blocks: [Block] = []
    func child(named name: String) -> Any? {
        switch name {
        case "id": id
        case "title": title
        case "blocks": blocks
        default: nil
        }
    }
}

private struct Cards: MustacheParent {
    let title: String
    let cards: [Card]
    func child(named name: String) -> Any? {
        switch name {
        case "title": title.isEmpty ? nil : title
        case "cards": cards
        default: nil
        }
    }
}

extension Block: MustacheParent {
    func child(named name: String) -> Any? {
        switch (self, name) {
        case (_, "template"): template
        case (.section(let id, let title), "it"), (.subsection(let id, let title), "it"): Titled(id: id, title: title)
        case (.paragraph(let runs, let kind), "it"): Line(runs: runs, kind: kind)
        case (.list(let lines), "it"): lines.map { Line(runs: $0) }
        case (.table(let table), "it"): table
        case (.picture(let picture), "it"): picture
        case (.pictures(let pictures), "it"): pictures
        case (.answers(let answers), "it"): answers
        case (.cards(let title, let cards), "it"): Cards(title: title, cards: cards)
        case (.terms(let terms), "it"): terms
        case (.code(let text), "it"): text
        case (.folded(let title, let blocks), "it"): Titled(id: "", title: title, blocks: blocks)
        default: nil
        }
    }

    /// The partial that renders it.
    var template: String {
        switch self {
        case .section: "section"
        case .subsection: "subsection"
        case .paragraph: "paragraph"
        case .list: "list"
        case .table: "tableblock"
        case .picture: "pictureblock"
        case .pictures: "pictures"
        case .answers: "answers"
        case .cards: "cards"
        case .terms: "terms"
        case .code: "code"
        case .folded: "folded"
        }
    }
}
