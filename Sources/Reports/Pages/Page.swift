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

/// What stands around the content of pages, rendered once for all of them.
struct FrameMarkup: Sendable {
    let frame: PageFrame
    let facts: String
    let footer: String
    /// The warning and the navigation of pages in a folder, none of which the navigation leads to.
    let folderBanner: String
}

/// The warning and the navigation of a page, as templates see them.
struct Banner: MustacheParent {
    let frame: PageFrame
    let root: String
    let path: String

    func child(named name: String) -> Any? {
        switch name {
        case "synthetic": frame.synthetic.isEmpty ? nil : frame.synthetic
        case "navLabel": frame.language("报告各页", "Pages of the report")
        case "navigation": frame.navigation.map { Link(text: $0.text, target: root + $0.target, isCurrent: $0.target == path) }
        default: nil
        }
    }
}

/// A page in its frame, as templates see it.
struct FramedPage: MustacheParent {
    let page: Page
    let around: FrameMarkup
    let banner: String
    /// Its blocks, rendered.
    let content: String

    func child(named name: String) -> Any? {
        let frame = around.frame
        switch name {
        case "lang": return frame.language.tag
        case "district": return frame.district
        case "title": return page.title
        case "isFirst": return page.path == "index.html"
        case "subtitle": return page.subtitle.isEmpty ? nil : Inline.markup(page.subtitle)
        case "facts": return around.facts
        case "skip": return frame.language("跳到正文", "Skip to the content")
        case "banner": return banner
        case "trailLabel": return frame.language("所在位置", "Where you are")
        case "trail": return page.trail.isEmpty ? nil : Trail(links: page.trail.map { Link(text: $0.text, target: page.root + $0.target) })
        case "content": return content
        case "footer": return around.footer
        case "style": return frame.style
        default: return nil
        }
    }
}

/// A block of a page, as templates see it: with the words that those of every page need.
struct FramedBlock: MustacheParent {
    let block: Block
    let language: Language

    func child(named name: String) -> Any? {
        name == "dataLabel" ? language("看数据表", "See the data") : block.child(named: name)
    }
}

private struct Trail: MustacheParent {
    let links: [Link]
    func child(named name: String) -> Any? { name == "links" ? links : nil }
}
