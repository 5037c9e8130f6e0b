import CanaryCore
import CanaryTelemetry

/// Looks at made-up services, one every five minutes.
struct CheckTraffic {
    static let start = Timestamp(milliseconds: 1_795_400_000_000 / 86_400_000 * 86_400_000 + 36_000_000)
    private var seed: UInt64
    /// When the last look was.
    private(set) var now = Self.start

    init(seed: UInt64 = 1) {
        self.seed = seed
    }

    static func subject(
        _ key: String = "shop/reviews",
        _ comparison: CheckSubject.Comparison = .versions
    ) -> CheckSubject {
        comparison == .versions
            ? CheckSubject(key: key, comparison: comparison, stable: "v1", canary: "v2")
            : CheckSubject(key: key, comparison: comparison, stable: "past", canary: "now")
    }

    mutating func wait(_ seconds: Double) { now = now.advanced(by: .seconds(seconds)) }

    /// New windows until now, after a wait.
    mutating func evidence(
        _ subject: CheckSubject = subject(),
        windows: Int = 60,
        history: Int = 0,
        errors: Double = 0.01,
        canaryErrors: Double? = nil,
        canaryRequests: Double = 200
    ) -> CheckEvidence {
        func pair(_ canary: Double) -> PairWindow {
            PairWindow(
                seconds: 5,
                stable: side(1000, errors),
                canary: side(canaryRequests, canary)
            )
        }
        var evidence = CheckEvidence(subject: subject, end: now)
        evidence.history = (0..<history).map { _ in pair(errors) }
        evidence.windows = (0..<windows).map { _ in pair(canaryErrors ?? errors) }
        return evidence
    }

    private mutating func side(_ requests: Double, _ errors: Double) -> SideCounts {
        var latency = [Double](repeating: 0, count: LatencyBounds.istio.bucketCount)
        for (bucket, share) in [(2, 0.3), (3, 0.4), (4, 0.2), (5, 0.08), (6, 0.019), (7, 0.001)] {
            latency[bucket] = around(requests * share)
        }
        return SideCounts(requests: requests, failures: min(around(requests * errors), requests), latency: latency)
    }

    /// A number near the mean, spread like counts are.
    private mutating func around(_ mean: Double) -> Double {
        var sum = -6.0
        for _ in 0..<12 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            sum += Double(seed >> 11) / 0x1p53
        }
        return max((mean + sum * mean.squareRoot()).rounded(), 0)
    }
}
