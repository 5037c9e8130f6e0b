package import CanaryTelemetry

/// Maps bucket counts onto coarser bounds.
package struct BucketProjection: Sendable, Hashable {
    /// The target bucket of each source bucket; nil if both are the same.
    private let targets: [Int]?
    private let count: Int

    /// The projection, or nil if a wanted bound is missing from the given ones.
    package init?(from given: LatencyBounds, onto wanted: LatencyBounds) {
        count = wanted.bucketCount
        if given == wanted {
            targets = nil
            return
        }
        var targets: [Int] = []
        var next = 0
        for bound in given.milliseconds {
            targets.append(next)
            if next < wanted.milliseconds.count, bound == wanted.milliseconds[next] { next += 1 }
        }
        guard next == wanted.milliseconds.count else { return nil }
        targets.append(next)
        self.targets = targets
    }

    /// The counts over the wanted bounds; empty for an empty histogram.
    package func apply(_ latency: [Int]) -> [Double] {
        guard !latency.isEmpty else { return [] }
        var result = [Double](repeating: 0, count: count)
        for (bucket, value) in latency.enumerated() {
            let target = targets.map { bucket < $0.count ? $0[bucket] : count - 1 } ?? min(bucket, count - 1)
            result[target] += Double(value)
        }
        return result
    }
}
