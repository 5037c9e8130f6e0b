import CanaryCore
import CanaryStatistics

/// Latency: quantiles over time, the whole distribution, and how far each quantile moved; all as exact as buckets are.
enum LatencySection {
    private static let (id, title, short) = ("latency", "Is it slower?", "latency")

    static func make(_ view: StoryView) -> PageSection {
        let latency = view.story.latency
        let moments = view.compared.filter { $0.stableLatency != nil || $0.canaryLatency != nil }
        guard !moments.isEmpty || latency.canary.contains(where: { $0 > 0 }) else {
            return PageSection(
                id,
                title,
                short: short,
                nothing: "The journal holds no latency of a request that both versions could be compared by."
            )
        }
        var blocks: [PageBlock] = [.lead(lead(view))]
        if view.story.confounding != nil {
            blocks.append(
                .caution(
                    "The traffic was split differently in good and bad times, so that shares and distributions over the whole "
                        + "time mislead; the verdict compares window by window."
                )
            )
        }
        if latency.shifts.contains(where: { $0.lower != nil && $0.upper != nil }) {
            blocks.append(.chart(shift(view, latency)))
        }
        if latency.stable.contains(where: { $0 > 0 }), latency.canary.contains(where: { $0 > 0 }) {
            blocks.append(.chart(distribution(view, latency)))
        }
        if !moments.isEmpty {
            blocks.append(.chart(quantile(view, moments, "p50", "Median latency over time (p50)", \.p50)))
            blocks.append(.chart(quantile(view, moments, "p90", "90th percentile over time (p90)", \.p90)))
            blocks.append(.chart(quantile(view, moments, "p99", "Slowest requests over time (p99)", \.p99)))
        }
        blocks.append(.paragraph(reading))
        return PageSection(id, title, short: short, blocks)
    }

    private static func lead(_ view: StoryView) -> String {
        let edges = (view.verdict?.findings ?? []).filter {
            $0.edge != nil && $0.custom == nil && $0.canary.share != nil
        }
        let loudest = edges.max { $0.logE - $0.penalty < $1.logE - $1.penalty }
        let highest = edges.filter { $0.safety != nil }.max { ($0.edge ?? 0) < ($1.edge ?? 0) }
        let bar = view.verdict?.harmThreshold ?? 0
        let isProved = loudest.map { bar > 0 && $0.logE - $0.penalty >= bar } ?? false
        guard let worst = isProved ? loudest : highest ?? loudest, let edge = worst.edge,
            let canary = worst.canary.share, let stable = worst.stable.share
        else { return "Latency was seen, but never compared." }
        let shares =
            "\(PageText.percent(canary)) of \(view.canary)'s requests took longer than \(PageText.milliseconds(edge)), "
            + "\(PageText.percent(stable)) of \(view.stable)'s (\(PageText.points(canary - stable)))"
        if isProved { return "Yes, proved: \(shares)." }
        let asked = edges.compactMap(\.safety)
        if !asked.isEmpty, asked.allSatisfy(\.isLatched) {
            return "No: that it is not slower than the budget is proved. \(shares)."
        }
        return "Neither harm nor safety is proved. \(shares)."
    }

    private static func shift(_ view: StoryView, _ latency: LatencyStory) -> any Chart {
        // The last quantile is often open on both sides, and says nothing then.
        let shifts = latency.shifts.filter { $0.lower != nil && $0.upper != nil }
        let rows = shifts.map { shift -> ShiftChart.Row in
            let role: ChartRole =
                if let lower = shift.lower, lower > 0 { .harm } else if let upper = shift.upper, upper < 0 {
                    .safety
                } else {
                    .neutral
                }
            return ShiftChart.Row(
                label(shift.quantile),
                lower: shift.lower,
                upper: shift.upper,
                role: role,
                note: note(shift)
            )
        }
        let slower = shifts.count { ($0.lower ?? -1) > 0 }
        let summary =
            slower == 0
            ? "No quantile is proved to be slower; the bars hold the true shift with 95 % confidence."
            : "\(slower) of \(shifts.count) quantiles are proved to be slower; the bars hold the true shift with 95 % confidence."
        return ShiftChart(
            id: "latency-shift",
            title: "How far each quantile moved, \(view.canary) less \(view.stable)",
            summary: summary,
            unit: .millisecondShift,
            rows: rows
        )
    }

    private static func note(_ shift: LatencyStory.Shift) -> String {
        if let lower = shift.lower, lower > 0 { return "slower" }
        if let upper = shift.upper, upper < 0 { return "faster" }
        return ""
    }

