/// A metric of the user's own, and how much worse the canary may be.
package struct CustomObjective: Sendable, Hashable, Codable {
    package let name: String
    /// Of counts an additional share of bad events, of a gauge a relative change; at least 0.
    package let tolerance: Double

    /// What is not a number of at least zero counts as zero.
    package init(name: String, tolerance: Double) {
        self.name = name
        self.tolerance = tolerance > 0 ? tolerance : 0
    }
}

/// The sequential judge of the metrics of the user's own, beside `CanaryEngine`.
///
/// Each metric has an e-process; their average is compared with 1 / alpha (§9 of the statistics text: valid under any
/// dependence). As in the engine the average without its best window must be at least the cube root of that, so that
/// no single freak window rolls back. The engine and this judge each get half of the rollout's chance of error, so
/// together they keep it, however the metrics depend on errors and latency (Bonferroni over the two groups).
///
/// A value: the same windows give the same bits on any machine. Nothing grows with the number of windows.
///
/// - Complexity: O(metrics × buckets) for each window.
package struct CustomEngine: Sendable, Hashable, Codable {
    private let configuration: EngineConfiguration
    private let grid: TiltGrid
    private let threshold: Double
    private let suspicionLimit: Double
    private let logWeight: Double
    private var metrics: [CustomMetric]
    private var prior: StartPrior
    private var logE = 0.0
    private var top = 0.0

    /// Learns dispersion and edges from stable's history.
    ///
    /// - Parameters:
    ///   - objectives: at least one, or nothing is ever judged.
    ///   - falseRollback: the chance of error of all of them together, above 0.
    ///   - history: windows before the comparison, oldest first; only the stable side is read.
    package init(
        objectives: [CustomObjective],
        falseRollback: Double,
        configuration: EngineConfiguration,
        history: [CustomWindow]
    ) {
        let grid = TiltGrid.regression(low: configuration.tiltLow, high: configuration.tiltHigh)
        self.configuration = configuration
        self.grid = grid
        threshold = -Elementary.log(falseRollback)
        suspicionLimit = Elementary.log(configuration.suspicionEvidence)
        logWeight = -Elementary.log(Double(max(objectives.count, 1)))
        metrics = objectives.enumerated().map { index, objective in
            CustomMetric(
                objective,
                history: history.map { window in
                    (window.readings.indices.contains(index) ? window.readings[index] : nil, window.seconds)
                },
                configuration: configuration,
                grid: grid
            )
        }
        prior = StartPrior(
            first: configuration.startPrior,
            step: configuration.stepPrior,
            anyTime: configuration.anyTimePrior,
            meanSeconds: configuration.anyTimeMean
        )
    }

    /// Whether a decoded judge can be gone on with: it was made for these objectives, and no window can trap it.
    package func isSound(_ objectives: [CustomObjective], _ configuration: EngineConfiguration) -> Bool {
        self.configuration == configuration
            && grid == TiltGrid.regression(low: configuration.tiltLow, high: configuration.tiltHigh)
            && metrics.count == objectives.count
            && zip(metrics, objectives).allSatisfy { $0.isSound($1) }
    }

    /// Judges one window.
    package mutating func judge(_ window: CustomWindow) -> CustomResult {
        let before = Self.logSpent(prior)
        let logMass = prior.next(
            seconds: window.seconds,
            isFirstAfterWeightChange: window.isFirstAfterWeightChange
        )
        let mass = CustomMass(log: logMass, logBefore: before, logAll: Self.logSpent(prior))
        for index in metrics.indices {
            metrics[index].judge(
                window.readings.indices.contains(index) ? window.readings[index] : nil,
                in: window,
                mass: mass,
                configuration: configuration,
                grid: grid
            )
        }
        let logUnspent = prior.logUnspent
        let evidence = metrics.map {
            $0.evidence(grid: grid, logUnspent: logUnspent, suspicionLimit: suspicionLimit)
        }
        let previous = logE
        logE = metrics.isEmpty ? 0 : LogSum.of(evidence.map { $0.logE + logWeight })
        top = max(top, logE - previous)
        return CustomResult(
            logE: logE,
            top: top,
            threshold: threshold,
            isProved: logE >= threshold && logE - top >= threshold * configuration.leaveOutFraction,
            metrics: evidence
        )
    }

    private static func logSpent(_ prior: StartPrior) -> Double {
        Elementary.log(max(1 - Elementary.exp(prior.logUnspent), 0))
    }
}
