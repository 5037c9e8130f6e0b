import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// One run of a recording: history first, then windows with an answer each.
struct RecordedRun {
    /// The answer that is repeated after a promotion or a rollback.
    var finalAnswer: [UInt8]?
    private(set) var verdict: Verdict.Kind?
    private var history: [WindowCounts] = []
    private var historySeconds = 0.0
    private var engine: CanaryEngine?
    private var bounds: LatencyBounds?
    private var weight: Double
    private var lastWeight: Double?
    private var isChangeUnjudged = true
    private var elapsed = 0.0
    private var firstRequests: [String: Double] = [:]
    private var guardrail: AbsoluteGuard
    private var metrics: MetricJudge?

    init(settings: RecordedSettings) {
        weight = settings.steps[0]
        guardrail = AbsoluteGuard(bar: settings.rules.absoluteErrors)
        metrics = MetricJudge(settings.rules)
    }

    /// Whether a window of the comparison has come; history may not follow it.
    var hasBegun: Bool { lastWeight != nil }

    /// Takes a window of stable's history; nil if its buckets do not fit.
    mutating func remember(_ window: Window, settings: RecordedSettings) -> Bool {
        guard let counts = counts(of: window, settings: settings) else { return false }
        history.append(WindowCounts(seconds: counts.seconds, stable: counts.stable, canary: []))
        metrics?.remember(window)
        historySeconds += window.seconds
        guard historySeconds > settings.rules.historyLimitSeconds || history.count > Self.mostHistory else {
            return true
        }
        historySeconds -= history.removeFirst().seconds
        return true
    }

    /// Judges a window; nil if its buckets do not fit.
    mutating func judge(_ window: Window, settings: RecordedSettings) -> RecordedAnswer? {
        let inForce = window.weight ?? weight
        if lastWeight != inForce { isChangeUnjudged = true }
        lastWeight = inForce
        weight = inForce

        if let unusable = window.quality.unusable {
            elapsed += window.seconds
            verdict = .unknown
            return RecordedAnswer(verdict: .unknown, decision: .hold, weight: weight, because: unusable.reason)
        }
        guard let counts = counts(of: window, settings: settings) else { return nil }
        let alarm = guardrail.feed(stable: counts.stable.failureTally, canary: counts.canary.failureTally)
        beginIfNeeded(settings)
        let step = settings.step(at: inForce)
        let context = WindowContext(step: step, isFirstAfterWeightChange: isChangeUnjudged)
        // Nil only if `beginIfNeeded` was left out.
        guard let result = engine?.judge(counts, in: context) else { return nil }
        let report = metrics?.judge(
            window,
            isFirstAfterWeightChange: isChangeUnjudged,
            isWarming: counts.canary.isServingWhileWarming
        )
        isChangeUnjudged = false

        let (decision, because) = decide(result, alarm: alarm, report)
        switch decision {
        case .hold:
            verdict = .undecided
        case .advance:
            verdict = .healthy
            weight = settings.steps[min(step + 1, settings.steps.count - 1)]
        case .promote:
            verdict = .healthy
            weight = settings.steps[settings.steps.count - 1]
        case .rollback:
            verdict = .degraded
            weight = 0
        }
        return RecordedAnswer(
            verdict: verdict ?? .unknown,
            decision: decision,
            weight: weight,
            weightInForce: inForce,
            result: result,
            promoteEdges: engine?.promoteEdges ?? [],
            because: because,
            metrics: report
        )
    }

    /// The engine's decision, unless something beside it says otherwise.
    private func decide(
        _ result: EngineResult,
        alarm: Reason?,
        _ report: MetricReport?
    ) -> (EngineDecision, because: Reason?) {
        if let alarm { return (.rollback, alarm) }
        switch result.decision {
        case .rollback:
            return (.rollback, nil)
        case .hold, .advance, .promote:
            if let harm = report?.harm { return (.rollback, harm) }
            guard result.decision != .hold, let obstacle = report?.obstacle else { return (result.decision, nil) }
            return (.hold, obstacle)
        }
    }

    private mutating func beginIfNeeded(_ settings: RecordedSettings) {
        guard engine == nil else { return }
        engine = CanaryEngine(
            configuration: settings.rules.configuration,
            bounds: bounds?.milliseconds ?? [],
            history: history
        )
        history = []
    }

    private mutating func counts(of window: Window, settings: RecordedSettings) -> WindowCounts? {
        let start = elapsed
        elapsed += window.seconds
        let wanted = bounds ?? window.bounds
        bounds = wanted
        var projection: BucketProjection?
        if window.bounds != wanted {
            projection = BucketProjection(from: window.bounds, onto: wanted)
            if projection == nil { return nil }
        }
        let stable = window.stable.map { Self.counts(of: $0, projection, isWarming: false) }
        let canary = window.canary.map { pod in
            Self.counts(
                of: pod,
                projection,
                isWarming: isWarming(pod, at: start, seconds: settings.rules.warmUpSeconds)
            )
        }
        return WindowCounts(seconds: window.seconds, stable: stable, canary: canary)
    }

    /// Whether a window that starts at `start` lies in a pod's warm-up: from its first request, for a fixed time.
    private mutating func isWarming(_ pod: PodWindow, at start: Double, seconds: Double) -> Bool {
        guard seconds > 0 else { return false }
        if let first = firstRequests[pod.pod] { return start < first + seconds }
        guard firstRequests.count < RecordedWindowReader.mostPods else { return false }
        if pod.total > 0 { firstRequests[pod.pod] = start }
        return true
    }

    private static func counts(of pod: PodWindow, _ projection: BucketProjection?, isWarming: Bool) -> PodCounts {
        PodCounts(
            name: pod.pod,
            requests: Double(pod.total),
            failures: Double(pod.failures),
            latency: projection?.apply(pod.latency) ?? pod.latency.map { Double($0) },
            isWarming: isWarming
        )
    }

    private static let mostHistory = 20_000
}

extension [PodCounts] {
    fileprivate var failureTally: Finding.Tally {
        Finding.Tally(events: reduce(0) { $0 + $1.failures }, requests: reduce(0) { $0 + $1.requests })
    }
}