    private static func label(_ quantile: Double) -> String { "p\(Phrase.decimal(quantile * 100))" }

    private static func distribution(_ view: StoryView, _ latency: LatencyStory) -> any Chart {
        let bounds = latency.bounds
        var chart = DistributionChart(
            id: "latency-distribution",
            title: "Distribution of latency since the first step",
            summary: distributionSummary(view, latency),
            bounds: bounds,
            versions: [
                version(view.stable, .stable, latency.stable, bounds),
                version(view.canary, .canary, latency.canary, bounds),
            ]
        )
        chart.bandLabel = "95 % band"
        let judged = (view.verdict?.findings ?? []).filter { $0.custom == nil && $0.safety != nil }.compactMap(\.edge)
        chart.edges = Set(judged).sorted().prefix(3).map { .init("judged at \(PageText.milliseconds($0))", at: $0) }
        return chart
    }

    private static func distributionSummary(_ view: StoryView, _ latency: LatencyStory) -> String {
        guard let theta = latency.theta, theta.isFinite else {
            return "The share of successful requests that took at most so long."
        }
        return
            "Of two requests, one of each version, \(view.canary)'s is the slower one in \(PageText.percent(theta)) of the cases; "
            + "50 % would be equal."
    }

    /// Limits of the share at or below each bound, whenever one looks.
    private static func version(_ name: String, _ role: ChartRole, _ counts: [Double], _ bounds: [Double])
        -> DistributionChart.Version
    {
        let total = counts.reduce(0, +)
        var below = 0.0
        var lower: [Double] = []
        var upper: [Double] = []
        for index in bounds.indices {
            below += counts.indices.contains(index) ? counts[index] : 0
            let band = BetaBinomial.interval(successes: below, trials: total, alpha: 0.05)
            lower.append(band.lower)
            upper.append(band.upper)
        }
        return DistributionChart.Version(name, role: role, counts: counts, lower: lower, upper: upper)
    }

    private static func quantile(
        _ view: StoryView,
        _ moments: [StoryMoment],
        _ name: String,
        _ title: String,
        _ bucket: KeyPath<StoryMoment.QuantileBands, StoryMoment.QuantileBands.Bucket>
    ) -> any Chart {
        var chart = TimeChart(
            id: "latency-\(name)",
            title: title,
            summary: summary(view, moments, bucket),
            time: view.comparison,
            axis: ValueAxis(.milliseconds, label: "latency", scale: .log)
        )
        chart.bands = [
            band(view.stable, .stable, moments) { $0.stableLatency?[keyPath: bucket] },
            band(view.canary, .canary, moments) { $0.canaryLatency?[keyPath: bucket] },
        ]
        chart.height = .low
        chart.steps = view.steps
        chart.unusable = view.unusable
        return chart
    }

    private static func band(
        _ label: String,
        _ role: ChartRole,
        _ moments: [StoryMoment],
        _ bucket: (StoryMoment) -> StoryMoment.QuantileBands.Bucket?
    ) -> TimeBand {
        var points: [TimeBand.Point] = []
        for moment in moments {
            let bucket = bucket(moment)
            points.append(
                .init(
                    at: moment.from,
                    lower: bucket?.low,
                    upper: bucket.map { $0.high ?? .infinity }
                )
            )
        }
        return TimeBand(label, role: role, isStepped: true, points: points)
    }

    private static func summary(
        _ view: StoryView,
        _ moments: [StoryMoment],
        _ bucket: KeyPath<StoryMoment.QuantileBands, StoryMoment.QuantileBands.Bucket>
    ) -> String {
        func words(_ version: String, _ bands: StoryMoment.QuantileBands?) -> String? {
            guard let bucket = bands?[keyPath: bucket] else { return nil }
            guard let high = bucket.high else { return "\(version)'s is above \(PageText.milliseconds(bucket.low))" }
            return
                "\(version)'s lies between \(PageText.number(Phrase.decimal(bucket.low))) and \(PageText.milliseconds(high))"
        }
        let last = moments.last { $0.canaryLatency != nil }
        let sides = [words(view.stable, last?.stableLatency), words(view.canary, last?.canaryLatency)].compactMap { $0 }
        return sides.isEmpty ? "Which bucket holds it." : "At the end \(sides.joined(separator: ", "))."
    }

    private static let reading =
        "A histogram knows how many requests lie between two bounds, and not where between them; so a quantile is a band as wide "
        + "as its bucket, and nothing is interpolated. Failed requests are left out, so that fast failures cannot hide slowness."
}
