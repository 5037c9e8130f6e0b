/// What a metric of the user's own showed of both versions in one window.
///
/// Counts of the window itself, never rates and never counters since the start of a process. What is not a number is
/// no data: a window of metrics never holds NaN, infinities or negative counts, and a side that does not fit the kind
/// is absent with the reason.
package struct MetricWindow: Sendable, Hashable {
    /// What the numbers are.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Events among a total, both counted.
        case ratio
        /// Observations per bucket.
        case histogram
        /// A level, averaged over pods.
        case gauge
    }

    /// Which way is better.
    package enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
        case lower
        case higher
    }

    /// The query's name, as in the spec's `objectives.metrics`.
    package let name: String
    package let kind: Kind
    package let direction: Direction
    /// Upper bounds of a histogram's buckets, ascending, without `+Inf`; empty for other kinds.
    package let bounds: [Double]
    package let stable: MetricSide
    package let canary: MetricSide

    /// A metric's window.
    ///
    /// - Parameters:
    ///   - bounds: of a histogram; finite and ascending, at most 512, or both sides are absent.
    ///   - stable, canary: a side that is not of this kind, or has another number of buckets, becomes absent.
    package init(
        name: String,
        kind: Kind,
        direction: Direction,
        bounds: [Double] = [],
        stable: MetricSide,
        canary: MetricSide
    ) {
        let isUsable = kind != .histogram || Self.areBounds(bounds)
        self.name = name
        self.kind = kind
        self.direction = direction
        self.bounds = kind == .histogram && isUsable ? bounds : []
        self.stable = isUsable ? stable.fitting(kind, bucketCount: bounds.count + 1) : .absent(Self.badBounds)
        self.canary = isUsable ? canary.fitting(kind, bucketCount: bounds.count + 1) : .absent(Self.badBounds)
    }

    /// The most metrics of a window.
    package static let mostMetrics = 16
    /// The most bounds of a histogram.
    package static let mostBounds = 512
    /// The longest name, in bytes.
    package static let longestName = 200

    /// Whether these can be the bounds of a histogram.
    static func areBounds(_ bounds: [Double]) -> Bool {
        bounds.count <= mostBounds && bounds.allSatisfy { $0.isFinite }
            && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// The metrics that a window keeps: named, each name once, at most `mostMetrics`.
    static func kept(_ metrics: [MetricWindow]) -> [MetricWindow] {
        var kept: [MetricWindow] = []
        for metric in metrics where kept.count < mostMetrics && isName(metric.name) {
            if !kept.contains(where: { $0.name == metric.name }) { kept.append(metric) }
        }
        return kept
    }

    static func isName(_ name: String) -> Bool { !name.isEmpty && name.utf8.count <= longestName }

    private static let badBounds = "its bucket bounds are not ascending numbers"
}
