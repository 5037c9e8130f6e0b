/// The sequential judge of one rollout: windows in, evidence and decisions out (§11 of the statistics text).
///
/// The chance that it ever rolls back a canary that is within the tolerated margin is at most `falseRollback` in
/// telemetry without pod-local bursts, however often one looks; bursts are met by a dispersion divisor, by a deduction
/// learnt from the stable version's own pods, and by the rule that one canary pod is not enough (§8).
///
/// A value: judging the same windows again gives the same bits, on any machine. It keeps nothing that grows with the
/// number of windows: history is consumed, and what is kept by pod ends with the pod.
///
/// - Complexity: O(pods × (edges + buckets)) for each window.
package struct CanaryEngine: Sendable, Hashable, Codable {
    /// The constants it was made with.
    package let configuration: EngineConfiguration
    /// Log evidence that a rollback needs: log(1 / falseRollback).
    package let rollbackThreshold: Double
    /// Log evidence that a margin needs to be latched: log(1 / falsePromotion).
    package let promotionThreshold: Double

    let model: EngineModel
    let suspicionLimit: Double
    /// True if stable pods can serve as placebo canaries: several of them, told apart, with a history.
    let hasMemory: Bool
    /// z of §8.1.
    let regressionDispersion: Double

    var stable: SideTally
    var canary: SideTally
    var roster = PodRoster()
    var halves = StableHalves()
    var dispersion: StableDispersion
    var memory: BurstMemory
    var podMemory: CanaryPodMemory
    var load: CanaryLoad
    var regression: RegressionState
    var promotion: PromotionState
    var reference: BakeReference
    var bake: BakeState?

    /// Windows judged so far.
    var windows = 0
    /// Windows that count, since the last change of weight.
    var dwell = 0
    /// Canary requests since the last change of weight.
    var stepRequests = 0.0
    /// V of §8.2.
    var canaryPodWindows = 0.0
    var phi2: [Double]
    var penalties: [Double]
    var stableTotals: [EventCount]
    var canaryTotals: [EventCount]

    /// Learns edges, margins, dispersion and burst memory from the stable version's history.
    ///
    /// - Parameters:
    ///   - configuration: constants and steps.
    ///   - bounds: latency bucket bounds, ascending; without usable bounds only errors are judged.
    ///   - history: windows before the first step, oldest first; only their stable side is read. Without any request
    ///     in them only errors are judged, and nothing is deducted for bursts.
    package init(configuration: EngineConfiguration, bounds: [Double], history: [WindowCounts]) {
        self.configuration = configuration
        let model = EngineModel(configuration: configuration, bounds: bounds, history: history)
        self.model = model
        rollbackThreshold = -Elementary.log(configuration.falseRollback)
        promotionThreshold = -Elementary.log(configuration.falsePromotion)
        suspicionLimit = Elementary.log(configuration.suspicionEvidence)
        hasMemory = configuration.isPerPod && !model.isWithoutHistory && model.isSinglePod == false
        regressionDispersion = configuration.isPerPod ? configuration.regressionDispersion : 1

        let count = model.metricCount
        stable = SideTally(lowestEdge: model.lowestEdge, edgeCount: count - 1, bucketCount: bounds.count + 1)
        canary = stable
        dispersion = StableDispersion(
            metricCount: count,
            isSinglePod: model.isSinglePod,
            configuration: configuration
        )
        memory = BurstMemory(
            rho: model.rho,
            delta: model.delta,
            slowMean: model.historyShares,
            slowMeanWindows: configuration.slowMeanWindows
        )
        podMemory = CanaryPodMemory(metricCount: count)
        load = CanaryLoad(floor: configuration.loadFloor)
        regression = RegressionState(metricCount: count, configuration: configuration)
        promotion = PromotionState(model: model)
        reference = BakeReference(metricCount: count, seconds: configuration.bakeReferenceSeconds)
        phi2 = [Double](repeating: 1, count: count)
        penalties = [Double](repeating: 0, count: count)
        stableTotals = [EventCount](repeating: EventCount(), count: count)
        canaryTotals = stableTotals

        let firstForDispersion = history.count - min(history.count, max(configuration.dispersionHistory, 0))
        for (index, window) in history.enumerated() {
            countStable(window)
            memory.add(stable)
            if index >= firstForDispersion {
                dispersion.add(stable, halves: halves)
            }
            reference.add(stable, seconds: window.seconds)
        }
        dispersion.endHistory()
        phi2 = dispersion.phi
    }

    /// The latency edges that may roll back, in the unit of the bounds.
    package var edges: [Double] { model.edges }

    /// The latency edges that have to be proved for promotion.
    package var promoteEdges: [Double] { model.promoteEdges }

    /// `errors`, then `latency>25ms` and so on, in the order of `EngineResult.metrics`.
    package var metricNames: [String] { model.metricNames }

    /// Largest pod-local episode seen so far, in nats, over metrics and effect sizes.
    package var largestEpisode: Double { memory.peak }

    /// Whether a decoded engine can be gone on with under this configuration: no window can trap it.
    ///
    /// What the evidence says is not looked at.
    package func isSound(_ configuration: EngineConfiguration) -> Bool {
        let count = model.metricCount
        guard self.configuration == configuration, model.isSound(configuration),
            rollbackThreshold == -Elementary.log(configuration.falseRollback),
            promotionThreshold == -Elementary.log(configuration.falsePromotion),
            suspicionLimit == Elementary.log(configuration.suspicionEvidence),
            regressionDispersion == (configuration.isPerPod ? configuration.regressionDispersion : 1)
        else { return false }
        let isBakeSound =
            bake.map { bake in
                bake.reference.count == count && bake.phi1.count == count && bake.regression.isSound(metricCount: count)
                    && bake.podMemory.isSound(metricCount: count)
            } ?? true
        return isBakeSound && stable.isSound(model: model) && canary.isSound(model: model)
            && dispersion.isSound(metricCount: count) && memory.isSound(model: model)
            && podMemory.isSound(metricCount: count) && regression.isSound(metricCount: count)
            && promotion.isSound(model: model)
            && reference.isSound(metricCount: count, seconds: configuration.bakeReferenceSeconds)
            && phi2.count == count && penalties.count == count && stableTotals.count == count
            && canaryTotals.count == count
    }

    /// Counts the stable side of a window and follows its pods.
    mutating func countStable(_ window: WindowCounts) {
        stable.count(window.stable)
        guard !window.stable.isEmpty, let places = roster.align(with: window.stable) else { return }
        halves.follow(places: places, names: roster.names)
        memory.follow(places: places)
    }
}
