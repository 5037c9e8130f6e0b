import Mustache

/// The page's templates: one for the frame, one for a section. Values are escaped before they come here.
enum PageTemplate {
    /// A complete document, well-formed as XML after its first line.
    static func page(_ values: PageValue) throws -> String {
        try library().render(values.rendered, withTemplate: "page") ?? ""
    }

    /// A section as it stands in a page.
    static func section(_ values: PageValue) throws -> String {
        try library().render(values.rendered, withTemplate: "section") ?? ""
    }

    private static func library() throws -> MustacheLibrary {
        MustacheLibrary(
            templates: try ["page": page, "section": section].mapValues {
                try MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}" + $0)
            }
        )
    }

    /// Nothing but inline style and pictures in the file itself; there is no script to allow.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

    private static let page = """
        <!DOCTYPE html>
        <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="\(policy)" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="haldane {{version}}" />
        <title>{{pageTitle}}</title>
        <link rel="icon" href="data:," />
        <style>
        {{{style}}}
        </style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the verdict</a>
        <header class="top">
        <p class="brand"><strong>haldane</strong> <span>canary report</span></p>
        <p class="subject">{{subject}}</p>
        </header>
        <main id="main">
        <section class="verdict {{tone}}" aria-labelledby="verdict-title">
        <p class="mark" aria-hidden="true">{{symbol}}</p>
        <div class="words">
        <h1 id="verdict-title">{{headline}}</h1>
        {{#sentences}}<p class="sentence">{{.}}</p>
        {{/sentences}}{{#next}}<p class="next"><strong>Next:</strong> {{.}}</p>
        {{/next}}</div>
        <ul class="tiles">
        {{#tiles}}<li class="tile {{tone}}"><span class="label">{{label}}</span> <strong class="number">{{number}}</strong> <span class="detail">{{detail}}</span></li>
        {{/tiles}}</ul>
        <dl class="chips">
        {{#chips}}<div><dt>{{name}}</dt><dd>{{words}}</dd></div>
        {{/chips}}</dl>
        </section>
        <nav class="contents" aria-label="Contents">
        <ul>
        {{#contents}}<li><a href="#{{id}}">{{short}}</a></li>
        {{/contents}}</ul>
        </nav>
        {{{sections}}}
        </main>
        <footer>
        <p>{{colophon}}</p>
        </footer>
        {{{data}}}
        </body>
        </html>

        """

    private static let section = """
        <section id="{{id}}" class="part" aria-labelledby="{{id}}-title">
        <h2 id="{{id}}-title">{{title}}</h2>
        {{#blocks}}{{#lead}}<p class="lead">{{.}}</p>
        {{/lead}}{{#paragraph}}<p>{{.}}</p>
        {{/paragraph}}{{#caution}}<p class="caution"><span aria-hidden="true">▲ </span>{{.}}</p>
        {{/caution}}{{#nothing}}<p class="nothing">{{.}}</p>
        {{/nothing}}{{#heading}}<h3>{{.}}</h3>
        {{/heading}}{{#code}}<pre class="code"><code>{{.}}</code></pre>
        {{/code}}{{#chart}}{{{.}}}{{/chart}}{{#tiles}}<ul class="tiles">
        {{#items}}<li class="tile {{tone}}"><span class="label">{{label}}</span> <strong class="number">{{number}}</strong> <span class="detail">{{detail}}</span></li>
        {{/items}}</ul>
        {{/tiles}}{{#terms}}<dl class="terms">
        {{#items}}<div><dt>{{name}}</dt><dd>{{words}}</dd></div>
        {{/items}}</dl>
        {{/terms}}{{#list}}<ul>
        {{#items}}<li>{{.}}</li>
        {{/items}}</ul>
        {{/list}}{{#table}}<div class="scroll" role="region" aria-label="{{caption}}" tabindex="0"><table>
        <caption>{{caption}}</caption>
        <thead><tr>{{#columns}}<th scope="col"{{#numeric}} class="n"{{/numeric}}>{{name}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}<tr{{#anchor}} id="{{.}}"{{/anchor}}{{#tone}} class="{{.}}"{{/tone}}><th scope="row"{{#headNumeric}} class="n"{{/headNumeric}}{{#headWide}} class="w"{{/headWide}}>{{#symbol}}<span class="tone" aria-hidden="true">{{.}}</span><span class="unseen">{{word}}</span>{{/symbol}}{{head}}</th>{{#cells}}<td{{#numeric}} class="n"{{/numeric}}{{#wide}} class="w"{{/wide}}>{{words}}</td>{{/cells}}</tr>
        {{/rows}}</tbody>
        </table></div>
        {{/table}}{{/blocks}}</section>

        """
}
