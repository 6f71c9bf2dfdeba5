import Mustache

/// A page before it is rendered.
struct Page: Sendable {
    /// Where it stands in the report, such as `towns/320612101.html`.
    let path: String
    /// Its title, of the program's words and names from data.
    let title: String
    /// The line beneath: what it is about.
    var subtitle: [Run] = []
    /// The pages that lead to it, from the first one.
    var trail: [(text: String, target: String)] = []
    var blocks: [Block] = []

    /// The way from this page to the report's root: `../` for each folder.
    var root: String { String(repeating: "../", count: path.utf8.count { $0 == UInt8(ascii: "/") }) }
}

/// What stands on every page of a report.
struct PageFrame: Sendable {
    let language: Language
    let district: String
    /// D, K, the log and the sample's warning, for the band on top.
    let facts: [[Run]]
    /// Shown above everything where the data are invented.
    let synthetic: String
    let navigation: [(text: String, target: String)]
    let footer: [Run]
    let style: String
}

/// A page in its frame, as templates see it.
struct FramedPage: MustacheParent {
    let page: Page
    let frame: PageFrame

    func child(named name: String) -> Any? {
        switch name {
        case "lang": return frame.language.tag
        case "district": return frame.district
        case "title": return page.title
        case "isFirst": return page.path == "index.html"
        case "subtitle": return page.subtitle.isEmpty ? nil : Line(runs: page.subtitle)
        case "facts": return frame.facts.map { Line(runs: $0) }
        case "synthetic": return frame.synthetic.isEmpty ? nil : frame.synthetic
        case "skip": return frame.language("跳到正文", "Skip to the content")
        case "navLabel": return frame.language("报告各页", "Pages of the report")
        case "trailLabel": return frame.language("所在位置", "Where you are")
        case "dataLabel": return frame.language("看数据表", "See the data")
        case "navigation":
            return frame.navigation.map { Link(text: $0.text, target: page.root + $0.target, isCurrent: $0.target == page.path) }
        case "trail": return page.trail.isEmpty ? nil : Trail(links: page.trail.map { Link(text: $0.text, target: page.root + $0.target) })
        case "blocks": return page.blocks
        case "footer": return Line(runs: frame.footer)
        case "style": return frame.style
        default: return nil
        }
    }
}

private struct Trail: MustacheParent {
    let links: [Link]
    func child(named name: String) -> Any? { name == "links" ? links : nil }
}
