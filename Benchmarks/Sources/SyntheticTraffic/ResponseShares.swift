import CanaryTelemetry
import Foundation

/// The chance of each kind of answer in a condition: failure, or success within each latency bucket of Istio.
struct ResponseShares: Sendable {
    let failure: Double
    /// One for each bucket; with `failure` they add up to 1.
    let buckets: [Double]

    /// - Parameter baseErrors: share of failures of a healthy pod.
    init(_ condition: Condition, baseErrors: Double) {
        let failure = min(max(baseErrors + condition.additionalErrors, condition.leastErrors), 1)
        self.failure = failure
        var below = 0.0
        let bounds = LatencyBounds.istio.milliseconds + [.infinity]
        buckets = bounds.map { bound in
            let upTo = Self.share(upTo: bound, condition)
            defer { below = upTo }
            return max(upTo - below, 0) * (1 - failure)
        }
    }

    /// The share of successes in buckets up to this bound; sidecars record whole milliseconds, rounded down.
    private static func share(upTo bound: Double, _ condition: Condition) -> Double {
        guard bound.isFinite else { return 1 }
        let milliseconds = bound.rounded(.down) + 1
        return modes.reduce(0) { sum, mode in
            let factor = condition.slowdown * (mode.isSlow ? condition.tailSlowdown : 1)
            let score = log(milliseconds / (mode.median * factor)) / mode.spread
            return sum + mode.share * erfc(-score / 2.0.squareRoot()) / 2
        }
    }

    private struct Mode {
        let share: Double
        /// In milliseconds.
        let median: Double
        /// Standard deviation of the logarithm.
        let spread: Double
        let isSlow: Bool
    }

    /// The simulator's mixture of lognormal modes.
    private static let modes = [
        Mode(share: 0.895, median: 12, spread: 0.45, isSlow: false),
        Mode(share: 0.10, median: 120, spread: 0.35, isSlow: true),
        Mode(share: 0.005, median: 1000, spread: 0.5, isSlow: false),
    ]
}
