/// The HTML of an agent's page, in the look of the status page; values are escaped before they come here.
enum AgentTemplate {
    static let css = """
        main,.top,footer{max-width:1300px}
        .fleet .tile .number{font-size:1.3rem}
        td.w+td.w{min-width:11rem}
        .contents [aria-current]{font-weight:600}
        @media (min-width:900px){#canaries table{table-layout:fixed}
        #canaries th,#canaries td,#canaries .w,#canaries .w+.w{white-space:normal;overflow-wrap:anywhere;min-width:0;width:7%}
        #canaries th:nth-child(1){width:13%}#canaries th:nth-child(2){width:9%}#canaries th:nth-child(5){width:40%}
        #canaries th:nth-child(6),#canaries th:nth-child(7){width:10%}#canaries .n{width:5.5%;overflow-wrap:normal}}
        @media (max-width:560px){.part table,.part caption,.part tbody{display:block}.part thead{display:none}
        .part tr{display:flex;flex-direction:column;padding:.6rem 0;border-bottom:1px solid var(--line)}
        .part tbody th,.part td,.part td+td{min-width:0;padding:.05rem 0;border:0;text-align:left;white-space:normal;overflow-wrap:anywhere}
        .part td:empty{display:none}#canaries td.n{order:1}#canaries td.w~td{order:2}
        #policies td:nth-child(3)::before{content:"Rollouts at once: "}#agent td:nth-child(3)::before{content:"Objects: "}
        #canaries td:nth-child(3)::before{content:"Weight "}#canaries td:nth-child(4)::before{content:"Step "}
        #canaries td:nth-child(7)::before{content:"Last run "}#canaries td:nth-child(8)::before{content:"Kept by "}}

        """

    static let body = """
        <section class="verdict {{tone}}" aria-labelledby="state-title" data-title="{{headline}} – haldane agent">
        <p class="mark" aria-hidden="true">{{sign}}</p>
        <div class="words">
        <h1 id="state-title">{{headline}}</h1>
        {{#sentences}}<p class="sentence">{{.}}</p>
        {{/sentences}}{{#cautions}}<p class="caution"><span aria-hidden="true">▲ </span>{{.}}</p>
        {{/cautions}}</div>
        <ul class="tiles fleet">
        {{#tiles}}<li class="tile {{tone}}"><span class="label">{{label}}</span> <strong class="number">{{number}}</strong></li>
        {{/tiles}}</ul>
        <dl class="chips">
        <div><dt>agent</dt><dd>{{identity}}</dd></div>
        <div><dt>version</dt><dd>{{version}}</dd></div>
        <div><dt>since</dt><dd>{{since}}</dd></div>
        </dl>
        </section>
        {{#hasSpaces}}<nav class="contents" aria-label="Namespaces">
        <ul>
        <li><a href="{{root}}">all namespaces</a> ({{all}})</li>
        {{#spaces}}<li><a href="{{href}}"{{#isShown}} aria-current="page"{{/isShown}}>{{name}}</a> ({{count}})</li>
        {{/spaces}}{{#moreSpaces}}<li>{{.}}</li>
        {{/moreSpaces}}</ul>
        </nav>
        {{/hasSpaces}}<section id="canaries" class="part" aria-labelledby="canaries-title">
        <h2 id="canaries-title">Canaries</h2>
        {{#hasRows}}<div class="scroll" role="region" aria-label="Canaries" tabindex="0"><table>
        <caption>{{caption}}</caption>
        <thead><tr><th scope="col">Canary</th><th scope="col">State</th><th scope="col" class="n">Weight</th>\
        <th scope="col" class="n">Step</th><th scope="col">What goes on</th><th scope="col">Versions</th>\
        <th scope="col">Last run</th><th scope="col">Kept by</th></tr></thead>
        <tbody>
        {{{rows}}}</tbody>
        </table></div>
        {{/hasRows}}{{^hasRows}}<p class="nothing">There is no canary here: <code>kubectl get canaries</code> shows the objects, \
        and <code>haldane init</code> writes one.</p>
        {{/hasRows}}</section>
        {{#hasPolicies}}<section id="policies" class="part" aria-labelledby="policies-title">
        <h2 id="policies-title">Policies</h2>
        <div class="scroll" role="region" aria-label="Policies" tabindex="0"><table>
        <caption>What holds for all canaries of a scope. Nothing of it stands in the way of a rollback.</caption>
        <thead><tr><th scope="col">Scope</th><th scope="col">State</th><th scope="col" class="n">Rollouts at once</th>\
        <th scope="col">Why</th></tr></thead>
        <tbody>
        {{#policies}}<tr class="{{tone}}"><th scope="row">{{scope}}</th>\
        <td><span class="tone" aria-hidden="true">{{sign}}</span>{{state}}</td><td class="n">{{most}}</td><td class="w">{{why}}</td></tr>
        {{/policies}}</tbody>
        </table></div>
        </section>
        {{/hasPolicies}}<section id="agent" class="part" aria-labelledby="agent-title">
        <h2 id="agent-title">Agent</h2>
        <h3>Replicas that are alive</h3>
        <ul>
        {{#members}}<li>{{.}}</li>
        {{/members}}{{^members}}<li>{{identity}} (this one)</li>
        {{/members}}</ul>
        {{#hasMirrors}}<div class="scroll" role="region" aria-label="What is read of the cluster" tabindex="0"><table>
        <caption>What is read of the cluster</caption>
        <thead><tr><th scope="col">Kind</th><th scope="col">Where</th><th scope="col" class="n">Objects</th>\
        <th scope="col">State</th><th scope="col">Failure</th></tr></thead>
        <tbody>
        {{#mirrors}}<tr class="{{tone}}"><th scope="row">{{kind}}</th><td>{{places}}</td><td class="n">{{objects}}</td>\
        <td><span class="tone" aria-hidden="true">{{sign}}</span>{{state}}</td><td class="w">{{failure}}</td></tr>
        {{/mirrors}}</tbody>
        </table></div>
        {{/hasMirrors}}</section>

        """
}
