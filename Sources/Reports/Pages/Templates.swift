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

    /// The page as HTML.
    func render(_ page: Page, in frame: PageFrame) -> [UInt8] {
        let bytes = Array((library.render(FramedPage(page: page, frame: frame), withTemplate: "page") ?? "").utf8)
        return frame.language == .chinese ? bytes : Templates.namesInChinese(bytes)
    }

    /// Says of names that they are Chinese, whatever the page's language: a screen reader has to know. No data can hold a tag.
    private static func namesInChinese(_ page: [UInt8]) -> [UInt8] {
        let (tag, tagged) = (Array("<bdi>".utf8), Array("<bdi lang=\"zh\">".utf8))
        var marked: [UInt8] = []
        marked.reserveCapacity(page.count + page.count / 8)
        var place = page.startIndex
        while place < page.endIndex {
            if page[place] == tag[0], page[place...].starts(with: tag) {
                marked += tagged
                place += tag.count
            } else {
                marked.append(page[place])
                place += 1
            }
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
            {{#synthetic}}<p class="synthetic">{{.}}</p>{{/synthetic}}
            <nav aria-label="{{navLabel}}"><ul>{{#navigation}}<li><a href="{{target}}"{{#current}} aria-current="page"{{/current}}>{{text}}</a></li>{{/navigation}}</ul></nav>
            {{#trail}}<nav class="trail" aria-label="{{trailLabel}}">{{#.links}}<a href="{{target}}"><bdi>{{text}}</bdi></a> › {{/.links}}</nav>{{/trail}}
            <h1 dir="auto">{{title}}</h1>
            {{#subtitle}}<p class="subtitle">{{{.markup}}}</p>{{/subtitle}}
            <ul class="facts">{{#facts}}<li>{{{.markup}}}</li>{{/facts}}</ul>
            </header>
            <main id="content">
            {{#blocks}}{{>*template}}{{/blocks}}
            </main>
            <footer>{{#footer}}<p>{{{.markup}}}</p>{{/footer}}</footer>
            </body>
            </html>

            """
        ),
        ("section", #"{{#it}}<h2 id="{{.id}}">{{.title}}</h2>{{/it}}\#n"#),
        ("subsection", #"{{#it}}<h3 id="{{.id}}" dir="auto">{{.title}}</h3>{{/it}}\#n"#),
        ("paragraph", #"{{#it}}<p{{#.kind}} class="{{.}}"{{/.kind}}>{{{.markup}}}</p>{{/it}}\#n"#),
        ("list", "<ul>{{#it}}<li>{{{.markup}}}</li>{{/it}}</ul>\n"),
        (
            "table",
            """
            {{#.filled}}<div class="wide" tabindex="0" role="region" aria-label="{{.caption}}"><table>
            <caption>{{.caption}}</caption>
            <thead><tr>{{#.columns}}<th scope="col"{{#.numeric}} class="n"{{/.numeric}}>{{#.day}}<time>{{/.day}}{{.title}}{{#.day}}</time>{{/.day}}{{#.unit}} <small>{{.}}</small>{{/.unit}}</th>{{/.columns}}</tr></thead>
            <tbody>
            {{#.rows}}<tr>{{{.cells}}}</tr>
            {{/.rows}}</tbody></table></div>{{/.filled}}{{^.filled}}{{#.whenEmpty}}<p class="none">{{.}}</p>{{/.whenEmpty}}{{/.filled}}
            {{#.note}}<p class="note">{{{.markup}}}</p>{{/.note}}
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
