import CanaryCore
import CanaryStatistics

/// Error rates of both versions with what is known of them, and their difference against what is tolerated.
enum ErrorSection {
    private static let (id, title, short) = ("errors", "Does it fail more often?", "errors")

    static func make(_ view: StoryView) -> PageSection {
        let moments = view.compared.filter { $0.stableShare != nil || $0.canaryShare != nil }
        guard !moments.isEmpty, view.hasComparison else {
            return PageSection(id, title, short: short, nothing: absence(view))
        }
        var blocks: [PageBlock] = [.lead(lead(view))]
        blocks.append(.chart(rates(view, moments)))
        if let confounding = view.story.confounding {
            blocks.append(
                .caution(
                    "The two curves above are shares of all requests since the first step, and they mislead, "
                        + "\(Confounding.cause(view.canary)). Window by window the difference is "
                        + "\(PageText.points(confounding.fair)), not \(PageText.points(confounding.whole))."
                )
            )
        }
        if moments.contains(where: { $0.difference != nil }) { blocks.append(.chart(difference(view, moments))) }
        blocks.append(.paragraph(reading(view)))
        return PageSection(id, title, short: short, blocks)
    }

    static func absence(_ view: StoryView) -> String {
        let why = view.story.ledger.lastVerdict.map { " \(PageText.sentence($0.reason.text))" } ?? ""
        return "The two versions were never compared, so there is nothing to show.\(why)"
    }

    /// What the rollback tolerates, as a share: it grows with the stable version's own failures.
    static func tolerated(_ view: StoryView) -> Double {
        let errors = view.header.spec.objectives.errors
        let stable = view.finding("errors")?.stable.share ?? view.moments.last?.stableShare?.share ?? 0
        return errors.tolerance + (errors.ratio - 1) * stable
    }

    private static func lead(_ view: StoryView) -> String {
        guard let finding = view.finding("errors"), let canary = finding.canary.share, let stable = finding.stable.share
        else { return "There were too few requests to compare the two versions' failures." }
        let shares =
            "\(view.canary) failed \(PageText.percent(canary)) of \(PageText.count(finding.canary.requests)) requests, "
            + "\(view.stable) \(PageText.percent(stable)) of \(PageText.count(finding.stable.requests))"
        let bar = tolerated(view)
        guard let range = finding.difference95 else { return shares + "." }
        let interval =
            "the difference\(view.story.confounding == nil ? "" : ", window by window,") is "
            + "\(PageText.points(view.story.confounding?.fair ?? canary - stable)) (95 %: \(PageText.points(range.low, to: range.high)))"
        let judgement: String
        if range.low > bar {
            judgement = "all of the interval lies above the tolerated \(PageText.points(bar))"
        } else if range.high < bar {
            judgement = "all of the interval lies below the tolerated \(PageText.points(bar))"
        } else {
            judgement =
                "the tolerated \(PageText.points(bar)) lies within, so the difference alone settles nothing; the evidence below is sharper"
        }
        return "\(shares); \(interval), and \(judgement)."
    }

    private static func rates(_ view: StoryView, _ moments: [StoryMoment]) -> any Chart {
        let last = moments.last { $0.canaryShare != nil }
        var chart = TimeChart(
            id: "error-rates",
            title: "Failed requests since the first step",
            summary: summary(view, last),
            time: view.comparison,
            axis: ValueAxis(.share, label: "failed requests")
        )
        chart.bands = [
            band("\(view.stable) 95 % band", .stable, moments) { $0.stableShare?.band },
            band("\(view.canary) 95 % band", .canary, moments) { $0.canaryShare?.band },
        ]
        chart.series = [
            series(view.stable, .stable, moments) { $0.stableShare?.share },
            series(view.canary, .canary, moments) { $0.canaryShare?.share },
        ]
        chart.axis.limits = StoryView.range(0, top(moments))
        chart.axis.isClipped = chart.axis.limits != nil
        chart.steps = view.steps
        chart.unusable = view.unusable
        return chart
    }

