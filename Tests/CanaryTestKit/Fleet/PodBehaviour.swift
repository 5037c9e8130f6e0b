import Foundation

/// How the pods of one revision answer.
package struct PodBehaviour: Sendable, Hashable {
    /// The share of requests that fail with 503, 0...1.
    package var errors: Double
    /// How many times as long requests take.
    package var slowdown: Double

    package init(errors: Double = 0.005, slowdown: Double = 1) {
        self.errors = errors.isNaN ? 0 : min(max(errors, 0), 1)
        self.slowdown = slowdown.isNaN ? 1 : min(max(slowdown, 0.01), 100)
    }

    /// Like every good revision: one in two hundred fails.
    package static let equal = PodBehaviour()
    /// Five percentage points more fail.
    package static let failing = PodBehaviour(errors: 0.055)
    /// Everything takes twice as long.
    package static let slow = PodBehaviour(slowdown: 2)

    static let bounds = [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
        3_600_000,
    ]

    /// The share of requests that take no longer than each bound, the last one for all: two lognormal modes, nine in ten around
    /// 12 ms, one around 120 ms.
    var shares: [Double] {
        Self.bounds.map { bound in
            0.9 * Self.normal(log(bound / (12 * slowdown)) / 0.45)
                + 0.1 * Self.normal(log(bound / (120 * slowdown)) / 0.35)
        } + [1]
    }

    private static func normal(_ deviate: Double) -> Double { 0.5 * erfc(-deviate / 2.0.squareRoot()) }
}
