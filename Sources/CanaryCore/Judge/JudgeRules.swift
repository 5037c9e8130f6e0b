package import CanaryStatistics
import CanaryTelemetry

/// What the judge takes from a spec.
package struct JudgeRules: Sendable, Hashable, Codable {
    package var configuration: EngineConfiguration
    package var warmUpSeconds: Double
    /// The absolute bar on failed requests; nil turns it off.
    package var absoluteErrors: Double?
    /// History beyond this is dropped, oldest first.
    package var historyLimitSeconds: Double
    /// Metrics of the user's own. With any of them `configuration.falseRollback` is their chance of error together, and as
    /// much again errors' and latency's: see `MetricJudge`.
    package var metrics: [MetricObjective]
    /// Repeated in every verdict.
    package var notes: [String]

    package init(
        configuration: EngineConfiguration,
        warmUpSeconds: Double,
        absoluteErrors: Double?,
        historyLimitSeconds: Double = 6 * 3600,
        metrics: [MetricObjective] = [],
        notes: [String] = []
    ) {
        self.configuration = configuration
        self.warmUpSeconds = warmUpSeconds
        self.absoluteErrors = absoluteErrors
        self.historyLimitSeconds = historyLimitSeconds
        self.metrics = metrics
        self.notes = notes
    }

    /// The rules of a run of this spec.
    package init(_ spec: CanarySpec) {
        var configuration = EngineConfiguration()
        // Two groups of metrics, each with half of the rollout's chance of error.
        let groups: Double = spec.objectives.metrics.isEmpty ? 1 : 2
        configuration.falseRollback = spec.guards.falseRollback / groups
        configuration.falsePromotion = spec.guards.falsePromotion
        configuration.errorDelta = spec.objectives.errors.tolerance
        configuration.errorRatio = spec.objectives.errors.ratio
        configuration.errorBudget = spec.objectives.errors.budget
        configuration.errorBudgetRatio = spec.objectives.errors.budgetRatio
        configuration.latencyTolerance = spec.objectives.latency.tolerance
        configuration.latencyBudget = spec.objectives.latency.budget
        configuration.steps = spec.steps.map { $0 / 100 }
        configuration.isPerPod = spec.telemetry.reporter == .destination
        let interval = max(spec.pace.interval.inSeconds, 0.001)
        configuration.dispersionHistory = Int(min(max((1800 / interval).rounded(.up), 1), 100_000))
        self.init(
            configuration: configuration,
            warmUpSeconds: spec.pace.warmup.inSeconds,
            absoluteErrors: spec.guards.absoluteErrors,
            metrics: spec.objectives.metrics,
            notes: spec.telemetry.comparable == .assume
                ? ["comparability of the two versions' traffic was assumed by the spec (telemetry.comparable)"] : []
        )
    }
}
