/// The rollback test of all metrics: mixtures, their common prior, and the largest single window (§4).
struct RegressionState: Sendable, Hashable, Codable {
    /// Log evidence by metric after the last window.
    private(set) var logEs: [Double]
    /// Log evidence averaged over metrics.
    private(set) var logE = 0.0
    /// Largest increment of `logE`.
    private(set) var top = 0.0
    private var mixtures: [RegressionMixture]
    private var prior: StartPrior
    private var scratch: [Double]

    init(metricCount: Int, configuration: EngineConfiguration) {
        logEs = [Double](repeating: 0, count: metricCount)
        scratch = logEs
        mixtures = [RegressionMixture](repeating: RegressionMixture(), count: metricCount)
        prior = StartPrior(
            first: configuration.startPrior,
            step: configuration.stepPrior,
            anyTime: configuration.anyTimePrior,
            meanSeconds: configuration.anyTimeMean
        )
    }

    /// Whether a decoded state can be gone on with.
    func isSound(metricCount: Int) -> Bool {
        logEs.count == metricCount && scratch.count == metricCount && mixtures.count == metricCount
    }

    /// Gives out the prior mass of a window; returns its logarithm.
    mutating func begin(seconds: Double, isFirstAfterWeightChange: Bool) -> Double {
        prior.next(seconds: seconds, isFirstAfterWeightChange: isFirstAfterWeightChange)
    }

    /// Takes in one metric's counts of the window that was begun.
    mutating func add(
        metric: Int,
        stable: EventCount,
        canary: EventCount,
        delta: Double,
        divisors: RegressionDivisors,
        model: EngineModel,
        logMass: Double
    ) {
        mixtures[metric].add(
            stable: stable,
            canary: canary,
            rho: model.rho[metric],
            delta: delta,
            divisors: divisors,
            grid: model.grid,
            logMass: logMass
        )
    }

    /// Ends the window.
    mutating func end(model: EngineModel) {
        let logUnspent = prior.logUnspent
        for metric in mixtures.indices {
            logEs[metric] = mixtures[metric].logE(grid: model.grid, logUnspent: logUnspent)
            scratch[metric] = logEs[metric] + model.logWeights[metric]
        }
        let before = logE
        logE = LogSum.of(scratch)
        top = max(top, logE - before)
    }

    /// The average after deductions, and the metric that leads it.
    mutating func deducted(_ penalties: [Double], model: EngineModel) -> (logD: Double, leadingMetric: Int) {
        var leading = 0
        for metric in logEs.indices {
            scratch[metric] = (logEs[metric] - penalties[metric]) + model.logWeights[metric]
            if scratch[metric] > scratch[leading] {
                leading = metric
            }
        }
        return (LogSum.of(scratch), leading)
    }
}
