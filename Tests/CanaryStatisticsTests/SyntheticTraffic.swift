import CanaryStatistics

/// Reproducible windows of made-up traffic.
struct SyntheticTraffic {
    static let bounds: [Double] = [5, 10, 25, 50, 100, 250, 500, 1000]
    private static let shape: [Double] = [0.05, 0.15, 0.4, 0.2, 0.1, 0.07, 0.02, 0.009, 0.001]

    var generator: SeededGenerator
    var requestsPerPod = 200.0
    var errorShare = 0.01

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func pod(_ name: String, errorShare: Double? = nil, isWarming: Bool = false) -> PodCounts {
        var latency = [Double](repeating: 0, count: Self.shape.count)
        var failures = 0.0
        let requests = (requestsPerPod * Double.random(in: 0.8...1.2, using: &generator)).rounded()
        for _ in 0..<Int(requests) {
            if Double.random(in: 0..<1, using: &generator) < (errorShare ?? self.errorShare) {
                failures += 1
            }
            var draw = Double.random(in: 0..<1, using: &generator)
            var bucket = 0
            while bucket < Self.shape.count - 1, draw >= Self.shape[bucket] {
                draw -= Self.shape[bucket]
                bucket += 1
            }
            latency[bucket] += 1
        }
        return PodCounts(name: name, requests: requests, failures: failures, latency: latency, isWarming: isWarming)
    }

    mutating func window(stable: Int = 4, canary: Int = 2, canaryErrors: Double? = nil) -> WindowCounts {
        WindowCounts(
            seconds: 5,
            stable: (0..<stable).map { pod("s-\($0)") },
            canary: (0..<canary).map { pod("c-\($0)", errorShare: canaryErrors) }
        )
    }

    mutating func history(_ count: Int = 100, stable: Int = 4) -> [WindowCounts] {
        (0..<count).map { _ in window(stable: stable, canary: 0) }
    }
}
