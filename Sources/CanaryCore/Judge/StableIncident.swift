import CanaryStatistics

/// Whether the stable version itself is much worse than it has just been: a shared outage, most likely.
///
/// At 100 % nothing is left to compare with, so the last step waits until stable is calm: an outage that both versions suffer
/// would otherwise look like a regression in the before/after comparison of the bake. Each metric runs the one-sided
/// cumulative sum of the statistics reference, section 8.2, at one tilt over all stable pods, against stable's own slow mean.
struct StableIncident: Sendable, Hashable, Codable {
    private struct Metric: Sendable, Hashable, Codable {
        /// Nil until a window has shown it.
        var mean: Double?
        var sum = 0.0
    }

    private var metrics: [Metric]

    /// `shares` are stable's shares of events in its history, in the order of the engine's metrics; nil without a history.
    init(shares: [Double?]) {
        metrics = shares.map { Metric(mean: $0) }
    }

    /// The shares of a history: failures, then responses slower than each edge; nil of nothing.
    static func shares(of windows: [WindowCounts], edges: [Double], bounds: [Double]) -> [Double?] {
        let buckets = edges.map { edge in bounds.firstIndex(of: edge).map { $0 + 1 } ?? 0 }
        var events = [Double](repeating: 0, count: edges.count + 1)
        var (requests, responses) = (0.0, 0.0)
        for pod in windows.lazy.flatMap(\.stable) {
            events[0] += pod.failures
            requests += pod.requests
            guard pod.latency.count == bounds.count + 1 else { continue }
            responses += pod.latency.reduce(0, +)
            for (index, bucket) in buckets.enumerated() { events[index + 1] += pod.latency[bucket...].reduce(0, +) }
        }
        return events.enumerated().map { index, count in
            let total = index == 0 ? requests : responses
            return total > 0 ? count / total : nil
        }
    }

    /// Feeds a judged window's evidence of each metric.
    mutating func feed(_ evidence: [MetricEvidence]) {
        for (index, metric) in evidence.enumerated() where index < metrics.count && metric.stable.n > 0 {
            let (x, n) = (metric.stable.x, metric.stable.n)
            guard let mean = metrics[index].mean else {
                // Without a history the first window is what stable has just been.
                metrics[index].mean = x / n
                continue
            }
            let tolerated = metric.rho * mean + metric.delta
            let step = x * Self.logTilt - (Self.tilt - 1) * n * tolerated
            // Bounded, so that calm telemetry ends an incident within a few windows.
            metrics[index].sum = min(max(metrics[index].sum + step, 0), 2 * Self.bar)
            metrics[index].mean = mean + (x / n - mean) / Self.slowMeanWindows
        }
    }

    /// The metric that shows the incident, if there is one.
    var worst: Int? {
        metrics.indices.filter { metrics[$0].sum >= Self.bar }.max { metrics[$0].sum < metrics[$1].sum }
    }

    private static let tilt = 1.5
    private static let logTilt = Elementary.log(1.5)
    private static let bar = Elementary.log(1000)
    private static let slowMeanWindows = 60.0
}
