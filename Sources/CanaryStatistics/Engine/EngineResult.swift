/// What to do after a window.
package enum EngineDecision: String, Sendable, Hashable, Codable {
    /// Neither is proved.
    case hold
    /// Not worse by more than this step's margin: go to the next step.
    case advance
    /// Not worse by more than the last margin.
    case promote
    /// Worse by more than the tolerated margin.
    case rollback
}

/// Events among requests.
package struct EventCount: Sendable, Hashable, Codable {
    /// Events: failures, or responses slower than the edge.
    package var x: Double
    /// Requests, or responses whose latency is known.
    package var n: Double

    /// Events `x` among `n`.
    package init(x: Double = 0, n: Double = 0) {
        self.x = x
        self.n = n
    }

    /// The share of events, `nil` without requests.
    package var share: Double? { n > 0 ? x / n : nil }
}

/// One metric's evidence of a regression after a window.
package struct MetricEvidence: Sendable, Hashable, Codable {
    /// `errors`, or `latency>25ms`.
    package var name: String
    /// The latency edge in the unit of the bounds, `nil` for errors.
    package var edge: Double?
    /// Log evidence of a regression on this metric (§4).
    package var logE: Double
    /// Dispersion of the stable version (§8.1).
    package var phi1: Double
    /// Dispersion of the canary (§8.1).
    package var phi2: Double
    /// What a pod-local episode could have contributed, in nats (§8.2).
    package var penalty: Double
    /// Ratio of the tolerated margin.
    package var rho: Double
    /// Difference of the tolerated margin, as used in this window.
    package var delta: Double
    /// Weight omega of this metric in the average.
    package var weight: Double
    /// The stable version in this window.
    package var stable: EventCount
    /// The canary in this window, warming pods included.
    package var canary: EventCount
    /// The stable version in all windows judged so far.
    package var stableTotal: EventCount
    /// The canary in all windows judged so far.
    package var canaryTotal: EventCount
}

/// One promotion metric's evidence at one margin.
package struct PromotionEvidence: Sendable, Hashable, Codable {
    /// Index into `EngineResult.metrics`.
    package var metric: Int
    /// Ratio of the margin.
    package var rho: Double
    /// Difference of the margin.
    package var delta: Double
    /// Log evidence that the canary is not worse than the margin (§5).
    package var logN: Double
    /// True once `logN` has reached the bar.
    package var isLatched: Bool
}

/// The engine's answer to one window.
package struct EngineResult: Sendable, Hashable, Codable {
    /// Number of the judged window, from 1.
    package var window: Int
    /// What to do now.
    package var decision: EngineDecision
    /// Log evidence of a regression, averaged over metrics (§4).
    package var logE: Double
    /// The same after the deduction of §8.2.
    package var logD: Double
    /// The largest increment of `logE` in one window.
    package var top: Double
    /// `rest` of §8.3, `nil` with fewer than two canary pods or without per-pod memory.
    package var withoutBestPod: Double?
    /// Load of a canary pod in units of a stable pod (§8.2).
    package var load: Double
    /// 0: nothing beyond chance was seen on stable pods; 1: real episodes.
    package var gate: Double
    /// How much larger an unseen episode may be.
    package var kappa: Double
    /// False while the evidence rests on a single canary pod.
    package var isConfirmed: Bool
    /// True if warming pods carried at least half of the canary's requests.
    package var isWarmUp: Bool
    /// Why the decision is to hold; empty otherwise.
    package var blockers: [EngineBlocker]
    /// Errors, then the edges in ascending order.
    package var metrics: [MetricEvidence]
    /// One row a margin, one entry a promotion metric. Empty during the bake.
    package var promotion: [[PromotionEvidence]]
    /// V/(U+V): the chance that the largest episode of all falls on a canary pod (§8.2).
    package var unseenEpisodeShare: Double
    /// Index into `metrics` of the leading explanation: largest evidence after deduction and weight.
    package var leadingMetric: Int
    /// Log evidence a rollback needs.
    package var rollbackThreshold: Double
    /// The margin judged in this window: row of `promotion`.
    package var margin: Int
}
