/// What a watch compares, chosen from the stable version's past before the comparison and kept while it lasts (§6).
package struct WatchModel: Sendable, Hashable, Codable {
    /// Index of the lowest latency edge among the bounds; edges are consecutive from there.
    package let lowestEdge: Int
    /// Tolerated ratio of event shares by metric: errors, then the edges.
    package let rho: [Double]
    /// Tolerated difference of event shares by metric.
    package let delta: [Double]
    /// Weight of each metric in the average: errors half, the edges share the rest.
    package let weights: [Double]
    /// The metrics that have to be proved for `healthy`, with the margin of the last step.
    package let safetyMetrics: [Int]
    package let safetyRho: [Double]
    package let safetyDelta: [Double]
    /// The margins that it was made with: other ones need another model.
    package let margins: [Double]

    package var metricCount: Int { rho.count }
    package var edgeCount: Int { rho.count - 1 }

    /// Chooses edges and margins.
    ///
    /// - Parameters:
    ///   - bounds: latency bounds, ascending.
    ///   - requests, failures, buckets: what stable has done; nothing at all gives a model of errors only.
    package init(
        configuration: EngineConfiguration,
        bounds: [Double],
        requests: Double,
        failures: Double,
        buckets: [Double]
    ) {
        let pod = PodCounts(name: "", requests: requests, failures: failures, latency: buckets)
        let history = WindowCounts(seconds: 1, stable: [pod], canary: [])
        let model = EngineModel(configuration: configuration, bounds: bounds, history: [history])
        lowestEdge = model.lowestEdge
        rho = model.rho
        delta = model.delta
        weights = model.weights
        safetyMetrics = model.promotionMetrics
        safetyRho = model.promotionRho
        safetyDelta = model.promotionDelta.last ?? []
        margins = Self.margins(of: configuration)
    }

    /// The numbers of a configuration that a model depends on.
    package static func margins(of configuration: EngineConfiguration) -> [Double] {
        [
            configuration.errorDelta, configuration.errorRatio, configuration.errorBudget,
            configuration.errorBudgetRatio,
            configuration.latencyTolerance, configuration.latencyBudget, configuration.steps.last ?? 1,
        ]
    }

    /// Whether its parts fit together, as those of a stored one may not.
    package var isConsistent: Bool {
        let metrics = rho.count
        return metrics >= 1 && metrics <= 64 && delta.count == metrics && weights.count == metrics
            && (0...1024).contains(lowestEdge) && weights.allSatisfy { $0 >= 0 }
            && safetyRho.count == safetyMetrics.count && safetyDelta.count == safetyMetrics.count
            && safetyMetrics.allSatisfy { $0 >= 0 && $0 < metrics }
            && (rho + delta + weights + safetyRho + safetyDelta).allSatisfy { $0.isFinite }
    }
}
