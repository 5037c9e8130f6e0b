import CanaryStatistics

/// Reproducible traffic of a watched pair: Poisson counts of failures and of latency buckets.
struct WatchTraffic {
    static let bounds: [Double] = [5, 10, 25, 50, 100, 250, 500, 1000]
    private static let shape: [Double] = [0.05, 0.15, 0.4, 0.2, 0.1, 0.07, 0.02, 0.009, 0.001]

    struct Side {
        var requests: Double
        var failures: Double
        var latency: [Double]

        var counts: (requests: Double, failures: Double, latency: [Double]) { (requests, failures, latency) }
    }

    var generator: WatchGenerator
    var stableRequests = 400.0
    var canaryRequests = 40.0
    var errors = 0.01
    /// Share of responses in the fast buckets that the canary shows five times slower.
    var slow = 0.0
    var hasLatency = true

    init(seed: UInt64) {
        generator = WatchGenerator(seed: seed)
    }

    mutating func side(_ requests: Double, errors share: Double, slow: Double = 0) -> Side {
        let failures = min(poisson(requests * share), requests)
        guard hasLatency else { return Side(requests: requests, failures: failures, latency: []) }
        var latency = [Double](repeating: 0, count: Self.shape.count)
        for (bucket, part) in Self.shape.enumerated() {
            let count = poisson(requests * part)
            let moved = (count * slow).rounded()
            latency[bucket] += count - moved
            latency[min(bucket + 3, latency.count - 1)] += moved
        }
        return Side(requests: requests, failures: failures, latency: latency)
    }

    /// One window; `canaryErrors` is the canary's own share.
    mutating func window(canaryErrors: Double? = nil) -> (Side, Side) {
        (side(stableRequests, errors: errors), side(canaryRequests, errors: canaryErrors ?? errors, slow: slow))
    }

    /// A model of what stable does.
    func model() -> WatchModel {
        WatchModel(
            configuration: EngineConfiguration(),
            bounds: Self.bounds,
            requests: 100_000,
            failures: 100_000 * errors,
            buckets: hasLatency ? Self.shape.map { $0 * 100_000 } : []
        )
    }

    mutating func poisson(_ mean: Double) -> Double {
        guard mean > 0 else { return 0 }
        if mean > 50 {
            // Near enough to normal for tests.
            var sum = -6.0
            for _ in 0..<12 { sum += Double.random(in: 0..<1, using: &generator) }
            return max((mean + sum * mean.squareRoot()).rounded(), 0)
        }
        let limit = Elementary.exp(-mean)
        var product = Double.random(in: 0..<1, using: &generator)
        var count = 0.0
        while product > limit {
            product *= Double.random(in: 0..<1, using: &generator)
            count += 1
        }
        return count
    }
}

/// SplitMix64.
struct WatchGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
