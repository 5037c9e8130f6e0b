import CanaryStatistics

/// Reproducible readings of made-up metrics of the user's own.
struct CustomTraffic {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Events among `total`, Poisson.
    mutating func count(_ share: Double, of total: Double) -> EventCount {
        EventCount(x: min(poisson(share * total), total), n: total)
    }

    mutating func ratio(
        stable: Double,
        canary: Double,
        requests: (stable: Double, canary: Double) = (475, 25),
        isHigherBetter: Bool = false
    ) -> CustomReading {
        CustomReading(
            kind: .ratio,
            isHigherBetter: isHigherBetter,
            stable: .ratio(isHigherBetter ? rest(stable, of: requests.stable) : count(stable, of: requests.stable)),
            canary: .ratio(isHigherBetter ? rest(canary, of: requests.canary) : count(canary, of: requests.canary))
        )
    }

    /// The same of a frequent event: what does not happen is Poisson.
    private mutating func rest(_ share: Double, of total: Double) -> EventCount {
        let missing = count(1 - share, of: total)
        return EventCount(x: total - missing.x, n: total)
    }

    /// Observations in the buckets of `bounds`, by their shares.
    mutating func histogram(
        _ bounds: [Double],
        stable: [Double],
        canary: [Double],
        observations: (stable: Double, canary: Double) = (200, 20),
        isHigherBetter: Bool = false
    ) -> CustomReading {
        CustomReading(
            kind: .histogram,
            isHigherBetter: isHigherBetter,
            bounds: bounds,
            stable: .buckets(stable.map { poisson($0 * observations.stable) }),
            canary: .buckets(canary.map { poisson($0 * observations.canary) })
        )
    }

    mutating func gauge(
        stable: Double,
        canary: Double,
        spread: Double = 1,
        isHigherBetter: Bool = false
    ) -> CustomReading {
        CustomReading(
            kind: .gauge,
            isHigherBetter: isHigherBetter,
            stable: .level(mean: stable + spread * Double.random(in: -1...1, using: &generator), samples: 4),
            canary: .level(mean: canary + spread * Double.random(in: -1...1, using: &generator), samples: 2)
        )
    }

    private mutating func poisson(_ mean: Double) -> Double {
        guard mean > 0 else { return 0 }
        var (events, elapsed) = (0.0, 0.0)
        while true {
            elapsed -= Elementary.log(1 - Double.random(in: 0..<1, using: &generator))
            if elapsed > mean { return events }
            events += 1
        }
    }
}

extension CustomEngine {
    /// An engine for one metric.
    init(
        tolerance: Double,
        alpha: Double = 0.05,
        history: [CustomReading?] = [],
        historySeconds: Double = 5
    ) {
        self.init(
            objectives: [CustomObjective(name: "m", tolerance: tolerance)],
            falseRollback: alpha,
            configuration: EngineConfiguration(),
            history: history.map { CustomWindow(seconds: historySeconds, readings: [$0]) }
        )
    }

    mutating func judge(
        _ reading: CustomReading?,
        seconds: Double = 5,
        isFirst: Bool = false,
        isWarming: Bool = false
    ) -> CustomResult {
        judge(
            CustomWindow(
                seconds: seconds,
                isFirstAfterWeightChange: isFirst,
                isWarming: isWarming,
                readings: [reading]
            )
        )
    }
}
