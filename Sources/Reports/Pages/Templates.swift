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
        Array((library.render(FramedPage(page: page, frame: frame), withTemplate: "page") ?? "").utf8)
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
            <title>{{title}}{{^isFirst}} · {{district}}{{/isFirst}}</title>
            <style>{{{style}}}</style>
            </head>
            <body>
            <a class="skip" href="#content">{{skip}}</a>
            <header>
            {{#synthetic}}<p class="synthetic">{{.}}</p>{{/synthetic}}
            <nav aria-label="{{navLabel}}"><ul>{{#navigation}}<li><a href="{{target}}">{{text}}</a></li>{{/navigation}}</ul></nav>
            {{#trail}}<nav class="trail" aria-label="{{trailLabel}}">{{#.links}}<a href="{{target}}"><bdi>{{text}}</bdi></a> › {{/.links}}</nav>{{/trail}}
            <h1><bdi>{{title}}</bdi></h1>
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
        ("subsection", #"{{#it}}<h3 id="{{.id}}">{{.title}}</h3>{{/it}}\#n"#),
        ("paragraph", #"{{#it}}<p{{#.kind}} class="{{.}}"{{/.kind}}>{{{.markup}}}</p>{{/it}}\#n"#),
        ("list", "<ul>{{#it}}<li>{{{.markup}}}</li>{{/it}}</ul>\n"),
        (
            "table",
            """
            {{#.filled}}<div class="wide" tabindex="0" role="region" aria-label="{{.caption}}"><table>
            <caption>{{.caption}}</caption>
            <thead><tr>{{#.columns}}<th scope="col"{{#.numeric}} class="n"{{/.numeric}}>{{.title}}{{#.unit}} <small>{{.}}</small>{{/.unit}}</th>{{/.columns}}</tr></thead>
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
            <figure><figcaption>{{.title}}</figcaption>
            {{{.svg}}}
            {{#.note}}<p class="note">{{.}}</p>{{/.note}}{{#.data}}<details><summary>{{dataLabel}}</summary>{{>table}}</details>{{/.data}}</figure>
            """
        ),
        ("pictureblock", "{{#it}}{{>picture}}{{/it}}\n"),
        ("pictures", #"<div class="pictures">{{#it}}{{>picture}}{{/it}}</div>\#n"#),
        (
            "cards",
            """
            <ul class="cards">{{#it}}<li{{#.kind}} class="{{.}}"{{/.kind}}><span class="what">{{.title}}</span> \
            <span class="big">{{{.number}}}{{#.unit}}<small> {{.}}</small>{{/.unit}}</span>\
            {{#.lines}}<span class="line">{{{.markup}}}</span>{{/.lines}}</li>{{/it}}</ul>

            """
        ),
        ("terms", "<dl>{{#it}}{{#.term}}<dt>{{{.markup}}}</dt>{{/.term}}{{#.meanings}}<dd>{{{.markup}}}</dd>{{/.meanings}}{{/it}}</dl>\n"),
        ("code", "<pre tabindex=\"0\"><code>{{it}}</code></pre>\n"),
        ("folded", "{{#it}}<details><summary>{{.title}}</summary>{{#.blocks}}{{>*template}}{{/.blocks}}</details>{{/it}}\n"),
    ]
}
