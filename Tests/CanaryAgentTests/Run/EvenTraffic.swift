import CanaryCore
import CanaryTelemetry

/// Made-up traffic without chance: the same counts whenever the weight is the same.
struct EvenTraffic: Sendable {
    /// Requests of both versions in one window.
    var requests = 12_000
    var stableFailures = 0.004
    var canaryFailures = 0.004
    var stablePods = 4
    var canaryPods = 2

    /// The window of a round; the first round of a source is its baseline.
    func window(round: Int, canaryPercent: Double) -> Window {
        guard round > 0 else { return Window(seconds: 5, quality: WindowQuality(unusable: .baseline)) }
        let canary = Int((Double(requests) * canaryPercent / 100).rounded())
        return Window(
            seconds: 5,
            stable: pods("s", stablePods, requests - canary, stableFailures, round),
            canary: canary > 0 ? pods("c", canaryPods, canary, canaryFailures, round) : []
        )
    }

    private func pods(_ prefix: String, _ count: Int, _ requests: Int, _ failures: Double, _ round: Int) -> [PodWindow]
    {
        (0..<count).map { number in
            let total = share(of: requests, number, count)
            let failed = share(of: Int((Double(requests) * failures).rounded()), (number + round) % count, count)
            let successes = total - failed
            var latency = [Int](repeating: 0, count: LatencyBounds.istio.bucketCount)
            latency[3] = successes / 2
            latency[4] = successes / 4
            latency[5] = successes / 8
            latency[6] = successes - latency[3] - latency[4] - latency[5]
            var responses = [ResponseCount(key: ResponseKey("200"), count: successes)]
            if failed > 0 { responses.append(ResponseCount(key: ResponseKey("503"), count: failed)) }
            return PodWindow(pod: "\(prefix)-\(number)", requests: responses, latency: latency)
        }
    }

    private func share(of total: Int, _ number: Int, _ count: Int) -> Int {
        total * (number + 1) / count - total * number / count
    }
}
