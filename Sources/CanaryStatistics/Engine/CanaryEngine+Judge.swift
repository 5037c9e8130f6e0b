extension CanaryEngine {
    /// Judges one window of the comparison.
    package mutating func judge(_ window: WindowCounts, in context: WindowContext) -> EngineResult {
        windows &+= 1
        countStable(window)
        canary.count(window.canary)
        if context.isFirstAfterWeightChange, windows > 1 {
            dwell = 0
            stepRequests = 0
            load.beginStep()
        }
        let pods = podNumbers(window)
        let phi1 = dispersion.phi
        updateCanaryDispersion(phi1: phi1, pods: pods)

        let errorDelta = errorDeltaInForce
        addRegression(window, phi1: phi1, errorDelta: errorDelta, isFirst: context.isFirstAfterWeightChange)
        if context.countsForPromotion {
            addPromotion(phi1: phi1)
            dwell &+= 1
        }
        stepRequests += canary.requests

        let finding = learnBursts(window, pods: pods)
        let decided = decide(context: context, finding: finding)
        addTotals()
        reference.add(stable, seconds: window.seconds)

        return EngineResult(
            window: windows,
            decision: decided.decision,
            logE: regression.logE,
            logD: finding.rollback.logD,
            top: regression.top,
            withoutBestPod: finding.withoutBestPod,
            load: load.value,
            gate: finding.gate,
            kappa: finding.kappa,
            isConfirmed: finding.rollback.isConfirmed,
            isWarmUp: isWarmUp,
            blockers: decided.blockers,
            metrics: metricEvidence(phi1: phi1, errorDelta: errorDelta),
            promotion: promotion.evidence(model: model),
            unseenEpisodeShare: unseenEpisodeShare,
            leadingMetric: finding.leadingMetric,
            rollbackThreshold: rollbackThreshold,
            margin: margin(for: context.step)
        )
    }

    /// What the burst layers say about a window.
    private struct BurstFinding {
        var rollback: RollbackCase
        var leadingMetric: Int
        var withoutBestPod: Double?
        var gate: Double
        var kappa: Double
    }

    /// V / (U + V).
    var unseenEpisodeShare: Double {
        canaryPodWindows > 0 ? canaryPodWindows / (memory.podWindows + canaryPodWindows) : 0
    }

    /// True if warming pods carry at least half of the canary's requests, or are all there is.
    var isWarmUp: Bool {
        let warming = canary.requests - canary.establishedRequests
        return (warming > 0 && 2 * warming >= canary.requests) || canary.isAllWarming
    }

    /// The error margin of this window: the mean over its requests, of which those of warming pods have a wide one.
    ///
    /// The e-value's mean stays at most one, because the canary's mean share is bounded by the weighted mean of the
    /// margins that hold for the two parts.
    var errorDeltaInForce: Double {
        let warming = canary.requests - canary.establishedRequests
        guard warming > 0 else { return configuration.errorDelta }
        let sum = canary.establishedRequests * configuration.errorDelta + warming * configuration.warmUpErrorDelta
        return sum / canary.requests
    }

    private func margin(for step: Int) -> Int {
        min(max(step, 0), model.promotionDelta.count - 1)
    }

    private func podNumbers(_ window: WindowCounts) -> PodNumbers? {
        if configuration.isPerPod {
            return PodNumbers(stable: Double(max(window.stable.count, 1)), canary: Double(max(window.canary.count, 1)))
        }
        return configuration.knownPods.map { known in
            PodNumbers(stable: max(known.stable, 1), canary: max(known.canary, 1))
        }
    }

    /// phi2 of §8.1: an episode on a canary pod fails in proportion to its traffic.
    private mutating func updateCanaryDispersion(phi1: [Double], pods: PodNumbers?) {
        var factor = 1.0
        if let pods {
            let ratio =
                stable.requests > 0
                ? (canary.requests / pods.canary) / (stable.requests / pods.stable)
                : 1
            factor = max(configuration.dispersionLoadFloor, ratio)
        }
        for metric in phi2.indices {
            phi2[metric] = 1 + (phi1[metric] - 1) * factor
        }
    }

    private mutating func addRegression(_ window: WindowCounts, phi1: [Double], errorDelta: Double, isFirst: Bool) {
        let logMass = regression.begin(seconds: window.seconds, isFirstAfterWeightChange: isFirst)
        for metric in phi1.indices {
            regression.add(
                metric: metric,
                stable: stable.total(metric),
                canary: metric == 0 ? canary.total(metric) : canary.established(metric),
                delta: metric == 0 ? errorDelta : model.delta[metric],
                divisors: RegressionDivisors(phi1: phi1[metric], phi2: phi2[metric], z: regressionDispersion),
                model: model,
                logMass: logMass
            )
        }
        regression.end(model: model)
    }

    private mutating func addPromotion(phi1: [Double]) {
        for (index, metric) in model.promotionMetrics.enumerated() {
            promotion.add(
                index,
                stable: stable.total(metric),
                canary: canary.established(metric),
                phi1: phi1[metric],
                phi2: phi2[metric],
                model: model,
                factor: configuration.promotionDispersion
            )
        }
        promotion.end(model: model, threshold: promotionThreshold)
    }

    /// Feeds dispersion and memories with this window, then deducts and looks for a second pod (§8, in its order).
    private mutating func learnBursts(_ window: WindowCounts, pods: PodNumbers?) -> BurstFinding {
        dispersion.add(stable, halves: halves)
        dispersion.update()
        memory.add(stable)
        canaryPodWindows += pods?.canary ?? 1
        load.add(
            stableRequests: stable.requests,
            stablePods: pods?.stable ?? 1,
            canaryRequests: canary.requests,
            canaryPods: pods?.canary ?? 1
        )
        podMemory.add(
            pods: window.canary,
            tally: canary,
            reference: model.metricNames.indices.map { stable.total($0) },
            rho: model.rho,
            delta: model.delta
        )
        let deduction = EpisodeDeduction(
            peak: hasMemory ? memory.peak : 0,
            stablePodWindows: memory.podWindows,
            canaryPodWindows: canaryPodWindows,
            configuration: configuration
        )
        for metric in penalties.indices {
            penalties[metric] =
                deduction.gate > 0
                ? deduction.penalty(
                    top: memory.top[metric],
                    phi2: phi2[metric],
                    z: regressionDispersion,
                    load: load.value
                )
                : 0
        }
        let (logD, leading) = regression.deducted(penalties, model: model)
        let pair = confirmation(podMemory, metric: leading, logD: logD, threshold: rollbackThreshold)
        return BurstFinding(
            rollback: RollbackCase(
                logE: regression.logE,
                logD: logD,
                top: regression.top,
                threshold: rollbackThreshold,
                leaveOutFraction: configuration.leaveOutFraction,
                isConfirmed: pair.isConfirmed
            ),
            leadingMetric: leading,
            withoutBestPod: pair.withoutBestPod,
            gate: deduction.gate,
            kappa: deduction.kappa
        )
    }

    /// The second-pod rule (§8.3).
    func confirmation(
        _ podMemory: CanaryPodMemory,
        metric: Int,
        logD: Double,
        threshold: Double
    ) -> (withoutBestPod: Double?, isConfirmed: Bool) {
        guard hasMemory, podMemory.podCount >= 2 else { return (nil, true) }
        let rest = podMemory.withoutBestPod(metric: metric)
        let isConfirmed =
            rest >= configuration.secondPodFraction * threshold
            || logD >= configuration.onePodFactor * threshold
        return (rest, isConfirmed)
    }

    /// Rollback, else promotion, else hold with all the reasons.
    private func decide(
        context: WindowContext,
        finding: BurstFinding
    ) -> (decision: EngineDecision, blockers: [EngineBlocker]) {
        if finding.rollback.isProved {
            return (.rollback, [])
        }
        let margin = margin(for: context.step)
        let isCalm = regression.logE < suspicionLimit
        let isReady = dwell >= configuration.dwellWindows && stepRequests >= configuration.requestsPerStep
        if context.countsForPromotion, isReady, isCalm, !isWarmUp, promotion.isProved(margin: margin) {
            return (margin == model.promotionDelta.count - 1 ? .promote : .advance, [])
        }

        var blockers = finding.rollback.blockers(leadingPod: podMemory.leadingPod(metric: finding.leadingMetric))
        if !isCalm {
            blockers.append(.suspicion(logE: regression.logE, limit: suspicionLimit))
        }
        if !context.countsForPromotion {
            blockers.append(.splitNotProved)
        }
        if isWarmUp {
            blockers.append(.warmUp)
        }
        if dwell < configuration.dwellWindows {
            blockers.append(.dwell(windows: dwell, needed: configuration.dwellWindows))
        }
        if stepRequests < configuration.requestsPerStep {
            blockers.append(.requests(served: stepRequests, needed: configuration.requestsPerStep))
        }
        blockers += promotion.blockers(margin: margin, model: model, threshold: promotionThreshold)
        return (.hold, blockers)
    }

    private mutating func addTotals() {
        for metric in stableTotals.indices {
            let left = stable.total(metric)
            let right = canary.total(metric)
            stableTotals[metric].x += left.x
            stableTotals[metric].n += left.n
            canaryTotals[metric].x += right.x
            canaryTotals[metric].n += right.n
        }
    }

    private func metricEvidence(phi1: [Double], errorDelta: Double) -> [MetricEvidence] {
        model.metricNames.indices.map { metric in
            MetricEvidence(
                name: model.metricNames[metric],
                edge: metric == 0 ? nil : model.edges[metric - 1],
                logE: regression.logEs[metric],
                phi1: phi1[metric],
                phi2: phi2[metric],
                penalty: penalties[metric],
                rho: model.rho[metric],
                delta: metric == 0 ? errorDelta : model.delta[metric],
                weight: model.weights[metric],
                stable: stable.total(metric),
                canary: canary.total(metric),
                stableTotal: stableTotals[metric],
                canaryTotal: canaryTotals[metric]
            )
        }
    }
}
