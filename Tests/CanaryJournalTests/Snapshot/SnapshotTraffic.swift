import CanaryCore
import CanaryTelemetry

/// A service of few pods whose windows follow from a seed.
struct SnapshotTraffic {
    /// What is wrong with the canary, or with the telemetry.
    enum Trouble: String, CaseIterable {
        case none
        case errors
        case latency
        case restarts
        /// Rounds that cannot be judged, in between.
        case unknown
        /// Fewer orders on the canary.
        case orders
    }

    let trouble: Trouble
    var stablePods = 3
    var canaryPods = 2
    var requests = 600
    var hasMetrics = false
    private var random: UInt64
    private var number = 0

    init(_ trouble: Trouble, seed: UInt64) {
        self.trouble = trouble
        random = seed
    }

    /// The next window at this weight in percent.
    mutating func next(percent: Double) -> Window {
        number += 1
        var canary = 0
        for _ in 0..<requests where chance(percent / 100) { canary += 1 }
        let isBad = percent > 0
        let stable = pods("stable", stablePods, requests - canary, errors: 0.01, slow: 0.1)
        let other = pods(
            "canary",
            percent > 0 ? canaryPods : 0,
            canary,
            errors: trouble == .errors && isBad ? 0.08 : 0.01,
            slow: trouble == .latency && isBad ? 0.5 : 0.1
        )
        var window = Window(seconds: 5, weight: percent, stable: stable, canary: other)
        if trouble == .unknown, number % 7 == 3 {
            window.quality.unusable = .tooFewPods(side: .canary, answered: 0, known: 2)
            window.quality.faults = [
                PodFault(pod: "canary-0", side: .canary, label: "timeout", message: "no answer \"in time\" \u{1F552}")
            ]
        }
        if trouble == .restarts, isBad, number % 3 == 0 { window.quality.restarts = ["canary-0", "canary-1"] }
        if hasMetrics { window.metrics = metrics(isBad: trouble == .orders && isBad, hasCanary: percent > 0) }
        return window
    }

    private mutating func pods(
        _ name: String,
        _ count: Int,
        _ requests: Int,
        errors: Double,
        slow: Double
    ) -> [PodWindow] {
        guard count > 0 else { return [] }
        return (0..<count).map { pod in
            let own = requests / count + (pod < requests % count ? 1 : 0)
            var failures = 0
            var latency = [Int](repeating: 0, count: LatencyBounds.istio.bucketCount)
            for _ in 0..<own {
                if chance(errors) { failures += 1 } else { latency[chance(slow) ? 6 : 3 + Int(draw() % 2)] += 1 }
            }
            return PodWindow(
                pod: "\(name)-\(pod)",
                requests: [
                    ResponseCount(key: ResponseKey("200"), count: own - failures),
                    ResponseCount(key: ResponseKey("503"), count: failures),
                ],
                latency: latency
            )
        }
    }

    private mutating func metrics(isBad: Bool, hasCanary: Bool) -> [MetricWindow] {
        let absent = MetricSide.absent("no canary yet")
        func level() -> Double { Double(draw() % 1000) / 100 }
        return [
            MetricWindow(
                name: "orders",
                kind: .ratio,
                direction: .higher,
                stable: .ratio(events: 90 + level() / 2, total: 100),
                canary: hasCanary ? .ratio(events: isBad ? 5 : 9.3, total: 10) : absent
            ),
            MetricWindow(
                name: "depth",
                kind: .gauge,
                direction: .lower,
                stable: .gauge(samples: 3, mean: 40 + level()),
                canary: hasCanary ? .gauge(samples: 2, mean: 40 + level()) : absent
            ),
            MetricWindow(
                name: "basket",
                kind: .histogram,
                direction: .lower,
                bounds: [0.1, 0.5, 1],
                stable: .histogram(counts: [30, 15 + Double(draw() % 5), 4, 1]),
                canary: hasCanary ? .histogram(counts: [3, 2, 1, 0]) : absent
            ),
        ]
    }

    private mutating func chance(_ probability: Double) -> Bool { Double(draw() >> 11) * 0x1p-53 < probability }

    /// SplitMix64.
    private mutating func draw() -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
