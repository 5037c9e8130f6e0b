import CanaryCore
import CanaryTelemetry

/// How good the telemetry was that all this rests on.
enum QualitySection {
    private static let (id, title, short) = ("quality", "Can the data be trusted?", "data")

    static func make(_ view: StoryView) -> PageSection {
        let quality = view.story.quality
        guard quality.windows > 0 else {
            return PageSection(id, title, short: short, nothing: "No round of telemetry is in the journal.")
        }
        var blocks: [PageBlock] = [.lead(lead(view)), .terms(terms(view))]
        if !quality.unusable.isEmpty {
            blocks.append(
                .table(
                    PageTable(
                        "Rounds that could not be judged",
                        columns: [.init("why", isWide: true), .init("rounds", isNumeric: true)],
                        rows: quality.unusable.map { .init([$0.reason, PageText.count($0.windows)]) }
                    )
                )
            )
        }
        if !quality.faults.isEmpty {
            blocks.append(
                .table(
                    PageTable(
                        "Pods that gave nothing in a round",
                        columns: [.init("why"), .init("times", isNumeric: true), .init("last message", isWide: true)],
                        rows: quality.faults.map { .init([$0.label, PageText.count($0.count), $0.example]) }
                    )
                )
            )
        }
        if !quality.callers.isEmpty {
            blocks.append(
                .table(
                    PageTable(
                        "Who called \(view.canary)",
                        columns: [.init("caller"), .init("requests", isNumeric: true)],
                        rows: quality.callers.map { .init([$0.name, PageText.count($0.count)]) }
                    )
                )
            )
        }
        if view.story.tornBytes > 0 {
            blocks.append(
                .caution(
                    "The journal ends in the middle of a write: \(PageText.count(view.story.tornBytes)) bytes at its end were left out."
                )
            )
        }
        blocks += (view.verdict ?? view.story.ledger.lastVerdict)?.notes.map { .caution(PageText.sentence($0)) } ?? []
        return PageSection(id, title, short: short, blocks)
    }

    private static func lead(_ view: StoryView) -> String {
        let quality = view.story.quality
        let bad = quality.unusable.reduce(0) { $0 &+ $1.windows }
        let rounds = PageText.number(Figures.plural(quality.windows, "round"))
        if bad == 0, quality.faults.isEmpty { return "Yes: all \(rounds) could be used, and no pod was missing." }
        if bad >= quality.windows { return "No: none of \(rounds) could be used." }
        let missing = quality.faults.reduce(0) { $0 &+ $1.count }
        let pods = missing > 0 ? "; pods were missing \(Figures.plural(missing, "time"))" : ""
        return "\(PageText.count(quality.windows &- bad)) of \(rounds) could be used\(pods)."
    }

    private static func terms(_ view: StoryView) -> [PageTerm] {
        let quality = view.story.quality
        var terms = [
            PageTerm(
                "pods seen",
                "\(view.stable) \(PageText.count(quality.stablePods)), \(view.canary) \(PageText.count(quality.canaryPods))"
            ),
            PageTerm("restarts", quality.restarts == 0 ? "none" : PageText.count(quality.restarts)),
            PageTerm(
                "gaps",
                quality.gaps == 0
                    ? "none" : "\(PageText.count(quality.gaps)), the longest \(PageText.duration(quality.longestGap))"
            ),
        ]
        if quality.historyWindows > 0 {
            terms.append(
                PageTerm(
                    "history of \(view.stable)",
                    "\(PageText.duration(quality.historySeconds)) in \(PageText.number(Figures.plural(quality.historyWindows, "window")))"
                )
            )
        }
        if let share = quality.observedShare {
            terms.append(PageTerm("share of \(view.canary) when last tested", PageText.percent(share)))
        }
        let bounds = view.story.latency.bounds
        if let low = bounds.first, let high = bounds.last {
            terms.append(
                PageTerm(
                    "latency buckets",
                    "\(PageText.count(bounds.count + 1)), from \(PageText.milliseconds(low)) to \(PageText.milliseconds(high))"
                )
            )
        }
        return terms
    }
}
