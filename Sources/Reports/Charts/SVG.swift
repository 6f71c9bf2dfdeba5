/// An element of a drawing. Lengths are in tenths of a unit, so that a drawing's bytes never depend on binary floating point.
struct SVG {
    private let name: String
    private var attributes: String
    private var content = ""

    init(_ name: String, _ attributes: (String, Attribute)...) {
        self.name = name
        self.attributes = ""
        for (name, value) in attributes { write(name, value.text) }
    }

    /// An element that holds only words.
    init(_ name: String, words: String, _ attributes: (String, Attribute)...) {
        self.init(name)
        for (name, value) in attributes { write(name, value.text) }
        content = ScalarEscaping.escape(words)
    }

    /// Puts an element at the end.
    mutating func add(_ element: SVG) { content += element.text }

    /// The element as text.
    var text: String { content.isEmpty ? "<\(name)\(attributes)/>" : "<\(name)\(attributes)>\(content)</\(name)>" }

    /// A whole drawing with its title and its description for those who do not see it.
    static func drawing(_ id: String, width: Tenths, height: Tenths, title: String, description: String, _ elements: [SVG]) -> String {
        var drawing = SVG(
            "svg", ("viewBox", .words("0 0 \(width.text) \(height.text)")), ("role", "img"), ("aria-labelledby", .words("\(id)-t \(id)-d")),
            ("font-size", "13"), ("fill", "#1b1f24"), ("font-family", "inherit"))
        drawing.add(SVG("title", words: title, ("id", .words("\(id)-t"))))
        drawing.add(SVG("desc", words: description, ("id", .words("\(id)-d"))))
        for element in elements { drawing.add(element) }
        return drawing.text
    }

    static func line(_ x1: Tenths, _ y1: Tenths, _ x2: Tenths, _ y2: Tenths, _ colour: String = "#d5dae0") -> SVG {
        SVG("line", ("x1", .tenths(x1)), ("y1", .tenths(y1)), ("x2", .tenths(x2)), ("y2", .tenths(y2)), ("stroke", .words(colour)))
    }

    static func words(_ words: String, _ x: Tenths, _ y: Tenths, anchor: Anchor = .start, size: Int? = nil, colour: String? = nil) -> SVG {
        var text = SVG("text", words: words, ("x", .tenths(x)), ("y", .tenths(y)))
        if anchor != .start { text.set("text-anchor", anchor.rawValue) }
        if let size { text.set("font-size", String(size)) }
        if let colour { text.set("fill", colour) }
        return text
    }

    static func box(_ x: Tenths, _ y: Tenths, _ width: Tenths, _ height: Tenths, fill: String, stroke: String? = nil) -> SVG {
        var box = SVG(
            "rect", ("x", .tenths(x)), ("y", .tenths(y)), ("width", .tenths(max(0, width))), ("height", .tenths(max(0, height))),
            ("fill", .words(fill)))
        if let stroke { box.set("stroke", stroke) }
        return box
    }

    /// Sets an attribute more.
    mutating func set(_ name: String, _ value: String) { write(name, ScalarEscaping.escape(value)) }

    /// An attribute whose value is escaped. Pages have hundreds, and interpolation would be slower.
    private mutating func write(_ name: String, _ value: String) {
        attributes += " "
        attributes += name
        attributes += "=\""
        attributes += value
        attributes += "\""
    }

    /// The tool tip of an element.
    func told(_ words: String) -> SVG {
        var element = self
        element.add(SVG("title", words: words))
        return element
    }

    enum Anchor: String { case start, middle, end }

    /// An attribute's value.
    enum Attribute: ExpressibleByStringLiteral {
        case words(String)
        case tenths(Tenths)
        init(stringLiteral value: String) { self = .words(value) }
        var text: String {
            switch self {
            case .words(let words): ScalarEscaping.escape(words)
            case .tenths(let length): length.text
            }
        }
    }
}

/// A length in tenths of a drawing's unit.
typealias Tenths = Int

extension Tenths {
    /// The length in units: `12`, `-0.5`.
    var text: String {
        let whole = magnitude / 10
        let rest = magnitude % 10
        var text = String(whole)
        if rest != 0 {
            text += "."
            text += String(rest)
        }
        return self < 0 ? "-" + text : text
    }

    /// `value` / `of` of `length`, rounded down; 0 where nothing is to be divided by.
    static func scaled(_ value: Int, of total: Int, over length: Tenths) -> Tenths {
        guard total > 0 else { return 0 }
        return Tenths(truncatingIfNeeded: Int128(value) * Int128(length) / Int128(total))
    }
}
