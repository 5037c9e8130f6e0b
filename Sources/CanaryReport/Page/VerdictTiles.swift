import CanaryCore
import CanaryStatistics

/// The few numbers beside the verdict.
enum VerdictTiles {
    static func make(_ view: StoryView) -> [PageTile] {
        guard let verdict = view.verdict else { return [] }
        return [errors(view), latency(view, verdict), evidence(view, verdict), users(view)].compactMap { $0 }
    }

    private static func errors(_ view: StoryView) -> PageTile? {
        guard let finding = view.finding("errors"), let canary = finding.canary.share,
            let stable = finding.stable.share
        else { return nil }
        let shares = "\(PageText.percent(stable)) → \(PageText.percent(canary))"
        let range = finding.difference95.map { "; 95 %: \(PageText.points($0.low, to: $0.high))" } ?? ""
        let confounding = view.story.confounding
        return PageTile(
            "difference in failed requests",
            PageText.points(confounding?.fair ?? canary - stable),
            confounding == nil ? "\(shares)\(range)" : "window by window\(range)",
            tone: tone(finding, view)
        )
    }

    /// The edge that is proved to be worse, else the highest one that promotion asks.
    private static func latency(_ view: StoryView, _ verdict: Verdict) -> PageTile? {
        let edges = verdict.findings.filter { $0.edge != nil && $0.custom == nil && $0.canary.share != nil }
        let worst = edges.max { $0.logE - $0.penalty < $1.logE - $1.penalty }
        let isProved = worst.map { verdict.harmThreshold > 0 && $0.logE - $0.penalty >= verdict.harmThreshold } ?? false
        let asked = edges.filter { $0.safety != nil }.max { ($0.edge ?? 0) < ($1.edge ?? 0) }
        guard let finding = isProved ? worst : asked ?? worst, let edge = finding.edge,
            let canary = finding.canary.share,
            let stable = finding.stable.share
        else { return nil }
        return PageTile(
            "difference in requests above \(PageText.milliseconds(edge))",
            PageText.points(canary - stable),
            "\(PageText.percent(stable)) → \(PageText.percent(canary))",
            tone: tone(finding, view)
        )
    }

    private static func evidence(_ view: StoryView, _ verdict: Verdict) -> PageTile? {
        guard verdict.harmThreshold > 0 else { return nil }
        let most = max(view.story.budget.mostHarm ?? verdict.logD, verdict.logD)
        let isReached = most >= verdict.harmThreshold
        return PageTile(
            "strongest evidence of harm",
            most > 0 ? PageText.odds(most) : "none",
            "\(PageText.odds(verdict.harmThreshold)) is proof",
            tone: isReached ? .bad : .neutral
        )
    }

    private static func users(_ view: StoryView) -> PageTile? {
        guard let harm = view.story.harm, harm.requests > 0 else { return nil }
        let words = HarmWords(harm)
        if !words.isProved, let slow = harm.extraSlow, slow.extra >= 1, view.isSlower {
            return PageTile(
                "additional slow requests",
                "≈\u{A0}\(PageText.count(slow.extra))",
                "slower than \(PageText.milliseconds(slow.edge)), of \(PageText.count(harm.requests))",
                tone: .bad
            )
        }
        return PageTile("additional failed requests", words.number, words.range, tone: words.tone)
    }

    private static func tone(_ finding: Finding, _ view: StoryView) -> PageTone {
        guard let verdict = view.verdict else { return .neutral }
        if verdict.harmThreshold > 0, finding.logE - finding.penalty >= verdict.harmThreshold { return .bad }
        if finding.safety?.isLatched == true { return .good }
        return .neutral
    }
}

/// Requests hurt, in numbers with their interval.
struct HarmWords: Sendable {
    private let harm: HarmDone

    init(_ harm: HarmDone) {
        self.harm = harm
    }

    var isProved: Bool { harm.extraFailuresBand.lower > 0 }
    var isRuledOut: Bool { harm.extraFailuresBand.upper < 1 }

    /// `about 57`, or `none proved`.
    var number: String { isProved ? "≈\u{A0}\(PageText.about(harm.extraFailures))" : "none proved" }

    /// `95 %: 36 to 80, of 1,146`.
    var range: String { "95 %: \(Self.range(harm.extraFailuresBand)), of \(PageText.count(harm.requests))" }

    var tone: PageTone { isProved ? .bad : .neutral }

    /// `36 to 80`; fewer than none are said as such.
    static func range(_ band: ConfidenceInterval) -> String {
        func bound(_ value: Double) -> String {
            value.isFinite ? PageText.about(value.magnitude) : "unbounded"
        }
        switch (band.lower < -0.5, band.upper < -0.5) {
        case (false, _): return "\(bound(max(band.lower, 0))) to \(bound(max(band.upper, 0)))"
        case (true, false): return "\(bound(band.lower)) fewer to \(bound(max(band.upper, 0))) more"
        case (true, true): return "\(bound(band.upper)) to \(bound(band.lower)) fewer"
        }
    }
}
