import Mustache

/// The templates of every page. They escape by ``ScalarEscaping``; only drawn pictures, ``Inline`` markup and the
/// style sheet, which this room escapes by itself, go in as they are.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// Parses the templates.
    ///
    /// - Throws: the template library's error where a template is broken; the tests parse them all.
    init() throws {
        MustacheContentTypes.register(ScalarEscaping(), named: ScalarEscaping.name)
        var library = MustacheLibrary()
        for (name, text) in Templates.texts {
            // A partial begins with the library's own escaping, so each template asks anew.
            try library.register("{{% CONTENT_TYPE:\(ScalarEscaping.name)}}" + text, named: name)
        }
        self.library = library
    }

    /// What stands around the content of every page.
    func markup(of frame: PageFrame) -> FrameMarkup {
        FrameMarkup(
            frame: frame, facts: text("facts", Block.list(frame.facts)), footer: Inline.markup(frame.footer),
            folderBanner: text("banner", Banner(frame: frame, root: "../", path: "")))
    }

    /// The page as HTML.
    func render(_ page: Page, in around: FrameMarkup) -> [UInt8] {
        // Block by block rather than as a section of the page's template: each name is then looked up in few places.
        var content = ""
        for block in page.blocks { content += text(block.template, FramedBlock(block: block, language: around.frame.language)) }
        let isInFolder = page.root == "../"
        let banner = isInFolder ? around.folderBanner : text("banner", Banner(frame: around.frame, root: page.root, path: page.path))
        let bytes = Array(text("page", FramedPage(page: page, around: around, banner: banner, content: content)).utf8)
        return around.frame.language == .chinese ? bytes : Templates.namesInChinese(bytes)
    }

    private func text(_ template: String, _ object: Any) -> String { library.render(object, withTemplate: template) ?? "" }

    /// Says of names that they are Chinese, whatever the page's language: a screen reader has to know. No data can hold a tag.
    private static func namesInChinese(_ page: [UInt8]) -> [UInt8] {
        var marked: [UInt8] = []
        marked.reserveCapacity(page.count + page.count / 8)
        page.withUnsafeBufferPointer { page in
            var kept = 0
            // A tag ends within the page, which ends with another one.
            for place in 0..<max(0, page.count - 5)
            where page[place] == 0x3C && page[place + 1] == 0x62 && page[place + 2] == 0x64 && page[place + 3] == 0x69
                && page[place + 4] == 0x3E
            {
                marked.append(contentsOf: page[kept..<place + 4])
                marked.append(contentsOf: " lang=\"zh\"".utf8)
                kept = place + 4
            }
            marked.append(contentsOf: page[kept...])
        }
        return marked
    }

    static let texts: [(name: String, text: String)] = [
        (
            "page",
            """
            <!DOCTYPE html>
            <html lang="{{lang}}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{{title}}{{^isFirst}} · {{district}}{{/isFirst}}</title>
            <style>{{{style}}}</style>
            </head>
            <body>
            <a class="skip" href="#content">{{skip}}</a>
            <header>
            {{{banner}}}
            {{#trail}}<nav class="trail" aria-label="{{trailLabel}}">{{#.links}}<a href="{{target}}"><bdi>{{text}}</bdi></a> › {{/.links}}</nav>{{/trail}}
            <h1 dir="auto">{{title}}</h1>
            {{#subtitle}}<p class="subtitle">{{{.}}}</p>{{/subtitle}}
            {{{facts}}}
            </header>
            <main id="content">
            {{{content}}}
            </main>
            <footer><p>{{{footer}}}</p></footer>
            </body>
            </html>

            """
        ),
        (
            "banner",
            """
            {{#synthetic}}<p class="synthetic">{{.}}</p>{{/synthetic}}
            <nav aria-label="{{navLabel}}"><ul>{{#navigation}}<li><a href="{{target}}"{{#current}} aria-current="page"{{/current}}>{{text}}</a></li>{{/navigation}}</ul></nav>
            """
        ),
        ("facts", #"<ul class="facts">{{#it}}<li>{{{.markup}}}</li>{{/it}}</ul>"#),
        ("section", #"{{#it}}<h2 id="{{.id}}">{{.title}}</h2>{{/it}}\#n"#),
        ("subsection", #"{{#it}}<h3 id="{{.id}}" dir="auto">{{.title}}</h3>{{/it}}\#n"#),
        ("paragraph", #"{{#it}}<p{{#.kind}} class="{{.}}"{{/.kind}}>{{{.markup}}}</p>{{/it}}\#n"#),
        ("list", "<ul>{{#it}}<li>{{{.markup}}}</li>{{/it}}</ul>\n"),
        (
            "table",
            """
            {{#.filled}}<div class="wide" tabindex="0" role="region" aria-label="{{.caption}}"><table>
            <caption>{{.caption}}</caption>
            <thead><tr>{{{.heads}}}</tr></thead>
            <tbody>
            {{{.rows}}}</tbody></table></div>{{/.filled}}{{^.filled}}{{#.whenEmpty}}<p class="none">{{.}}</p>{{/.whenEmpty}}{{/.filled}}
            {{#.note}}<p class="note">{{{.}}}</p>{{/.note}}
            """
        ),
        ("tableblock", "{{#it}}{{>table}}{{/it}}\n"),
        (
            "picture",
            """
            <figure{{#.broad}} class="broad"{{/.broad}}><figcaption>{{.title}}</figcaption>
            {{#.broad}}<div class="wide" tabindex="0" role="group" aria-label="{{.title}}">{{{.svg}}}</div>{{/.broad}}{{^.broad}}{{{.svg}}}{{/.broad}}
            {{#.note}}<p class="note">{{.}}</p>{{/.note}}{{#.data}}<details><summary>{{dataLabel}}</summary>{{>table}}</details>{{/.data}}</figure>
            """
        ),
        ("pictureblock", "{{#it}}{{>picture}}{{/it}}\n"),
        ("pictures", #"<div class="pictures">{{#it}}{{>picture}}{{/it}}</div>\#n"#),
        (
            "cards",
            """
            {{#it}}<div class="deck">{{#.title}}<h3>{{.}}</h3>{{/.title}}<ul class="cards">{{#.cards}}<li{{#.kind}} class="{{.}}"{{/.kind}}>\
            <span class="what">{{.title}}</span> <span class="big">{{{.number}}}{{#.unit}}<small> {{.}}</small>{{/.unit}}</span>\
            {{#.lines}}<span class="line">{{{.markup}}}</span>{{/.lines}}</li>{{/.cards}}</ul></div>{{/it}}

            """
        ),
        (
            "answers",
            """
            <dl class="answers">{{#it}}<div{{#.kind}} class="{{.}}"{{/.kind}}><dt>{{.question}}</dt>\
            <dd>{{{.markup}}}{{#.more}} <a class="more" href="{{target}}">{{text}}</a>{{/.more}}</dd></div>{{/it}}</dl>

            """
        ),
        (
            "terms",
            "<dl>{{#it}}{{#.term}}<dt{{#id}} id=\"{{.}}\"{{/id}}>{{{.markup}}}</dt>{{/.term}}{{#.meanings}}<dd>{{{.markup}}}</dd>{{/.meanings}}{{/it}}</dl>\n"
        ),
        ("code", "<pre tabindex=\"0\"><code>{{it}}</code></pre>\n"),
        ("folded", "{{#it}}<details><summary>{{.title}}</summary>{{#.blocks}}{{>*template}}{{/.blocks}}</details>{{/it}}\n"),
    ]
}
