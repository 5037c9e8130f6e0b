package import CanaryCore
import Mustache

/// The page of an agent: every canary it knows, the worst first, and what holds for the whole fleet.
///
/// It works like the page of a run: a fragment that a small script fetches anew, or a page that loads itself again without
/// script. Its size is bounded, however many canaries there are.
package struct AgentPage: Sendable {
    private let view: AgentView?
    private let overview: AgentOverview?
    private let root: String

    /// - Parameters:
    ///   - view: nil before the agent has begun.
    ///   - pages: canaries whose run has a page of its own here.
    ///   - namespace: shows only its canaries; nil shows all.
    package init(_ view: AgentView?, pages: Set<CanaryKey> = [], namespace: String? = nil) {
        self.view = view
        overview = view.map { AgentOverview($0, pages: pages, namespace: namespace) }
        root = namespace == nil ? "" : "../../"
    }

    /// The part that changes.
    package var fragment: String {
        guard let view, let overview else { return Self.waiting }
        return Self.render(Self.body, values(view, overview))
    }

    /// The whole page.
    ///
    /// - Parameters:
    ///   - fragment: as made before.
    ///   - nonce: of the answer's Content-Security-Policy.
    package func html(fragment: String, nonce: String) -> String {
        StatusFrame(
            title: "\(overview?.headline ?? "haldane") – haldane agent",
            brand: "agent",
            subject: view?.identity ?? "",
            style: StatusStyle.css + AgentTemplate.css,
            links: ["status.json", "metrics", "healthz", "readyz"].map { (path: "\(root)\($0)", words: $0) },
            script: StatusScript.text(.agent)
        ).html(fragment: fragment, nonce: nonce)
    }

    private func values(_ view: AgentView, _ overview: AgentOverview) -> [String: PageValue] {
        [
            "headline": .text(AgentRow.cut(overview.headline, 300)),
            "sign": .text(Style.plain.symbol(overview.sign)),
            "tone": .text(overview.tone),
            "sentences": .list(overview.sentences.map { .text($0) }),
            "cautions": .list(overview.cautions.map { .text($0) }),
            "tiles": .list(
                overview.tiles.map { ["label": .text($0.label), "number": .text($0.number), "tone": .text($0.tone)] }
            ),
            "identity": .text(view.identity),
            "version": .text(view.version),
            "since": .text(AgentRow.moment(view.startedAt)),
            "hasSpaces": .flag(overview.spaces.count > 1 || !root.isEmpty),
            "root": .text(root.isEmpty ? "./" : root),
            "all": .text(Phrase.count(view.canaries.count)),
            "spaces": .list(
                overview.spaces.map { space in
                    [
                        "href": .text("\(root)namespace/\(PagePath.segment(space.name))/"),
                        "name": .text(space.name),
                        "count": .text(Phrase.count(space.count)),
                        "isShown": .flag(space.isShown),
                    ]
                }
            ),
            "moreSpaces": .list(
                overview.moreSpaces > 0
                    ? [.text("and \(Phrase.count(overview.moreSpaces)) more, at namespace/NAME/")] : []
            ),
            "caption": .text(overview.caption),
            "hasRows": .flag(!overview.rows.isEmpty),
            "rows": .markup(overview.rows.map { $0.html(root: root) }.joined()),
            "hasPolicies": .flag(!view.policies.isEmpty),
            "policies": .list(view.policies.prefix(Self.most).map(\.values)),
            "members": .list(
                view.members.prefix(Self.most).map { member in
                    .text(member.isSelf ? "\(member.id) (this one\(view.isMember ? "" : ", Lease lost"))" : member.id)
                }
            ),
            "hasMirrors": .flag(!view.mirrors.isEmpty),
            "mirrors": .list(view.mirrors.prefix(Self.most).map(\.values)),
        ]
    }

    private static let waiting = """
        <section class="verdict neutral"><p class="mark" aria-hidden="true">▶</p>
        <div class="words"><h1>The agent is about to begin</h1>
        <p class="sentence">It lists what is in the cluster.</p></div></section>

        """

    private static func render(_ template: MustacheTemplate?, _ values: [String: PageValue]) -> String {
        template?.render(PageValue.object(values).rendered) ?? ""
    }

    // A constant that the tests render. Values escape themselves, scalar by scalar.
    private static let body = try? MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}" + AgentTemplate.body)

    /// Of policies, replicas and mirrors.
    private static let most = 100
}

extension AgentView.Policy {
    fileprivate var values: PageValue {
        let holds =
            (brakes == nil ? [] : ["brakes hold"]) + (freeze == nil ? [] : ["frozen"])
            + (window == nil ? [] : ["outside of its windows"])
        return [
            "scope": .text(scope.title),
            "tone": .text(brakes != nil ? "bad" : holds.isEmpty ? "good" : "warning"),
            "sign": .text(Style.plain.symbol(brakes != nil ? .failed : holds.isEmpty ? .done : .open)),
            "state": .text(holds.isEmpty ? "open" : holds.joined(separator: ", ")),
            "most": .text(maxConcurrent.map { Phrase.count($0) } ?? "any number"),
            "why": .text(AgentRow.cut([brakes, freeze, window].compactMap { $0 }.joined(separator: "; "), 600)),
        ]
    }
}

extension AgentView.Mirror {
    fileprivate var values: PageValue {
        let places = namespaces.isEmpty ? "all namespaces" : Figures.plural(namespaces.count, "namespace")
        let isFine = failure == nil && confirmedAt != nil
        return [
            "kind": .text(kind),
            "places": .text(namespaces.count == 1 ? namespaces[0] : places),
            "objects": .text(Phrase.count(objects)),
            "tone": .text(isFine ? "good" : "warning"),
            "sign": .text(Style.plain.symbol(isFine ? .done : .open)),
            "state": .text(
                confirmedAt == nil ? "not listed yet" : failure == nil ? "up to date" : "as it was last read"
            ),
            "failure": .text(AgentRow.cut(failure ?? "", 300)),
        ]
    }
}
