package import CanaryStatistics
package import CanaryTelemetry

/// Turns windows into verdicts: collects history, feeds the engine, and adds the rules that stand beside it.
///
/// A judge is a value: the same windows and contexts give the same verdicts on every machine. Windows have to come in order.
package struct Judge: Sendable, Hashable, Codable {
    package let rules: JudgeRules
    private(set) package var history: History
    private var engine: CanaryEngine?
    private var warmUp: WarmUp
    private var guardrail: AbsoluteGuard
    private var silence = CanarySilence()
    private var ratio = SplitSummary()
    private var incident = StableIncident(shares: [])
    private var restarts = RestartMonitor()
    private var difference = DifferenceSequence()
    private var metrics: MetricJudge?
    private var elapsedSeconds = 0.0
    private var weightChangedUnjudged = false
    private var isBaking = false
    private var judged = 0

    package init(rules: JudgeRules) {
        self.rules = rules
        history = History(bounds: nil)
        warmUp = WarmUp(seconds: rules.warmUpSeconds)
        guardrail = AbsoluteGuard(bar: rules.absoluteErrors)
        metrics = MetricJudge(rules)
    }

    /// The engine's last answer, for output that shows everything; nil before the first judged window.
    package private(set) var lastResult: EngineResult?

    /// The edges that are judged, in milliseconds; empty before the first judged window.
    package var edges: [Double] { engine?.edges ?? [] }

    /// The edges that promotion asks, in milliseconds; empty before the first judged window.
    package var promoteEdges: [Double] { engine?.promoteEdges ?? [] }

    /// Judges one window.
    ///
    /// While watching, a usable window becomes history and the verdict is `undecided`, unless the absolute guard fires.
    package mutating func judge(_ window: Window, in context: JudgingContext) -> Verdict {
        let startsAt = elapsedSeconds
        elapsedSeconds += window.seconds.isFinite ? max(window.seconds, 0) : 0
        if context.isFirstAfterWeightChange { weightChangedUnjudged = true }

        if let unusable = window.quality.unusable {
            return .unknown(unusable.reason, notes: rules.notes)
        }
        let crashing = restarts.feed(window)
        guard let counts = counts(of: window, startsAt: startsAt) else {
            return .unknown(
                Reason(
                    "bounds",
                    "the latency buckets changed during the run, and the new ones do not contain the old ones"
                ),
                notes: rules.notes
            )
        }
        guardrail.learn(counts.stable)
        let alarm = guardrail.feed(stable: counts.stable.tally, canary: counts.canary.tally)

        switch context.phase {
        case .idle:
            return .unknown(
                Reason("idle", "decided: this window only shows whether the canary still gets requests"),
                notes: rules.notes
            )
        case .watching:
            history.append(counts, bounds: window.bounds, limitSeconds: rules.historyLimitSeconds)
            metrics?.remember(window)
            if let alarm { return degraded(alarm) }
            return Verdict(
                kind: .undecided,
                decision: .hold,
                reason: Reason("watching", "stable is being watched before the first step"),
                notes: rules.notes
            )
        case .analyzing, .baking:
            return compare(counts, of: window, in: context, alarm: alarm, crashing: crashing)
        }
    }

    private mutating func compare(
        _ counts: WindowCounts,
        of window: Window,
        in context: JudgingContext,
        alarm: Reason?,
        crashing: Reason?
    ) -> Verdict {
        var engine = self.engine ?? makeEngine()
        let result: EngineResult
        if context.phase == .baking {
            if !isBaking { engine.beginBake() }
            result = engine.judgeBake(counts, isFirst: !isBaking)
            isBaking = true
        } else {
            result = engine.judge(
                counts,
                in: WindowContext(
                    step: context.step,
                    isFirstAfterWeightChange: weightChangedUnjudged,
                    countsForPromotion: context.countsForPromotion
                )
            )
        }
        let report =
            context.phase == .baking
            ? nil
            : metrics?.judge(
                window,
                isFirstAfterWeightChange: weightChangedUnjudged,
                // Before its first request a new pod is not warm either.
                isWarming: counts.canary.isServingWhileWarming || counts.canary.tally.requests <= 0
            )
        weightChangedUnjudged = false
        self.engine = engine
        lastResult = result
        judged = result.window
        ratio.feed(counts)
        incident.feed(result.metrics)

        let silent = context.canaryPercent > 0 ? silence.feed(counts) : nil
        let builder = VerdictBuilder(
            rules: rules,
            result: result,
            counts: ratio,
            incident: incident.worst,
            difference95: context.phase == .baking ? nil : widen(with: result.metrics.first),
            crashing: crashing,
            metrics: report
        )
        let verdict = alarm.map { builder.degraded(because: $0) } ?? builder.verdict(isBaking: isBaking)
        guard let silent, verdict.kind != .degraded else { return verdict }
        return .unknown(silent, notes: rules.notes)
    }

    /// Takes a window of the error metric into the confidence sequence of the difference.
    private mutating func widen(with errors: MetricEvidence?) -> Finding.Range? {
        guard let errors, errors.stableTotal.n > 0, errors.canaryTotal.n > 0 else { return nil }
        difference.add(
            stable: errors.stable,
            canary: errors.canary,
            stableDivisor: errors.phi1,
            canaryDivisor: errors.phi2
        )
        let interval = difference.interval()
        return Finding.Range(low: interval.lower, high: interval.upper)
    }

    /// The numbers of the history before the first comparison, as it is stored; the larger of the two that are cut alike.
    var historyNumbers: Int { max(history.numbers, metrics?.historyNumbers ?? 0) }

    /// Drops the oldest part of the history until the rest is at most so many numbers, as it is stored.
    ///
    /// After the first comparison nothing is left to drop.
    mutating func trimHistory(to numbers: Int) {
        history.trim(to: numbers)
        metrics?.trim(to: numbers)
    }

    /// Whether a decoded judge can be gone on with under these rules: no window can trap it.
    func isSound(_ rules: JudgeRules) -> Bool {
        guard self.rules == rules, guardrail.isSound(rules), ratio.stable.isFinite, ratio.canary.isFinite,
            restarts.isSound, (metrics == nil) == rules.metrics.isEmpty
        else { return false }
        return (engine?.isSound(rules.configuration) ?? true) && (metrics?.isSound(rules) ?? true)
    }

    private mutating func makeEngine() -> CanaryEngine {
        let bounds = history.bounds?.milliseconds ?? []
        let engine = CanaryEngine(configuration: rules.configuration, bounds: bounds, history: history.windows)
        incident = StableIncident(
            shares: StableIncident.shares(of: history.windows, edges: engine.edges, bounds: bounds)
        )
        history.dropWindows()
        return engine
    }

    private func degraded(_ reason: Reason) -> Verdict {
        Verdict(kind: .degraded, decision: .rollback, reason: reason, notes: rules.notes)
    }

    private mutating func counts(of window: Window, startsAt: Double) -> WindowCounts? {
        if history.bounds == nil, engine == nil { history.adopt(window.bounds) }
        guard let projection = BucketProjection(from: window.bounds, onto: history.bounds ?? window.bounds) else {
            return nil
        }
        let stable = window.stable.map { $0.counts(projection, isWarming: false) }
        let canary = window.canary.map { pod in
            pod.counts(projection, isWarming: warmUp.isWarming(pod.pod, requests: pod.total, startsAt: startsAt))
        }
        return WindowCounts(seconds: window.seconds, stable: stable, canary: canary)
    }
}

extension [PodCounts] {
    /// Whether a pod served requests inside its warm-up.
    package var isServingWhileWarming: Bool { contains { $0.isWarming && $0.requests > 0 } }

    /// Failures among requests of all pods.
    var tally: Finding.Tally {
        Finding.Tally(
            events: reduce(0) { $0 + $1.failures },
            requests: reduce(0) { $0 + $1.requests }
        )
    }
}

extension PodWindow {
    func counts(_ projection: BucketProjection, isWarming: Bool) -> PodCounts {
        PodCounts(
            name: pod,
            requests: Double(total),
            failures: Double(failures),
            latency: projection.apply(latency),
            isWarming: isWarming
        )
    }
}
