import CanaryCore
import CanaryTelemetry

/// Where failed requests come from: response codes, flags, pods.
enum SourcesSection {
    private static let (id, title, short) = ("sources", "Where do errors come from?", "sources")
    /// Rows of a table; the rest are counted.
    private static let mostRows = 24

    static func make(_ view: StoryView) -> PageSection {
        let sources = view.story.errors
        var blocks: [PageBlock] = []
        if !sources.codes.isEmpty {
            blocks.append(.lead(lead(view, sources)))
            blocks.append(.table(codes(view, sources)))
            blocks += rest(sources.codes.count)
        }
        if !sources.pods.isEmpty {
            blocks.append(.heading("By pod"))
            blocks.append(.table(pods(view, sources)))
            let more = max(sources.pods.count - mostRows, 0) + sources.podsLeftOut
            if more > 0 {
                blocks.append(.paragraph("\(Figures.plural(more, "more pod")) with a lower share of failures."))
            }
        }
        if !sources.excluded.isEmpty {
            blocks.append(.heading("Left out of the comparison"))
            blocks.append(
                .table(
                    flags(
                        view,
                        "Requests answered by an injected fault or a policy, by response flag",
                        sources.excluded
                    )
                )
            )
        }
        if !sources.unattributed.isEmpty {
            blocks.append(.heading("Reached no version"))
            blocks.append(
                .table(
                    flags(
                        view,
                        "Failed requests to the service that reached neither version, by response flags",
                        sources.unattributed
                    )
                )
            )
        }
        guard !blocks.isEmpty else {
            let words =
                sources.canaryRequests > 0 || sources.stableRequests > 0
                ? "No request failed on either version."
                : "No request of either version was seen."
            return PageSection(id, title, short: short, nothing: words)
        }
        return PageSection(id, title, short: short, blocks)
    }

    private static func lead(_ view: StoryView, _ sources: ErrorSources) -> String {
        guard let first = sources.codes.first, let part = first.contribution, part.magnitude >= 0.0001 else {
            return "No response code explains a difference between the two versions."
        }
        return "\(name(first)) explains most of the difference: \(PageText.points(part)) of all requests."
    }

    /// `499` and `0` are shown beside the failures and are none.
    private static func name(_ row: ErrorSources.Row) -> String {
        switch row.name {
        case "499": "499 (client went away, not counted)"
        case "0": "0 (no response, not counted)"
        default: row.name
        }
    }

    private static func codes(_ view: StoryView, _ sources: ErrorSources) -> PageTable {
        PageTable(
            "Failed requests by response code, largest contribution to the difference first",
            columns: [
                .init("code"), .init(view.stable, isNumeric: true), .init("of its requests", isNumeric: true),
                .init(view.canary, isNumeric: true), .init("of its requests", isNumeric: true),
                .init("part of the difference", isNumeric: true),
            ],
            rows: sources.codes.prefix(mostRows).map { row in
                .init([
                    name(row), PageText.count(row.stable), share(row.stable, sources.stableRequests),
                    PageText.count(row.canary), share(row.canary, sources.canaryRequests),
                    row.contribution.map(PageText.points) ?? "",
                ])
            }
        )
    }

    private static func pods(_ view: StoryView, _ sources: ErrorSources) -> PageTable {
        PageTable(
            "Pods, highest share of failed requests first",
            columns: [
                .init("pod"), .init("version"), .init("requests", isNumeric: true), .init("failed", isNumeric: true),
                .init("share", isNumeric: true), .init("restarts", isNumeric: true),
            ],
            rows: sources.pods.prefix(mostRows).map { pod in
                .init([
                    pod.name, side(pod.side, view), PageText.count(pod.requests), PageText.count(pod.failures),
                    share(pod.failures, pod.requests), PageText.count(pod.restarts),
                ])
            }
        )
    }

    private static func flags(_ view: StoryView, _ caption: String, _ rows: [CallerCount]) -> PageTable {
        PageTable(
            caption,
            columns: [.init("flags"), .init("requests", isNumeric: true)],
            rows: rows.prefix(mostRows).map { .init([$0.name, PageText.count($0.count)]) }
        )
    }

    private static func rest(_ count: Int) -> [PageBlock] {
        count > mostRows ? [.paragraph("\(Figures.plural(count - mostRows, "more code")) with smaller parts.")] : []
    }

    private static func share(_ part: Int, _ all: Int) -> String {
        all > 0 ? PageText.percent(Double(part) / Double(all)) : "–"
    }

    private static func side(_ side: WindowQuality.Side, _ view: StoryView) -> String {
        switch side {
        case .stable: view.stable
        case .canary: view.canary
        case .unknown: "unknown"
        }
    }
}
