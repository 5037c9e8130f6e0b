import CanaryCore
import CanaryTelemetry

/// Puts the latency of every window onto the bounds of the first window that has any.
struct LatencyGrid: Sendable {
    private(set) var bounds: LatencyBounds?
    private var last: (given: LatencyBounds, projection: BucketProjection?)?

    /// The bounds in milliseconds; empty before there is any latency.
    var milliseconds: [Double] { bounds?.milliseconds ?? [] }

    /// Adds the successful requests of these pods; a window whose buckets do not fit adds nothing.
    mutating func add(_ pods: [PodWindow], over given: LatencyBounds, to counts: inout [Double]) {
        guard pods.contains(where: { !$0.latency.isEmpty }) else { return }
        let bounds = self.bounds ?? given
        self.bounds = bounds
        if counts.count != bounds.bucketCount { counts = [Double](repeating: 0, count: bounds.bucketCount) }
        guard given != bounds else {
            for pod in pods {
                for index in 0..<min(pod.latency.count, counts.count) where pod.latency[index] > 0 {
                    counts[index] += Double(pod.latency[index])
                }
            }
            return
        }
        guard let projection = projection(from: given, onto: bounds) else { return }
        for pod in pods {
            for (index, count) in projection.apply(pod.latency).enumerated() where count > 0 { counts[index] += count }
        }
    }

    private mutating func projection(from given: LatencyBounds, onto wanted: LatencyBounds) -> BucketProjection? {
        if let last, last.given == given { return last.projection }
        let projection = BucketProjection(from: given, onto: wanted)
        last = (given, projection)
        return projection
    }

    /// Which buckets hold the quantiles of these counts; nil without any.
    func bands(_ counts: [Double]) -> StoryMoment.QuantileBands? {
        let total = counts.reduce(0, +)
        guard total > 0, counts.count == milliseconds.count + 1 else { return nil }
        return StoryMoment.QuantileBands(
            p50: bucket(counts, total * 0.5),
            p90: bucket(counts, total * 0.9),
            p99: bucket(counts, total * 0.99)
        )
    }

    /// The bucket in which the count reaches a rank.
    private func bucket(_ counts: [Double], _ rank: Double) -> StoryMoment.QuantileBands.Bucket {
        var below = 0.0
        for (index, count) in counts.enumerated() {
            below += count
            guard below >= rank, count > 0 else { continue }
            return StoryMoment.QuantileBands.Bucket(
                low: index == 0 ? 0 : milliseconds[index - 1],
                high: index < milliseconds.count ? milliseconds[index] : nil
            )
        }
        return StoryMoment.QuantileBands.Bucket(low: milliseconds.last ?? 0, high: nil)
    }
}
