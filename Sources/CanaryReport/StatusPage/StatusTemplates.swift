/// The HTML of the status page, in the look of the report; values are escaped before they come here.
///
/// A page is well-formed as XML after its first line.
enum StatusTemplates {
    static let frame = """
        <!DOCTYPE html>
        <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{{title}}</title>
        <link rel="icon" href="data:," />
        <noscript><meta http-equiv="refresh" content="{{seconds}}" /></noscript>
        <style>
        {{{style}}}
        </style>
        </head>
        <body>
        <a class="skip" href="#page">Skip to the state</a>
        <header class="top">
        <p class="brand"><strong>haldane</strong> <span>{{brand}}</span></p>
        <p class="subject">{{subject}}</p>
        </header>
        <main id="page">
        {{{fragment}}}</main>
        <footer>
        <p id="live" role="status">As of now; without script this page loads itself anew every {{seconds}} s.</p>
        <p>{{{links}}}</p>
        </footer>
        <script nonce="{{nonce}}">
        {{{script}}}
        </script>
        </body>
        </html>

        """

    static let body = """
        <section class="verdict {{tone}}" aria-labelledby="state-title" data-title="{{headline}} – {{name}}">
        <p class="mark" aria-hidden="true">{{sign}}</p>
        <div class="words">
        <h1 id="state-title">{{headline}}</h1>
        {{#why}}<p class="sentence">{{.}}</p>
        {{/why}}{{#paused}}<p class="caution"><span aria-hidden="true">▲ </span>{{.}}</p>
        {{/paused}}<p class="next"><strong>Next:</strong> {{next}}</p>
        </div>
        <dl class="chips">
        <div><dt>elapsed</dt><dd>{{elapsed}}</dd></div>
        <div><dt>route</dt><dd>{{place}}</dd></div>
        {{#versions}}<div><dt>versions</dt><dd>{{.}}</dd></div>
        {{/versions}}<div><dt>run</dt><dd>{{run}}</dd></div>
        <div><dt>journal</dt><dd>{{journal}}</dd></div>
        </dl>
        </section>
        {{#hasContents}}<nav class="contents" aria-label="Contents">
        <ul>
        <li><a href="#now">Now</a></li>
        {{#contents}}<li><a href="#{{id}}">{{short}}</a></li>
        {{/contents}}</ul>
        </nav>
        {{/hasContents}}<section id="now" class="part" aria-labelledby="now-title">
        <h2 id="now-title">Now</h2>
        <div class="scroll" role="region" aria-label="Traffic" tabindex="0"><table>
        <caption>Traffic since the run began</caption>
        <thead><tr><th scope="col">Version</th><th scope="col" class="n">Weight</th><th scope="col" class="n">Observed</th>\
        <th scope="col" class="n">Requests</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Pods ready</th></tr></thead>
        <tbody>
        {{#sides}}<tr><th scope="row" class="{{role}}">{{label}} ({{role}})</th><td class="n">{{weight}}</td>\
        <td class="n">{{observed}}</td><td class="n">{{requests}}</td><td class="n">{{failed}}</td><td class="n">{{pods}}</td></tr>
        {{/sides}}</tbody>
        </table></div>
        {{#hasObjectives}}<div class="scroll" role="region" aria-label="Objectives" tabindex="0"><table>
        <caption>Objectives since the first step. A full bar is proved: of harm it rolls back, of safety it allows the next step.</caption>
        <thead><tr><th scope="col">Objective</th><th scope="col" class="n">{{stable}}</th><th scope="col" class="n">{{canary}}</th>\
        <th scope="col">Difference</th><th scope="col">Evidence of safety</th><th scope="col">Evidence of harm</th></tr></thead>
        <tbody>
        {{#objectives}}<tr><th scope="row">{{objective}}</th><td class="n">{{stableShare}}</td><td class="n">{{canaryShare}}</td>\
        <td>{{difference}}</td>\
        <td>{{#safety}}<span class="bar safe" aria-hidden="true"><span style="width:{{percent}}%"></span></span> {{words}}{{/safety}}</td>\
        <td>{{#harm}}<span class="bar harm" aria-hidden="true"><span style="width:{{percent}}%"></span></span> {{words}}{{/harm}}</td></tr>
        {{/objectives}}</tbody>
        </table></div>
        {{#notes}}<p class="caution"><span aria-hidden="true">▲ </span>{{.}}</p>
        {{/notes}}{{/hasObjectives}}{{#hasNotices}}<h3>Last notices</h3>
        <ul>
        {{#notices}}<li class="notice {{tone}}"><strong>{{urgency}}</strong> {{message}}</li>
        {{/notices}}</ul>
        {{/hasNotices}}</section>

        """
}
