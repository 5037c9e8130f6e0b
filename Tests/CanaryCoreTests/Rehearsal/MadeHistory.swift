import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// Reproducible history of a made-up service: requests spread evenly over pods, and single pods in trouble now and then.
struct MadeHistory {
    var seed: UInt64 = 1
    var pods = 6
    var requestsPerSecond = 300.0
    var errors = 0.005
    var windows = 240
    var seconds = 15.0
    /// The chance of an episode to begin on a pod in a window, and for how many windows it lasts.
    var episodes = 0.0
    var episodeWindows = 3
    var episodeErrors = 0.3
    var start = Timestamp(milliseconds: 1_700_000_000_000)

    /// Shares of responses in Istio's buckets: most within 10 to 25 ms, a tail to a second.
    static let shape: [Double] = [
        0, 0.01, 0.06, 0.18, 0.40, 0.24, 0.07, 0.03, 0.008, 0.0015, 0.0005, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]

    func timedWindows() -> [TimedWindow] {
        var random = SeededStream(seed: seed, lanes: 99)
        var left = [Int](repeating: 0, count: pods)
        return (0..<windows).map { index in
            let at = start.advanced(by: .seconds(Double(index + 1) * seconds))
            let stable = (0..<pods).map { pod -> PodWindow in
                if left[pod] == 0, random.uniform() < episodes { left[pod] = episodeWindows }
                let isIll = left[pod] > 0
                left[pod] = max(left[pod] - 1, 0)
                return self.pod("v1-\(pod)", errors: isIll ? episodeErrors : errors, &random)
            }
            return TimedWindow(at: at, window: Window(seconds: seconds, stable: stable))
        }
    }

    func history() -> RehearsalHistory {
        RehearsalHistory(runs: [timedWindows()], origin: "made-up telemetry", hasClock: true)
    }

    private func pod(_ name: String, errors: Double, _ random: inout SeededStream) -> PodWindow {
        let mean = requestsPerSecond * seconds / Double(pods)
        // Twice as many coins as requests: a little steadier than Poisson.
        let total = random.binomial(Int(2 * mean), probability: 0.5)
        let failed = random.binomial(total, probability: errors)
        return PodWindow(
            pod: name,
            requests: [
                ResponseCount(key: ResponseKey("200"), count: total - failed),
                ResponseCount(key: ResponseKey("503"), count: failed),
            ].filter { $0.count > 0 },
            latency: random.multinomial(total - failed, weights: Self.shape)
        )
    }
}

extension CanarySpec {
    /// The defaults of a spec, with the pace that a test wants.
    static func rehearsed(_ change: (inout CanarySpec) -> Void = { _ in }) -> CanarySpec {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec(targets: ["http://127.0.0.1:15020/stats/prometheus"])
        )
        change(&spec)
        return spec
    }
}
