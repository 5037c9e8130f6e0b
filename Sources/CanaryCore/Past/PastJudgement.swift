package import CanaryTelemetry

/// Judges stored windows in their order, as a run would have judged them when they were new.
///
/// Windows up to the beginning of the judged time, and after it until the canary's first request, are stable's history. From
/// the first request on both are compared. The weights are not known: `ObservedSplit` says which step the requests look like. Once
/// stable gets no requests any more, there is nothing to compare with, and windows are only recorded.
///
/// A value: the same windows give the same verdicts on every machine. Nothing is kept that grows with the number of windows.
package struct PastJudgement: Sendable {
    /// A judged window, as the journal takes it.
    package struct Entry: Sendable, Hashable {
        package var at: Timestamp
        package var window: Window
        package var context: JudgingContext
        package var verdict: Verdict
    }

    package let purpose: RunHeader.Purpose
    package private(set) var account: PastAccount
    private let from: Timestamp
    private let settleSeconds: Double
    private var judge: Judge
    private var split: ObservedSplit
    private var hasBegun = false
    private var reading: ObservedSplit.Reading?
    /// Seconds from the start of the present step's first window to the end of the last window.
    private var stepSeconds = 0.0

    /// - Parameters:
    ///   - spec: with `pace.interval` as long as the windows are.
    ///   - from: when the judged time begins; windows that end by then are history.
    package init(spec: CanarySpec, purpose: RunHeader.Purpose, from: Timestamp) {
        self.purpose = purpose
        self.from = from
        settleSeconds = purpose == .past ? spec.pace.settle.inSeconds : 0
        judge = Judge(rules: JudgeRules(spec, purpose: purpose))
        split = ObservedSplit(steps: spec.steps)
        account = PastAccount(purpose: purpose, startedAt: from)
    }

    /// Judges the next window.
    package mutating func judge(_ timed: TimedWindow) -> Entry {
        var window = timed.window
        let context: JudgingContext
        if timed.at <= from {
            window.canary = []
            window.quality.canaryCallers = []
            window.quality.unusable = window.quality.unusableForStable
            context = .history
        } else {
            switch purpose {
            case .past: context = sideBySide(window)
            case .beforeAfter: context = beforeAfter()
            }
        }
        window.isHistory = context.phase == .watching && window.canary.isEmpty
        window.weight = nil
        let verdict = judge.judge(window, in: context)
        account.judged(window, in: context, verdict, at: timed.at)
        return Entry(at: timed.at, window: window, context: context, verdict: verdict)
    }

    /// Judges all windows.
    package mutating func judge(_ telemetry: PastTelemetry) -> [Entry] {
        telemetry.windows.map { judge($0) }
    }

    /// The context of a window in which both versions may have traffic.
    private mutating func sideBySide(_ window: Window) -> JudgingContext {
        if window.canaryTotal > 0 { hasBegun = true }
        guard hasBegun else { return .history }
        // A canary with all the traffic, whose stable version has no pod left, is no gap in the telemetry.
        let hasNoStable = window.quality.unusable?.isWithoutStable ?? false
        guard window.quality.unusable == nil || (hasNoStable && window.canaryTotal > 0) else {
            let share = reading?.share ?? 0
            return analyzing(step: reading?.step ?? 0, share: share, isChanged: false, seconds: window.seconds)
        }
        let now = split.observe(stable: window.stableTotal, canary: window.canaryTotal, seconds: window.seconds)
        reading = now
        if now.isAlone || hasNoStable {
            return JudgingContext(
                phase: .idle,
                canaryPercent: now.share * 100,
                step: now.step,
                isFirstAfterWeightChange: false,
                countsForPromotion: false
            )
        }
        return analyzing(step: now.step, share: now.share, isChanged: now.isChanged, seconds: window.seconds)
    }

    private mutating func beforeAfter() -> JudgingContext {
        let isFirst = !hasBegun
        hasBegun = true
        return analyzing(step: 0, share: 1, isChanged: isFirst, seconds: 0)
    }

    /// Evidence of safety counts once a whole window lies behind the time to settle.
    private mutating func analyzing(step: Int, share: Double, isChanged: Bool, seconds: Double) -> JudgingContext {
        if isChanged { stepSeconds = 0 }
        let isSettled = stepSeconds >= settleSeconds
        stepSeconds += seconds.isFinite ? max(seconds, 0) : 0
        return JudgingContext(
            phase: .analyzing,
            canaryPercent: share * 100,
            step: step,
            isFirstAfterWeightChange: isChanged,
            countsForPromotion: isSettled
        )
    }
}

extension JudgingContext {
    /// Before the canary's first request.
    fileprivate static let history = JudgingContext(
        phase: .watching,
        canaryPercent: 0,
        step: 0,
        isFirstAfterWeightChange: false,
        countsForPromotion: false
    )
}

extension WindowQuality.Unusable {
    /// Whether stable has no pod at all, which is not the same as pods that do not answer.
    var isWithoutStable: Bool {
        switch self {
        case .tooFewPods(.stable, 0, 0): true
        default: false
        }
    }
}
