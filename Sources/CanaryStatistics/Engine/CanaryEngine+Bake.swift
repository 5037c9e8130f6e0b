/// The comparison after 100 %: the canary now against the stable version before (§10).
struct BakeState: Sendable, Hashable, Codable {
    /// The stable version's counts of the last half hour, by metric.
    let reference: [EventCount]
    /// Dispersion of the last judged window, by metric.
    let phi1: [Double]
    var regression: RegressionState
    var podMemory: CanaryPodMemory
}

extension CanaryEngine {
    /// Freezes the stable version's counts of the last half hour as reference and starts fresh evidence.
    ///
    /// Dispersion and deduction are those of the last judged window. The comparison is confounded by time, and no
    /// chance of error is claimed for it.
    package mutating func beginBake() {
        bake = BakeState(
            reference: reference.counts,
            phi1: dispersion.phi,
            regression: RegressionState(metricCount: model.metricCount, configuration: configuration),
            podMemory: CanaryPodMemory(metricCount: model.metricCount)
        )
    }

    /// Judges one window of the bake: rolls back or holds. Begins the bake if that was forgotten.
    ///
    /// - Parameter isFirst: true for the first window after the change of weight.
    package mutating func judgeBake(_ window: WindowCounts, isFirst: Bool) -> EngineResult {
        if bake == nil {
            beginBake()
        }
        guard var state = bake else { return emptyResult }
        windows &+= 1
        canary.count(window.canary)
        let threshold = -Elementary.log(configuration.bakeAlpha)
        let errorDelta = errorDeltaInForce
        let logMass = state.regression.begin(seconds: window.seconds, isFirstAfterWeightChange: isFirst)
        var scaled = state.reference
        for metric in scaled.indices {
            let count = metric == 0 ? canary.total(metric) : canary.established(metric)
            scaled[metric] = Self.scaled(state.reference[metric], to: count.n)
            state.regression.add(
                metric: metric,
                stable: scaled[metric],
                canary: count,
                delta: metric == 0 ? errorDelta : model.delta[metric],
                divisors: RegressionDivisors(
                    phi1: state.phi1[metric],
                    phi2: phi2[metric],
                    z: regressionDispersion
                ),
                model: model,
                logMass: logMass
            )
            let total = canary.total(metric)
            canaryTotals[metric].x += total.x
            canaryTotals[metric].n += total.n
        }
        state.regression.end(model: model)
        state.podMemory.add(
            pods: window.canary,
            tally: canary,
            reference: state.reference,
            rho: model.rho,
            delta: model.delta
        )
        let (logD, leading) = state.regression.deducted(penalties, model: model)
        let pair = confirmation(state.podMemory, metric: leading, logD: logD, threshold: threshold)
        let rollback = RollbackCase(
            logE: state.regression.logE,
            logD: logD,
            top: state.regression.top,
            threshold: threshold,
            leaveOutFraction: configuration.leaveOutFraction,
            isConfirmed: pair.isConfirmed
        )
        bake = state

        var result = emptyResult
        result.decision = rollback.isProved ? .rollback : .hold
        result.logE = rollback.logE
        result.logD = logD
        result.top = rollback.top
        result.withoutBestPod = pair.withoutBestPod
        result.isConfirmed = pair.isConfirmed
        result.isWarmUp = isWarmUp
        result.leadingMetric = leading
        result.rollbackThreshold = threshold
        result.blockers = rollback.blockers(leadingPod: state.podMemory.leadingPod(metric: leading))
        result.metrics = model.metricNames.indices.map { metric in
            MetricEvidence(
                name: model.metricNames[metric],
                edge: metric == 0 ? nil : model.edges[metric - 1],
                logE: state.regression.logEs[metric],
                phi1: state.phi1[metric],
                phi2: phi2[metric],
                penalty: penalties[metric],
                rho: model.rho[metric],
                delta: metric == 0 ? errorDelta : model.delta[metric],
                weight: model.weights[metric],
                stable: scaled[metric],
                canary: canary.total(metric),
                stableTotal: state.reference[metric],
                canaryTotal: canaryTotals[metric]
            )
        }
        return result
    }

    /// The same share among as many requests as the other side has.
    private static func scaled(_ reference: EventCount, to requests: Double) -> EventCount {
        guard reference.n > 0 else { return EventCount() }
        return EventCount(x: reference.x / reference.n * requests, n: requests)
    }

    private var emptyResult: EngineResult {
        EngineResult(
            window: windows,
            decision: .hold,
            logE: 0,
            logD: 0,
            top: 0,
            withoutBestPod: nil,
            load: load.value,
            gate: 0,
            kappa: configuration.kappaLow,
            isConfirmed: true,
            isWarmUp: false,
            blockers: [],
            metrics: [],
            promotion: [],
            unseenEpisodeShare: unseenEpisodeShare,
            leadingMetric: 0,
            rollbackThreshold: 0,
            margin: model.promotionDelta.count - 1
        )
    }
}
