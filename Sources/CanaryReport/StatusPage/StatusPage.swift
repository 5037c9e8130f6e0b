package import CanaryCore
import Mustache

/// The page of a running process: what a run does now, and the report so far below it.
///
/// The body is a fragment that a small script fetches anew when something has changed; without the script the browser loads the
/// page again every few seconds. Everything that comes from specs and telemetry is escaped.
package struct StatusPage: Sendable {
    private let view: StatusView?
    private let sections: [PageSection]
    private let isOneOfMany: Bool

    /// - Parameters:
    ///   - status: nil before the run has begun.
    ///   - ledger: of the same moment.
    ///   - story: the run so far, for the charts; nil leaves them out.
    ///   - isOneOfMany: whether it stands at `run/NAMESPACE/NAME/` below an agent's page.
    package init(
        status: RunStatus?,
        ledger: RunLedger = RunLedger(),
        story: RunStory? = nil,
        isOneOfMany: Bool = false
    ) {
        view = status.map { StatusView($0, ledger) }
        sections = story.map { PageSections($0).all } ?? []
        self.isOneOfMany = isOneOfMany
    }

    /// The part that changes.
    package var fragment: String {
        guard let view else { return Self.waiting }
        var values = view.values
        values["hasContents"] = .flag(!sections.isEmpty)
        values["contents"] = .list(sections.map { ["id": .text($0.id), "short": .text($0.short)] })
        // A section cannot fail but by a broken template, which the tests of the report would find.
        return Self.render(Self.body, values) + sections.compactMap { try? $0.html() }.joined()
    }

    /// The whole page.
    ///
    /// - Parameters:
    ///   - fragment: as made before.
    ///   - nonce: of the answer's Content-Security-Policy, so that this script runs and no other.
    package func html(fragment: String, nonce: String) -> String {
        StatusFrame(
            title: view.map { "\($0.headline) – \($0.name)" } ?? "haldane",
            brand: "live status",
            subject: view.map { "\($0.name): \($0.stable) → \($0.canary)" } ?? "",
            style: StatusStyle.css,
            links: [("report", "Report so far")]
                + ["status.json", "metrics", "healthz", "readyz"].map { (path: $0, words: $0) }
                + (isOneOfMany ? [("../../../", "All canaries")] : []),
            script: StatusScript.text(.run)
        ).html(fragment: fragment, nonce: nonce)
    }

    private static let waiting = """
        <section class="verdict neutral"><p class="mark" aria-hidden="true">▶</p>
        <div class="words"><h1>The run is about to begin</h1>
        <p class="sentence">It reads its route and its spec.</p></div></section>

        """

    private static func render(_ template: MustacheTemplate?, _ values: [String: PageValue]) -> String {
        template?.render(PageValue.object(values).rendered) ?? ""
    }

    // A constant that the tests render. Values escape themselves, scalar by scalar.
    private static let body = try? MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}" + StatusTemplates.body)
}
