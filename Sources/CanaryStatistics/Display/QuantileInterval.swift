/// An anytime-valid interval of bucket bounds for a latency quantile of one version (§7).
///
/// Needs a latency that does not change over time, so it is for showing only.
package struct QuantileInterval: Sendable, Hashable {
    /// The quantile is above this bound; `nil` if it may be below all of them.
    package let lower: Double?
    /// The quantile is at or below this bound; `nil` if it may be above all of them.
    package let upper: Double?

    /// - Parameters:
    ///   - buckets: responses per bucket, not cumulative, one more than bounds. Other lengths leave the interval open.
    ///   - bounds: ascending bucket bounds.
    ///   - quantile: in 0...1.
    ///   - alpha: chance that the interval ever leaves the quantile out.
    ///   - mass: pseudo-responses of the prior.
    package init(buckets: [Double], bounds: [Double], quantile: Double, alpha: Double = 0.05, mass: Double = 20) {
        var lower: Double?
        var upper: Double?
        if buckets.count == bounds.count + 1 {
            let total = buckets.reduce(0) { $0 + $1.asCount }
            let needed = -Elementary.log(alpha)
            var below = 0.0
            for (index, bound) in bounds.enumerated() where total > 0 {
                below += buckets[index].asCount
                let evidence = BetaBinomial.logE(successes: below, trials: total, share: quantile, mass: mass)
                guard evidence >= needed else { continue }
                if below / total < quantile {
                    lower = bound
                } else if upper == nil, below / total > quantile {
                    upper = bound
                }
            }
        }
        self.lower = lower
        self.upper = upper
    }

    /// The difference canary less stable, if both intervals were taken at half the alpha. Open ends are `nil`.
    package static func difference(
        stable: QuantileInterval,
        canary: QuantileInterval
    ) -> (lower: Double?, upper: Double?) {
        let lower = stable.upper.map { (canary.lower ?? 0) - $0 }
        let upper = canary.upper.map { $0 - (stable.lower ?? 0) }
        return (lower, upper)
    }
}
