/// The shape of a version's latency as tail shares at the bucket bounds (§6).
package struct LatencyShape: Sendable, Hashable {
    /// Bucket bounds, ascending.
    package let bounds: [Double]
    /// Share of responses above each bound.
    package let tails: [Double]

    /// The shape of a histogram, `nil` without responses or with bounds that are not ascending and finite.
    ///
    /// - Parameter buckets: responses per bucket, not cumulative, one more than bounds.
    package init?(bounds: [Double], buckets: [Double]) {
        guard !bounds.isEmpty, buckets.count == bounds.count + 1, Self.isUsable(bounds) else { return nil }
        var above = 0.0
        var tails = [Double](repeating: 0, count: bounds.count)
        for index in bounds.indices.reversed() {
            above += buckets[index + 1]
            tails[index] = above
        }
        let total = above + buckets[0]
        guard total > 0, total < .infinity else { return nil }
        self.bounds = bounds
        self.tails = tails.map { $0 / total }
    }

    /// True if the bounds are finite and strictly ascending.
    static func isUsable(_ bounds: [Double]) -> Bool {
        zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 } && bounds.allSatisfy { $0.isFinite }
    }

    /// Share of responses above any latency: log share interpolated against log latency, shares floored at 1e-12.
    ///
    /// Below the first bound the value there, above the last one the value there.
    package func tail(above latency: Double) -> Double {
        guard let first = bounds.first, latency > first else { return tails[0] }
        guard let upper = bounds.firstIndex(where: { $0 >= latency }) else { return tails[tails.count - 1] }
        let lower = upper - 1
        guard bounds[lower] > 0 else { return tails[lower] }
        let start = Elementary.log(bounds[lower])
        let position = (Elementary.log(latency) - start) / (Elementary.log(bounds[upper]) - start)
        let from = Elementary.log(max(tails[lower], 1e-12))
        let to = Elementary.log(max(tails[upper], 1e-12))
        return Elementary.exp(from + position * (to - from))
    }
}
