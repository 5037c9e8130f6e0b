import CanaryCore
import CanaryStatistics

/// How much the canary differs, in one sentence with its interval.
struct EffectWords: Sendable {
    private let view: StoryView

    init(_ view: StoryView) {
        self.view = view
    }

    /// The metric that carried the decision, else errors; nil without a comparison.
    var sentence: String? {
        guard let verdict = view.verdict, let finding = leading(verdict) else { return nil }
        return words(finding)
    }

    /// The metric that speaks loudest of harm if there is harm, else errors.
    private func leading(_ verdict: Verdict) -> Finding? {
        let errors = verdict.findings.first { $0.name == "errors" }
        if let crossing = view.story.crossings.last(where: { $0.kind == .harm }), let name = crossing.metric {
            return view.finding(name) ?? errors
        }
        if verdict.kind == .degraded { return PastWords.leading(verdict) ?? errors }
        return errors ?? verdict.findings.first
    }

    private func words(_ finding: Finding) -> String? {
        if let custom = finding.customWords { return PageText.sentence(custom) }
        guard let canary = finding.canary.share, let stable = finding.stable.share else { return nil }
        let range = finding.difference95.map { " (95 %: \(PageText.points($0.low, to: $0.high)))" } ?? ""
        let what = finding.edge.map { "answered slower than \(PageText.milliseconds($0))" } ?? "failed"
        if finding.name == "errors", let confounding = view.story.confounding {
            return
                "Beside each other, window by window, \(view.canary)'s share of failed requests was "
                + "\(PageText.points(confounding.fair)) from \(view.stable)'s\(range). The shares of the whole time "
                + "(\(PageText.percent(stable)) and \(PageText.percent(canary))) mislead, "
                + "\(Confounding.cause(view.canary))."
        }
        return
            "\(view.canary) \(what) in \(PageText.percent(canary)) of \(PageText.count(finding.canary.requests)) requests, "
            + "\(view.stable) in \(PageText.percent(stable)) of \(PageText.count(finding.stable.requests)): "
            + "\(PageText.points(canary - stable))\(range)."
    }
}
