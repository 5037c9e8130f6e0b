import CanaryCore
import CanaryStatistics

/// The evidence for harm and for safety over time, with what is enough for a decision.
enum EvidenceSection {
    private static let (id, title, short) = ("evidence", "How strong is the evidence?", "evidence")

    static func make(_ view: StoryView) -> PageSection {
        let indices = view.story.moments.indices.filter {
            view.story.moments[$0].at >= view.axis.from && view.story.moments[$0].at <= view.comparisonEnd
        }
        let lines = EvidenceLines(view, indices)
        guard !lines.isEmpty else {
            return PageSection(id, title, short: short, nothing: ErrorSection.absence(view))
        }
        var blocks: [PageBlock] = [.lead(lead(view))]
        blocks.append(.chart(harm(view, lines)))
        if !lines.safety.isEmpty { blocks.append(.chart(safety(view, lines))) }
        let crossings = view.story.crossings
        if !crossings.isEmpty {
            blocks.append(.heading("Turning points"))
            blocks.append(.list(crossings.prefix(20).map { view.words($0) + "." }))
        }
        blocks.append(.paragraph(reading(view)))
        if let verdict = view.verdict, !verdict.findings.isEmpty { blocks.append(.table(metrics(view, verdict))) }
        if view.isBeforeAfter {
            blocks.append(.caution("Before and after are different times, so this evidence is confounded by time."))
        }
        return PageSection(id, title, short: short, blocks)
    }

    private static func lead(_ view: StoryView) -> String {
        guard let verdict = view.verdict else { return "The versions were compared, and no verdict was kept." }
        let most = max(view.story.budget.mostHarm ?? verdict.logD, verdict.logD)
        let bar = PageText.odds(verdict.harmThreshold)
        if verdict.harmThreshold > 0, most >= verdict.harmThreshold {
            let moment = view.story.crossings.last { $0.kind == .harm }.map { " at \(Figures.clock($0.at))" } ?? ""
            return
                "The evidence that \(view.canary) is worse than tolerated passed \(bar)\(moment) and reached \(PageText.odds(most)). "
                + "An equal release would get there in at most \(PageText.percent(view.header.spec.guards.falseRollback)) of the rollouts."
        }
        let asked = verdict.findings.compactMap(\.safety)
        let proved = asked.count(where: \.isLatched)
        let harm =
            most > 0
            ? "The evidence that \(view.canary) is worse never got beyond \(PageText.odds(most)), and \(bar) would be proof"
            : "There was never any evidence that \(view.canary) is worse"
        guard !asked.isEmpty else { return "\(harm)." }
        return proved == asked.count
            ? "\(harm). That it is not worse was proved, with \(PageText.odds(verdict.safetyThreshold)) for every metric."
            : "\(harm). That it is not worse is proved for \(proved) of \(asked.count) metrics."
    }

    private static func harm(_ view: StoryView, _ lines: EvidenceLines) -> any Chart {
        let threshold = lines.harmThreshold
        var chart = TimeChart(
            id: "evidence-harm",
            title: "Evidence that \(view.canary) is worse than tolerated",
            summary:
                "\(PageText.odds(threshold)) is proof and rolls back. Errors and latency share the stakes, so all together decide.",
            time: view.comparison,
            axis: ValueAxis(.evidence, label: "odds for harm")
        )
        chart.series = lines.harm
        chart.rules = [ValueRule("proof: \(PageText.odds(threshold))", value: log10(threshold), role: .harm)]
        let top = log10(threshold)
        // Beyond proof nobody counts; a dead canary would flatten everything else.
        let most = lines.harm.flatMap(\.points).compactMap(\.value).max() ?? 0
        chart.axis.limits = StoryView.range(-1, min(max(most * 1.15, top * 1.25), top * 4))
        chart.axis.isClipped = chart.axis.limits != nil
        chart.height = .tall
        chart.steps = view.steps
        chart.bands = [beyond("worse: roll back", .harm, from: top, to: chart.axis.limits?.upperBound, view)]
        chart.marks = view.marks([.harm])
        chart.unusable = view.unusable
        return chart
    }

    private static func safety(_ view: StoryView, _ lines: EvidenceLines) -> any Chart {
        let threshold = lines.safetyThreshold
        var chart = TimeChart(
            id: "evidence-safety",
            title: "Evidence that \(view.canary) is not worse than the step's budget",
            summary:
                "Every line has to reach \(PageText.odds(threshold)) before the next step; the budget gets stricter with each.",
            time: view.comparison,
            axis: ValueAxis(.evidence, label: "odds for safety")
        )
        chart.series = lines.safety
        chart.rules = [ValueRule("proof: \(PageText.odds(threshold))", value: log10(threshold), role: .safety)]
        let top = log10(threshold)
        let most = lines.safety.flatMap(\.points).compactMap(\.value).max() ?? 0
        chart.axis.limits = StoryView.range(-1, min(max(most * 1.15, top * 1.25), top * 4))
        chart.axis.isClipped = chart.axis.limits != nil
        chart.height = .tall
        chart.steps = view.steps
        chart.bands = [beyond("not worse: next step", .safety, from: top, to: chart.axis.limits?.upperBound, view)]
        chart.marks = view.marks([.safety])
        chart.unusable = view.unusable
        return chart
    }

    /// Every metric with its counts, so that nothing is only a line in a picture.
    private static func metrics(_ view: StoryView, _ verdict: Verdict) -> PageTable {
        PageTable(
            "Every metric at the last comparison",
            columns: [
                .init("metric"), .init(view.stable, isNumeric: true), .init(view.canary, isNumeric: true),
                .init("evidence of harm", isNumeric: true), .init("evidence of safety", isNumeric: true),
                .init("finding"),
            ],
            rows: zip(verdict.findings, StepSummary.rows(verdict)).map { finding, row in
                let safety = finding.safety.map { PageText.odds($0.logN) } ?? "not asked"
                let middle = row.dropFirst().dropLast().map(PageText.number)
                return .init(
                    [row.first ?? ""] + middle + [
                        PageText.odds(finding.logE - finding.penalty), safety, row.last ?? "",
                    ]
                )
            }
        )
    }

    /// Where the evidence is enough.
    private static func beyond(
        _ label: String,
        _ role: ChartRole,
        from value: Double,
        to end: Double?,
        _ view: StoryView
    )
        -> TimeBand
    {
        TimeBand(
            label,
            role: role,
            points: [view.comparison.from, view.comparison.to].map { .init(at: $0, lower: value, upper: end) }
        )
    }

    private static func reading(_ view: StoryView) -> String {
        let bake = view.leavesOutBake ? " The bake at the last weight is not shown: it compares before with after." : ""
        return
            "Read 100 : 1 as a bet won: somebody who bet against an equal release from the start has made 100 out of 1. "
            + "Betting on a fair game makes that much at most once in 100 rollouts, however often one looks in between. "
            + "The scale is logarithmic; below 1 : 1 the bet has lost so far.\(bake)"
    }

    /// Nats as decades.
    static func log10(_ nats: Double) -> Double { nats / 2.302585092994046 }
}
