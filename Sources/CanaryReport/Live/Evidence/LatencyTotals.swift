import CanaryCore
import CanaryTelemetry

/// Latencies of both versions, counted in their buckets: of stable before the first step, and of both since then.
struct LatencyTotals: Sendable {
    private var bounds: LatencyBounds?
    private var stable = SideCounts()
    private var canary = SideCounts()
    private var hasCanary = false

    /// Counts a round. Other bounds than before begin the count anew, because their buckets do not add up.
    mutating func add(_ window: Window) {
        guard window.quality.unusable == nil else { return }
        let isFirst = !hasCanary && window.canary.contains { $0.total > 0 }
        if bounds != window.bounds || isFirst {
            bounds = window.bounds
            stable = SideCounts()
            canary = SideCounts()
        }
        hasCanary = hasCanary || isFirst
        Self.add(window.stable, to: &stable, buckets: window.bounds.bucketCount)
        Self.add(window.canary, to: &canary, buckets: window.bounds.bucketCount)
    }

    /// `p50 10 - 25 ms, p99 100 - 250 ms` of stable; nil without latencies.
    func stableWords(_ style: Style) -> String? { Self.words(stable, bounds, style) }

    func canaryWords(_ style: Style) -> String? { Self.words(canary, bounds, style) }

    private static func words(_ side: SideCounts, _ bounds: LatencyBounds?, _ style: Style) -> String? {
        guard let bounds, let median = side.quantile(0.5, bounds: bounds), let p99 = side.quantile(0.99, bounds: bounds)
        else { return nil }
        return "p50 \(words(median, style)), p99 \(words(p99, style))"
    }

    /// The bucket is all that a histogram tells.
    private static func words(_ bucket: QuantileBucket, _ style: Style) -> String {
        guard let high = bucket.high else { return "over \(milliseconds(bucket.low))" }
        let dash = style.hasSymbols ? "–" : "-"
        if bucket.low >= 1000 { return "\(Phrase.decimal(bucket.low / 1000))\(dash)\(milliseconds(high))" }
        return high > 1000
            ? "\(milliseconds(bucket.low))\(dash)\(milliseconds(high))"
            : "\(Phrase.decimal(bucket.low))\(dash)\(Phrase.decimal(high)) ms"
    }

    /// `250 ms`, `2.5 s`.
    static func milliseconds(_ value: Double) -> String {
        value < 1000 ? "\(Phrase.decimal(value)) ms" : "\(Phrase.decimal(value / 1000)) s"
    }

    private static func add(_ pods: [PodWindow], to side: inout SideCounts, buckets: Int) {
        if side.latency.count < buckets {
            side.latency += Array(repeating: 0, count: buckets - side.latency.count)
        }
        for pod in pods {
            for (bucket, count) in pod.latency.prefix(buckets).enumerated() where count > 0 {
                side.latency[bucket] += Double(count)
            }
        }
    }
}
