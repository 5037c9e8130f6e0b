/// What a pod-local episode on the canary could have contributed to the evidence, from what the memory holds (§8.2).
package struct EpisodeDeduction: Sendable, Hashable {
    /// Level that calm telemetry reaches by chance: ln U + 1.
    package let chanceLevel: Double
    /// 0: nothing beyond chance was seen; 1: real episodes.
    package let gate: Double
    /// How much larger an unseen episode may be.
    package let kappa: Double

    /// - Parameters:
    ///   - peak: largest number in the memory over metrics and effect sizes.
    ///   - stablePodWindows: U.
    ///   - canaryPodWindows: V.
    package init(
        peak: Double,
        stablePodWindows: Double,
        canaryPodWindows: Double,
        configuration: EngineConfiguration = EngineConfiguration()
    ) {
        let watched = max(stablePodWindows, 1)
        chanceLevel = Elementary.log(watched) + configuration.chanceLevel
        gate = min(max((peak - chanceLevel) / (configuration.gateRamp * chanceLevel), 0), 1)
        let unseen = Elementary.squareRoot(canaryPodWindows / (configuration.falseRollback * watched))
        kappa = min(max(unseen, configuration.kappaLow), configuration.kappaHigh)
    }

    /// The deduction for one metric in nats, from its largest episodes at each of the six effect sizes.
    package func penalty(largest: [Double], phi2: Double, z: Double, load: Double) -> Double {
        var top = SIMD8<Double>(repeating: 0)
        for (index, value) in largest.prefix(8).enumerated() {
            top[index] = value
        }
        return penalty(top: top, phi2: phi2, z: z, load: load)
    }

    @inline(__always)
    func penalty(top: SIMD8<Double>, phi2: Double, z: Double, load: Double) -> Double {
        let divisor = Elementary.splat(1) + Elementary.splat(z * (phi2 - 1)) * EpisodeTilts.clusterFactor
        return kappa * gate * load * EpisodeTilts.largest(top / divisor)
    }
}