    /// A little above the curves and the bands as they are after the first few requests, which say nothing and reach far.
    private static func top(_ moments: [StoryMoment]) -> Double {
        let shares = moments.flatMap { [$0.stableShare?.share, $0.canaryShare?.share] }.compactMap { $0 }.filter(
            \.isFinite
        )
        let ends = [
            moments.last?.stableShare?.band.upper, moments.last { $0.canaryShare != nil }?.canaryShare?.band.upper,
        ]
        let most = max(shares.max() ?? 0, ends.compactMap { $0 }.filter(\.isFinite).max() ?? 0)
        return min(max(most * 1.4, 0.002), 1)
    }

    private static func summary(_ view: StoryView, _ last: StoryMoment?) -> String {
        guard let last, let stable = last.stableShare, let canary = last.canaryShare else {
            return "Shares of failed requests with 95 % bands."
        }
        func words(_ name: String, _ rate: StoryMoment.RateBand) -> String {
            "\(name) \(PageText.percent(rate.share)) (95 %: \(percent(rate.band)))"
        }
        return "At the end \(words(view.stable, stable)), \(words(view.canary, canary))."
    }

    private static func percent(_ band: ConfidenceInterval) -> String {
        let low = Phrase.percent(max(band.lower, 0))
        let high = PageText.percent(min(band.upper, 1))
        return "\(PageText.number(low.hasSuffix(" %") ? String(low.dropLast(2)) : low)) to \(high)"
    }

    private static func difference(_ view: StoryView, _ moments: [StoryMoment]) -> any Chart {
        let bar = tolerated(view)
        let last = moments.last { $0.difference != nil }?.difference
        let words = last.map { "At the end \(PageText.points($0.lower, to: $0.upper)) with 95 % confidence; " } ?? ""
        var chart = TimeChart(
            id: "error-difference",
            title: "Difference of the failed shares, \(view.canary) less \(view.stable)",
            summary: "\(words)\(PageText.points(bar)) is tolerated.",
            time: view.comparison,
            axis: ValueAxis(.points, label: "more failed requests on \(view.canary)")
        )
        chart.bands = [band("95 % band", .canary, moments) { $0.difference }]
        chart.series = [
            series("difference", .canary, moments) { moment in
                guard let stable = moment.stableShare, let canary = moment.canaryShare else { return nil }
                return canary.share - stable.share
            }
        ]
        chart.rules = [ValueRule("tolerated", value: bar, role: .harm)]
        chart.axis.limits = limits(moments, bar)
        chart.axis.isClipped = chart.axis.limits != nil
        chart.steps = view.steps
        chart.marks = view.marks([.harm])
        return chart
    }

    private static func limits(_ moments: [StoryMoment], _ bar: Double) -> ClosedRange<Double>? {
        let differences = moments.compactMap { moment -> Double? in
            guard let stable = moment.stableShare, let canary = moment.canaryShare else { return nil }
            return canary.share - stable.share
        }.filter(\.isFinite)
        let last = moments.last { $0.difference != nil }?.difference
        let high = max(differences.max() ?? 0, last?.upper ?? 0, bar, 0.0005)
        let low = min(differences.min() ?? 0, last?.lower ?? 0, -high * 0.25)
        return StoryView.range(max(low * 1.3, -1), min(high * 1.3, 1))
    }

    private static func reading(_ view: StoryView) -> String {
        let errors = view.header.spec.objectives.errors
        return
            "Shares are of all requests since the first step. The bands are 95 % confidence sequences: they may be looked at "
            + "at any time. Tolerated is \(PageText.points(errors.tolerance)) above \(PageText.number(Phrase.decimal(errors.ratio))) times "
            + "\(view.stable)'s own share. The decision itself does not use these bands, but the evidence below, window by window."
    }

    static func series(
        _ label: String,
        _ role: ChartRole,
        _ moments: [StoryMoment],
        _ value: (StoryMoment) -> Double?
    ) -> TimeSeries {
        TimeSeries(label, role: role, points: moments.map { .init(at: $0.at, value: value($0)) })
    }

    static func band(
        _ label: String,
        _ role: ChartRole,
        _ moments: [StoryMoment],
        _ value: (StoryMoment) -> ConfidenceInterval?
    ) -> TimeBand {
        TimeBand(
            label,
            role: role,
            points: moments.map { moment in
                let interval = value(moment)
                return .init(at: moment.at, lower: interval?.lower, upper: interval?.upper)
            }
        )
    }
}
