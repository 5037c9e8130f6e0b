/// The upper bounds of latency buckets, in milliseconds, ascending and without `+Inf`.
///
/// A histogram over `n` bounds has `n + 1` counts: the last one is above the last bound.
package struct LatencyBounds: Sendable, Hashable, Codable {
    package let milliseconds: [Double]

    /// Istio's and Envoy's default bounds (Envoy `histogram_impl.cc`, `defaultBuckets`).
    package static let istio = LatencyBounds(ascending: [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300_000, 600_000, 1_800_000,
        3_600_000,
    ])

    /// The bounds, or nil unless they are finite, positive and strictly ascending.
    package init?(milliseconds: [Double]) {
        guard milliseconds.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        guard zip(milliseconds, milliseconds.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        self.milliseconds = milliseconds
    }

    private init(ascending: [Double]) {
        milliseconds = ascending
    }

    /// The number of counts of a histogram over these bounds.
    package var bucketCount: Int { milliseconds.count + 1 }
}
