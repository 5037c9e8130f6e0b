import CanaryStatistics
package import CanaryTelemetry

/// Judges metrics of the user's own beside errors and latency.
///
/// **What can be judged.** Each entry of `objectives.metrics` names a query; the query says of what kind its numbers
/// are and which way is better. A *ratio* counts events among a total, a *histogram* observations per bucket, a *gauge*
/// is a level. They are asked once for each version, not by pod.
///
/// **Rolling back.** A ratio is compared by the kernel that compares errors: worse is a share of bad events above
/// stable's plus `tolerance` (`0.5pp`), in the same windows. A histogram is compared so at up to three of its bounds,
/// those nearest to stable's median, 90 % and 99 % before the comparison. If higher is better the other events are
/// counted. Both are divided by the dispersion of stable's own windows. *Events have to be things that happen one by
/// one*: a sum of seconds or of money is no count. A gauge is compared at most once a minute, more seldom if stable's
/// history shows that it moves slowly: worse is a canary mean beyond stable's by more than the relative `tolerance`
/// (`10%`), and what counts is how often that happens. That is a weaker statement, because it takes its comparisons as
/// independent; the reason says so, and it needs at least a dozen of them.
///
/// **Chance of error.** `guards.falseRollback` stays the chance of rolling back an equal release. With any metric of
/// the user's own, errors and latency get one half of it and all such metrics together the other (Bonferroni over the
/// two groups; within each the average of the e-values, statistics text §9). Without any nothing changes.
///
/// **Stepping up.** There is no proof of "not worse" on these metrics. A step up waits while the evidence against one
/// of them is at least 10 : 1, and until each had data of both versions in this step, not longer than five minutes ago.
/// No data is never zero, and never a strike against the canary.
///
/// **Limits.** Pods are not told apart, so nothing is deducted for an episode on a single pod, and no second canary pod
/// has to agree: the dispersion of stable's windows is all that meets bursts. Prefer several canary pods. The chance of
/// error holds for events that are independent given the past, or clustered as stable's are.
///
/// **Not judged**: windows in which canary pods warm up, and the bake after 100 %; its verdicts say so.
package struct MetricJudge: Sendable, Hashable, Codable {
    private let objectives: [CustomObjective]
    private let configuration: EngineConfiguration
    /// Stable's readings before the first step, oldest first.
    private var history: [CustomWindow] = []
    /// Numbers in `history`.
    private var kept = 0
    private var engine: CustomEngine?

    /// Nil without metrics of the user's own.
    package init?(_ rules: JudgeRules) {
        guard !rules.metrics.isEmpty else { return nil }
        objectives = rules.metrics.prefix(MetricWindow.mostMetrics).map {
            CustomObjective(name: $0.query, tolerance: $0.tolerance)
        }
        configuration = rules.configuration
    }

    /// Takes in a window before the first step; of a long history the last part is kept.
    package mutating func remember(_ window: Window) {
        let readings = readings(of: window, isHistory: true)
        history.append(CustomWindow(seconds: window.seconds, readings: readings))
        kept += Self.size(readings)
        var dropped = 0
        let limit = min(max(configuration.dispersionHistory, 1), Self.mostWindows)
        while history.count - dropped > 1, history.count - dropped > limit || kept > Self.mostNumbers {
            kept -= Self.size(history[dropped].readings)
            dropped += 1
        }
        history.removeFirst(dropped)
    }

    /// Judges a window of the comparison.
    ///
    /// - Parameter isWarming: whether canary pods served while they warmed up.
    package mutating func judge(_ window: Window, isFirstAfterWeightChange: Bool, isWarming: Bool) -> MetricReport {
        var engine =
            self.engine
            ?? CustomEngine(
                objectives: objectives,
                falseRollback: configuration.falseRollback,
                configuration: configuration,
                history: history
            )
        (history, kept) = ([], 0)
        let result = engine.judge(
            CustomWindow(
                seconds: window.seconds,
                isFirstAfterWeightChange: isFirstAfterWeightChange,
                isWarming: isWarming,
                readings: readings(of: window, isHistory: false)
            )
        )
        self.engine = engine
        return MetricReport(result, window: window, isWarming: isWarming)
    }

    /// Numbers of the windows before the first step.
    var historyNumbers: Int { kept }

    /// Drops the oldest windows before the first step until the rest is at most `numbers` numbers.
    mutating func trim(to numbers: Int) {
        var dropped = 0
        while dropped < history.count, kept > numbers {
            kept -= Self.size(history[dropped].readings)
            dropped += 1
        }
        history.removeFirst(dropped)
    }

    /// Whether a decoded judge can be gone on with under these rules.
    func isSound(_ rules: JudgeRules) -> Bool {
        guard let fresh = MetricJudge(rules), fresh.objectives == objectives, fresh.configuration == configuration,
            kept == history.reduce(0, { $0 + Self.size($1.readings) })
        else { return false }
        return engine.map { $0.isSound(objectives, configuration) } ?? true
    }

    private func readings(of window: Window, isHistory: Bool) -> [CustomReading?] {
        objectives.map { objective in
            window.metrics.first { $0.name == objective.name }.map { CustomReading($0, isHistory: isHistory) }
        }
    }

    private static func size(_ readings: [CustomReading?]) -> Int {
        readings.reduce(1) { $0 + 1 + 2 * ($1?.bounds.count ?? 0) }
    }

    private static let mostWindows = 20_000
    private static let mostNumbers = 1_000_000
}

extension CustomReading {
    fileprivate init(_ metric: MetricWindow, isHistory: Bool) {
        let kind: Kind =
            switch metric.kind {
            case .ratio: .ratio
            case .histogram: .histogram
            case .gauge: .gauge
            }
        self.init(
            kind: kind,
            isHigherBetter: metric.direction == .higher,
            bounds: metric.bounds,
            stable: CustomValue(metric.stable),
            canary: isHistory ? nil : CustomValue(metric.canary)
        )
    }
}

extension CustomValue {
    /// Nil for a side without data.
    fileprivate init?(_ side: MetricSide) {
        switch side {
        case .absent: return nil
        case .ratio(let ratio): self = .ratio(EventCount(x: ratio.events, n: ratio.total))
        case .histogram(let buckets): self = .buckets(buckets.counts)
        case .gauge(let gauge): self = .level(mean: gauge.mean, samples: gauge.samples)
        }
    }
}
