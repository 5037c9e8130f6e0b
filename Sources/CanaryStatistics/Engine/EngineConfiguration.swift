/// Every constant of the engine, with the defaults of §12 of the statistics text.
///
/// The one difference is the latency tolerance: the product's default is 10 %, the text's figures use 5 %.
package struct EngineConfiguration: Sendable, Hashable, Codable {
    // MARK: Guarantees

    /// Chance of rolling back an equal release, per rollout (alpha_R).
    package var falseRollback = 0.01
    /// Chance of passing a margin that does not hold, per margin (alpha_P).
    package var falsePromotion = 0.05
    /// Alpha of the before/after comparison during the bake.
    package var bakeAlpha = 0.001

    // MARK: Margins

    /// Tolerated difference of failure shares (delta of the rollback test).
    package var errorDelta = 0.0005
    /// Tolerated ratio of failure shares (rho of the rollback test).
    package var errorRatio = 1.1
    /// Failures per request of the whole service that the next step may add (b).
    package var errorBudget = 0.0015
    /// Tolerated ratio of failure shares in the promotion test.
    package var errorBudgetRatio = 1.25
    /// Upper limit of the promotion test's error margin.
    package var errorBudgetCap = 0.02
    /// How much slower the canary may be before it is called worse (m of §6.3).
    package var latencyTolerance = 0.10
    /// Additional slow share tolerated by the rollback test.
    package var latencyDelta = 0.001
    /// How much slower the whole service may get by the next step (m' of §6.3 is this divided by the next weight).
    package var latencyBudget = 0.20
    /// Upper limit of m'.
    package var latencyBudgetCap = 1.0
    /// Additional slow share tolerated by the promotion test.
    package var latencyBudgetDelta = 0.005
    /// Canary shares of the steps, ascending, each in 0...1.
    package var steps: [Double] = [0.05, 0.10, 0.25, 0.5, 1.0]

    // MARK: Telemetry

    /// False if counts cannot be told apart by pod (a source or waypoint reporter): no deduction, no second-pod rule,
    /// and the full dispersion divisor.
    package var isPerPod = true
    /// Numbers of pods that are known although counts are not per pod. They enter the dispersion of the canary only.
    /// `nil`: unknown, the canary's dispersion is the stable version's.
    package var knownPods: PodNumbers?

    // MARK: Sequential tests

    /// Smallest effect of the rollback mixture.
    package var tiltLow = 1.05
    /// Largest effect of the rollback mixture.
    package var tiltHigh = 100.0
    /// Smallest reduction of the promotion mixture, as -ln s.
    package var reductionLow = 0.05
    /// Largest reduction of the promotion mixture, as -ln s.
    package var reductionHigh = 4.0
    /// Prior mass on "bad from the first window".
    package var startPrior = 0.5
    /// Prior mass on "bad since this change of weight".
    package var stepPrior = 0.05
    /// Prior mass on "bad since some window".
    package var anyTimePrior = 0.3
    /// Mean of the start time under the any-time prior, in seconds.
    package var anyTimeMean = 1800.0
    /// Weight of the error metric in the average over metrics; the edges share the rest.
    package var errorWeight = 0.5
    /// Part of the threshold that must remain without the best single window.
    package var leaveOutFraction = 1.0 / 3.0

    // MARK: Latency edges

    /// First edge: the first one with a smaller tail share than this.
    package var edgeShareHigh = 0.70
    /// Last edge: one past the first with a smaller tail share than this.
    package var edgeShareLow = 0.002
    /// At most this many edges, the highest ones.
    package var edgeLimit = 6

    // MARK: Bursts

    /// Windows at the end of the history that feed the dispersion.
    package var dispersionHistory = 360
    /// Pseudo-events that keep a short history calm.
    package var dispersionPrior = 20.0
    /// Factor on the measured excess.
    package var dispersionSafety = 2.0
    /// Part of the divisor used on the rollback side when pods are told apart (z).
    package var regressionDispersion = 0.5
    /// Factor on the stable version's excess on the promotion side.
    package var promotionDispersion = 1.15
    /// Events an edge needs before it may raise the other edges' dispersion.
    package var dispersionShareEvents = 200.0
    /// Floor of the canary's load per pod in its dispersion.
    package var dispersionLoadFloor = 0.5
    /// Windows of the slow mean.
    package var slowMeanWindows = 60.0
    /// Added to ln U: the level that calm telemetry reaches by chance.
    package var chanceLevel = 1.0
    /// Width of the gate's ramp, in chance levels.
    package var gateRamp = 0.5
    /// Floor of the canary's load per pod in the deduction.
    package var loadFloor = 0.25
    /// Least factor for episodes larger than those seen.
    package var kappaLow = 2.0
    /// Largest factor for episodes larger than those seen.
    package var kappaHigh = 6.0
    /// Part of the threshold that must remain without the best canary pod.
    package var secondPodFraction = 0.5
    /// Multiple of the threshold from which one canary pod is enough.
    package var onePodFactor = 8.0

    // MARK: Rollout

    /// Error margin of requests served by warming pods.
    package var warmUpErrorDelta = 0.05
    /// Windows a step lasts at least.
    package var dwellWindows = 6
    /// Canary requests a step needs at least.
    package var requestsPerStep = 50.0
    /// Evidence of a regression from which a step is held.
    package var suspicionEvidence = 10.0
    /// Seconds of stable traffic that serve as reference of the bake.
    package var bakeReferenceSeconds = 1800.0

    /// The defaults.
    package init() {}
}

/// How many pods each version has.
package struct PodNumbers: Sendable, Hashable, Codable {
    /// Pods of the stable version.
    package var stable: Double
    /// Pods of the canary.
    package var canary: Double

    /// Numbers below one count as one.
    package init(stable: Double, canary: Double) {
        self.stable = stable
        self.canary = canary
    }
}
